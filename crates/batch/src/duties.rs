//! Duties remembered. They depend on the code, the two countries and the day's
//! place among the days on which tables change, never on how a good was made, so
//! that a file asks for far fewer of them than it has lines.

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::RateAnswer;
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::law::concession::{self, RateQuestion};
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::turning_days::TurningDays;

use crate::hash::QuickMap;

/// Answers kept by one worker before it starts over, which bounds its memory.
const MOST_KEPT: usize = 32_768;

/// What a duty depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    agreement: Agreement,
    importer: Country,
    origin: Country,
    code: HsCode,
    edition: HsEdition,
    day: (usize, usize),
}

/// The duties asked for so far; one for each worker.
#[derive(Debug)]
pub struct Duties<'a> {
    book: &'a RuleBook,
    /// The days on which the tables change.
    pub turning: TurningDays,
    kept: QuickMap<Asked, RateAnswer>,
}

impl<'a> Duties<'a> {
    /// None asked for yet.
    pub fn new(book: &'a RuleBook) -> Self {
        Self {
            book,
            turning: TurningDays::of(book),
            kept: QuickMap::default(),
        }
    }

    /// The duties a question leads to, without a saving: that is taken of the
    /// amounts of each line.
    pub fn rate(&mut self, agreement: Agreement, question: &RateQuestion) -> RateAnswer {
        let asked = Asked {
            agreement,
            importer: question.importer,
            origin: question.origin,
            code: question.code,
            edition: question.edition,
            day: self.turning.class(question.day),
        };
        if let Some(known) = self.kept.get(&asked) {
            return known.clone();
        }
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
        }
        let question = RateQuestion {
            value: None,
            ..*question
        };
        let answer = concession::rate(self.book, agreement, &question);
        self.kept.insert(asked, answer.clone());
        answer
    }
}
