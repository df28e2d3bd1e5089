//! What is loaded, from when, and how sure it is.

use originis_exchange::Lang;
use originis_rule_tables::coverage::{self as tables, Scope};
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::{Call, Outcome};

/// What is loaded.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Coverage {
    /// Hash of the content of every rule table.
    pub fingerprint: String,
    /// The latest day any of the tables was read or published.
    pub as_of: String,
    /// Each table.
    pub tables: Vec<TableCoverage>,
    /// Each agreement.
    pub agreements: Vec<AgreementCoverage>,
}

/// One table.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableCoverage {
    /// Its path among the rule tables.
    pub path: String,
    /// What it holds.
    pub title: String,
    /// Who published it and where it was taken from.
    pub source: String,
    /// Licence or attribution.
    pub attribution: String,
    /// The day the source was read or published.
    pub as_of: String,
    /// The HS edition of its codes.
    pub hs_edition: Option<String>,
    /// First day it may be used for.
    pub valid_from: Option<String>,
    /// Last day it may be used for.
    pub valid_to: Option<String>,
    /// `official`, `transcribed`, `partial`, `secondary` or `unconfirmed`.
    pub status: String,
    /// What it covers and what it lacks.
    pub coverage: String,
    /// Number of rows.
    pub rows: usize,
}

/// One agreement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgreementCoverage {
    /// Its short name.
    pub agreement: String,
    /// Each of its Parties as an importer.
    pub importers: Vec<ImporterCoverage>,
    /// What is missing or not confirmed.
    pub gaps: Vec<String>,
}

/// One importing Party.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImporterCoverage {
    /// The country.
    pub importer: String,
    /// Most-favoured-nation duties loaded.
    pub mfn: Vec<RateCoverage>,
    /// Preferential rates loaded.
    pub preferences: Vec<RateCoverage>,
    /// What is missing.
    pub gaps: Vec<String>,
}

/// The rates of one table.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RateCoverage {
    /// The table.
    pub table: String,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// How sure it is.
    pub status: String,
    /// National lines with a rate.
    pub lines: usize,
    /// Subheadings with at least one such line.
    pub subheadings: usize,
    /// Subheadings of the edition.
    pub of: usize,
}

/// `GET /v1/coverage`
pub async fn coverage(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let book = &call.service.book;
    let pick = |en: &str, zh: &str| match call.lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
    };
    let gaps = |gaps: &[tables::Gap]| -> Vec<String> {
        gaps.iter()
            .map(|gap| pick(&gap.text.en, &gap.text.zh))
            .collect()
    };
    let rates = |rates: &[tables::RateCoverage]| -> Vec<RateCoverage> {
        rates
            .iter()
            .map(|rate| RateCoverage {
                table: rate.table.clone(),
                from: rate.from.map(|day| day.to_string()),
                to: rate.to.map(|day| day.to_string()),
                status: rate.status.name().to_owned(),
                lines: rate.lines,
                subheadings: rate.subheadings,
                of: rate.of,
            })
            .collect()
    };
    let covered = tables::Coverage::of(book, Scope::default());
    call.of_the_tables(&Coverage {
        fingerprint: covered.fingerprint,
        as_of: covered.as_of.to_string(),
        tables: book
            .tables
            .iter()
            .map(|table| TableCoverage {
                path: table.path.clone(),
                title: pick(&table.title_en, &table.title_zh),
                source: table.source.clone(),
                attribution: table.attribution.clone(),
                as_of: table.as_of.to_string(),
                hs_edition: table.edition.map(|edition| edition.year().to_owned()),
                valid_from: table.period.from.map(|day| day.to_string()),
                valid_to: table.period.to.map(|day| day.to_string()),
                status: table.status.name().to_owned(),
                coverage: pick(&table.coverage_en, &table.coverage_zh),
                rows: table.rows,
            })
            .collect(),
        agreements: covered
            .agreements
            .iter()
            .map(|agreement| AgreementCoverage {
                agreement: agreement.agreement.to_owned(),
                importers: agreement
                    .importers
                    .iter()
                    .map(|importer| ImporterCoverage {
                        importer: importer.importer.clone(),
                        mfn: rates(&importer.mfn),
                        preferences: rates(&importer.preferences),
                        gaps: gaps(&importer.gaps),
                    })
                    .collect(),
                gaps: gaps(&agreement.gaps),
            })
            .collect(),
    })
}
