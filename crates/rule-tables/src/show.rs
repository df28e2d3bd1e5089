//! One table as it stands: what it is, and its rows or those of one code.

use originis_rules_engine::hs::HsCode;
use originis_rules_engine::rulebook::{RuleBook, TableInfo};
use serde::Serialize;
use thiserror::Error;

use crate::bilingual::{self, Text};
use crate::sources::Sources;

/// A table with the rows asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// What the table is.
    pub info: TableInfo,
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
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is not a loaded table: expected one of {}", known.join(", "))]
pub struct UnknownTable {
    name: String,
    known: Vec<String>,
}

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
        info: info.clone(),
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
    /// What the table is, in words; its rows are the same in both languages.
    pub fn text(&self) -> Text {
        let info = &self.info;
        let period = bilingual::period(info.period);
        let status = bilingual::status(info.status);
        let mut text = Text::default();
        text.line(&Text::new(&info.title_en, &info.title_zh));
        text.line(&Text::new(
            format!(
                "table: {}, {} rows",
                info.path,
                bilingual::number(info.rows)
            ),
            format!("表：{}，{}行", info.path, bilingual::number(info.rows)),
        ));
        if let Some(edition) = info.edition {
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
            format!("covers: {}", info.coverage_en),
            format!("覆盖：{}", info.coverage_zh),
        ));
        for doubt in &info.doubts {
            text.line(&Text::new(
                format!("in doubt: {}: {}", doubt.code, doubt.note_en),
                format!("存疑：{}：{}", doubt.code, doubt.note_zh),
            ));
        }
        for row in &self.rows {
            let cells = row.cells.join("  ");
            let line = format!("{:>6}  {}", row.line, cells.trim_end());
            text.line(&Text::new(line.clone(), line));
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
