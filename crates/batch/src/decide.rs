//! The decision on one line and its result columns.
//!
//! The engine is called directly. Lines whose materials are not known differ
//! only in amounts that no test can compare yet, so their determination is kept
//! and used again for the next line of the same description; the saving, which
//! does depend on the amount, is computed for each line.

use std::io::Write;
use std::rc::Rc;

use jiff::civil::Date;
use originis_exchange::outcome_name;
use originis_exchange::wording::claim_name;
use originis_rules_engine::agreement::{Agreement, in_force};
use originis_rules_engine::determination::{Determination, Duty, RateStatus, Verdict};
use originis_rules_engine::facts::{Costs, FactPath, Facts};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Percent};
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine_at};

use crate::codes::Currency;
use crate::columns::Field;
use crate::duties::Duties;
use crate::hash::{QuickMap, QuickSet};
use crate::identity::{self, Identifier};
use crate::line::{Description, Line};
use crate::remark::{Remark, RemarkKind};
use crate::tally::{CellKey, WorkerTally};
use crate::text::{push_field, push_scaled};

/// The result columns, in the order of the contract.
pub const RESULT_COLUMNS: [&str; 12] = [
    "roo_agreement",
    "roo_verdict",
    "roo_criterion",
    "roo_rule",
    "roo_findings",
    "roo_missing",
    "roo_country_of_origin",
    "roo_mfn_rate",
    "roo_pref_rate",
    "roo_saving",
    "roo_claim",
    "roo_decision_id",
];

/// Determinations kept by one worker before it starts over, which bounds its
/// memory.
const MOST_KEPT: usize = 32_768;

/// Everything a determination without materials depends on, apart from amounts
/// that only enter the saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    /// [`Description::number`].
    description: u64,
    day: Option<DayClass>,
    issued: Option<Date>,
    fob_is_positive: Option<bool>,
    has_weight: bool,
    value: ValueClass,
}

/// What the tables and the counts can tell a day by: its class among the days on
/// which tables change, and its month; the day itself where a proof has an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct DayClass {
    tables: (usize, usize),
    month: (i16, i8),
    exact: Option<i8>,
}

/// Where a customs value stands against the low-value waiver of each agreement,
/// the only amount of law compared when materials are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ValueClass {
    known: bool,
    within: [bool; 2],
}

/// The result columns of a determination, apart from what amounts enter. Lines
/// share most of these texts, so kept ones are held once each.
#[derive(Debug, Clone)]
struct Columns<Text> {
    /// `agreement,verdict,criterion,rule,` with the delimiter before each.
    before: Text,
    findings: Text,
    /// `missing,country of origin,mfn rate,preferential rate,`.
    after: Text,
    claim: &'static str,
    rates: Option<(Percent, Percent)>,
    agreement: Agreement,
    /// Of the description, for the identifier.
    digest: Option<[u8; 32]>,
    cell: usize,
    status: LineStatus,
}

/// What the run needs to know of a decided line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineStatus {
    /// The verdict; `None` when nothing could be asked.
    pub verdict: Option<Verdict>,
    /// The outcome of the claim.
    pub claim: Outcome,
    /// Whether facts are missing that the user can give.
    pub needs_facts: bool,
}

/// A decided line.
#[derive(Debug, Clone, Copy)]
pub struct Decided {
    /// Its cell in the tally.
    pub cell: usize,
    /// Its status.
    pub status: LineStatus,
    /// The duty at stake, in ten-thousandths of the currency unit: on the
    /// customs value, or at least on FOB.
    pub at_stake: Option<i128>,
}

/// Decides lines; one for each worker.
pub struct Decider<'a> {
    book: &'a RuleBook,
    duties: Duties<'a>,
    kept: QuickMap<Question, usize>,
    results: Vec<Columns<Rc<[u8]>>>,
    texts: Texts,
    /// Where the columns of a line are made.
    room: Columns<Vec<u8>>,
    missing: Vec<u8>,
    counted: CountedCells,
    writer: ResultWriter<'a>,
}

impl<'a> Decider<'a> {
    /// A decider that writes fields separated by `delimiter`.
    pub fn new(book: &'a RuleBook, delimiter: u8) -> Self {
        Self {
            book,
            duties: Duties::new(book),
            kept: QuickMap::default(),
            results: Vec::new(),
            texts: Texts::default(),
            room: Columns {
                before: Vec::new(),
                findings: Vec::new(),
                after: Vec::new(),
                claim: "",
                rates: None,
                agreement: Agreement::Rcep,
                digest: None,
                cell: 0,
                status: LineStatus {
                    verdict: None,
                    claim: Outcome::Unknown,
                    needs_facts: true,
                },
            },
            missing: Vec::new(),
            counted: CountedCells::default(),
            writer: ResultWriter {
                delimiter,
                fingerprint: &book.fingerprint,
                identifier: Identifier::default(),
                field: Vec::new(),
            },
        }
    }

    /// Decides a line and appends its result columns, a delimiter before each.
    pub fn decide(
        &mut self,
        line: &mut Line,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let Some(facts) = &line.facts else {
            return self.writer.write_undecidable(line, tally, out);
        };
        let question = question(self.book, &self.duties, &line.description, facts);
        if let Some(number) = question.as_ref().and_then(|asked| self.kept.get(asked))
            && let Some(kept) = self.results.get(*number)
        {
            return self.writer.write(kept, line, facts, tally, out);
        }
        let asked = line.description.agreement;
        let Some(determination) = best(self.book, &mut self.duties, facts, asked) else {
            return self.writer.write_undecidable(line, tally, out);
        };
        let declared = line.description.criterion.as_deref();
        check_criterion(declared, &determination, &mut line.remarks);
        let made = &mut self.room;
        let missing = &mut self.missing;
        made.fill(self.book, &determination, missing, self.writer.delimiter);
        made.cell = self
            .counted
            .number(facts, line, &determination, (made.claim, missing), tally);
        made.digest = self.writer.identifier.digest(
            &line.description,
            facts,
            made.agreement,
            self.writer.fingerprint,
        );
        if let Some(question) = question {
            if self.results.len() >= MOST_KEPT {
                self.results.clear();
                self.kept.clear();
                self.texts.0.clear();
            }
            self.kept.insert(question, self.results.len());
            self.results.push(self.texts.columns(made));
        }
        self.writer.write(made, line, facts, tally, out)
    }
}

/// Texts of result columns, each held once.
#[derive(Debug, Default)]
struct Texts(QuickSet<Rc<[u8]>>);

impl Texts {
    fn text(&mut self, text: &[u8]) -> Rc<[u8]> {
        if let Some(known) = self.0.get(text) {
            return Rc::clone(known);
        }
        let text: Rc<[u8]> = Rc::from(text);
        self.0.insert(Rc::clone(&text));
        text
    }

    fn columns(&mut self, made: &Columns<Vec<u8>>) -> Columns<Rc<[u8]>> {
        Columns {
            before: self.text(&made.before),
            findings: self.text(&made.findings),
            after: self.text(&made.after),
            claim: made.claim,
            rates: made.rates,
            agreement: made.agreement,
            digest: made.digest,
            cell: made.cell,
            status: made.status,
        }
    }
}

impl Columns<Vec<u8>> {
    /// Writes what a determination says, and the missing facts also by themselves;
    /// tally cell and digest are still to be found.
    fn fill(
        &mut self,
        book: &RuleBook,
        determination: &Determination,
        missing: &mut Vec<u8>,
        delimiter: u8,
    ) {
        let Self {
            before,
            findings,
            after,
            ..
        } = self;
        before.clear();
        let criterion = determination.origin.criteria.first();
        for text in [
            determination.agreement.name(),
            determination.verdict.name(),
            criterion.map_or("", |criterion| criterion.symbol()),
            rule_text(book, determination),
        ] {
            before.push(delimiter);
            push_field(before, text.as_bytes(), delimiter);
        }
        findings.clear();
        push_findings(determination, findings);
        missing.clear();
        for fact in &determination.origin.missing {
            if !missing.is_empty() {
                missing.push(b';');
            }
            // Writing to memory does not fail.
            let _ = write!(missing, "{}", fact.fact);
        }
        after.clear();
        after.push(delimiter);
        push_field(after, missing, delimiter);
        after.push(delimiter);
        let origin = determination
            .country_of_origin
            .and_then(|origin| origin.party);
        if let Some(party) = &origin {
            after.extend_from_slice(party.as_str().as_bytes());
        }
        for duty in [&determination.rate.mfn, &determination.rate.preferential] {
            after.push(delimiter);
            match duty {
                Duty::Rate(Rate::AdValorem(percent)) => {
                    push_scaled(after, i128::from(percent.thousandths()), Percent::PLACES, 0)
                }
                other => push_field(after, duty_text(other).as_bytes(), delimiter),
            }
        }
        self.claim = claim_name(determination.claim.outcome);
        self.rates = comparable_rates(determination);
        self.agreement = determination.agreement;
        self.status = LineStatus {
            verdict: Some(determination.verdict),
            claim: determination.claim.outcome,
            needs_facts: determination.claim.outcome == Outcome::Unknown
                && determination
                    .origin
                    .missing
                    .iter()
                    .any(|missing| !matches!(missing.fact, FactPath::Table(_))),
        };
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
        (claim, missing): (&str, &[u8]),
        tally: &mut WorkerTally,
    ) -> usize {
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
        ]);
        bytes.extend(determination.claim.blockers.iter().map(|test| *test as u8));
        bytes.push(u8::MAX);
        bytes.extend_from_slice(claim.as_bytes());
        bytes.extend_from_slice(missing);
        if let Some(number) = self.numbers.get(bytes.as_slice()) {
            return *number;
        }
        let number = tally.cell(cell_key(facts, line, determination, claim));
        self.numbers.insert(bytes.clone(), number);
        number
    }
}

/// Writes results behind lines, and counts them.
struct ResultWriter<'a> {
    delimiter: u8,
    fingerprint: &'a str,
    identifier: Identifier,
    field: Vec<u8>,
}

impl ResultWriter<'_> {
    fn write<Text: AsRef<[u8]>>(
        &mut self,
        columns: &Columns<Text>,
        line: &Line,
        facts: &Facts,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let delimiter = self.delimiter;
        out.extend_from_slice(columns.before.as_ref());
        out.push(delimiter);
        if line.remarks.0.is_empty() {
            push_findings_field(out, columns.findings.as_ref(), delimiter);
        } else {
            self.field.clear();
            self.field.extend_from_slice(columns.findings.as_ref());
            push_remarks(&line.remarks.0, &mut self.field);
            push_field(out, &self.field, delimiter);
        }
        out.extend_from_slice(columns.after.as_ref());
        out.push(delimiter);
        let saving = |value: Amount| {
            columns
                .rates
                .map(|(mfn, preferential)| mfn.saving_on(value, preferential).0)
        };
        let on_value = facts.good.customs_value.and_then(saving);
        if let Some(saving) = on_value {
            push_scaled(out, saving, Amount::PLACES, 2);
        }
        out.push(delimiter);
        out.extend_from_slice(columns.claim.as_bytes());
        out.push(delimiter);
        match &columns.digest {
            Some(digest) => self.identifier.push(out, digest, facts),
            None => out.extend_from_slice(
                identity::of_any(
                    &line.description,
                    facts,
                    columns.agreement,
                    self.fingerprint,
                )
                .as_bytes(),
            ),
        }
        let at_least = facts
            .good
            .customs_value
            .is_none()
            .then_some(facts.good.fob)
            .flatten()
            .and_then(saving);
        if let Some(counts) = tally.counts(columns.cell) {
            counts.lines += 1;
            if let Some(saving) = on_value {
                counts.with_saving += 1;
                counts.saving += saving;
            }
            if let Some(saving) = at_least {
                counts.with_least += 1;
                counts.saving_at_least += saving;
            }
            let value = facts.good.customs_value.or(facts.good.fob);
            counts.value += value.map_or(0, Amount::wide);
        }
        Decided {
            cell: columns.cell,
            status: columns.status,
            at_stake: on_value.or(at_least),
        }
    }

    /// The result columns of a line without code or countries.
    fn write_undecidable(
        &mut self,
        line: &Line,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let delimiter = self.delimiter;
        let missing: Vec<String> = line
            .description
            .lacking
            .iter()
            .map(|fact| (*fact).to_owned())
            .collect();
        let cell = tally.cell(CellKey {
            agreement: String::new(),
            exporter: String::new(),
            importer: String::new(),
            chapter: 0,
            month: String::new(),
            verdict: Verdict::Undetermined.name().to_owned(),
            criterion: String::new(),
            claim: claim_name(Outcome::Unknown).to_owned(),
            claimed: line.description.claimed,
            rate_status: RateStatus::NotLoaded.name().to_owned(),
            mfn_as_good: false,
            currency: currency_text(line.description.currency),
            missing: missing.clone(),
            blockers: Vec::new(),
        });
        if let Some(counts) = tally.counts(cell) {
            counts.lines += 1;
        }
        self.field.clear();
        push_remarks(&line.remarks.0, &mut self.field);
        let findings = std::mem::take(&mut self.field);
        let facts = missing.join(";");
        let columns: [&[u8]; 12] = [
            b"",
            Verdict::Undetermined.name().as_bytes(),
            b"",
            b"",
            &findings,
            facts.as_bytes(),
            b"",
            b"",
            b"",
            b"",
            claim_name(Outcome::Unknown).as_bytes(),
            b"",
        ];
        for column in columns {
            out.push(delimiter);
            push_field(out, column, delimiter);
        }
        self.field = findings;
        Decided {
            cell,
            status: LineStatus {
                verdict: Some(Verdict::Undetermined),
                claim: Outcome::Unknown,
                needs_facts: true,
            },
            at_stake: None,
        }
    }
}

/// The question of a line whose determination may be shared; `None` where
/// materials, costs, operations, a route or a declared criterion make it
/// particular.
fn question(
    book: &RuleBook,
    duties: &Duties<'_>,
    description: &Description,
    facts: &Facts,
) -> Option<Question> {
    let particular = facts.production.materials.is_some()
        || facts.production.operations.is_some()
        || facts.production.costs != Costs::default()
        || description.criterion.is_some()
        || facts
            .transport
            .as_ref()
            .is_some_and(|transport| !transport.via.is_empty());
    if particular {
        return None;
    }
    let good = &facts.good;
    let within = |agreement: Agreement| {
        let tables = book.agreement(agreement);
        let limit =
            tables.and_then(|tables| in_force(&tables.thresholds.proof_waiver_usd, facts.date));
        limit
            .zip(good.customs_value)
            .is_some_and(|(limit, value)| value <= limit.value)
    };
    Some(Question {
        description: description.number,
        day: facts.date.map(|date| DayClass {
            tables: duties.turning.class(date),
            month: (date.year(), date.month()),
            exact: facts.proof.is_some().then(|| date.day()),
        }),
        issued: facts.proof.as_ref().and_then(|proof| proof.issued),
        fob_is_positive: good.fob.map(|fob| fob.minor() > 0),
        has_weight: good.weight.is_some(),
        value: ValueClass {
            known: good.customs_value.is_some(),
            within: Agreement::ALL.map(within),
        },
    })
}

/// Decides under the agreement asked for, or under the best of those that bind.
fn best(
    book: &RuleBook,
    duties: &mut Duties<'_>,
    facts: &Facts,
    asked: Option<Agreement>,
) -> Option<Determination> {
    let mut under = |agreement| {
        determine_at(book, facts, agreement, |question| {
            duties.rate(agreement, question)
        })
    };
    if let Some(agreement) = asked {
        return under(agreement);
    }
    let binding = agreements_between(book, facts);
    if binding.is_empty() {
        return under(book.agreements.first()?.agreement);
    }
    let mut best: Option<Determination> = None;
    for agreement in binding {
        let Some(next) = under(agreement) else {
            continue;
        };
        if best.as_ref().is_none_or(|known| is_better(&next, known)) {
            best = Some(next);
        }
    }
    best
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

/// Both duties as percentages, where a saving can be told from them.
fn comparable_rates(determination: &Determination) -> Option<(Percent, Percent)> {
    let origin_is_open = determination
        .country_of_origin
        .is_some_and(|origin| origin.party.is_none());
    if origin_is_open {
        return None;
    }
    let percent = |duty: &Duty| match duty {
        Duty::Rate(rate) => rate.ad_valorem(),
        _ => None,
    };
    Some((
        percent(&determination.rate.mfn)?,
        percent(&determination.rate.preferential)?,
    ))
}

fn rule_text<'b>(book: &'b RuleBook, determination: &Determination) -> &'b str {
    determination
        .origin
        .rule
        .and_then(|applied| {
            let tables = book.agreement(determination.agreement)?;
            let table = tables.product_rules.get(applied.table)?;
            table.rules.get(applied.rule)
        })
        .map_or("", |rule| rule.text.as_str())
}

/// `test:outcome` for every test that applies, separated by semicolons.
fn push_findings(determination: &Determination, out: &mut Vec<u8>) {
    for finding in &determination.origin.findings {
        if finding.outcome == Outcome::NotApplicable {
            continue;
        }
        if !out.is_empty() {
            out.push(b';');
        }
        out.extend_from_slice(finding.test.name().as_bytes());
        if let Some(part) = finding.part {
            out.push(b'/');
            push_scaled(out, i128::from(part), 0, 0);
        }
        out.push(b':');
        out.extend_from_slice(outcome_name(finding.outcome).as_bytes());
    }
}

fn push_findings_field(out: &mut Vec<u8>, findings: &[u8], delimiter: u8) {
    // Findings hold no quotation marks or line breaks, only semicolons.
    if delimiter == b';' {
        push_field(out, findings, delimiter);
    } else {
        out.extend_from_slice(findings);
    }
}

/// `line:remark(field=reading)` after the findings. Readings come from the
/// user's cells, so what could break the list is left out.
fn push_remarks(remarks: &[Remark], out: &mut Vec<u8>) {
    for remark in remarks {
        if !out.is_empty() {
            out.push(b';');
        }
        out.extend_from_slice(b"line:");
        out.extend_from_slice(remark.kind.code().as_bytes());
        let field = remark.field.map(Field::name);
        let reading = remark.reading.as_deref();
        if field.is_none() && reading.is_none() {
            continue;
        }
        out.push(b'(');
        out.extend_from_slice(field.unwrap_or_default().as_bytes());
        if let Some(reading) = reading {
            out.push(b'=');
            out.extend(
                reading.bytes().filter(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'?')
                }),
            );
        }
        out.push(b')');
    }
}

/// A duty as text: the percentage without its sign where that is all, the words
/// `not_loaded` and `no_concession` where there is no number.
pub fn duty_text(duty: &Duty) -> String {
    let rate = |rate: &Rate| {
        rate.ad_valorem()
            .map_or_else(|| rate.to_string(), |percent| percent.to_string())
    };
    let list = |texts: Vec<String>| texts.join(" | ");
    match duty {
        Duty::NotLoaded => "not_loaded".to_owned(),
        Duty::NoRate => "no_concession".to_owned(),
        Duty::Rate(only) => rate(only),
        Duty::OneOf(rates) => list(
            rates
                .iter()
                .map(|one| {
                    one.as_ref()
                        .map_or_else(|| "no_concession".to_owned(), rate)
                })
                .collect(),
        ),
        Duty::Margin(margin) => format!("margin {margin}%"),
        Duty::OneOfMargins(margins) => list(
            margins
                .iter()
                .map(|margin| {
                    margin.map_or_else(
                        || "no_concession".to_owned(),
                        |margin| format!("margin {margin}%"),
                    )
                })
                .collect(),
        ),
    }
}

fn currency_text(currency: Option<Currency>) -> String {
    currency.map_or_else(String::new, |code| {
        String::from_utf8_lossy(&code).into_owned()
    })
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
    use std::hash::{Hash, Hasher};

    use super::*;
    use crate::line::Claimed;
    use crate::remark::Remarks;
    use originis_rules_engine::facts::{Proof, ProofType};
    use originis_testkit::facts::{DAY, foreign, good, made_of};
    use proptest::prelude::*;

    /// A line of these facts. The number of its description stands for all that a
    /// description holds of them, as it does in a file.
    fn line(facts: Facts) -> Line {
        let currency = facts.good.in_us_dollars.then_some(*b"USD");
        let described = format!(
            "{:?}",
            (
                (facts.exporter, facts.importer, facts.good.hs, currency),
                facts.proof.as_ref().map(|proof| proof.proof),
                (&facts.transport, facts.production.chemical_reaction),
            )
        );
        let mut hasher = std::hash::DefaultHasher::new();
        described.hash(&mut hasher);
        Line {
            description: Rc::new(Description {
                number: hasher.finish(),
                hs: Some(facts.good.hs),
                edition: facts.good.edition,
                exporter: Some(facts.exporter),
                importer: Some(facts.importer),
                lacking: Vec::new(),
                agreement: None,
                claimed: Claimed::NotStated,
                currency,
                basis: None,
                part: facts.good.part,
                wholly_obtained: facts.production.wholly_obtained,
                operations: facts.production.operations.clone(),
                words: None,
                chemical_reaction: facts.production.chemical_reaction,
                transport: facts.transport.clone(),
                proof: facts.proof.as_ref().map(|proof| proof.proof),
                criterion: None,
                remarks: Remarks::default(),
            }),
            facts: Some(facts),
            quantity: None,
            unit_fob: None,
            remarks: Remarks::default(),
        }
    }

    fn columns(decider: &mut Decider<'_>, facts: Facts) -> Vec<String> {
        let mut out = Vec::new();
        let mut tally = WorkerTally::default();
        decider.decide(&mut line(facts), &mut tally, &mut out);
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
        let mut decider = Decider::new(&book, b',');
        let mut facts = made_of("611012", "CN", "JP", vec![foreign("510810", "40")]);
        facts.good.customs_value = "1260".parse().ok();
        facts.production.operations = None;
        let read = columns(&mut decider, facts);
        assert_eq!(read.len(), RESULT_COLUMNS.len());
        assert_eq!(read[0], "RCEP");
        assert!(read[4].contains("tariff_shift:met"), "{}", read[4]);
        assert!(read[5].contains("operations"), "{}", read[5]);
        assert_eq!(read[11].len(), crate::identity::LENGTH);
    }

    #[test]
    fn a_line_without_a_code_is_undetermined_and_names_it() {
        let book = originis_testkit::book();
        let mut decider = Decider::new(&book, b',');
        let mut bare = line(good("611012", "CN", "JP"));
        bare.facts = None;
        Rc::make_mut(&mut bare.description).lacking = vec!["good.hs"];
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
        let determination = best(
            &book,
            &mut Duties::new(&book),
            &facts,
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

    proptest! {
        /// INVARIANT of sharing: whatever the amounts, a line decided from a kept
        /// determination reads as if it had been decided alone.
        #[test]
        fn a_shared_determination_is_the_one_the_line_would_have_got(
            lines in prop::collection::vec(
                (
                    prop::sample::select(vec!["611012", "390110", "020130", "850440", "999999"]),
                    prop::sample::select(vec![("CN", "JP"), ("CN", "KR"), ("KR", "CN"), ("IN", "KR"), ("CN", "US")]),
                    prop::option::of(0_i64..5_000_000),
                    prop::option::of(0_i64..5_000_000),
                    prop::option::of(0_i64..2),
                    prop::sample::select(vec![None, Some(ProofType::None), Some(ProofType::Certificate)]),
                    any::<(bool, Option<bool>, Option<bool>)>(),
                    prop::option::of((2021_i16..2028, 1_i8..13, 1_i8..29)),
                ),
                1..24,
            )
        ) {
            let book = originis_testkit::book();
            let mut shared = Decider::new(&book, b',');
            for (hs, (from, to), fob, value, weight, proof, (dollars, direct, reaction), day) in lines {
                let mut facts = good(hs, from, to);
                facts.good.fob = fob.and_then(Amount::from_minor);
                facts.good.customs_value = value.and_then(Amount::from_minor);
                facts.good.weight = weight
                    .and_then(originis_rules_engine::quantity::Weight::from_milligrams);
                facts.good.in_us_dollars = dollars;
                facts.date = day.map(|(year, month, day)| jiff::civil::date(year, month, day));
                facts.production.chemical_reaction = reaction;
                facts.proof = proof.map(|proof| Proof { proof, issued: Some(DAY) });
                facts.transport = direct.map(|direct| originis_rules_engine::facts::Transport {
                    direct: Some(direct),
                    via: Vec::new(),
                });
                let alone = columns(&mut Decider::new(&book, b','), facts.clone());
                prop_assert_eq!(columns(&mut shared, facts), alone);
            }
        }
    }
}
