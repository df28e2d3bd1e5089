//! The texts of result columns. Thousands of results share most of them, so that
//! kept ones are held once each, one behind the other: what is read again for
//! every line then stays within the caches of the processor.

use crate::hash::QuickMap;

/// The texts of the result columns of one line, apart from what amounts enter.
#[derive(Debug, Default)]
pub struct ResultTexts {
    /// Agreement, verdict, criterion and rule, a delimiter before each.
    pub before: Vec<u8>,
    /// The findings.
    pub findings: Vec<u8>,
    /// Missing facts, country of origin and rates, a delimiter before each.
    pub after: Vec<u8>,
}

impl ResultTexts {
    /// The three texts, in this order.
    pub fn parts(&self) -> [&[u8]; 3] {
        [&self.before, &self.findings, &self.after]
    }
}

/// Where a kept text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Text {
    start: u32,
    length: u32,
}

/// Where the texts of a kept result stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptTexts([Text; 3]);

/// Texts, each held once.
#[derive(Debug, Default)]
pub struct Texts {
    held: Vec<u8>,
    known: QuickMap<Box<[u8]>, Text>,
}

impl Texts {
    /// Keeps the texts of a result; `None` when there is no room.
    pub fn keep(&mut self, texts: &ResultTexts) -> Option<KeptTexts> {
        let [before, findings, after] = texts.parts();
        Some(KeptTexts([
            self.text(before)?,
            self.text(findings)?,
            self.text(after)?,
        ]))
    }

    fn text(&mut self, text: &[u8]) -> Option<Text> {
        if let Some(known) = self.known.get(text) {
            return Some(*known);
        }
        let place = Text {
            start: u32::try_from(self.held.len()).ok()?,
            length: u32::try_from(text.len()).ok()?,
        };
        self.held.extend_from_slice(text);
        self.known.insert(text.into(), place);
        Some(place)
    }

    /// The texts of a kept result, as [`ResultTexts::parts`] gives them.
    pub fn parts(&self, kept: &KeptTexts) -> [&[u8]; 3] {
        kept.0.map(|place| {
            let start = place.start as usize;
            self.held
                .get(start..start + place.length as usize)
                .unwrap_or_default()
        })
    }

    /// Bytes held.
    pub const fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none are held.
    pub const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_found_as_they_were_kept(
            results in prop::collection::vec(prop::array::uniform3("[a-c]{0,3}"), 1..30)
        ) {
            let mut texts = Texts::default();
            let made: Vec<ResultTexts> = results
                .iter()
                .map(|[before, findings, after]| ResultTexts {
                    before: before.clone().into_bytes(),
                    findings: findings.clone().into_bytes(),
                    after: after.clone().into_bytes(),
                })
                .collect();
            let kept: Vec<KeptTexts> = made.iter().map(|one| texts.keep(one).unwrap()).collect();
            for (one, kept) in made.iter().zip(&kept) {
                prop_assert_eq!(texts.parts(kept), one.parts());
                prop_assert_eq!(texts.keep(one), Some(*kept));
            }
            // No text is held twice.
            prop_assert_eq!(texts.held.len(), texts.known.keys().map(|text| text.len()).sum::<usize>());
        }
    }
}
