//! Results kept for the next line that asks the same question.
//!
//! Every description has a place of its own, in which the few results its lines
//! come to stand side by side: a line then reads one stretch of memory where a
//! map of all questions would have it look in several.

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::days::Day;
use crate::line::{Line, MOST_DESCRIPTIONS, Particulars};
use crate::results::{KeptTexts, ResultTexts, Summary, Texts};

/// Results kept for one description; when there are more, they start over.
const MOST_AT_A_PLACE: usize = 32;
/// Bytes of texts held before everything starts over, which bounds the memory of
/// a worker.
const MOST_TEXT: usize = 4 << 20;
/// Digests held before everything starts over.
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
}

/// The results of one description.
#[derive(Debug, Default)]
struct Place {
    /// The number of the description.
    description: u64,
    results: SmallVec<[(Situation, Kept); 2]>,
}

/// The results kept by one worker.
#[derive(Debug, Default)]
pub struct KeptResults {
    places: Vec<Place>,
    texts: Texts,
    digests: Vec<[u8; 32]>,
}

impl KeptResults {
    /// The result of a line of a description in a situation.
    pub fn get(&self, description: u64, situation: &Situation) -> Option<&Kept> {
        self.places
            .get(place(description))
            .filter(|place| place.description == description)?
            .results
            .iter()
            .find_map(|(known, kept)| (known == situation).then_some(kept))
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
        (description, situation): (u64, Situation),
        texts: &ResultTexts,
        summary: Summary,
        digest: Option<&[u8; 32]>,
    ) {
        if self.texts.len() >= MOST_TEXT || self.digests.len() >= MOST_DIGESTS {
            *self = Self::default();
        }
        let place = place(description);
        if self.places.len() <= place {
            self.places.resize_with(place + 1, Place::default);
        }
        let number = u32::try_from(self.digests.len()).ok();
        let texts = self.texts.keep(texts);
        if let (Some(place), Some(texts)) = (self.places.get_mut(place), texts) {
            if place.description != description || place.results.len() >= MOST_AT_A_PLACE {
                place.results.clear();
                place.description = description;
            }
            let digest = digest.and_then(|digest| {
                self.digests.push(*digest);
                number
            });
            let kept = Kept {
                texts,
                summary,
                digest,
            };
            place.results.push((situation, kept));
        }
    }
}

/// The place of a description: numbers are given in turn, and a reader starts
/// over when it has given this many.
fn place(description: u64) -> usize {
    (description % MOST_DESCRIPTIONS as u64) as usize
}
