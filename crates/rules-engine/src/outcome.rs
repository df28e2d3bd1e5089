//! Three-valued logic: a legal test is met, not met, or cannot be told yet.

use serde::{Deserialize, Serialize};

/// The result of one legal test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The facts meet the test.
    Met,
    /// The facts fail the test.
    NotMet,
    /// A fact or a table is missing, so nothing is concluded.
    Unknown,
    /// The test has no bearing on these facts.
    NotApplicable,
}

impl Outcome {
    /// `Met` or `NotMet` for a known truth value.
    pub const fn known(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }

    /// Alternatives: one met test is enough; a test that does not apply is no
    /// alternative.
    #[must_use]
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Met, _) | (_, Self::Met) => Self::Met,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::NotApplicable, left) => left,
            (left, Self::NotApplicable) => left,
            (Self::NotMet, Self::NotMet) => Self::NotMet,
        }
    }

    /// Cumulative requirements: every applicable test must be met.
    #[must_use]
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotMet, _) | (_, Self::NotMet) => Self::NotMet,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::NotApplicable, left) => left,
            (left, Self::NotApplicable) => left,
            (Self::Met, Self::Met) => Self::Met,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{self, Met, NotApplicable, NotMet, Unknown};

    const ALL: [Outcome; 4] = [Met, NotMet, Unknown, NotApplicable];

    #[test]
    fn both_connectives_commute_and_are_associative() {
        for a in ALL {
            for b in ALL {
                assert_eq!(a.or(b), b.or(a));
                assert_eq!(a.and(b), b.and(a));
                for c in ALL {
                    assert_eq!(a.or(b).or(c), a.or(b.or(c)));
                    assert_eq!(a.and(b).and(c), a.and(b.and(c)));
                }
            }
        }
    }

    #[test]
    fn an_unknown_never_becomes_met_or_not_met_alone() {
        assert_eq!(Unknown.or(NotMet), Unknown);
        assert_eq!(Unknown.and(Met), Unknown);
        assert_eq!(Unknown.or(Met), Met);
        assert_eq!(Unknown.and(NotMet), NotMet);
    }
}
