//! What the tables can tell the days of a file by, found once for each day.

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, in_force};
use originis_rules_engine::quantity::Amount;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::turning_days::TurningDays;

use crate::hash::QuickMap;

/// Days remembered at a time; a day gives way to another of the same place.
const PLACES: usize = 1024;

/// What is known of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// A number that days of one month have in common when no table tells them
    /// apart; 0 for an unknown day.
    pub class: u32,
    /// A number that days have in common when no table tells them apart, in
    /// whatever month; [`TurningDays::class`].
    pub tables: (usize, usize),
    /// The value in US dollars up to which each agreement asks for no proof.
    pub waivers: [Option<Amount>; Agreement::ALL.len()],
}

/// What the days of a class have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Class {
    tables: (usize, usize),
    year: i16,
    month: i8,
}

/// The days of a file; one for each worker.
#[derive(Debug)]
pub struct Days<'a> {
    book: &'a RuleBook,
    turning: TurningDays,
    classes: QuickMap<Class, u32>,
    known: Vec<Option<(Date, Day)>>,
    unknown: Day,
}

impl<'a> Days<'a> {
    /// None known yet.
    pub fn new(book: &'a RuleBook) -> Self {
        Self {
            book,
            turning: TurningDays::of(book),
            classes: QuickMap::default(),
            known: vec![None; PLACES],
            unknown: Day {
                class: 0,
                tables: (0, 0),
                waivers: waivers(book, None),
            },
        }
    }

    /// What is known of a day, or of an unknown one.
    pub fn day(&mut self, date: Option<Date>) -> Day {
        let Some(date) = date else {
            return self.unknown;
        };
        let place = place(date);
        if let Some(Some((known, day))) = self.known.get(place)
            && *known == date
        {
            return *day;
        }
        let day = self.look_up(date);
        if let Some(slot) = self.known.get_mut(place) {
            *slot = Some((date, day));
        }
        day
    }

    fn look_up(&mut self, date: Date) -> Day {
        let next = u32::try_from(self.classes.len() + 1).unwrap_or(u32::MAX);
        let tables = self.turning.class(date);
        let class = Class {
            tables,
            year: date.year(),
            month: date.month(),
        };
        let class = *self.classes.entry(class).or_insert(next);
        Day {
            class,
            tables,
            waivers: waivers(self.book, Some(date)),
        }
    }
}

fn waivers(book: &RuleBook, date: Option<Date>) -> [Option<Amount>; Agreement::ALL.len()] {
    Agreement::ALL.map(|agreement| {
        let thresholds = &book.agreement(agreement)?.thresholds;
        in_force(&thresholds.proof_waiver_usd, date).map(|limit| limit.value)
    })
}

fn place(date: Date) -> usize {
    let months =
        usize::from(date.year().unsigned_abs()) * 12 + usize::from(date.month().unsigned_abs());
    (months * 31 + usize::from(date.day().unsigned_abs())) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn a_day_is_the_same_whatever_days_were_asked_before() {
        let book = originis_testkit::book();
        let turning = TurningDays::of(&book);
        let mut days = Days::new(&book);
        let first = date(2021, 12, 25);
        // More days than are remembered, so that some give way, and back again.
        let span: Vec<Date> = (0..2500).map(|n| first + n.days()).collect();
        let asked: Vec<Day> = span.iter().map(|day| days.day(Some(*day))).collect();
        for (day, known) in span.iter().zip(&asked).rev() {
            assert_eq!(days.day(Some(*day)), *known);
        }
        let told_by = |day: &Date| (turning.class(*day), day.year(), day.month());
        for (one, next) in span
            .windows(2)
            .map(|pair| (pair[0], pair[1]))
            .zip(asked.windows(2))
        {
            let alike = told_by(&one.0) == told_by(&one.1);
            assert_eq!(next[0].class == next[1].class, alike, "{one:?}");
        }
        assert!(asked.iter().all(|day| day.class != days.day(None).class));
    }
}
