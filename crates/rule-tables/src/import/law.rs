//! Importers of product rules, code lists, correlations and appendix lines.

use std::collections::{BTreeMap, BTreeSet};

use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsError, Subheading};
use originis_rules_engine::rule::OriginRule;

use crate::appendix_file::{self, UNREAD};
use crate::bilingual::{Text, unread};
use crate::csv_rows;
use crate::nomenclature_file::{CODES_HEADING, PAIRS_HEADING};
use crate::problem::Problem;
use crate::product_rules_file;

/// A published file: its rows as the wanted columns, in the order asked for.
struct Published<'a> {
    file: &'a str,
    rows: Vec<(usize, csv::StringRecord)>,
    positions: Vec<usize>,
    columns: &'static [&'static str],
}

impl<'a> Published<'a> {
    fn read(
        file: &'a str,
        text: &str,
        columns: &'static [&'static str],
    ) -> Result<Self, Vec<Problem>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| vec![csv_rows::unreadable(file, &error)];
        let heading = reader.headers().map_err(unreadable)?.clone();
        let mut positions = Vec::with_capacity(columns.len());
        let mut problems = Vec::new();
        for column in columns {
            match heading.iter().position(|found| found.trim() == *column) {
                Some(position) => positions.push(position),
                None => problems.push(
                    Problem::in_file(
                        file,
                        Text::new(
                            format!(
                                "the heading has no column `{column}`: expected {}",
                                columns.join(", ")
                            ),
                            format!("表头中没有 `{column}` 列：应有 {}", columns.join("、")),
                        ),
                    )
                    .at_row(1)
                    .at_column(*column),
                ),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            let line = record
                .position()
                .and_then(|position| usize::try_from(position.line()).ok())
                .unwrap_or_default();
            rows.push((line, record));
        }
        Ok(Self {
            file,
            rows,
            positions,
            columns,
        })
    }

    /// The cells of every row, and a way to report a problem of it.
    fn rows(&self) -> impl Iterator<Item = PublishedRow<'_>> {
        self.rows.iter().map(move |(line, record)| PublishedRow {
            published: self,
            line: *line,
            record,
        })
    }
}

struct PublishedRow<'a> {
    published: &'a Published<'a>,
    line: usize,
    record: &'a csv::StringRecord,
}

impl<'a> PublishedRow<'a> {
    /// The cell of one of the wanted columns.
    fn cell(&self, column: usize) -> &'a str {
        self.published
            .positions
            .get(column)
            .and_then(|position| self.record.get(*position))
            .unwrap_or_default()
            .trim()
    }

    fn problem(&self, column: usize, message: Text) -> Problem {
        let mut problem = Problem::in_file(self.published.file, message).at_row(self.line);
        problem.column = self
            .published
            .columns
            .get(column)
            .map(|name| (*name).to_owned());
        problem
    }

    fn code(&self, column: usize, problems: &mut Vec<Problem>) -> Option<HsCode> {
        match self.cell(column).parse() {
            Ok(code) => Some(code),
            Err(error) => {
                problems.push(self.problem(column, unread::<HsError>(error)));
                None
            }
        }
    }

    fn subheading(&self, column: usize, problems: &mut Vec<Problem>) -> Option<Subheading> {
        let code = self.code(column, problems)?;
        if code.digit_count() != 6 {
            problems.push(self.problem(
                column,
                Text::new(
                    format!(
                        "`{}` is not a subheading: expected six digits",
                        self.cell(column)
                    ),
                    format!("`{}` 不是子目：应为六位数字", self.cell(column)),
                ),
            ));
            return None;
        }
        code.subheading()
    }
}

/// Writes a table, its rows already in order.
fn write(
    heading: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, Vec<Problem>> {
    let failed = |error: String| {
        vec![Problem::in_file(
            "",
            Text::new(
                format!("the table cannot be written: {error}"),
                "无法写出该表",
            ),
        )]
    };
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer
        .write_record(heading)
        .map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer
            .write_record(&row)
            .map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// Product-specific rules. The rule text is kept as it stands and must be in the
/// treaty's symbols.
///
/// # Errors
/// Rows whose level, code or rule cannot be read.
pub fn product_rules(file: &str, text: &str) -> Result<String, Vec<Problem>> {
    let published = Published::read(file, text, &product_rules_file::HEADING)?;
    let mut problems = Vec::new();
    let mut rows: BTreeMap<HsCode, Vec<String>> = BTreeMap::new();
    for row in published.rows() {
        let rule = row.cell(2);
        if let Err(error) = rule.parse::<OriginRule>() {
            problems.push(row.problem(2, unread(error)));
        }
        let Some(code) = row.code(1, &mut problems) else {
            continue;
        };
        let cells = vec![row.cell(0).to_owned(), code.compact(), rule.to_owned()];
        if rows.insert(code, cells).is_some() {
            problems.push(row.problem(
                1,
                Text::new(
                    format!("{code} has a second row: remove one of them"),
                    format!("{code} 另有一行：请删去其中一行"),
                ),
            ));
        }
    }
    if problems.is_empty() {
        write(&product_rules_file::HEADING, rows.into_values())
    } else {
        Err(problems)
    }
}

/// The subheadings of an HS edition; chapters and headings follow from them and
/// are left out.
///
/// # Errors
/// Codes that cannot be read, and groups without a subheading.
pub fn code_list(file: &str, text: &str) -> Result<String, Vec<Problem>> {
    let published = Published::read(file, text, &CODES_HEADING)?;
    let mut problems = Vec::new();
    let mut subheadings: BTreeSet<HsCode> = BTreeSet::new();
    let mut groups = Vec::new();
    for row in published.rows() {
        let Some(code) = row.code(0, &mut problems) else {
            continue;
        };
        if code.digit_count() < 6 {
            groups.push((row, code));
        } else if code.digit_count() > 6 || !subheadings.insert(code) {
            problems.push(row.problem(
                0,
                Text::new(
                    format!("{code} is longer than six digits or repeated"),
                    format!("{code} 超过六位数字或重复"),
                ),
            ));
        }
    }
    for (row, group) in groups {
        let has_member = subheadings
            .range(group..)
            .next()
            .is_some_and(|code| code.is_within(group));
        if !has_member {
            problems.push(row.problem(
                0,
                Text::new(
                    format!("{group} has no subheading in the list"),
                    format!("编码表中没有 {group} 的子目"),
                ),
            ));
        }
    }
    if problems.is_empty() {
        write(
            &CODES_HEADING,
            subheadings.iter().map(|code| vec![code.compact()]),
        )
    } else {
        Err(problems)
    }
}

/// Correlated pairs of an older and a newer edition. The relation of each pair
/// is worked out anew from the pairs.
///
/// # Errors
/// Codes that cannot be read.
pub fn correlation(file: &str, text: &str) -> Result<String, Vec<Problem>> {
    const COLUMNS: [&str; 2] = ["from", "to"];
    let published = Published::read(file, text, &COLUMNS)?;
    let mut problems = Vec::new();
    let mut pairs: BTreeSet<(Subheading, Subheading)> = BTreeSet::new();
    for row in published.rows() {
        let from = row.subheading(0, &mut problems);
        let to = row.subheading(1, &mut problems);
        if let (Some(from), Some(to)) = (from, to)
            && !pairs.insert((from, to))
        {
            problems.push(row.problem(
                0,
                Text::new(
                    format!("the pair {from} to {to} is repeated"),
                    format!("编码对 {from} 至 {to} 重复"),
                ),
            ));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut successors: BTreeMap<Subheading, u32> = BTreeMap::new();
    let mut predecessors: BTreeMap<Subheading, u32> = BTreeMap::new();
    for (from, to) in &pairs {
        *successors.entry(*from).or_default() += 1;
        *predecessors.entry(*to).or_default() += 1;
    }
    let side = |count: Option<&u32>| if count == Some(&1) { "1" } else { "n" };
    write(
        &PAIRS_HEADING,
        pairs.iter().map(|(from, to)| {
            vec![
                from.code().compact(),
                to.code().compact(),
                format!(
                    "{}:{}",
                    side(predecessors.get(to)),
                    side(successors.get(from))
                ),
            ]
        }),
    )
}

/// Appendix lines with their period in years of tariff commitments.
///
/// # Errors
/// Codes, Parties or periods that cannot be read.
pub fn appendix(file: &str, text: &str) -> Result<String, Vec<Problem>> {
    const COLUMNS: [&str; 4] = ["importer", "code", "period", "source"];
    let published = Published::read(file, text, &COLUMNS)?;
    let mut problems = Vec::new();
    let mut rows: BTreeMap<(Country, HsCode), Vec<String>> = BTreeMap::new();
    for row in published.rows() {
        let importer = match row.cell(0).parse::<Country>() {
            Ok(importer) => importer,
            Err(error) => {
                problems.push(row.problem(0, unread(error)));
                continue;
            }
        };
        let Some(code) = row.code(1, &mut problems) else {
            continue;
        };
        let Some((first, last)) = years(row.cell(2)) else {
            problems.push(row.problem(
                2,
                Text::new(format!("`{}` is not a period: expected `From year 1 onwards`, `From year 1 to year 15` or `UNREAD`",
                    row.cell(2)), format!("`{}` 不是期间：应为 `From year 1 onwards`、`From year 1 to year 15` 或 `UNREAD`",
                    row.cell(2))),
            ));
            continue;
        };
        let cells = vec![
            importer.to_string(),
            code.compact(),
            first,
            last,
            row.cell(3).to_owned(),
        ];
        if rows.insert((importer, code), cells).is_some() {
            problems.push(row.problem(
                1,
                Text::new(
                    format!("{code} is repeated for {importer}"),
                    format!("{code} 在 {importer} 名下重复"),
                ),
            ));
        }
    }
    if problems.is_empty() {
        write(&appendix_file::HEADING, rows.into_values())
    } else {
        Err(problems)
    }
}

/// First and last year of a period in words; the last is empty when open.
fn years(text: &str) -> Option<(String, String)> {
    let lower = text.to_ascii_lowercase();
    if lower == UNREAD {
        return Some((UNREAD.to_owned(), UNREAD.to_owned()));
    }
    let rest = lower.strip_prefix("from year ")?;
    let number = |text: &str| text.trim().parse::<u8>().ok().map(|year| year.to_string());
    match rest.split_once(" to year ") {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None => Some((number(rest.strip_suffix("onwards")?)?, String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::testing::told;

    fn refused(result: Result<String, Vec<Problem>>) -> Vec<(Option<usize>, Option<String>)> {
        let problems = result.unwrap_err();
        told(&problems);
        problems
            .into_iter()
            .map(|problem| (problem.row, problem.column))
            .collect()
    }

    #[test]
    fn rules_are_ordered_by_code_and_kept_word_for_word() {
        let published = "\u{feff}code,level,rule,page\n6110,heading,CC,9\n02,chapter,CC except from Chapter 01,1\n";
        assert_eq!(
            product_rules("annex.csv", published).unwrap(),
            "level,code,rule\nchapter,02,CC except from Chapter 01\nheading,6110,CC\n"
        );
        let wrong =
            "level,code,rule\nheading,6110,CX\nheading,61l0,CC\nchapter,02,CC\nchapter,02,WO\n";
        assert_eq!(
            refused(product_rules("annex.csv", wrong)),
            [
                (Some(2), Some("rule".to_owned())),
                (Some(3), Some("code".to_owned())),
                (Some(5), Some("code".to_owned())),
            ]
        );
        assert_eq!(
            refused(product_rules("annex.csv", "level,code\n")),
            [(Some(1), Some("rule".to_owned()))]
        );
    }

    #[test]
    fn a_code_list_keeps_subheadings_and_refuses_empty_groups() {
        let published = "code,level\n01,2\n0101,4\n010129,6\n010121,6\n";
        assert_eq!(
            code_list("hs.csv", published).unwrap(),
            "code\n010121\n010129\n"
        );
        assert_eq!(
            refused(code_list("hs.csv", "code\n0102\n010121\n010121\n")),
            [
                (Some(4), Some("code".to_owned())),
                (Some(2), Some("code".to_owned())),
            ]
        );
    }

    #[test]
    fn relations_follow_from_the_pairs_not_from_the_file() {
        let published =
            "from,to,relation\n010129,010129,1:1\n010121,010121,n:n\n010129,010121,1:1\n";
        assert_eq!(
            correlation("pairs.csv", published).unwrap(),
            "from,to,relation\n010121,010121,n:1\n010129,010121,n:n\n010129,010129,1:n\n"
        );
        assert_eq!(
            refused(correlation("pairs.csv", "from,to\n0101,010121\n")),
            [(Some(2), Some("from".to_owned()))]
        );
    }

    #[test]
    fn periods_of_an_appendix_become_years_and_unread_ones_stay_unread() {
        let published = "importer,code,period,source\n\
            PH,40103100,UNREAD,a\n\
            CN,52051100,From year 1 to year 15,a\n\
            CN,02011000,From year 1 onwards,a\n";
        assert_eq!(
            appendix("appendix.csv", published).unwrap(),
            "importer,code,first_year,last_year,source\n\
            CN,02011000,1,,a\nCN,52051100,1,15,a\nPH,40103100,unread,unread,a\n"
        );
        let wrong =
            "importer,code,period,source\nCN,02011000,for ever,a\nChina,02011000,UNREAD,a\n";
        assert_eq!(
            refused(appendix("appendix.csv", wrong)),
            [
                (Some(2), Some("period".to_owned())),
                (Some(3), Some("importer".to_owned())),
            ]
        );
    }
}
