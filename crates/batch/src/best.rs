//! The agreement a line is decided under.

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Verdict};
use originis_rules_engine::facts::Facts;
use originis_rules_engine::law::Record;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine_in};

use crate::days::Day;
use crate::duties::Duties;
use crate::results::comparable_rates;

/// Decides goods one after the other, with duties remembered and in the room of
/// decisions that have been read.
#[derive(Debug)]
pub struct BestAgreement<'a> {
    book: &'a RuleBook,
    duties: Duties<'a>,
    rooms: Vec<Record>,
}

impl<'a> BestAgreement<'a> {
    /// Nothing decided yet.
    pub fn new(book: &'a RuleBook) -> Self {
        Self {
            book,
            duties: Duties::new(book),
            rooms: Vec::new(),
        }
    }

    /// Decides on the day of the facts under the agreement asked for, or under the best of those that
    /// bind. `None` when its tables are not loaded.
    pub fn decide(
        &mut self,
        facts: &Facts,
        day: &Day,
        asked: Option<Agreement>,
    ) -> Option<Determination> {
        if let Some(agreement) = asked {
            return self.under(agreement, facts, day);
        }
        let binding = agreements_between(self.book, facts);
        let [first, others @ ..] = binding.as_slice() else {
            return self.under(self.book.agreements.first()?.agreement, facts, day);
        };
        let mut best = self.under(*first, facts, day);
        for agreement in others {
            let next = self.under(*agreement, facts, day);
            let is_better = match (&next, &best) {
                (Some(next), Some(known)) => is_better(next, known),
                (next, _) => next.is_some(),
            };
            let worse = if is_better {
                std::mem::replace(&mut best, next)
            } else {
                next
            };
            if let Some(determination) = worse {
                self.give_back(determination);
            }
        }
        best
    }

    fn under(&mut self, agreement: Agreement, facts: &Facts, day: &Day) -> Option<Determination> {
        let room = self.rooms.pop().unwrap_or_else(Record::with_room);
        determine_in(room, self.book, facts, agreement, |question| {
            self.duties.rate(agreement, question, day)
        })
    }

    /// Takes back the room of a determination that has been read.
    pub fn give_back(&mut self, determination: Determination) {
        self.rooms.push(Record::in_place_of(determination.origin));
    }
}

/// Whether one determination serves the importer better than another: a claim
/// that stands, then origin, then the larger cut in duty.
fn is_better(one: &Determination, other: &Determination) -> bool {
    let rank = |determination: &Determination| {
        let claim = match determination.claim.outcome {
            Outcome::Met => 2_u8,
            Outcome::Unknown => 1,
            Outcome::NotMet | Outcome::NotApplicable => 0,
        };
        let verdict = match determination.verdict {
            Verdict::Originating => 2_u8,
            Verdict::Undetermined => 1,
            Verdict::NotOriginating => 0,
        };
        let cut = comparable_rates(determination).map(|(mfn, preferential)| {
            mfn.thousandths().saturating_sub(preferential.thousandths())
        });
        (claim, verdict, cut)
    };
    rank(one) > rank(other)
}
