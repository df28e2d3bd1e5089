//! The decision on one line and its result columns.
//!
//! The engine is called directly. Lines whose materials are not known differ
//! only in amounts that no test can compare yet, so their determination is kept
//! and used again for the next line of the same description; the saving, which
//! does depend on the amount, is computed for each line.

use originis_exchange::wording::claim_name;
use originis_rules_engine::determination::{Determination, Verdict};
use originis_rules_engine::facts::{Facts, Operation};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;

use crate::best::BestAgreement;
use crate::codes::currency_text;
use crate::columns::Field;
use crate::days::Days;
use crate::hash::QuickMap;
use crate::kept::{Shared, Situation};
use crate::line::Line;
use crate::remark::RemarkKind;
use crate::results::{Decided, ResultColumns, ResultTexts, ResultWriter, Summary};
use crate::tally::{CellKey, WorkerTally};

/// Decides lines; one for each worker.
pub struct Decider<'a> {
    book: &'a RuleBook,
    best: BestAgreement<'a>,
    days: Days<'a>,
    kept: Shared,
    /// Where the texts of a line are made.
    room: ResultTexts,
    missing: Vec<u8>,
    /// Room for the operations of a line.
    operations: Vec<Operation>,
    counted: CountedCells,
    writer: ResultWriter<'a>,
}

impl<'a> Decider<'a> {
    /// A decider that writes the result columns wanted, separated by `delimiter`.
    pub fn new(book: &'a RuleBook, delimiter: u8, wanted: ResultColumns) -> Self {
        Self {
            book,
            best: BestAgreement::new(book),
            days: Days::new(book),
            kept: Shared::default(),
            room: ResultTexts::default(),
            missing: Vec::new(),
            operations: Vec::new(),
            counted: CountedCells::default(),
            writer: ResultWriter::new(delimiter, wanted, &book.fingerprint),
        }
    }

    /// Decides a line and appends its result columns, a delimiter before each. Its
    /// materials are lent to the decision and stand in the line again after it.
    pub fn decide(
        &mut self,
        line: &mut Line,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        if !line.description.is_decidable() {
            return self.writer.write_undecidable(line, tally, out);
        }
        let day = self.days.day(line.particulars.date);
        let situation = line.is_shared().then(|| Situation::of(line, &day));
        let known = situation.and_then(|situation| {
            let results = line.description.results.try_borrow().ok()?;
            self.kept.find(&results, &situation)
        });
        if let Some(kept) = known {
            return self.writer.write(
                self.kept.texts(&kept),
                &kept.summary,
                self.kept.digest(&kept),
                (line, None),
                tally,
                out,
            );
        }
        let asked = line.description.agreement;
        let materials = line.materials.take();
        let Some(mut facts) = line.facts(materials, std::mem::take(&mut self.operations)) else {
            return self.writer.write_undecidable(line, tally, out);
        };
        let Some(determination) = self.best.decide(&facts, &day, asked) else {
            return self.writer.write_undecidable(line, tally, out);
        };
        let declared = line.description.criterion();
        check_criterion(declared, &determination, &mut line.remarks);
        self.writer
            .make(self.book, &determination, &mut self.room, &mut self.missing);
        let cell = self
            .counted
            .number(&facts, line, &determination, &self.missing, tally);
        let summary = Summary::of(&determination, cell, line.description.claimed);
        let digest = self.writer.digest(line, &facts, summary.agreement);
        if let (Some(situation), Ok(mut results)) =
            (situation, line.description.results.try_borrow_mut())
        {
            let digest = digest.as_ref();
            self.kept
                .keep(&mut results, situation, &self.room, summary, digest);
        }
        let decided = self.writer.write(
            self.room.parts(),
            &summary,
            digest.as_ref(),
            (line, Some(&facts)),
            tally,
            out,
        );
        self.best.give_back(determination);
        self.operations = facts.production.operations.take().unwrap_or_default();
        line.materials = facts.production.materials;
        decided
    }
}

/// Numbers of tally cells by everything they are told apart by, as bytes, so
/// that no text is made for a cell that exists.
#[derive(Debug, Default)]
struct CountedCells {
    numbers: QuickMap<Vec<u8>, usize>,
    bytes: Vec<u8>,
}

impl CountedCells {
    fn number(
        &mut self,
        facts: &Facts,
        line: &Line,
        determination: &Determination,
        missing: &[u8],
        tally: &mut WorkerTally,
    ) -> usize {
        let claim = determination.claim.outcome;
        let (year, month) = facts
            .date
            .map_or((0, 0), |date| (date.year(), date.month()));
        let bytes = &mut self.bytes;
        bytes.clear();
        bytes.extend_from_slice(facts.exporter.as_str().as_bytes());
        bytes.extend_from_slice(facts.importer.as_str().as_bytes());
        bytes.extend_from_slice(&year.to_le_bytes());
        bytes.extend_from_slice(&line.description.currency.unwrap_or_default());
        bytes.extend_from_slice(&[
            determination.agreement as u8,
            month.unsigned_abs(),
            facts.good.hs.chapter(),
            determination.verdict as u8,
            determination
                .origin
                .criteria
                .first()
                .map_or(u8::MAX, |criterion| *criterion as u8),
            line.description.claimed as u8,
            determination.rate.status as u8,
            u8::from(determination.rate.mfn_is_as_good == Outcome::Met),
            claim as u8,
        ]);
        bytes.extend(determination.claim.blockers.iter().map(|test| *test as u8));
        bytes.push(u8::MAX);
        bytes.extend_from_slice(missing);
        if let Some(number) = self.numbers.get(bytes.as_slice()) {
            return *number;
        }
        let number = tally.cell(cell_key(facts, line, determination, claim_name(claim)));
        self.numbers.insert(bytes.clone(), number);
        number
    }
}

/// A fact without the number of its material or place, for counting.
fn without_number(fact: &str) -> String {
    let mut counted = String::with_capacity(fact.len());
    let mut inside = false;
    for character in fact.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        counted.push(character);
    }
    counted
}

fn cell_key(facts: &Facts, line: &Line, determination: &Determination, claim: &str) -> CellKey {
    let mut counted: Vec<String> = determination
        .origin
        .missing
        .iter()
        .map(|missing| without_number(&missing.fact.to_string()))
        .collect();
    counted.sort_unstable();
    counted.dedup();
    CellKey {
        agreement: determination.agreement.name().to_owned(),
        exporter: facts.exporter.to_string(),
        importer: facts.importer.to_string(),
        chapter: facts.good.hs.chapter(),
        month: facts.date.map_or_else(String::new, |date| {
            format!("{:04}-{:02}", date.year(), date.month())
        }),
        verdict: determination.verdict.name().to_owned(),
        criterion: determination
            .origin
            .criteria
            .first()
            .map_or_else(String::new, |criterion| criterion.symbol().to_owned()),
        claim: claim.to_owned(),
        claimed: line.description.claimed,
        rate_status: determination.rate.status.name().to_owned(),
        mfn_as_good: determination.rate.mfn_is_as_good == Outcome::Met,
        currency: currency_text(line.description.currency),
        missing: counted,
        blockers: determination
            .claim
            .blockers
            .iter()
            .map(|test| test.name().to_owned())
            .collect(),
    }
}

/// The declared criterion against those the result offers.
fn check_criterion(
    declared: Option<&str>,
    determination: &Determination,
    remarks: &mut crate::remark::Remarks,
) {
    let Some(declared) = declared else { return };
    if determination.verdict != Verdict::Originating {
        return;
    }
    let offered = |word: &str| {
        determination
            .origin
            .criteria
            .iter()
            .any(|criterion| criterion.symbol() == word)
    };
    let words = declared
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| word.bytes().any(|byte| byte.is_ascii_alphabetic()));
    // ACU and DMI stand beside a criterion and are none themselves.
    let mut bases = words.filter(|word| !matches!(*word, "ACU" | "DMI"));
    if !bases.any(offered) {
        let best = determination
            .origin
            .criteria
            .first()
            .map_or("", |criterion| criterion.symbol());
        remarks.offer(
            RemarkKind::CriterionMismatch,
            Field::Criterion,
            declared,
            best.to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::line::Description;
    use crate::line::Particulars;
    use crate::remark::Remarks;
    use crate::results::ResultColumn;
    use jiff::civil::date;
    use originis_rules_engine::agreement::Agreement;
    use originis_rules_engine::facts::{Costs, Proof, ProofType, Transport};
    use originis_rules_engine::quantity::{Amount, Weight};
    use originis_testkit::facts::{foreign, good, made_of};
    use proptest::prelude::*;
    use proptest::sample::select;

    fn line(facts: Facts) -> Line {
        Line::of(Description::of(&facts), facts)
    }

    fn columns(decider: &mut Decider<'_>, mut line: Line) -> Vec<String> {
        let mut out = Vec::new();
        decider.decide(&mut line, &mut WorkerTally::default(), &mut out);
        let text = String::from_utf8(out).unwrap();
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.strip_prefix(',').unwrap().as_bytes())
            .records()
            .next()
            .unwrap()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn columns_stand_in_the_order_of_the_contract() {
        let book = originis_testkit::book();
        let mut decider = Decider::new(&book, b',', ResultColumns::default());
        let mut facts = made_of("611012", "CN", "JP", vec![foreign("510810", "40")]);
        facts.good.customs_value = "1260".parse().ok();
        facts.production.operations = None;
        let read = columns(&mut decider, line(facts));
        assert_eq!(read.len(), ResultColumn::ALL.len());
        assert_eq!(read[0], "RCEP");
        assert!(read[4].contains("tariff_shift:met"), "{}", read[4]);
        assert!(read[5].contains("operations"), "{}", read[5]);
        assert_eq!(read[11].len(), crate::identity::LENGTH);
    }

    #[test]
    fn a_line_without_a_code_is_undetermined_and_names_it() {
        let book = originis_testkit::book();
        let mut decider = Decider::new(&book, b',', ResultColumns::default());
        let mut bare = line(good("611012", "CN", "JP"));
        Rc::make_mut(&mut bare.description).hs = None;
        bare.remarks.offer(
            RemarkKind::LostLeadingZero,
            Field::Hs,
            "102211000",
            "0102211000".to_owned(),
        );
        let mut out = Vec::new();
        decider.decide(&mut bare, &mut WorkerTally::default(), &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            ",,undetermined,,,line:lost_leading_zero(hs=0102211000),good.hs,,,,,undetermined,"
        );
    }

    #[test]
    fn only_the_criterion_that_is_offered_is_accepted() {
        let book = originis_testkit::book();
        let facts = made_of("611012", "CN", "JP", vec![foreign("510810", "40")]);
        let determination = BestAgreement::new(&book)
            .decide(
                &facts,
                &Days::new(&book).day(facts.date),
                Some(Agreement::Rcep),
            )
            .unwrap();
        assert_eq!(determination.verdict, Verdict::Originating);
        let remarks_on = |declared: &str| {
            let mut remarks = Remarks::default();
            check_criterion(Some(declared), &determination, &mut remarks);
            remarks.0.len()
        };
        let symbol = determination.origin.criteria[0].symbol();
        assert_eq!(remarks_on(&format!("\"{symbol}\" ACU")), 0);
        assert_eq!(remarks_on("WO"), 1);
    }

    #[test]
    fn numbers_of_materials_are_not_counted_apart() {
        assert_eq!(without_number("materials[12].hs"), "materials[].hs");
        assert_eq!(without_number("good.fob"), "good.fob");
    }

    /// What a description says of a good.
    fn described() -> impl Strategy<Value = Facts> {
        (
            select(vec!["611012", "390110", "020130", "850440", "999999"]),
            select(vec![
                ("CN", "JP"),
                ("CN", "KR"),
                ("KR", "CN"),
                ("IN", "KR"),
                ("CN", "US"),
            ]),
            select(vec![
                None,
                Some(ProofType::None),
                Some(ProofType::Certificate),
            ]),
            any::<(bool, Option<bool>, Option<bool>)>(),
        )
            .prop_map(|(hs, (from, to), proof, (dollars, direct, reaction))| {
                let mut facts = good(hs, from, to);
                facts.good.in_us_dollars = dollars;
                facts.production.chemical_reaction = reaction;
                facts.proof = proof.map(|proof| Proof {
                    proof,
                    issued: None,
                });
                facts.transport = direct.map(|direct| Transport {
                    direct: Some(direct),
                    via: Vec::new(),
                });
                facts
            })
    }

    /// The numbers and days of a line, some of them on either side of a waiver or
    /// of a turn of the year.
    fn particular() -> impl Strategy<Value = Particulars> {
        let amount = || {
            let some = prop_oneof![
                select(vec![0, 1, 1_999_999, 2_000_000, 2_000_001]),
                0_i64..5_000_000
            ];
            prop::option::of(some.prop_map(|minor| Amount::from_minor(minor).unwrap()))
        };
        let day = || {
            let some = prop_oneof![
                select(vec![
                    date(2025, 12, 31),
                    date(2026, 1, 1),
                    date(2026, 7, 1),
                    date(2026, 7, 2)
                ]),
                (2021_i16..2028, 1_i8..13, 1_i8..29)
                    .prop_map(|(year, month, day)| date(year, month, day)),
            ];
            prop::option::of(some)
        };
        let weight =
            prop::option::of((0_i64..2).prop_map(|grams| Weight::from_milligrams(grams).unwrap()));
        (day(), day(), amount(), amount(), weight).prop_map(
            |(date, issued, fob, customs_value, weight)| Particulars {
                date,
                issued,
                fob,
                customs_value,
                weight,
                costs: Costs::default(),
            },
        )
    }

    proptest! {
        /// INVARIANT of sharing: whatever the particulars, a line decided from a kept
        /// determination reads as if it had been decided alone.
        #[test]
        fn a_shared_determination_is_the_one_the_line_would_have_got(
            goods in prop::collection::vec(described(), 1..4),
            lines in prop::collection::vec((any::<prop::sample::Index>(), particular()), 1..40),
        ) {
            let book = originis_testkit::book();
            let decider = || Decider::new(&book, b',', ResultColumns::default());
            let lines_of = |facts: &Facts, number: usize| {
                let mut description = Description::of(facts);
                description.number = number as u64;
                description.currency = facts.good.in_us_dollars.then_some(*b"USD");
                Line::of(description, facts.clone())
            };
            let kept: Vec<Line> = goods.iter().zip(0..).map(|(facts, number)| lines_of(facts, number)).collect();
            let mut shared = decider();
            for (index, particulars) in lines {
                let number = index.index(goods.len());
                // The lines of a description are clones that share it.
                let line = Line { particulars, ..kept[number].clone() };
                let alone = Line { particulars, ..lines_of(&goods[number], number) };
                prop_assert_eq!(columns(&mut shared, line), columns(&mut decider(), alone));
            }
        }
    }

    #[test]
    fn the_second_line_of_a_description_is_decided_from_what_was_kept() {
        let book = originis_testkit::book();
        let mut decider = Decider::new(&book, b',', ResultColumns::default());
        let first = line(good("611012", "CN", "JP"));
        let second = first.clone();
        let results = |line: &Line| line.description.results.borrow().count();
        assert_eq!(results(&first), 0);
        let read = columns(&mut decider, first.clone());
        assert_eq!(results(&first), 1);
        assert_eq!(columns(&mut decider, second), read);
        assert_eq!(results(&first), 1);
        let mut valued = first.clone();
        valued.particulars.customs_value = "1260".parse().ok();
        columns(&mut decider, valued);
        assert_eq!(results(&first), 2, "a value may be within the waiver");
    }
}
