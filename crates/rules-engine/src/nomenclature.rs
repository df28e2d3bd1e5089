//! The valid codes of each HS edition and the correlation between editions.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::hs::{HsCode, HsEdition, Subheading};

/// Heading numbers, 0000 to 9999.
const HEADINGS: u16 = 10_000;

/// The valid subheadings of one edition, numbered densely in code order so that
/// other tables can be arrays.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "CodeList", into = "CodeList")]
pub struct EditionCodes {
    edition: HsEdition,
    codes: Vec<Subheading>,
    /// For each heading number the position of its first subheading, and one
    /// end more: small enough to stay in the processor's nearest cache.
    starts: Box<[u16]>,
}

/// What is stored of [`EditionCodes`]; the positions follow from the codes.
#[derive(Serialize, Deserialize)]
struct CodeList {
    edition: HsEdition,
    codes: Vec<Subheading>,
}

impl From<CodeList> for EditionCodes {
    fn from(list: CodeList) -> Self {
        Self::new(list.edition, list.codes)
    }
}

impl From<EditionCodes> for CodeList {
    fn from(codes: EditionCodes) -> Self {
        Self {
            edition: codes.edition,
            codes: codes.codes,
        }
    }
}

impl EditionCodes {
    /// Builds the list; `codes` may be in any order.
    pub fn new(edition: HsEdition, mut codes: Vec<Subheading>) -> Self {
        codes.sort_unstable();
        codes.dedup();
        let mut starts = Vec::with_capacity(usize::from(HEADINGS) + 1);
        let mut first = 0_u16;
        for heading in 0..=HEADINGS {
            let belongs_before = |code: &Subheading| code.heading() < heading;
            while codes.get(usize::from(first)).is_some_and(belongs_before) {
                first += 1;
            }
            starts.push(first);
        }
        Self {
            edition,
            codes,
            starts: starts.into_boxed_slice(),
        }
    }

    /// The edition.
    pub const fn edition(&self) -> HsEdition {
        self.edition
    }

    /// All subheadings in code order.
    pub fn codes(&self) -> &[Subheading] {
        &self.codes
    }

    /// The position of a subheading in [`Self::codes`], or `None` when the
    /// edition has no such code.
    pub fn ordinal(&self, code: Subheading) -> Option<usize> {
        let heading = usize::from(code.heading());
        let (from, to) = (self.starts.get(heading)?, self.starts.get(heading + 1)?);
        let (from, to) = (usize::from(*from), usize::from(*to));
        let within = self.codes.get(from..to)?;
        within.binary_search(&code).ok().map(|index| from + index)
    }

    /// The subheadings within `prefix`, in code order.
    pub fn within(&self, prefix: HsCode) -> &[Subheading] {
        let from = self.codes.partition_point(|code| code.code() < prefix);
        let rest = self.codes.get(from..).unwrap_or_default();
        let count = rest.partition_point(|code| code.code().is_within(prefix));
        rest.get(..count).unwrap_or_default()
    }

    /// Whether any subheading of the edition lies within `prefix`.
    pub fn has_group(&self, prefix: HsCode) -> bool {
        !self.within(prefix).is_empty()
    }
}

/// Correlated pairs between an older and a newer edition. A pair is a candidate,
/// never by itself a conversion.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Correlation {
    forward: Vec<(Subheading, Subheading)>,
    backward: Vec<(Subheading, Subheading)>,
}

impl Correlation {
    /// Builds the table from (older, newer) pairs.
    pub fn new(pairs: impl IntoIterator<Item = (Subheading, Subheading)>) -> Self {
        let mut forward: Vec<_> = pairs.into_iter().collect();
        forward.sort_unstable();
        forward.dedup();
        let mut backward: Vec<_> = forward.iter().map(|(old, new)| (*new, *old)).collect();
        backward.sort_unstable();
        Self { forward, backward }
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.forward.len()
    }

    /// Whether no pair is loaded.
    pub fn is_empty(&self) -> bool {
        self.forward.is_empty()
    }

    /// Newer codes an older code may have become.
    pub fn newer(&self, older: Subheading) -> impl Iterator<Item = Subheading> + '_ {
        partners(&self.forward, older)
    }

    /// Older codes a newer code may have come from.
    pub fn older(&self, newer: Subheading) -> impl Iterator<Item = Subheading> + '_ {
        partners(&self.backward, newer)
    }

    /// All (older, newer) pairs in order.
    pub fn pairs(&self) -> &[(Subheading, Subheading)] {
        &self.forward
    }
}

fn partners(
    pairs: &[(Subheading, Subheading)],
    code: Subheading,
) -> impl Iterator<Item = Subheading> + '_ {
    let from = pairs.partition_point(|(left, _)| *left < code);
    pairs
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(move |(left, _)| *left == code)
        .map(|(_, right)| *right)
}

/// Subheadings a code may correspond to: one as a rule.
pub type Subheadings = SmallVec<[Subheading; 4]>;

/// The code lists and correlations of all loaded editions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Nomenclature {
    editions: Vec<EditionCodes>,
    correlations: Vec<(HsEdition, HsEdition, Correlation)>,
}

impl Nomenclature {
    /// Collects code lists and (older edition, newer edition, pairs) tables.
    pub fn new(
        editions: Vec<EditionCodes>,
        correlations: Vec<(HsEdition, HsEdition, Correlation)>,
    ) -> Self {
        Self {
            editions,
            correlations,
        }
    }

    /// The codes of one edition, if loaded.
    pub fn edition(&self, edition: HsEdition) -> Option<&EditionCodes> {
        self.editions.iter().find(|codes| codes.edition == edition)
    }

    /// The loaded correlations as (older, newer, pairs).
    pub fn correlations(&self) -> &[(HsEdition, HsEdition, Correlation)] {
        &self.correlations
    }

    /// The editions, oldest first, in which a code of any level is valid.
    pub fn editions_with(&self, code: HsCode) -> Vec<HsEdition> {
        let group = code.prefix(code.digit_count().min(6)).unwrap_or(code);
        HsEdition::ALL
            .into_iter()
            .filter(|edition| {
                self.edition(*edition)
                    .is_some_and(|codes| codes.has_group(group))
            })
            .collect()
    }

    /// Every subheading of edition `to` that a code of any level written in
    /// edition `from` may stand for. Empty when the code is not valid in `from`,
    /// or when some part of it has no correlation, so that nothing is known of
    /// the whole.
    pub fn subheadings_of(&self, code: HsCode, from: HsEdition, to: HsEdition) -> Vec<Subheading> {
        let Some(codes) = self.edition(from) else {
            return Vec::new();
        };
        let group = code.prefix(code.digit_count().min(6)).unwrap_or(code);
        let mut found = Vec::new();
        for member in codes.within(group) {
            let candidates = self.candidates(*member, from, to);
            if candidates.is_empty() {
                return Vec::new();
            }
            found.extend(candidates);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Every code of edition `to` that `code` of edition `from` may correspond
    /// to, in order. The code itself when the editions are the same. Empty when
    /// the code is not valid in `from` or no correlation is loaded.
    pub fn candidates(&self, code: Subheading, from: HsEdition, to: HsEdition) -> Subheadings {
        let valid = self
            .edition(from)
            .is_some_and(|codes| codes.ordinal(code).is_some());
        if !valid {
            return Subheadings::new();
        }
        if from == to {
            return Subheadings::from_iter([code]);
        }
        let (older, newer) = (from.min(to), from.max(to));
        self.correlations
            .iter()
            .find(|(left, right, _)| (*left, *right) == (older, newer))
            .map(|(_, _, table)| {
                if from == older {
                    table.newer(code).collect()
                } else {
                    table.older(code).collect()
                }
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(digits: u32) -> Subheading {
        Subheading::new(digits).unwrap()
    }

    fn nomenclature() -> Nomenclature {
        Nomenclature::new(
            vec![
                EditionCodes::new(HsEdition::Hs2017, vec![sub(300_220), sub(851_712)]),
                EditionCodes::new(
                    HsEdition::Hs2022,
                    vec![sub(300_241), sub(851_713), sub(851_714)],
                ),
            ],
            vec![(
                HsEdition::Hs2017,
                HsEdition::Hs2022,
                Correlation::new([
                    (sub(300_220), sub(300_241)),
                    (sub(851_712), sub(851_714)),
                    (sub(851_712), sub(851_713)),
                ]),
            )],
        )
    }

    #[test]
    fn candidates_follow_the_correlation_both_ways() {
        let table = nomenclature();
        let (old, new) = (HsEdition::Hs2017, HsEdition::Hs2022);
        let candidates = |code, from, to| table.candidates(code, from, to).into_vec();
        assert_eq!(candidates(sub(300_220), old, new), [sub(300_241)]);
        assert_eq!(
            candidates(sub(851_712), old, new),
            [sub(851_713), sub(851_714)]
        );
        assert_eq!(candidates(sub(851_713), new, old), [sub(851_712)]);
        assert_eq!(candidates(sub(851_712), new, new), []);
    }

    #[test]
    fn a_group_stands_for_all_its_subheadings() {
        let table = nomenclature();
        let (old, new) = (HsEdition::Hs2017, HsEdition::Hs2022);
        let of = |text: &str, from, to| table.subheadings_of(text.parse().unwrap(), from, to);
        assert_eq!(of("85", new, new), [sub(851_713), sub(851_714)]);
        assert_eq!(of("85", old, new), [sub(851_713), sub(851_714)]);
        assert_eq!(of("3002.41.10", new, old), [sub(300_220)]);
        assert_eq!(of("8518", new, new), []);
        let unknown = Nomenclature::new(
            vec![
                EditionCodes::new(old, vec![sub(851_712), sub(851_770)]),
                EditionCodes::new(new, vec![sub(851_713)]),
            ],
            vec![(old, new, Correlation::new([(sub(851_712), sub(851_713))]))],
        );
        assert_eq!(
            unknown.subheadings_of("8517".parse().unwrap(), old, new),
            []
        );
    }

    #[test]
    fn a_code_is_known_by_edition() {
        let table = nomenclature();
        assert_eq!(
            table.editions_with("8517.12".parse().unwrap()),
            [HsEdition::Hs2017]
        );
        assert_eq!(table.editions_with("30".parse().unwrap()).len(), 2);
        assert!(table.editions_with("9999".parse().unwrap()).is_empty());
    }
}
