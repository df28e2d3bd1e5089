//! Writing results behind lines, and counting them.

use std::borrow::Cow;
use std::io::Write;

use originis_exchange::outcome_name;
use originis_exchange::wording::claim_name;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Duty, RateStatus, Test, Verdict};
use originis_rules_engine::facts::{FactPath, Facts};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Percent};
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::RuleBook;

use crate::codes::currency_text;
use crate::columns::Field;
use crate::identity::{self, Identifier};
use crate::line::{Claimed, Line};
use crate::remark::Remark;
use crate::results::columns::{ResultColumn, ResultColumns};
use crate::results::texts::ResultTexts;
use crate::tally::{Attention, CellKey, WorkerTally};
use crate::text::{push_field, push_scaled};

/// What is needed of a determination beside its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Both duties as percentages, where a saving can be told from them.
    pub rates: Option<(Percent, Percent)>,
    /// The agreement decided under.
    pub agreement: Agreement,
    /// The outcome of the claim.
    pub claim: Outcome,
    /// Whether facts are missing that the user can give.
    pub needs_facts: bool,
    /// The cell of the tally.
    pub cell: usize,
    /// When its lines are listed by name.
    pub listing: Listing,
}

impl Summary {
    /// That of a determination counted in a cell.
    pub fn of(determination: &Determination, cell: usize, claimed: Claimed) -> Self {
        let needs_facts = needs_facts(determination);
        Self {
            listing: Listing::of(determination, claimed, needs_facts),
            rates: comparable_rates(determination),
            agreement: determination.agreement,
            claim: determination.claim.outcome,
            needs_facts,
            cell,
        }
    }
}

/// When the lines of a result are listed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// It qualifies, no preference is claimed and the duty would be lower.
    missed: bool,
    /// A preference is claimed that the facts do not support.
    at_risk: bool,
    /// It was marked "not sure" and can now be decided.
    decidable: bool,
    /// Facts are missing on which a saving may depend.
    needs_facts: bool,
}

impl Listing {
    fn of(determination: &Determination, claimed: Claimed, needs_facts: bool) -> Self {
        let verdict = determination.verdict;
        let claim = &determination.claim;
        Self {
            missed: verdict == Verdict::Originating
                && claimed == Claimed::No
                && determination.rate.mfn_is_as_good != Outcome::Met
                && !claim.blockers.contains(&Test::Concession),
            at_risk: claimed == Claimed::Yes
                && (verdict != Verdict::Originating || claim.outcome == Outcome::NotMet),
            decidable: claimed == Claimed::NotSure && verdict != Verdict::Undetermined,
            needs_facts: claimed != Claimed::Yes && needs_facts,
        }
    }

    /// That of a line about which nothing can be asked.
    fn undecidable(claimed: Claimed) -> Self {
        Self {
            missed: false,
            at_risk: claimed == Claimed::Yes,
            decidable: false,
            needs_facts: claimed != Claimed::Yes,
        }
    }

    /// Why a line with this duty at stake is listed.
    pub fn reasons(self, at_stake: Option<i128>) -> impl Iterator<Item = Attention> {
        let missed = self.missed && at_stake.is_none_or(|amount| amount > 0);
        let needs_facts = self.needs_facts && at_stake.is_some_and(|amount| amount > 0);
        [
            (missed, Attention::MissedBenefit),
            (self.at_risk, Attention::ClaimAtRisk),
            (self.decidable, Attention::NowDecidable),
            (needs_facts, Attention::NeedsFacts),
        ]
        .into_iter()
        .filter_map(|(is_listed, reason)| is_listed.then_some(reason))
    }
}

/// Whether facts are missing that the user can give.
fn needs_facts(determination: &Determination) -> bool {
    determination.claim.outcome == Outcome::Unknown
        && determination
            .origin
            .missing
            .iter()
            .any(|missing| !matches!(missing.fact, FactPath::Table(_)))
}

/// A decided line.
#[derive(Debug, Clone, Copy)]
pub struct Decided {
    /// Its cell in the tally.
    pub cell: usize,
    /// When it is listed by name.
    pub listing: Listing,
    /// Whether facts are missing that the user can give.
    pub needs_facts: bool,
    /// The duty at stake, in ten-thousandths of the currency unit: on the
    /// customs value, or at least on FOB.
    pub at_stake: Option<i128>,
}

/// Writes results behind lines, and counts them.
pub struct ResultWriter<'a> {
    delimiter: u8,
    wanted: ResultColumns,
    fingerprint: &'a str,
    identifier: Identifier,
    field: Vec<u8>,
}

impl<'a> ResultWriter<'a> {
    /// A writer of the result columns wanted, separated by `delimiter`, for
    /// decisions by the tables of a fingerprint.
    pub fn new(delimiter: u8, wanted: ResultColumns, fingerprint: &'a str) -> Self {
        Self {
            delimiter,
            wanted,
            fingerprint,
            identifier: Identifier::default(),
            field: Vec::new(),
        }
    }

    /// The digest of a description for the identifiers of decisions on its lines;
    /// `None` where none are wanted, or the quick form does not cover the facts.
    pub fn digest(&mut self, line: &Line, facts: &Facts, agreement: Agreement) -> Option<[u8; 32]> {
        if !self.wanted.has(ResultColumn::DecisionId) {
            return None;
        }
        self.identifier
            .digest(&line.description, facts, agreement, self.fingerprint)
    }

    /// Makes the texts of a determination, and that of the missing facts also by
    /// itself.
    pub fn make(
        &self,
        book: &RuleBook,
        determination: &Determination,
        texts: &mut ResultTexts,
        missing: &mut Vec<u8>,
    ) {
        let (delimiter, wanted) = (self.delimiter, &self.wanted);
        let ResultTexts {
            before,
            findings,
            after,
        } = texts;
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
    }

    /// Writes the result columns of a line and counts it. Facts that were made for
    /// the decision hold its materials.
    pub fn write(
        &mut self,
        [before, findings, after]: [&[u8]; 3],
        summary: &Summary,
        digest: Option<&[u8; 32]>,
        (line, facts): (&Line, Option<&Facts>),
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let delimiter = self.delimiter;
        let particulars = &line.particulars;
        out.extend_from_slice(before);
        if self.wanted.has(ResultColumn::Findings) {
            out.push(delimiter);
            self.push_findings(out, findings, line);
        }
        out.extend_from_slice(after);
        let saving = |value: Amount| {
            summary
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
            out.extend_from_slice(claim_name(summary.claim).as_bytes());
        }
        if self.wanted.has(ResultColumn::DecisionId) {
            out.push(delimiter);
            self.push_identifier(out, summary.agreement, digest, (line, facts));
        }
        let at_least = particulars
            .customs_value
            .is_none()
            .then_some(particulars.fob)
            .flatten()
            .and_then(saving);
        if let Some(counts) = tally.counts(summary.cell) {
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
            cell: summary.cell,
            listing: summary.listing,
            needs_facts: summary.needs_facts,
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

    fn push_identifier(
        &mut self,
        out: &mut Vec<u8>,
        agreement: Agreement,
        digest: Option<&[u8; 32]>,
        (line, facts): (&Line, Option<&Facts>),
    ) {
        if let Some(digest) = digest {
            let materials = facts.and_then(|facts| facts.production.materials.as_deref());
            self.identifier.push(out, digest, line, materials);
            return;
        }
        let made;
        let facts = match facts {
            Some(facts) => Some(facts),
            None => {
                made = line.facts(None, Vec::new());
                made.as_ref()
            }
        };
        if let Some(facts) = facts {
            let id = identity::of_any(&line.description, facts, agreement, self.fingerprint);
            out.extend_from_slice(id.as_bytes());
        }
    }

    /// The result columns of a line without code or countries.
    pub fn write_undecidable(
        &mut self,
        line: &Line,
        tally: &mut WorkerTally,
        out: &mut Vec<u8>,
    ) -> Decided {
        let delimiter = self.delimiter;
        let missing: Vec<String> = line.description.lacking().map(str::to_owned).collect();
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
            listing: Listing::undecidable(line.description.claimed),
            needs_facts: true,
            at_stake: None,
        }
    }
}

/// Both duties as percentages, where a saving can be told from them.
pub fn comparable_rates(determination: &Determination) -> Option<(Percent, Percent)> {
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
fn duty_text(duty: &Duty) -> Cow<'static, str> {
    let rate = |rate: &Rate| {
        rate.ad_valorem()
            .map_or_else(|| rate.to_string(), |percent| percent.to_string())
    };
    let list = |texts: Vec<String>| Cow::Owned(texts.join(" | "));
    match duty {
        Duty::NotLoaded => Cow::Borrowed("not_loaded"),
        Duty::NoRate => Cow::Borrowed(NO_CONCESSION),
        Duty::Rate(only) => Cow::Owned(rate(only)),
        Duty::OneOf(rates) => list(
            rates
                .iter()
                .map(|one| one.as_ref().map_or_else(|| NO_CONCESSION.to_owned(), rate))
                .collect(),
        ),
        Duty::Margin(margin) => Cow::Owned(format!("margin {margin}%")),
        Duty::OneOfMargins(margins) => list(
            margins
                .iter()
                .map(|margin| {
                    margin.map_or_else(
                        || NO_CONCESSION.to_owned(),
                        |margin| format!("margin {margin}%"),
                    )
                })
                .collect(),
        ),
    }
}

/// What is written where a line has no preferential rate.
const NO_CONCESSION: &str = "no_concession";
