//! Which of a list of goods change verdict, rule or rate between two days or
//! two versions of the tables, and what that costs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use originis_exchange::{Lang, Request, RequestErrors, wording as words};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Verdict};
use originis_rules_engine::facts::{FactPath, GoodField};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Balance;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine};
use serde::Serialize;

use crate::comparison::{Money, verdict_words};
use crate::document::{Cell, Document, Table};
use crate::duty::{Shipment, Span, Untold, dutiable_value, duty_in_money};
use crate::wording;

/// One side of the comparison: tables and a day.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint<'a> {
    /// The tables.
    pub book: &'a RuleBook,
    /// The day law and rates are read on; `None` for the day of each request.
    pub date: Option<Date>,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffReport {
    /// Goods compared under at least one agreement.
    pub compared: usize,
    /// Goods for which nothing changes.
    pub unchanged: usize,
    /// What changes, good by good.
    pub changes: Vec<Change>,
    /// Change of duty by currency, over the changes whose cost can be told; a
    /// good without a currency stands under an empty name.
    pub cost: BTreeMap<String, String>,
    /// Changes of duty that cannot be told in money.
    pub untold: usize,
    /// Requests that cannot be used, by their position from 1.
    pub unusable: Vec<Unusable>,
}

/// A request that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unusable {
    /// Its position in the list, from 1.
    pub position: usize,
    /// What is wrong.
    pub errors: RequestErrors,
}

/// The change of one good under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Position of the good in the list, from 1.
    pub position: usize,
    /// What it is called.
    pub name: Option<String>,
    /// Its code as stated.
    pub hs: String,
    /// The agreement.
    #[serde(serialize_with = "wording::agreement")]
    pub agreement: Agreement,
    /// What changes: `verdict`, `criterion`, `rule`, `mfn`, `rate`, `claim`,
    /// `hs`.
    pub changed: Vec<&'static str>,
    /// Before.
    pub before: Side,
    /// After.
    pub after: Side,
    /// More duty (positive) or less; absent when it cannot be told.
    pub cost: Option<String>,
}

/// A good as it is decided on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The day.
    pub date: Option<String>,
    /// The verdict.
    pub verdict: &'static str,
    /// The criterion.
    pub criterion: Option<&'static str>,
    /// The rule exactly as in the table.
    pub rule: Option<String>,
    /// The subheading the rule stands on, in the edition of the table.
    pub rule_code: Option<String>,
    /// The most-favoured-nation rate.
    pub mfn: Option<String>,
    /// The preferential rate.
    pub rate: Option<String>,
    /// What is known of it.
    pub rate_status: &'static str,
    /// Whether the preference can be claimed.
    pub claim: &'static str,
    /// Duty to be paid.
    pub duty: Money,
    /// Codes the good may have become, when the correlation leaves a choice.
    pub asks: Vec<String>,
}

/// Compares a list of goods. Proofs are taken to be fresh on both days: what
/// changes is law and rates, not the age of a paper.
pub fn diff(
    goods: &[Result<Request, RequestErrors>],
    before: Standpoint<'_>,
    after: Standpoint<'_>,
) -> DiffReport {
    let mut report = DiffReport {
        compared: 0,
        unchanged: 0,
        changes: Vec::new(),
        cost: BTreeMap::new(),
        untold: 0,
        unusable: Vec::new(),
    };
    let mut costs: BTreeMap<String, i128> = BTreeMap::new();
    for (position, good) in (1..).zip(goods) {
        let both = good
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|request| Ok((request, decide(request, before)?, decide(request, after)?)));
        let (request, left, right) = match both {
            Ok(both) => both,
            Err(errors) => {
                report.unusable.push(Unusable { position, errors });
                continue;
            }
        };
        report.compared += 1;
        let mut any = false;
        for agreement in Agreement::ALL {
            let find = |sides: &[Decided]| {
                sides
                    .iter()
                    .find(|decided| decided.agreement == agreement)
                    .cloned()
            };
            let (Some(left), Some(right)) = (find(&left), find(&right)) else {
                continue;
            };
            let changed = changed(&left.side, &right.side);
            // Two countries it binds on neither day have nothing to change.
            if changed.is_empty() || !(left.binds || right.binds) {
                continue;
            }
            any = true;
            let cost = match (left.payable, right.payable) {
                (Ok(left), Ok(right)) => left
                    .known()
                    .zip(right.known())
                    .map(|(left, right)| right.0 - left.0),
                _ => None,
            };
            match cost {
                Some(cost) => {
                    let currency = request.good.currency.clone().unwrap_or_default();
                    *costs.entry(currency).or_default() += cost;
                }
                None => report.untold += 1,
            }
            report.changes.push(Change {
                position,
                name: request.good.name.clone(),
                hs: request.good.hs.to_string(),
                agreement,
                changed,
                before: left.side,
                after: right.side,
                cost: cost.map(|cost| Balance(cost).to_string()),
            });
        }
        if !any {
            report.unchanged += 1;
        }
    }
    report.cost = costs
        .into_iter()
        .map(|(currency, cost)| (currency, Balance(cost).to_string()))
        .collect();
    report
}

#[derive(Debug, Clone)]
struct Decided {
    agreement: Agreement,
    binds: bool,
    side: Side,
    payable: Result<Span, Untold>,
}

fn decide(request: &Request, standpoint: Standpoint<'_>) -> Result<Vec<Decided>, RequestErrors> {
    let mut facts = request.to_facts(standpoint.book)?;
    if let Some(date) = standpoint.date {
        facts.date = Some(date);
    }
    if let (Some(proof), Some(date)) = (facts.proof.as_mut(), facts.date) {
        proof.issued = Some(date);
    }
    let agreements = match request.agreement {
        Some(agreement) => vec![agreement],
        None => standpoint
            .book
            .agreements
            .iter()
            .map(|tables| tables.agreement)
            .collect(),
    };
    let binding = agreements_between(standpoint.book, &facts);
    Ok(agreements
        .into_iter()
        .filter_map(|agreement| {
            let tables = standpoint.book.agreement(agreement)?;
            let determination = determine(standpoint.book, &facts, agreement)?;
            let shipment = Shipment {
                value: dutiable_value(tables, &facts),
                weight: facts.good.weight,
                currency: request.good.currency.as_deref(),
            };
            let payable = payable(&determination, shipment);
            let rule = determination.origin.rule.and_then(|applied| {
                let row = tables
                    .product_rules
                    .get(applied.table)?
                    .rules
                    .get(applied.rule)?;
                Some((row.text.clone(), applied.subheading.to_string()))
            });
            let asks = determination
                .origin
                .missing
                .iter()
                .filter(|missing| missing.fact == FactPath::Good(GoodField::Hs))
                .flat_map(|missing| missing.candidates.iter().map(ToString::to_string))
                .collect();
            Some(Decided {
                agreement,
                binds: binding.contains(&agreement),
                side: Side {
                    date: facts.date.map(|day| day.to_string()),
                    verdict: determination.verdict.name(),
                    criterion: determination
                        .origin
                        .criteria
                        .first()
                        .map(|criterion| criterion.symbol()),
                    rule_code: rule.as_ref().map(|(_, code)| code.clone()),
                    rule: rule.map(|(text, _)| text),
                    mfn: words::rate::figure(&determination.rate.mfn),
                    rate: words::rate::figure(&determination.rate.preferential),
                    rate_status: determination.rate.status.name(),
                    claim: words::claim_name(determination.claim.outcome),
                    duty: Money::of(payable),
                    asks,
                },
                payable,
            })
        })
        .collect())
}

/// The duty to be paid: the preference where it may be claimed and is lower,
/// otherwise that of the most favoured nation.
fn payable(determination: &Determination, shipment: Shipment<'_>) -> Result<Span, Untold> {
    let mfn = duty_in_money(&determination.rate.mfn, shipment);
    let claimable = determination.verdict == Verdict::Originating
        && determination.claim.outcome != Outcome::NotMet
        && determination.rate.mfn_is_as_good != Outcome::Met;
    if claimable {
        duty_in_money(&determination.rate.preferential, shipment)
    } else {
        mfn
    }
}

fn changed(before: &Side, after: &Side) -> Vec<&'static str> {
    let mut changed = Vec::new();
    let mut note = |name: &'static str, differs: bool| {
        if differs {
            changed.push(name);
        }
    };
    note("verdict", before.verdict != after.verdict);
    note("criterion", before.criterion != after.criterion);
    note("rule", before.rule != after.rule);
    note(
        "hs",
        before.rule_code != after.rule_code || before.asks != after.asks,
    );
    note("mfn", before.mfn != after.mfn);
    note(
        "rate",
        before.rate != after.rate || before.rate_status != after.rate_status,
    );
    note("claim", before.claim != after.claim);
    changed
}

impl DiffReport {
    /// The changes for people.
    pub fn document(&self, lang: Lang) -> Document {
        let mut document = Document::new(lang.pick("What changes", "变化情况"));
        let (compared, unchanged) = (self.compared, self.unchanged);
        let differ = compared - unchanged;
        document.text(match lang {
            Lang::En => format!("{compared} goods compared: {differ} change, {unchanged} do not."),
            Lang::Zh => format!("共比较{compared}项货物：{differ}项有变化，{unchanged}项无变化。"),
        });
        for (currency, cost) in &self.cost {
            document.text(match lang {
                Lang::En => format!("Change of duty: {cost} {currency}."),
                Lang::Zh => format!("税额变化：{cost} {currency}。"),
            });
        }
        if self.untold > 0 {
            let untold = self.untold;
            document.text(match lang {
                Lang::En => format!("{untold} changes cannot be told in money."),
                Lang::Zh => format!("{untold}项变化无法以金额表示。"),
            });
        }
        let mut table = Table::with_head([
            "#",
            lang.pick("good", "货物"),
            lang.pick("agreement", "协定"),
            lang.pick("verdict", "结论"),
            lang.pick("rule", "规则"),
            lang.pick("rate", "税率"),
            lang.pick("MFN", "最惠国"),
            lang.pick("cost", "税额变化"),
        ]);
        for change in &self.changes {
            let arrow = |before: &str, after: &str| {
                if before == after {
                    before.to_owned()
                } else {
                    format!("{before} → {after}")
                }
            };
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
            let name = change.name.as_ref().unwrap_or(&change.hs);
            let asked = if change.after.asks.is_empty() {
                String::new()
            } else {
                match lang {
                    Lang::En => format!(" (which of {}?)", change.after.asks.join(", ")),
                    Lang::Zh => format!("（请确认为{}中的哪一个）", change.after.asks.join("、")),
                }
            };
            table.rows.push(vec![
                Cell::Number(change.position.to_string()),
                format!("{name}{asked}").into(),
                change.agreement.name().into(),
                arrow(
                    verdict_words(change.before.verdict, lang),
                    verdict_words(change.after.verdict, lang),
                )
                .into(),
                arrow(&text(&change.before.rule), &text(&change.after.rule)).into(),
                arrow(&text(&change.before.rate), &text(&change.after.rate)).into(),
                arrow(&text(&change.before.mfn), &text(&change.after.mfn)).into(),
                Cell::number(change.cost.as_ref()),
            ]);
        }
        document.table(table);
        if !self.unusable.is_empty() {
            document.heading(lang.pick("Not used", "未能使用"));
            document.list(
                self.unusable
                    .iter()
                    .map(|row| format!("{}: {}", row.position, row.errors.lines(lang)))
                    .collect(),
            );
        }
        document
    }
}

/// Reads a list of goods: a JSON array of requests, or one request on each
/// line.
///
/// # Errors
/// When the text is an array that cannot be read as one; a single request that
/// cannot be read stands in the list with its errors.
pub fn read_goods(text: &str) -> Result<Vec<Result<Request, RequestErrors>>, RequestErrors> {
    if text.trim_start().starts_with('[') {
        let values: Vec<serde_json::Value> =
            serde_json::from_str(text).map_err(|error| crate::proof::not_readable("", &error))?;
        return Ok(values
            .iter()
            .map(|value| Request::from_json(&value.to_string()))
            .collect());
    }
    Ok(text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(Request::from_json)
        .collect())
}
