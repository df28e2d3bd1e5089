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
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Duty, RateStatus, Verdict};
use originis_rules_engine::facts::{FactPath, Facts};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Percent};
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine_at};

use crate::codes::Currency;
use crate::columns::Field;
use crate::days::{Day, Days};
use crate::duties::Duties;
use crate::hash::{QuickMap, QuickSet};
use crate::identity::{self, Identifier};
use crate::line::{Line, Particulars};
use crate::remark::{Remark, RemarkKind};
use crate::results::{ResultColumn, ResultColumns};
use crate::tally::{CellKey, WorkerTally};
use crate::text::{push_field, push_scaled};

/// Determinations kept by one worker before it starts over, which bounds its
/// memory.
const MOST_KEPT: usize = 32_768;

/// Everything a determination without materials depends on, apart from amounts
/// that only enter the saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    /// [`Description::number`](crate::line::Description::number).
    description: u64,
    /// [`Day::class`].
    day: u32,
    /// The day itself where a proof has an age.
    day_of_month: i8,
    amounts: u8,
    issued: Option<Date>,
}

impl Question {
    fn of(line: &Line, day: &Day) -> Self {
        let particulars = &line.particulars;
        let has_proof = line.description.proof.is_some();
        Self {
            description: line.description.number,
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
    days: Days<'a>,
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
    /// A decider that writes the result columns wanted, separated by `delimiter`.
    pub fn new(book: &'a RuleBook, delimiter: u8, wanted: ResultColumns) -> Self {
        Self {
            book,
            duties: Duties::new(book),
            days: Days::new(book),
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
                wanted,
                fingerprint: &book.fingerprint,
                identifier: Identifier::default(),
                field: Vec::new(),
            },
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
        let question = line
            .is_shared()
            .then(|| Question::of(line, &self.days.day(line.particulars.date)));
        if let Some(number) = question.as_ref().and_then(|asked| self.kept.get(asked))
            && let Some(kept) = self.results.get(*number)
        {
            return self.writer.write(kept, line, None, tally, out);
        }
        let asked = line.description.agreement;
        let materials = line.materials.take();
        let decided = line.facts(materials).and_then(|facts| {
            let determination = best(self.book, &mut self.duties, &facts, asked)?;
            Some((facts, determination))
        });
        let Some((facts, determination)) = decided else {
            return self.writer.write_undecidable(line, tally, out);
        };
        let declared = line.description.criterion.as_deref();
        check_criterion(declared, &determination, &mut line.remarks);
        let made = &mut self.room;
        let missing = &mut self.missing;
        made.fill(self.book, &determination, missing, &self.writer);
        made.cell = self
            .counted
            .number(&facts, line, &determination, (made.claim, missing), tally);
        made.digest = self
            .writer
            .identifies()
            .then(|| {
                self.writer.identifier.digest(
                    &line.description,
                    &facts,
                    made.agreement,
                    self.writer.fingerprint,
                )
            })
            .flatten();
        if let Some(question) = question {
            if self.results.len() >= MOST_KEPT {
                self.results.clear();
                self.kept.clear();
                self.texts.0.clear();
            }
            self.kept.insert(question, self.results.len());
            self.results.push(self.texts.columns(made));
        }
        let decided = self.writer.write(made, line, Some(&facts), tally, out);
        line.materials = facts.production.materials;
        decided
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
        writer: &ResultWriter<'_>,
    ) {
        let (delimiter, wanted) = (writer.delimiter, &writer.wanted);
        let Self {
            before,
            findings,
            after,
            ..
        } = self;
        before.clear();
        let criterion = determination.origin.criteria.first();
        for (column, text) in [
            (ResultColumn::Agreement, determination.agreement.name()),
            (ResultColumn::Verdict, determination.verdict.name()),
            (
                ResultColumn::Criterion,
                criterion.map_or("", |criterion| criterion.symbol()),
            ),
            (ResultColumn::Rule, rule_text(book, determination)),
        ] {
            if wanted.has(column) {
                before.push(delimiter);
                push_field(before, text.as_bytes(), delimiter);
            }
        }
        findings.clear();
        if wanted.has(ResultColumn::Findings) {
            push_findings(determination, findings);
        }
        missing.clear();
        for fact in &determination.origin.missing {
            if !missing.is_empty() {
                missing.push(b';');
            }
            // Writing to memory does not fail.
            let _ = write!(missing, "{}", fact.fact);
        }
        after.clear();
        if wanted.has(ResultColumn::Missing) {
            after.push(delimiter);
            push_field(after, missing, delimiter);
        }
        if wanted.has(ResultColumn::CountryOfOrigin) {
            after.push(delimiter);
            let origin = determination.country_of_origin;
            if let Some(party) = origin.and_then(|origin| origin.party) {
                after.extend_from_slice(party.as_str().as_bytes());
            }
        }
        for (column, duty) in [
            (ResultColumn::MfnRate, &determination.rate.mfn),
            (ResultColumn::PrefRate, &determination.rate.preferential),
        ] {
            if !wanted.has(column) {
                continue;
            }
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
    wanted: ResultColumns,
    fingerprint: &'a str,
    identifier: Identifier,
    field: Vec<u8>,
}

impl ResultWriter<'_> {
    /// Whether decisions are given their identifier.
    fn identifies(&self) -> bool {
        self.wanted.has(ResultColumn::DecisionId)
    }

    /// Writes the result columns of a line and counts it. Facts that were made for
    /// the decision hold its materials.
    fn write<Text: AsRef<[u8]>>(
        &mut self,
        columns: &Columns<Text>,
        line: &Line,
        facts: Option<&Facts>,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let delimiter = self.delimiter;
        let particulars = &line.particulars;
        out.extend_from_slice(columns.before.as_ref());
        if self.wanted.has(ResultColumn::Findings) {
            out.push(delimiter);
            self.push_findings(out, columns.findings.as_ref(), line);
        }
        out.extend_from_slice(columns.after.as_ref());
        let saving = |value: Amount| {
            columns
                .rates
                .map(|(mfn, preferential)| mfn.saving_on(value, preferential).0)
        };
        let on_value = particulars.customs_value.and_then(saving);
        if self.wanted.has(ResultColumn::Saving) {
            out.push(delimiter);
            if let Some(saving) = on_value {
                push_scaled(out, saving, Amount::PLACES, 2);
            }
        }
        if self.wanted.has(ResultColumn::Claim) {
            out.push(delimiter);
            out.extend_from_slice(columns.claim.as_bytes());
        }
        if self.identifies() {
            out.push(delimiter);
            self.push_identifier(out, columns, line, facts);
        }
        let at_least = particulars
            .customs_value
            .is_none()
            .then_some(particulars.fob)
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
            let value = particulars.customs_value.or(particulars.fob);
            counts.value += value.map_or(0, Amount::wide);
        }
        Decided {
            cell: columns.cell,
            status: columns.status,
            at_stake: on_value.or(at_least),
        }
    }

    /// The findings with the remarks on the line behind them.
    fn push_findings(&mut self, out: &mut Vec<u8>, findings: &[u8], line: &Line) {
        if line.remarks.0.is_empty() {
            push_findings_field(out, findings, self.delimiter);
            return;
        }
        self.field.clear();
        self.field.extend_from_slice(findings);
        push_remarks(&line.remarks.0, &mut self.field);
        push_field(out, &self.field, self.delimiter);
    }

    fn push_identifier<Text>(
        &mut self,
        out: &mut Vec<u8>,
        columns: &Columns<Text>,
        line: &Line,
        facts: Option<&Facts>,
    ) {
        if let Some(digest) = &columns.digest {
            let materials = facts.and_then(|facts| facts.production.materials.as_deref());
            self.identifier.push(out, digest, line, materials);
            return;
        }
        let made;
        let facts = match facts {
            Some(facts) => Some(facts),
            None => {
                made = line.facts(None);
                made.as_ref()
            }
        };
        if let Some(facts) = facts {
            let id = identity::of_any(
                &line.description,
                facts,
                columns.agreement,
                self.fingerprint,
            );
            out.extend_from_slice(id.as_bytes());
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
        for (column, _) in ResultColumn::ALL {
            if !self.wanted.has(column) {
                continue;
            }
            let text: &[u8] = match column {
                ResultColumn::Verdict => Verdict::Undetermined.name().as_bytes(),
                ResultColumn::Findings => &findings,
                ResultColumn::Missing => facts.as_bytes(),
                ResultColumn::Claim => claim_name(Outcome::Unknown).as_bytes(),
                _ => b"",
            };
            out.push(delimiter);
            push_field(out, text, delimiter);
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
    use crate::line::Description;
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
        let description = Description {
            number: hasher.finish(),
            currency,
            ..Description::of(&facts)
        };
        Line::of(description, facts)
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
        let mut decider = Decider::new(&book, b',', ResultColumns::default());
        let mut facts = made_of("611012", "CN", "JP", vec![foreign("510810", "40")]);
        facts.good.customs_value = "1260".parse().ok();
        facts.production.operations = None;
        let read = columns(&mut decider, facts);
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
            let mut shared = Decider::new(&book, b',', ResultColumns::default());
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
                let alone = columns(&mut Decider::new(&book, b',', ResultColumns::default()), facts.clone());
                prop_assert_eq!(columns(&mut shared, facts), alone);
            }
        }
    }
}
