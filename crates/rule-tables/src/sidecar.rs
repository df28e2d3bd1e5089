//! The `[table]` section: what a table is, where it comes from and how sure it is.

use originis_rules_engine::rulebook::{Doubt, TableInfo};
use serde::Deserialize;
use toml::Spanned;

use crate::bilingual::Text;
use crate::problem::Problem;
use crate::toml_values::{TomlDate, TomlFile, is_empty, period, status};

/// The `[table]` section as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSection {
    title_en: Spanned<String>,
    title_zh: Spanned<String>,
    source: Spanned<String>,
    attribution: Spanned<String>,
    as_of: TomlDate,
    edition: Option<Spanned<String>>,
    valid_from: Option<TomlDate>,
    valid_to: Option<TomlDate>,
    status: Spanned<String>,
    citation: Spanned<String>,
    coverage_en: Spanned<String>,
    coverage_zh: Spanned<String>,
    agreement: Option<Spanned<String>>,
    importer: Option<Spanned<String>>,
    /// The shipped table an added one takes the place of; see [`Sources::overlay`].
    ///
    /// [`Sources::overlay`]: crate::sources::Sources::overlay
    #[serde(rename = "replaces")]
    _replaces: Option<String>,
}

/// A row of the table that is less certain than the rest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubtRow {
    code: Spanned<String>,
    note_en: Spanned<String>,
    note_zh: Spanned<String>,
}

/// A sidecar that has nothing beside the `[table]` section and doubts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainSidecar {
    table: TableSection,
    #[serde(default)]
    doubt: Vec<DoubtRow>,
}

/// What a sidecar says, checked.
#[derive(Debug, Clone)]
pub struct Described {
    /// The table for people to read; its row count is still zero.
    pub info: TableInfo,
    /// The text of the citation.
    pub citation: String,
}

/// Reads the sidecar of a table without columns to describe.
pub fn read(path: &str, file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Described> {
    let (toml, sidecar) = match TomlFile::read::<PlainSidecar>(file, text) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let mut described = describe(path, &toml, &sidecar.table, problems)?;
    described.info.doubts = doubts(&toml, &sidecar.doubt, problems);
    Some(described)
}

/// Checks the rows in doubt.
pub fn doubts(toml: &TomlFile<'_>, rows: &[DoubtRow], problems: &mut Vec<Problem>) -> Vec<Doubt> {
    let mut doubts = Vec::with_capacity(rows.len());
    for row in rows {
        for (key, note) in [("note_en", &row.note_en), ("note_zh", &row.note_zh)] {
            not_blank(toml, key, note, problems);
        }
        if let Some(code) = toml.parse("code", &row.code, problems) {
            doubts.push(Doubt {
                code,
                note_en: row.note_en.get_ref().clone(),
                note_zh: row.note_zh.get_ref().clone(),
            });
        }
    }
    doubts
}

/// Checks a `[table]` section. `path` is the path of the table it describes.
/// `None` when a value is wrong; every wrong value is reported.
pub fn describe(
    path: &str,
    toml: &TomlFile<'_>,
    table: &TableSection,
    problems: &mut Vec<Problem>,
) -> Option<Described> {
    let before = problems.len();
    for (key, text) in [
        ("title_en", &table.title_en),
        ("title_zh", &table.title_zh),
        ("source", &table.source),
        ("attribution", &table.attribution),
        ("citation", &table.citation),
        ("coverage_en", &table.coverage_en),
        ("coverage_zh", &table.coverage_zh),
    ] {
        not_blank(toml, key, text, problems);
    }
    let edition = table
        .edition
        .as_ref()
        .map(|text| toml.parse("edition", text, problems));
    let agreement = table
        .agreement
        .as_ref()
        .map(|text| toml.parse("agreement", text, problems));
    let importer = table
        .importer
        .as_ref()
        .map(|text| toml.parse("importer", text, problems));
    let status = toml.read_with("status", &table.status, status, problems);
    let valid = period(table.valid_from, table.valid_to);
    if is_empty(valid) {
        problems.push(toml.problem(
            "valid_to",
            &table.status,
            Text::new("the table ends before it begins, so no row of it can be reached: correct valid_from or valid_to", "该表的截止日期早于起始日期，表中各行都不会适用：请更正 valid_from 或 valid_to"),
        ));
    }
    if problems.len() > before {
        return None;
    }
    Some(Described {
        info: TableInfo {
            path: path.to_owned(),
            title_en: table.title_en.get_ref().clone(),
            title_zh: table.title_zh.get_ref().clone(),
            source: table.source.get_ref().clone(),
            attribution: table.attribution.get_ref().clone(),
            as_of: table.as_of.0,
            edition: edition.flatten(),
            period: valid,
            status: status?,
            coverage_en: table.coverage_en.get_ref().clone(),
            coverage_zh: table.coverage_zh.get_ref().clone(),
            rows: 0,
            agreement: agreement.flatten(),
            importer: importer.flatten(),
            doubts: Vec::new(),
        },
        citation: table.citation.get_ref().clone(),
    })
}

fn not_blank(toml: &TomlFile<'_>, key: &str, text: &Spanned<String>, problems: &mut Vec<Problem>) {
    if text.get_ref().trim().is_empty() {
        problems.push(toml.problem(
            key,
            text,
            Text::new("is empty: every table states its title, source, attribution, citation and coverage", "为空：每个表都须写明标题、来源、署名、引用依据和覆盖范围"),
        ));
    }
}
