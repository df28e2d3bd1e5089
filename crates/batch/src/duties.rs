//! Duties remembered. They depend on the code, the two countries and the day's
//! place among the days on which tables change, never on how a good was made, so
//! that a file asks for far fewer of them than it has lines.

use std::sync::Arc;

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::RateAnswer;
use originis_rules_engine::law::concession::{self, RateQuestion};
use originis_rules_engine::rulebook::RuleBook;

use crate::days::Day;
use crate::hash::QuickMap;

/// Answers kept by one worker before it starts over, which bounds its memory.
const MOST_KEPT: usize = 32_768;

/// What a duty depends on, in as few numbers as hold it: the agreement, the two
/// countries and the edition; the code; the class of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    under: u64,
    digits: u64,
    day: (usize, usize),
}

impl Asked {
    fn new(agreement: Agreement, question: &RateQuestion, day: (usize, usize)) -> Self {
        let under = [
            u64::from(agreement as u8),
            u64::from(question.edition as u8),
            u64::from(question.code.digit_count()),
            u64::from(question.importer.ordinal()),
            u64::from(question.origin.ordinal()),
        ];
        Self {
            // None of them takes more than twelve bits.
            under: under.iter().fold(0, |all, part| all << 12 | part),
            digits: question.code.as_number(),
            day,
        }
    }
}

/// The duties asked for so far; one for each worker.
#[derive(Debug)]
pub struct Duties<'a> {
    book: &'a RuleBook,
    kept: QuickMap<Asked, Arc<RateAnswer>>,
}

impl<'a> Duties<'a> {
    /// None asked for yet.
    pub fn new(book: &'a RuleBook) -> Self {
        Self {
            book,
            kept: QuickMap::default(),
        }
    }

    /// The duties a question leads to, on its day, without a saving: that is taken of the
    /// amounts of each line.
    pub fn rate(
        &mut self,
        agreement: Agreement,
        question: &RateQuestion,
        day: &Day,
    ) -> Arc<RateAnswer> {
        let asked = Asked::new(agreement, question, day.tables);
        if let Some(known) = self.kept.get(&asked) {
            return Arc::clone(known);
        }
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
        }
        let question = RateQuestion {
            value: None,
            ..*question
        };
        let answer = Arc::new(concession::rate(self.book, agreement, &question));
        self.kept.insert(asked, Arc::clone(&answer));
        answer
    }
}
