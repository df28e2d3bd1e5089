//! Turns files as published into the format under `rules/`.
//!
//! An importer writes the CSV table only. The sidecar beside it says where the
//! table comes from, which no file can tell about itself: a person writes it
//! first, and the importer reads it to know the edition of the codes.

mod law;
mod sheet;
pub mod tariff;
pub mod user;

pub use law::{appendix, code_list, correlation, product_rules};

use crate::problem::Problem;

/// What the law importers can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LawTable {
    /// Product-specific rules: columns `level`, `code`, `rule`.
    ProductRules,
    /// The valid codes of an HS edition: a column `code`.
    CodeList,
    /// Correlated codes of two editions: columns `from`, `to`.
    Correlation,
    /// Appendix lines: columns `importer`, `code`, `period`, `source`.
    Appendix,
}

impl LawTable {
    /// Every kind with its name on the command line.
    pub const ALL: [(&'static str, Self); 4] = [
        ("psr", Self::ProductRules),
        ("nomenclature", Self::CodeList),
        ("correlation", Self::Correlation),
        ("appendix", Self::Appendix),
    ];

    /// The kind of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| kind)
    }

    /// Reads a published CSV file and returns the table in the format of `rules/`.
    ///
    /// # Errors
    /// Every row that cannot be read, with its row and column in the published file.
    pub fn import(self, file: &str, text: &str) -> Result<String, Vec<Problem>> {
        match self {
            Self::ProductRules => product_rules(file, text),
            Self::CodeList => code_list(file, text),
            Self::Correlation => correlation(file, text),
            Self::Appendix => appendix(file, text),
        }
    }
}
