//! Results kept for the next line that asks the same question.
//!
//! They stand in the description of the line, where a map of all questions would
//! have it look in several places; what many of them share is held apart.

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::days::Day;
use crate::line::{Line, Particulars};
use crate::results::{KeptTexts, ResultTexts, Summary, Texts};

/// Results kept for one description; when there are more, they start over.
const MOST: usize = 32;
/// Bytes of texts held before they start over, which bounds the memory of a
/// worker.
const MOST_TEXT: usize = 4 << 20;
/// Digests held before they start over.
const MOST_DIGESTS: usize = 65_536;

/// Everything but the description that a determination without materials depends
/// on, apart from amounts that only enter the saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// [`Day::class`].
    day: u32,
    /// The day itself where a proof has an age.
    day_of_month: i8,
    amounts: u8,
    issued: Option<Date>,
}

impl Situation {
    /// That of a line without materials, on a day.
    pub fn of(line: &Line, day: &Day) -> Self {
        let particulars = &line.particulars;
        let has_proof = line.description.proof.is_some();
        Self {
            day: day.class,
            day_of_month: particulars.date.filter(|_| has_proof).map_or(0, Date::day),
            amounts: amounts(particulars, day),
            issued: particulars.issued.filter(|_| has_proof),
        }
    }
}

/// Which amounts are known, and where they stand against the only ones of law
/// that are compared when materials are not known, the low-value waivers.
fn amounts(particulars: &Particulars, day: &Day) -> u8 {
    let value = particulars.customs_value;
    let [rcep, apta] = day.waivers.map(|limit| {
        limit
            .zip(value)
            .is_some_and(|(limit, value)| value <= limit)
    });
    [
        particulars.fob.is_some(),
        particulars.fob.is_some_and(|fob| fob.minor() > 0),
        particulars.weight.is_some(),
        value.is_some(),
        rcep,
        apta,
    ]
    .into_iter()
    .fold(0, |flags, flag| flags << 1 | u8::from(flag))
}

/// A result kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    texts: KeptTexts,
    /// What is needed of it beside its texts.
    pub summary: Summary,
    digest: Option<u32>,
    generation: u32,
}

/// The results of one description, each with the situation of its lines.
#[derive(Debug, Clone, Default)]
pub struct Results(SmallVec<[(Situation, Kept); 2]>);

#[cfg(test)]
impl Results {
    /// Number of results.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// What the results kept by one worker share.
#[derive(Debug, Default)]
pub struct Shared {
    texts: Texts,
    digests: Vec<[u8; 32]>,
    /// Results of earlier generations are of no use: what they share is gone.
    generation: u32,
}

impl Shared {
    /// The result of a line in a situation.
    pub fn find(&self, results: &Results, situation: &Situation) -> Option<Kept> {
        results
            .0
            .iter()
            .find(|(known, kept)| known == situation && kept.generation == self.generation)
            .map(|(_, kept)| *kept)
    }

    /// The texts of a kept result.
    pub fn texts(&self, kept: &Kept) -> [&[u8]; 3] {
        self.texts.parts(&kept.texts)
    }

    /// The digest of the description a kept result was reached for.
    pub fn digest(&self, kept: &Kept) -> Option<&[u8; 32]> {
        self.digests.get(kept.digest? as usize)
    }

    /// Keeps a result.
    pub fn keep(
        &mut self,
        results: &mut Results,
        situation: Situation,
        texts: &ResultTexts,
        summary: Summary,
        digest: Option<&[u8; 32]>,
    ) {
        if self.texts.len() >= MOST_TEXT || self.digests.len() >= MOST_DIGESTS {
            let Some(generation) = self.generation.checked_add(1) else {
                return;
            };
            *self = Self {
                generation,
                ..Self::default()
            };
        }
        let Some(texts) = self.texts.keep(texts) else {
            return;
        };
        let number = u32::try_from(self.digests.len()).ok();
        let digest = digest.and_then(|digest| {
            self.digests.push(*digest);
            number
        });
        let kept = Kept {
            texts,
            summary,
            digest,
            generation: self.generation,
        };
        if results.0.len() >= MOST {
            results.0.clear();
        }
        results.0.push((situation, kept));
    }
}
