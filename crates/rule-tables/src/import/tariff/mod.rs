//! Turns published tariffs into the rows of `tariffs/<id>.csv`.
//!
//! The sidecar is written first, by a person: it names the columns, their days
//! and the Parties they are for. The importer fills in the rows.

mod builder;
mod japanese;
mod long;
mod margins;
mod schedule;

use originis_rules_engine::agreement::{CitationId, Status};
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::tariff::TariffTable;

pub(crate) use builder::TableBuilder;

use crate::bilingual::Text;
use crate::csv_rows;
use crate::problem::Problem;
use crate::tariff_file::{self, TariffSidecar};

/// How a published tariff is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TariffLayout {
    /// One row for each rate (`code,column,rate,adv_pct,form,notes`), the rates
    /// as printed in the Japanese tariff.
    Japanese,
    /// One row for each rate (`code,column,adv_pct,form`), percentages only.
    Percentages,
    /// One row for each line with the base rate and a column for each year.
    Schedule,
    /// One row for each entry of a list of margins of preference
    /// (`serial,part,hs_spec,mop_percent,valid_from,note`).
    Margins,
}

/// An imported table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The rows in the format of `rules/`.
    pub csv: String,
    /// Number of lines.
    pub lines: usize,
    /// Rows that have no place in the table, and why. The table is usable
    /// without them and its coverage must say so.
    pub left_out: Vec<Problem>,
}

impl TariffLayout {
    /// Every layout with its name on the command line.
    pub const ALL: [(&'static str, Self); 4] = [
        ("tariff-japanese", Self::Japanese),
        ("tariff-percentages", Self::Percentages),
        ("tariff-schedule", Self::Schedule),
        ("tariff-margins", Self::Margins),
    ];

    /// The layout of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, layout)| layout)
    }

    /// Reads a published file whose columns `sidecar` describes.
    ///
    /// # Errors
    /// Every row that cannot be read, with its row and column in the published file.
    pub fn import(
        self,
        file: &str,
        text: &str,
        sidecar: &TariffSidecar,
        codes: &EditionCodes,
    ) -> Result<Imported, Vec<Problem>> {
        let mut left_out = Vec::new();
        let builder = match self {
            Self::Japanese => long::read(file, text, sidecar, long::Rates::Japanese)?,
            Self::Percentages => long::read(file, text, sidecar, long::Rates::Percentages)?,
            Self::Schedule => schedule::read(file, text, sidecar)?,
            Self::Margins => margins::read(file, text, sidecar, codes, &mut left_out)?,
        };
        Ok(imported(builder, sidecar, left_out))
    }
}

pub(crate) fn imported(
    builder: TableBuilder,
    sidecar: &TariffSidecar,
    left_out: Vec<Problem>,
) -> Imported {
    let (lines, rates) = builder.finish();
    let table = TariffTable {
        id: String::new(),
        importer: sidecar.importer,
        edition: sidecar.edition,
        period: sidecar.described.info.period,
        status: Status::Unconfirmed,
        citation: CitationId(0),
        columns: sidecar.columns.clone().into(),
        lines: lines.into(),
        rates,
    };
    Imported {
        csv: tariff_file::print(&table),
        lines: table.lines.len(),
        left_out,
    }
}

/// The position of a column of the sidecar.
fn position(sidecar: &TariffSidecar, name: &str) -> Option<usize> {
    sidecar
        .columns
        .iter()
        .position(|column| column.name == name)
}

/// Reads a published CSV file by the names of its heading.
struct Published<'a> {
    file: &'a str,
    heading: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
}

impl<'a> Published<'a> {
    fn read(file: &'a str, text: &str, needed: &[&str]) -> Result<Self, Vec<Problem>> {
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let heading: Vec<String> = reader
            .headers()
            .map_err(|error| vec![csv_rows::unreadable(file, &error)])?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let missing: Vec<Problem> = needed
            .iter()
            .filter(|name| !heading.iter().any(|found| found == *name))
            .map(|name| {
                Problem::in_file(
                    file,
                    Text::new(
                        format!("the heading has no `{name}`: expected {}", needed.join(",")),
                        format!("表头中没有 `{name}`：应有 {}", needed.join(",")),
                    ),
                )
                .at_row(1)
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut rows = Vec::new();
        let mut problems = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let row = record
                        .position()
                        .and_then(|position| usize::try_from(position.line()).ok())
                        .unwrap_or_default();
                    rows.push((row, record));
                }
                Err(error) => problems.push(csv_rows::unreadable(file, &error)),
            }
        }
        if problems.is_empty() {
            Ok(Self {
                file,
                heading,
                rows,
            })
        } else {
            Err(problems)
        }
    }

    /// The cell under a heading, empty when there is no such column.
    fn cell<'r>(&self, record: &'r csv::StringRecord, name: &str) -> &'r str {
        self.heading
            .iter()
            .position(|found| found == name)
            .and_then(|position| record.get(position))
            .unwrap_or_default()
            .trim()
    }

    fn problem(&self, row: usize, column: &str, message: Text) -> Problem {
        Problem::in_file(self.file, message)
            .at_row(row)
            .at_column(column)
    }
}
