//! The origin rules for a code, exactly as the tables print them.

use originis_exchange::{RuleAnswer, level_name, wording};
use originis_rules_engine::agreement::ProductRuleTable;
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::law::product_rule::possible_codes;
use schemars::JsonSchema;
use serde::Serialize;

use super::{agreements, edition, good_code};
use crate::call::{Call, Outcome};

/// The origin rules for a code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rules {
    /// The code asked for, in digits.
    pub hs: String,
    /// The HS edition of that code.
    pub hs_edition: String,
    /// By agreement.
    pub agreements: Vec<AgreementRules>,
}

/// The tables of rules of one agreement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgreementRules {
    /// Its short name.
    pub agreement: String,
    /// One entry for each table, by the days it is the law.
    pub tables: Vec<TableRules>,
}

/// What one table says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableRules {
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// The HS edition the table is written in.
    pub hs_edition: String,
    /// Where it stands.
    pub source: String,
    /// How sure it is.
    pub status: String,
    /// One entry for each code of that edition the code may stand for.
    pub codes: Vec<CodeRule>,
}

/// The rule for one code of the table's edition.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodeRule {
    /// The code in the table's edition.
    pub code: String,
    /// The rule; null where the table lists none for the code.
    pub rule: Option<RuleAnswer>,
}

/// `GET /v1/rules/{hs}`
pub async fn rules(call: &Call, hs: &str) -> Outcome {
    call.owner().await?;
    call.only(&["edition", "agreement"])?;
    let code = good_code(hs)?;
    let edition = edition(call)?;
    let agreements = agreements(call)?
        .into_iter()
        .filter_map(|agreement| call.service.book.agreement(agreement))
        .map(|tables| AgreementRules {
            agreement: tables.agreement.name().to_owned(),
            tables: tables
                .product_rules
                .iter()
                .map(|table| table_rules(call, table, code, edition))
                .collect(),
        })
        .collect();
    call.of_the_tables(&Rules {
        hs: code.compact(),
        hs_edition: edition.year().to_owned(),
        agreements,
    })
}

fn table_rules(
    call: &Call,
    table: &ProductRuleTable,
    code: HsCode,
    edition: HsEdition,
) -> TableRules {
    let book = &call.service.book;
    let six = code.prefix(6).unwrap_or(code);
    let codes = possible_codes(&book.nomenclature, six, edition, table.edition)
        .into_iter()
        .map(|candidate| CodeRule {
            code: candidate.compact(),
            rule: rule_for(call, table, candidate),
        })
        .collect();
    TableRules {
        from: table.period.from.map(|day| day.to_string()),
        to: table.period.to.map(|day| day.to_string()),
        hs_edition: table.edition.year().to_owned(),
        source: book.citation(table.citation).to_owned(),
        status: table.status.name().to_owned(),
        codes,
    }
}

fn rule_for(call: &Call, table: &ProductRuleTable, code: HsCode) -> Option<RuleAnswer> {
    let book = &call.service.book;
    let ordinal = book
        .nomenclature
        .edition(table.edition)?
        .ordinal(code.subheading()?)?;
    let number = (*table.by_subheading.get(ordinal)?)?;
    let row = table.rules.get(usize::from(number))?;
    Some(RuleAnswer {
        text: row.text.clone(),
        code: row.code.to_string(),
        level: level_name(row.code),
        hs_edition: table.edition.year(),
        source: book.citation(table.citation).to_owned(),
        status: table.status.name(),
        words: wording::rule::words(&row.rule, call.lang),
    })
}
