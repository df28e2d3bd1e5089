//! Three-valued logic: a legal test is met, not met, or cannot be told yet.

use serde::{Deserialize, Serialize};

/// The result of one legal test. What decides where every test must be met has
/// the lowest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The facts meet the test.
    Met = 2,
    /// The facts fail the test.
    NotMet = 0,
    /// A fact or a table is missing, so nothing is concluded.
    Unknown = 1,
    /// The test has no bearing on these facts.
    NotApplicable = 3,
}

impl Outcome {
    /// `Met` or `NotMet` for a known truth value.
    pub const fn known(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }

    /// Alternatives: one met test is enough, and what is not known may be; a test
    /// that does not apply is no alternative.
    #[must_use]
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        if self.weight_as_alternative() >= other.weight_as_alternative() {
            self
        } else {
            other
        }
    }

    /// Cumulative requirements: every applicable test must be met.
    #[must_use]
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        if self as u8 <= other as u8 {
            self
        } else {
            other
        }
    }

    /// What decides among alternatives has most weight.
    const fn weight_as_alternative(self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::NotMet => 1,
            Self::Unknown => 2,
            Self::Met => 3,
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
    fn the_connectives_are_those_of_three_valued_logic() {
        for (a, b, or, and) in [
            (Met, Met, Met, Met),
            (Met, NotMet, Met, NotMet),
            (Met, Unknown, Met, Unknown),
            (Met, NotApplicable, Met, Met),
            (NotMet, NotMet, NotMet, NotMet),
            (NotMet, Unknown, Unknown, NotMet),
            (NotMet, NotApplicable, NotMet, NotMet),
            (Unknown, Unknown, Unknown, Unknown),
            (Unknown, NotApplicable, Unknown, Unknown),
            (NotApplicable, NotApplicable, NotApplicable, NotApplicable),
        ] {
            assert_eq!((a.or(b), b.or(a)), (or, or), "{a:?} {b:?}");
            assert_eq!((a.and(b), b.and(a)), (and, and), "{a:?} {b:?}");
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
