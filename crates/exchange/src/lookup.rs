//! Looking up rules and rates without a good to decide.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, AgreementBook, ProductRuleTable};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition, Subheading};
use originis_rules_engine::law::concession::{self, RateQuestion};
use originis_rules_engine::law::product_rule::is_complete_for;
use originis_rules_engine::law::rate_path::rate_path;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::{RateAnswer, RuleAnswer, RulesAnswer, rate_answer, rule_answer};
use crate::lang::Lang;
use crate::vocabulary::outcome_name;

/// The origin rules of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rules {
    /// The code asked for.
    pub hs: String,
    /// The edition it was read in.
    pub hs_edition: &'static str,
    /// One entry for each agreement asked for.
    pub agreements: Vec<AgreementRules>,
    /// The tables the answer rests on.
    pub rules: RulesAnswer,
}

/// The rules of a code under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgreementRules {
    /// The agreement.
    pub agreement: &'static str,
    /// `found`, `no_rule` (the table is complete and lists none), `not_loaded`
    /// or `unknown_code`.
    pub status: &'static str,
    /// The rules, each with the subheadings of its table it governs.
    pub rules: Vec<CodesAndRule>,
    /// Editions in which the code is valid, when it is not in the one stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub valid_in: Vec<&'static str>,
}

/// Subheadings and the rule that governs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CodesAndRule {
    /// Subheadings within the code asked for.
    pub codes: Vec<String>,
    /// Their rule.
    pub rule: RuleAnswer,
}

impl Rules {
    /// Looks the rules of a code of any level up, in the tables that are the law
    /// on `date`, or in the latest ones.
    pub fn of(
        book: &RuleBook,
        code: HsCode,
        edition: HsEdition,
        only: Option<Agreement>,
        date: Option<Date>,
        lang: Lang,
    ) -> Self {
        Self {
            hs: code.to_string(),
            hs_edition: edition.year(),
            agreements: book
                .agreements
                .iter()
                .filter(|tables| only.is_none_or(|only| only == tables.agreement))
                .map(|tables| agreement_rules(book, tables, code, edition, date, lang))
                .collect(),
            rules: RulesAnswer::of(book),
        }
    }
}

fn agreement_rules(
    book: &RuleBook,
    tables: &AgreementBook,
    code: HsCode,
    edition: HsEdition,
    date: Option<Date>,
    lang: Lang,
) -> AgreementRules {
    let mut found = AgreementRules {
        agreement: tables.agreement.name(),
        status: "not_loaded",
        rules: Vec::new(),
        valid_in: Vec::new(),
    };
    let Some(table) = tables.product_rules_on(date) else {
        return found;
    };
    let codes = codes_in_table(book, table, code, edition);
    if codes.is_empty() {
        found.status = "unknown_code";
        found.valid_in = book
            .nomenclature
            .editions_with(code)
            .into_iter()
            .map(HsEdition::year)
            .collect();
        return found;
    }
    let mut complete = true;
    for subheading in codes {
        complete &= is_complete_for(table, subheading);
        let row = book
            .nomenclature
            .edition(table.edition)
            .and_then(|codes| codes.ordinal(subheading))
            .and_then(|ordinal| table.by_subheading.get(ordinal).copied().flatten())
            .and_then(|rule| table.rules.get(usize::from(rule)));
        let Some(row) = row else { continue };
        let printed = row.code.to_string();
        match found.rules.last_mut() {
            Some(last) if last.rule.code == printed && last.rule.text == row.text => {
                last.codes.push(subheading.to_string());
            }
            _ => found.rules.push(CodesAndRule {
                codes: vec![subheading.to_string()],
                rule: rule_answer(book, table, row, lang),
            }),
        }
    }
    found.status = if !found.rules.is_empty() {
        "found"
    } else if complete {
        "no_rule"
    } else {
        "not_loaded"
    };
    found
}

/// The subheadings of the table's edition within a code.
fn codes_in_table(
    book: &RuleBook,
    table: &ProductRuleTable,
    code: HsCode,
    edition: HsEdition,
) -> Vec<Subheading> {
    let nomenclature = &book.nomenclature;
    if let Some(subheading) = code.subheading() {
        return nomenclature
            .candidates(subheading, edition, table.edition)
            .into_vec();
    }
    // A chapter or heading is looked up in the edition of the table.
    nomenclature
        .edition(table.edition)
        .map(|codes| {
            codes
                .codes()
                .iter()
                .copied()
                .filter(|candidate| candidate.code().is_within(code))
                .collect()
        })
        .unwrap_or_default()
}

/// The rates of a code from one country to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rates {
    /// The code asked for.
    pub hs: String,
    /// The edition it was read in.
    pub hs_edition: &'static str,
    /// Exporting country, taken as the country of origin.
    pub from: String,
    /// Importing country.
    pub to: String,
    /// The day asked for; null when the path over the years is given.
    pub date: Option<String>,
    /// One entry for each agreement asked for.
    pub agreements: Vec<AgreementRates>,
    /// The tables the answer rests on.
    pub rules: RulesAnswer,
}

/// The rates under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgreementRates {
    /// The agreement.
    pub agreement: &'static str,
    /// Whether it binds the two countries on the day.
    pub in_force: &'static str,
    /// The rate on the day, or each span of days with its rate.
    pub path: Vec<SpanAndRate>,
}

/// A span of days and its rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpanAndRate {
    /// First day; null when open.
    pub from: Option<String>,
    /// Last day; null when open.
    pub to: Option<String>,
    /// The rate.
    pub rate: RateAnswer,
}

/// What rates are asked for.
#[derive(Debug, Clone, Copy)]
pub struct RatesWanted {
    /// The code.
    pub code: HsCode,
    /// Its edition.
    pub edition: HsEdition,
    /// Exporting country.
    pub from: Country,
    /// Importing country.
    pub to: Country,
    /// The day; `None` for the path over the years.
    pub date: Option<Date>,
    /// Only this agreement.
    pub agreement: Option<Agreement>,
}

impl Rates {
    /// Looks the rates up under every agreement both countries belong to.
    pub fn of(book: &RuleBook, wanted: RatesWanted, lang: Lang) -> Self {
        let members = |tables: &&AgreementBook| {
            tables.party(wanted.from).is_some() && tables.party(wanted.to).is_some()
        };
        Self {
            hs: wanted.code.to_string(),
            hs_edition: wanted.edition.year(),
            from: wanted.from.to_string(),
            to: wanted.to.to_string(),
            date: wanted.date.map(|day| day.to_string()),
            agreements: book
                .agreements
                .iter()
                .filter(|tables| {
                    wanted
                        .agreement
                        .map_or_else(|| members(tables), |only| only == tables.agreement)
                })
                .map(|tables| agreement_rates(book, tables, wanted, lang))
                .collect(),
            rules: RulesAnswer::of(book),
        }
    }

    /// The years the known part of a path spans.
    pub fn years(spans: &[SpanAndRate]) -> Option<RangeInclusive<i16>> {
        let year = |text: &Option<String>| text.as_ref()?.get(..4)?.parse::<i16>().ok();
        let first = spans.iter().find_map(|span| year(&span.from))?;
        let last = spans.iter().rev().find_map(|span| year(&span.to))?;
        Some(first..=last)
    }
}

fn agreement_rates(
    book: &RuleBook,
    tables: &AgreementBook,
    wanted: RatesWanted,
    lang: Lang,
) -> AgreementRates {
    let binds = if wanted.from == wanted.to {
        Outcome::NotMet
    } else {
        tables.binds(wanted.from, wanted.to, wanted.date)
    };
    let path = match wanted.date {
        Some(day) => {
            let question = RateQuestion {
                importer: wanted.to,
                origin: wanted.from,
                code: wanted.code,
                edition: wanted.edition,
                day,
                value: None,
            };
            let rate = concession::rate(book, tables.agreement, &question);
            vec![SpanAndRate {
                from: Some(day.to_string()),
                to: Some(day.to_string()),
                rate: rate_answer(book, &rate, None, lang),
            }]
        }
        None => joined(
            rate_path(
                book,
                tables.agreement,
                wanted.to,
                wanted.from,
                wanted.code,
                wanted.edition,
            )
            .into_iter()
            .map(|(period, rate)| SpanAndRate {
                from: period.from.map(|day| day.to_string()),
                to: period.to.map(|day| day.to_string()),
                rate: rate_answer(book, &rate, None, lang),
            }),
        ),
    };
    AgreementRates {
        agreement: tables.agreement.name(),
        in_force: outcome_name(binds),
        path,
    }
}

/// Joins neighbouring spans with the same rate.
fn joined(spans: impl Iterator<Item = SpanAndRate>) -> Vec<SpanAndRate> {
    let mut path: Vec<SpanAndRate> = Vec::new();
    for span in spans {
        match path.last_mut() {
            Some(last) if last.rate == span.rate => last.to = span.to,
            _ => path.push(span),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use originis_testkit::book;

    use super::*;

    fn rules(code: &str, edition: HsEdition) -> Rules {
        Rules::of(
            &book(),
            code.parse().unwrap(),
            edition,
            Some(Agreement::Rcep),
            None,
            Lang::En,
        )
    }

    #[test]
    fn a_code_of_any_level_finds_its_rules() {
        let found = rules("6110.12", HsEdition::Hs2022);
        assert_eq!(found.agreements[0].rules[0].rule.text, "CC");
        let heading = rules("8504", HsEdition::Hs2022);
        assert_eq!(heading.agreements[0].rules.len(), 4);
        let nowhere = rules("9999.99", HsEdition::Hs2022);
        assert_eq!(nowhere.agreements[0].status, "unknown_code");
        assert!(nowhere.agreements[0].rules.is_empty());
    }

    #[test]
    fn a_former_code_leads_to_every_rule_it_may_have() {
        // 8517.12 of HS 2017 became 8517.13 and 8517.14 in HS 2022.
        let found = rules("8517.12", HsEdition::Hs2017);
        let codes: Vec<&String> = found.agreements[0]
            .rules
            .iter()
            .flat_map(|rule| &rule.codes)
            .collect();
        assert_eq!(codes, ["8517.13", "8517.14"]);
        let wrong = rules("8517.12", HsEdition::Hs2022);
        assert_eq!(wrong.agreements[0].status, "unknown_code");
        assert_eq!(wrong.agreements[0].valid_in, ["2012", "2017"]);
    }

    #[test]
    fn rates_are_given_for_a_day_or_over_the_years() {
        let wanted = RatesWanted {
            code: "6110.12".parse().unwrap(),
            edition: HsEdition::Hs2022,
            from: "CN".parse().unwrap(),
            to: "JP".parse().unwrap(),
            date: Some("2026-07-15".parse().unwrap()),
            agreement: None,
        };
        let on_the_day = Rates::of(&book(), wanted, Lang::En);
        assert_eq!(on_the_day.agreements.len(), 1);
        let rate = &on_the_day.agreements[0].path[0].rate;
        assert_eq!(rate.preferential.as_deref(), Some("6.8"));
        let path = Rates::of(
            &book(),
            RatesWanted {
                date: None,
                ..wanted
            },
            Lang::En,
        );
        let spans = &path.agreements[0].path;
        assert!(spans.len() > 1);
        assert_eq!(spans[0].rate.status, "not_loaded");
        assert_eq!(spans[0].rate.preferential, None);
    }
}
