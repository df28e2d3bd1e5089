//! The report of a run: how much preference is used, how much money it saves,
//! what is missed, what is at risk, and which facts are worth looking for.

mod chart;
mod page;

use std::collections::BTreeMap;

use originis_exchange::Lang;
use originis_rules_engine::quantity::Balance;
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use crate::codes::rows;
use crate::line::Claimed;
use crate::materials::UnusedBills;
use crate::output::SummaryBlock;
use crate::run::Finished;
use crate::tally::{Attention, Cell, CellKey, ListedLine};

const SECTORS: &str = include_str!("../../codes/sectors.csv");

/// An amount in its currency, as a decimal string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// ISO 4217; empty where the file does not state it.
    pub currency: String,
    /// The amount.
    pub amount: String,
    #[serde(skip)]
    minor: i128,
}

/// Sums by currency; currencies are never added together.
#[derive(Debug, Clone, Default)]
struct Sums(BTreeMap<String, i128>);

impl Sums {
    fn add(&mut self, currency: &str, amount: i128) {
        if amount != 0 {
            *self.0.entry(currency.to_owned()).or_default() += amount;
        }
    }

    /// Largest first.
    fn money(&self) -> Vec<Money> {
        let mut list: Vec<Money> = self
            .0
            .iter()
            .map(|(currency, minor)| Money {
                currency: currency.clone(),
                amount: Balance(*minor).to_string(),
                minor: *minor,
            })
            .collect();
        list.sort_by(|one, other| {
            other
                .minor
                .cmp(&one.minor)
                .then(one.currency.cmp(&other.currency))
        });
        list
    }
}

/// Lines and the duty the preference is worth on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Lines.
    pub lines: u64,
    /// Duty at stake where both rates are loaded and the value is known.
    pub duty: Vec<Money>,
    /// Lines whose rates or values do not tell the duty.
    pub without_amount: u64,
}

#[derive(Debug, Default)]
struct MeasureSum {
    lines: u64,
    sums: Sums,
    with_amount: u64,
}

impl MeasureSum {
    fn add(&mut self, key: &CellKey, cell: &Cell) {
        self.lines += cell.lines;
        self.with_amount += cell.with_saving + cell.with_least;
        self.sums.add(&key.currency, cell.known_saving());
    }

    fn measure(&self) -> Measure {
        Measure {
            lines: self.lines,
            duty: self.sums.money(),
            without_amount: self.lines.saturating_sub(self.with_amount),
        }
    }
}

/// How much of an agreement's preference is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Utilisation {
    /// The agreement.
    pub agreement: String,
    /// Lines decided under it.
    pub lines: u64,
    /// Of these, originating.
    pub originating: u64,
    /// Of the originating ones, with a preference claimed.
    pub claimed: u64,
    /// Of the originating ones, without a claim.
    pub not_claimed: u64,
    /// Claimed among originating lines whose claim is stated, in per cent with
    /// one decimal; `null` when no line states it.
    pub per_cent: Option<String>,
}

/// One row of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// What it is of.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// Lines.
    pub lines: u64,
    /// Originating.
    pub originating: u64,
    /// Not originating.
    pub not_originating: u64,
    /// Undetermined.
    pub undetermined: u64,
    /// Duty saved by claims that stand.
    pub saved: Vec<Money>,
    /// Duty that could be saved and is not.
    pub missed: Vec<Money>,
}

/// A fact that is missing, with what depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFact {
    /// The fact as the request names it, without the number of the material.
    pub fact: String,
    /// Lines that lack it.
    pub lines: u64,
    /// Lines that lack nothing else.
    pub alone: u64,
    /// Duty that depends on it.
    pub at_stake: Vec<Money>,
}

/// Lines of one reason and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Why they are listed.
    pub reason: Attention,
    /// The currency they are ranked in.
    pub currency: String,
    /// The lines, largest amount first.
    pub lines: Vec<ListedRow>,
}

/// A listed line with its amount as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedRow {
    /// Row in the file.
    pub row: u64,
    /// Declaration and item number.
    pub key: String,
    /// Code.
    pub hs: String,
    /// Exporting country.
    pub from: String,
    /// Importing country.
    pub to: String,
    /// Agreement.
    pub agreement: String,
    /// Verdict.
    pub verdict: String,
    /// Duty at stake; absent where nothing is at stake or it is not known.
    pub duty: Option<String>,
    /// Blockers and missing facts.
    pub detail: Vec<String>,
}

/// What was noticed apart from any law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hygiene {
    /// Its code in `roo_findings`.
    pub code: &'static str,
    /// Lines.
    pub lines: u64,
    /// The first of them.
    pub first_row: u64,
    /// Whether the row could not be used, or only in part.
    pub defect: bool,
    /// What it says.
    pub text: &'static str,
}

/// How the file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadAs {
    /// Encoding.
    pub encoding: &'static str,
    /// What that rests on.
    pub evidence: &'static str,
    /// Delimiter.
    pub delimiter: String,
    /// Title rows above the headings.
    pub title_rows: usize,
    /// Headings understood, with their fields.
    pub understood: Vec<(String, &'static str)>,
    /// Headings that mean nothing here.
    pub ignored: Vec<String>,
    /// Bills of materials of lines that are not in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bills_without_line: Option<UnusedBills>,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The declaration file.
    pub file: String,
    /// Whether the run was stopped before the end of the file.
    pub stopped: bool,
    /// How the file was read.
    pub read_as: ReadAs,
    /// Fingerprint of the rule tables.
    pub fingerprint: String,
    /// The latest day any table was read or published.
    pub as_of: String,
    /// Lines by verdict.
    pub lines: u64,
    /// Originating.
    pub originating: u64,
    /// Not originating.
    pub not_originating: u64,
    /// Undetermined.
    pub undetermined: u64,
    /// Rows that could not be used, or only in part.
    pub defective: u64,
    /// Lines that need facts.
    pub needing_facts: u64,
    /// Claimed, originating, nothing stands in the way.
    pub saved: Measure,
    /// Qualifies, and no preference is claimed.
    pub missed: Measure,
    /// Qualifies, and the file does not say whether preference is claimed.
    pub available: Measure,
    /// Claimed, but not originating, or the claim does not stand.
    pub at_risk: Measure,
    /// Claimed, and the facts do not show that it is originating.
    pub not_provable: Measure,
    /// Marked "not sure", and decided now.
    pub now_decidable: Measure,
    /// Undetermined.
    pub open: Measure,
    /// Qualifies, but the most-favoured-nation duty is as low: preference is useless.
    pub pointless: u64,
    /// Use of each agreement.
    pub utilisation: Vec<Utilisation>,
    /// By partner country.
    pub by_partner: Vec<Slice>,
    /// By chapter of the code.
    pub by_chapter: Vec<Slice>,
    /// By month.
    pub by_month: Vec<Slice>,
    /// By sector.
    pub by_sector: Vec<Slice>,
    /// Missing facts, those with most duty behind them first.
    pub missing_facts: Vec<MissingFact>,
    /// Lines that deserve attention.
    pub listed: Vec<Listed>,
    /// Hygiene findings, most frequent first.
    pub hygiene: Vec<Hygiene>,
}

impl Report {
    /// The report of a run.
    pub fn of(file: &str, finished: &Finished, book: &RuleBook, lang: Lang) -> Self {
        let tally = &finished.checkpoint.tally;
        let cells: Vec<(&CellKey, &Cell)> = tally.cells.iter().collect();
        let count = |verdict: &str| {
            cells
                .iter()
                .filter(|(key, _)| key.verdict == verdict)
                .map(|(_, cell)| cell.lines)
                .sum()
        };
        let measure = |wanted: &dyn Fn(&CellKey) -> bool| {
            let mut sum = MeasureSum::default();
            for (key, cell) in cells.iter().filter(|(key, _)| wanted(key)) {
                sum.add(key, cell);
            }
            sum.measure()
        };
        let sectors = sectors();
        Self {
            file: file.to_owned(),
            stopped: finished.stopped,
            read_as: ReadAs {
                encoding: finished.layout.detected.encoding.name(),
                evidence: finished.layout.detected.evidence.name(),
                delimiter: char::from(finished.layout.delimiter).to_string(),
                title_rows: finished.layout.title_rows,
                understood: finished.understood.clone(),
                ignored: finished.ignored.clone(),
                bills_without_line: finished.unused_bills.clone(),
            },
            fingerprint: book.fingerprint.clone(),
            as_of: book.as_of.to_string(),
            lines: tally.lines,
            originating: count("originating"),
            not_originating: count("not_originating"),
            undetermined: count("undetermined"),
            defective: tally.defective,
            needing_facts: tally.needing_facts,
            saved: measure(&is_saved),
            missed: measure(&is_missed),
            available: measure(&|key| qualifies(key) && key.claimed == Claimed::NotStated),
            at_risk: measure(&is_at_risk),
            not_provable: measure(&|key| {
                key.claimed == Claimed::Yes && key.verdict == "undetermined"
            }),
            now_decidable: measure(&|key| {
                key.claimed == Claimed::NotSure && key.verdict != "undetermined"
            }),
            open: measure(&|key| key.verdict == "undetermined"),
            pointless: cells
                .iter()
                .filter(|(key, _)| key.verdict == "originating" && key.mfn_as_good)
                .map(|(_, cell)| cell.lines)
                .sum(),
            utilisation: utilisation(&cells),
            by_partner: slices(&cells, partner, |key| country_label(key, lang)),
            by_chapter: slices(
                &cells,
                |key| {
                    if key.chapter == 0 {
                        String::new()
                    } else {
                        format!("{:02}", key.chapter)
                    }
                },
                str::to_owned,
            ),
            by_month: slices(&cells, |key| key.month.clone(), str::to_owned),
            by_sector: slices(
                &cells,
                |key| {
                    sector(&sectors, key.chapter)
                        .map_or_else(String::new, |sector| sector.0.to_owned())
                },
                |key| {
                    sectors
                        .iter()
                        .find(|sector| sector.0 == key)
                        .map_or_else(String::new, |sector| {
                            lang.pick(sector.3, sector.4).to_owned()
                        })
                },
            ),
            missing_facts: missing_facts(&cells),
            listed: listed(tally),
            hygiene: hygiene(tally, lang),
        }
    }

    /// The report as a self-contained page.
    pub fn to_html(&self, lang: Lang) -> String {
        page::page(self, lang)
    }

    /// The tables of the summary sheet of a workbook.
    pub fn summary(&self, lang: Lang) -> Vec<SummaryBlock> {
        page::summary(self, lang)
    }
}

/// Originating, with a preference that is worth something and not excluded.
fn qualifies(key: &CellKey) -> bool {
    key.verdict == "originating"
        && !key.mfn_as_good
        && !key.blockers.iter().any(|test| test == "concession")
}

fn is_saved(key: &CellKey) -> bool {
    qualifies(key) && key.claimed == Claimed::Yes && key.claim != "not_eligible"
}

fn is_missed(key: &CellKey) -> bool {
    qualifies(key) && key.claimed == Claimed::No
}

fn is_at_risk(key: &CellKey) -> bool {
    key.claimed == Claimed::Yes && (key.verdict == "not_originating" || key.claim == "not_eligible")
}

fn utilisation(cells: &[(&CellKey, &Cell)]) -> Vec<Utilisation> {
    let mut agreements: Vec<&str> = cells
        .iter()
        .map(|(key, _)| key.agreement.as_str())
        .filter(|agreement| !agreement.is_empty())
        .collect();
    agreements.sort_unstable();
    agreements.dedup();
    agreements
        .into_iter()
        .map(|agreement| {
            let sum = |wanted: &dyn Fn(&CellKey) -> bool| -> u64 {
                cells
                    .iter()
                    .filter(|(key, _)| key.agreement == agreement && wanted(key))
                    .map(|(_, cell)| cell.lines)
                    .sum()
            };
            let originating = |claimed: Claimed| {
                sum(&|key| key.verdict == "originating" && key.claimed == claimed)
            };
            let claimed = originating(Claimed::Yes);
            let not_claimed = originating(Claimed::No) + originating(Claimed::NotSure);
            let stated = claimed + not_claimed;
            Utilisation {
                agreement: agreement.to_owned(),
                lines: sum(&|_| true),
                originating: sum(&|key| key.verdict == "originating"),
                claimed,
                not_claimed,
                per_cent: (claimed * 1000)
                    .checked_div(stated)
                    .map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)),
            }
        })
        .collect()
}

/// The other country of a Chinese declaration, and both for any other.
fn partner(key: &CellKey) -> String {
    match (key.exporter.as_str(), key.importer.as_str()) {
        ("", "") => String::new(),
        ("CN", other) | (other, "CN") => other.to_owned(),
        (from, to) => format!("{from}→{to}"),
    }
}

fn country_label(key: &str, lang: Lang) -> String {
    key.split('→')
        .map(|code| {
            code.parse().map_or_else(
                |_| code.to_owned(),
                |country| originis_exchange::wording::country(country, lang),
            )
        })
        .collect::<Vec<_>>()
        .join(" → ")
}

/// Rows of a breakdown: most lines first, months in order.
fn slices(
    cells: &[(&CellKey, &Cell)],
    key_of: impl Fn(&CellKey) -> String,
    label: impl Fn(&str) -> String,
) -> Vec<Slice> {
    #[derive(Default)]
    struct Sum {
        lines: u64,
        verdicts: [u64; 3],
        saved: Sums,
        missed: Sums,
    }
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for (key, cell) in cells {
        let name = key_of(key);
        if name.is_empty() {
            continue;
        }
        let sum = sums.entry(name).or_default();
        sum.lines += cell.lines;
        let [originating, not_originating, undetermined] = &mut sum.verdicts;
        match key.verdict.as_str() {
            "originating" => *originating += cell.lines,
            "not_originating" => *not_originating += cell.lines,
            _ => *undetermined += cell.lines,
        }
        if is_saved(key) {
            sum.saved.add(&key.currency, cell.known_saving());
        }
        if is_missed(key) {
            sum.missed.add(&key.currency, cell.known_saving());
        }
    }
    sums.into_iter()
        .map(|(key, sum)| {
            let [originating, not_originating, undetermined] = sum.verdicts;
            Slice {
                label: label(&key),
                key,
                lines: sum.lines,
                originating,
                not_originating,
                undetermined,
                saved: sum.saved.money(),
                missed: sum.missed.money(),
            }
        })
        .collect()
}

type Sector = (&'static str, u8, u8, &'static str, &'static str);

fn sectors() -> Vec<Sector> {
    rows(SECTORS)
        .filter_map(|row| {
            let &[key, from, to, en, zh] = row.as_slice() else {
                return None;
            };
            Some((key, from.parse().ok()?, to.parse().ok()?, en, zh))
        })
        .collect()
}

fn sector(sectors: &[Sector], chapter: u8) -> Option<&Sector> {
    sectors
        .iter()
        .find(|(_, from, to, ..)| (*from..=*to).contains(&chapter))
}

fn missing_facts(cells: &[(&CellKey, &Cell)]) -> Vec<MissingFact> {
    let mut facts: BTreeMap<&str, (u64, u64, Sums)> = BTreeMap::new();
    for (key, cell) in cells {
        for fact in &key.missing {
            let entry = facts.entry(fact).or_default();
            entry.0 += cell.lines;
            if key.missing.len() == 1 {
                entry.1 += cell.lines;
            }
            entry.2.add(&key.currency, cell.known_saving());
        }
    }
    let mut list: Vec<MissingFact> = facts
        .into_iter()
        .map(|(fact, (lines, alone, sums))| MissingFact {
            fact: fact.to_owned(),
            lines,
            alone,
            at_stake: sums.money(),
        })
        .collect();
    // Amounts in different currencies are not compared: the largest sum of each
    // fact ranks it within a currency, lines rank it otherwise.
    let rank = |fact: &MissingFact| {
        fact.at_stake
            .first()
            .map_or((0, fact.lines), |money| (money.minor, fact.lines))
    };
    list.sort_by(|one, other| rank(other).cmp(&rank(one)).then(one.fact.cmp(&other.fact)));
    list
}

fn listed(tally: &crate::tally::Tally) -> Vec<Listed> {
    let row = |line: &ListedLine| ListedRow {
        row: line.row,
        key: line.key.clone(),
        hs: line.hs.clone(),
        from: line.from.clone(),
        to: line.to.clone(),
        agreement: line.agreement.clone(),
        verdict: line.verdict.clone(),
        duty: (line.amount != 0).then(|| Balance(line.amount).to_string()),
        detail: line.detail.clone(),
    };
    Attention::ALL
        .into_iter()
        .flat_map(|reason| {
            tally
                .listed
                .iter()
                .filter(move |((of, _), top)| *of == reason && !top.0.is_empty())
                .map(move |((_, currency), top)| Listed {
                    reason,
                    currency: currency.clone(),
                    lines: top.0.iter().map(row).collect(),
                })
        })
        .collect()
}

fn hygiene(tally: &crate::tally::Tally, lang: Lang) -> Vec<Hygiene> {
    let mut list: Vec<Hygiene> = tally
        .remarks
        .iter()
        .map(|(kind, (lines, first_row))| {
            let (english, chinese) = kind.texts();
            Hygiene {
                code: kind.code(),
                lines: *lines,
                first_row: *first_row,
                defect: kind.is_defect(),
                text: lang.pick(english, chinese),
            }
        })
        .collect();
    list.sort_by(|one, other| {
        (other.defect, other.lines)
            .cmp(&(one.defect, one.lines))
            .then(one.code.cmp(other.code))
    });
    list
}
