//! One table as it stands: what it is, and its rows or those of one code.

use std::fmt;

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, Period, Status};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::rulebook::{RuleBook, TableInfo};
use serde::Serialize;

use crate::bilingual::{self, Text};
use crate::sources::Sources;

/// What a table is, spelled as in requests and answers.
#[derive(Debug, Clone, Serialize)]
pub struct TableSummary {
    /// Its path under the table directory.
    pub path: String,
    /// What it holds, in both languages.
    pub title: Text,
    /// Who published it and where it was taken from.
    pub source: String,
    /// Licence or attribution.
    pub attribution: String,
    /// The day the source was read or published.
    pub as_of: Date,
    /// The edition of its codes, if it has codes.
    pub hs_edition: Option<&'static str>,
    /// First day it may be used for.
    pub from: Option<Date>,
    /// Last day it may be used for.
    pub to: Option<Date>,
    /// How sure it is.
    pub status: Status,
    /// What it covers and what it lacks, in both languages.
    pub coverage: Text,
    /// Number of rows.
    pub rows: usize,
    /// The agreement it belongs to, if one.
    pub agreement: Option<&'static str>,
    /// The importing country it belongs to, if one.
    pub importer: Option<String>,
    /// Rows that are less certain than the table as a whole.
    pub doubts: Vec<DoubtSummary>,
}

/// A row in doubt.
#[derive(Debug, Clone, Serialize)]
pub struct DoubtSummary {
    /// The code of the row, with the dots of the treaty.
    pub code: String,
    /// What is in doubt, in both languages.
    pub note: Text,
}

impl From<&TableInfo> for TableSummary {
    fn from(info: &TableInfo) -> Self {
        Self {
            path: info.path.clone(),
            title: Text::new(&info.title_en, &info.title_zh),
            source: info.source.clone(),
            attribution: info.attribution.clone(),
            as_of: info.as_of,
            hs_edition: info.edition.map(HsEdition::year),
            from: info.period.from,
            to: info.period.to,
            status: info.status,
            coverage: Text::new(&info.coverage_en, &info.coverage_zh),
            rows: info.rows,
            agreement: info.agreement.map(Agreement::name),
            importer: info.importer.map(|country| country.to_string()),
            doubts: info
                .doubts
                .iter()
                .map(|doubt| DoubtSummary {
                    code: doubt.code.to_string(),
                    note: Text::new(&doubt.note_en, &doubt.note_zh),
                })
                .collect(),
        }
    }
}

/// A table with the rows asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// What the table is.
    pub info: TableSummary,
    /// The heading of its columns.
    pub heading: Vec<String>,
    /// The rows asked for.
    pub rows: Vec<ShownRow>,
}

/// One row as it stands in the file.
#[derive(Debug, Clone, Serialize)]
pub struct ShownRow {
    /// Its line in the file, from 1 and counting the heading.
    pub line: usize,
    /// Its cells in the order of the heading.
    pub cells: Vec<String>,
}

/// The name asked for is no loaded table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTable {
    name: String,
    known: Vec<String>,
}

impl UnknownTable {
    /// Which name it is and which are known.
    pub fn text(&self) -> Text {
        let name = &self.name;
        Text::new(
            format!(
                "`{name}` is not a loaded table: expected one of {}",
                self.known.join(", ")
            ),
            format!(
                "`{name}` 不是已载入的表：应为 {} 之一",
                self.known.join("、")
            ),
        )
    }
}

impl fmt::Display for UnknownTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for UnknownTable {}

/// The short name of a table: its path without the extension, and without the
/// folder for a tariff.
pub fn short_name(path: &str) -> &str {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.strip_prefix("tariffs/").unwrap_or(stem)
}

/// Shows a table. With a code only the rows of its group, of its members, or
/// that a wider group of the table covers it with.
///
/// # Errors
/// [`UnknownTable`] when no table has the name.
pub fn table(
    sources: &Sources,
    book: &RuleBook,
    name: &str,
    code: Option<HsCode>,
) -> Result<Shown, UnknownTable> {
    let info = book
        .tables
        .iter()
        .find(|table| table.path == name || short_name(&table.path) == name)
        .ok_or_else(|| UnknownTable {
            name: name.to_owned(),
            known: book
                .tables
                .iter()
                .map(|table| short_name(&table.path).to_owned())
                .collect(),
        })?;
    let mut shown = Shown {
        info: TableSummary::from(info),
        heading: Vec::new(),
        rows: Vec::new(),
    };
    let text = sources.get(&info.path).unwrap_or_default();
    if !info.path.ends_with(".csv") {
        shown.heading = vec!["text".to_owned()];
        shown.rows = (1..)
            .zip(text.lines())
            .map(|(line, text)| ShownRow {
                line,
                cells: vec![text.to_owned()],
            })
            .collect();
        return Ok(shown);
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if let Ok(heading) = reader.headers() {
        shown.heading = heading.iter().map(str::to_owned).collect();
    }
    let code_columns: Vec<usize> = shown
        .heading
        .iter()
        .enumerate()
        .filter(|(_, name)| matches!(name.as_str(), "code" | "from" | "to"))
        .map(|(index, _)| index)
        .collect();
    for record in reader.records().filter_map(Result::ok) {
        let wanted = code.is_none_or(|code| {
            code_columns.iter().any(|column| {
                record
                    .get(*column)
                    .and_then(|text| text.parse::<HsCode>().ok())
                    .is_some_and(|row| row.is_within(code) || code.is_within(row))
            })
        });
        if wanted {
            shown.rows.push(ShownRow {
                line: record
                    .position()
                    .and_then(|position| usize::try_from(position.line()).ok())
                    .unwrap_or_default(),
                cells: record.iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(shown)
}

impl Shown {
    /// What the table is, in words. Its rows are the same in both languages and
    /// are left to the caller.
    pub fn text(&self) -> Text {
        let info = &self.info;
        let period = bilingual::period(Period {
            from: info.from,
            to: info.to,
        });
        let status = bilingual::status(info.status);
        let mut text = Text::default();
        text.line(&info.title);
        text.line(&Text::new(
            format!(
                "table: {}, {} rows",
                info.path,
                bilingual::number(info.rows)
            ),
            format!("表：{}，{}行", info.path, bilingual::number(info.rows)),
        ));
        if let Some(edition) = info.hs_edition {
            text.line(&Text::new(
                format!("HS edition: {edition}"),
                format!("HS版本：{edition}"),
            ));
        }
        text.line(&Text::new(
            format!("holds: {}", period.en),
            format!("适用：{}", period.zh),
        ));
        text.line(&Text::new(
            format!("status: {}", status.en),
            format!("状态：{}", status.zh),
        ));
        text.line(&Text::new(
            format!("source: {} (as of {})", info.source, info.as_of),
            format!("来源：{}（{}）", info.source, info.as_of),
        ));
        text.line(&Text::new(
            format!("attribution: {}", info.attribution),
            format!("署名：{}", info.attribution),
        ));
        text.line(&Text::new(
            format!("covers: {}", info.coverage.en),
            format!("覆盖：{}", info.coverage.zh),
        ));
        for doubt in &info.doubts {
            text.line(&Text::new(
                format!("in doubt: {}: {}", doubt.code, doubt.note.en),
                format!("存疑：{}：{}", doubt.code, doubt.note.zh),
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_finds_its_row_its_members_and_the_group_around_it() {
        let sources = Sources::shipped();
        let book = crate::load(&sources).unwrap();
        let rows = |name: &str, code: &str| {
            table(&sources, &book, name, Some(code.parse().unwrap()))
                .unwrap()
                .rows
        };
        let rule = rows("rcep/psr.hs2022", "6110.12");
        assert_eq!(rule.len(), 1);
        assert_eq!(rule[0].cells, ["chapter", "61", "CC"]);
        assert!(rows("rcep/psr.hs2022.csv", "03").len() > 10);
        assert_eq!(
            rows("nomenclature/hs2012-hs2017", "6110.12")[0].cells[0],
            "611012"
        );
    }

    #[test]
    fn an_unknown_table_is_answered_with_the_known_ones() {
        let sources = Sources::shipped();
        let book = crate::load(&sources).unwrap();
        let error = table(&sources, &book, "rcep/psr", None).unwrap_err();
        assert!(error.to_string().contains("rcep/psr.hs2022"));
    }
}
