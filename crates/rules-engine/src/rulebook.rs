//! The compiled tables the engine decides from, immutable once built.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, AgreementBook, CitationId, Period, Status};
use crate::country::Country;
use crate::facts::Operation;
use crate::hs::{HsCode, HsEdition};
use crate::nomenclature::Nomenclature;
use crate::tariff::TariffTable;

/// A row of a table whose text is not certain, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The code of the row.
    pub code: HsCode,
    /// What is in doubt, in English.
    pub note_en: String,
    /// What is in doubt, in Simplified Chinese.
    pub note_zh: String,
}

/// What one loaded table is, for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Path of the table under `rules/`.
    pub path: String,
    /// What it holds, in English.
    pub title_en: String,
    /// What it holds, in Simplified Chinese.
    pub title_zh: String,
    /// Who published it and where it was taken from.
    pub source: String,
    /// Licence or attribution.
    pub attribution: String,
    /// The day the source was read or published.
    pub as_of: Date,
    /// The edition of its codes, if it has codes.
    pub edition: Option<HsEdition>,
    /// The days it may be used for.
    pub period: Period,
    /// How sure it is.
    pub status: Status,
    /// What it covers and what it lacks, in English.
    pub coverage_en: String,
    /// What it covers and what it lacks, in Simplified Chinese.
    pub coverage_zh: String,
    /// Number of rows.
    pub rows: usize,
    /// The agreement it belongs to, if one.
    pub agreement: Option<Agreement>,
    /// The importing country it belongs to, if one.
    pub importer: Option<Country>,
    /// Rows that are less certain than the table as a whole.
    pub doubts: Vec<Doubt>,
}

/// A word for an operation, with its labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationWord {
    /// The number the facts carry.
    pub operation: Operation,
    /// The word in requests.
    pub word: String,
    /// Its label in English.
    pub label_en: String,
    /// Its label in Simplified Chinese.
    pub label_zh: String,
}

/// Every table, compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleBook {
    /// Hash of the content of every table file.
    pub fingerprint: String,
    /// The latest day any of the tables was read or published.
    pub as_of: Date,
    /// Codes and correlations.
    pub nomenclature: Nomenclature,
    /// One book per agreement, in the order of [`Agreement::ALL`].
    pub agreements: Vec<AgreementBook>,
    /// Tariffs by importing country.
    pub tariffs: Vec<TariffTable>,
    /// The vocabulary of operations on the lists of minimal operations.
    pub operations: Vec<OperationWord>,
    /// The loaded tables.
    pub tables: Vec<TableInfo>,
    /// Citations by number.
    pub citations: Vec<String>,
}

impl RuleBook {
    /// The book of one agreement; `None` when its tables are not loaded.
    pub fn agreement(&self, agreement: Agreement) -> Option<&AgreementBook> {
        self.agreements
            .iter()
            .find(|book| book.agreement == agreement)
    }

    /// The text of a citation.
    pub fn citation(&self, id: CitationId) -> &str {
        self.citations
            .get(usize::from(id.0))
            .map_or("", String::as_str)
    }

    /// The operation a word of the request stands for: a listed one, one of
    /// which only the simple form is listed (`cutting` beside
    /// `simple_cutting`), or else a substantial process.
    pub fn operation(&self, word: &str) -> Operation {
        let listed = |wanted: &str| {
            self.operations
                .iter()
                .find(|known| known.word == wanted)
                .map(|known| known.operation)
        };
        listed(word)
            .or_else(|| listed(&format!("simple_{word}")).map(Operation::unqualified))
            .unwrap_or(Operation::SUBSTANTIAL)
    }

    /// The tariffs of an importing country usable on `day`.
    pub fn tariffs_of(&self, importer: Country, day: Date) -> impl Iterator<Item = &TariffTable> {
        self.tariffs
            .iter()
            .filter(move |table| table.importer == importer && table.period.contains(day))
    }
}
