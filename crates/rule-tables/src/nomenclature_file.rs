//! Code lists (`nomenclature/hs2022.csv`) and correlations
//! (`nomenclature/hs2017-hs2022.csv`).

use std::collections::HashMap;

use originis_rules_engine::hs::{HsCode, HsEdition, HsError, Subheading};
use originis_rules_engine::nomenclature::{Correlation, EditionCodes};

use crate::bilingual::{Text, unread};
use crate::csv_rows;
use crate::problem::Problem;

/// The heading of a code list.
pub const CODES_HEADING: [&str; 1] = ["code"];
/// The heading of a correlation, `from` being the older edition.
pub const PAIRS_HEADING: [&str; 3] = ["from", "to", "relation"];

/// Reads the subheadings of an edition.
pub fn codes(
    file: &str,
    edition: HsEdition,
    text: &str,
    problems: &mut Vec<Problem>,
) -> EditionCodes {
    let rows = csv_rows::read(file, text, &CODES_HEADING, problems);
    let mut codes = Vec::with_capacity(rows.len());
    let mut previous: Option<Subheading> = None;
    for row in &rows {
        let Some(code) = subheading(file, row.line, "code", row.cell(0), problems) else {
            continue;
        };
        if previous.is_some_and(|previous| previous >= code) {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(
                        format!(
                            "`{code}` is repeated or out of order: list each code once, ascending"
                        ),
                        format!("`{code}` 重复或次序不对：每个编码只列一次，由小到大排列"),
                    ),
                )
                .at_row(row.line)
                .at_column("code"),
            );
        }
        previous = Some(code);
        codes.push(code);
    }
    EditionCodes::new(edition, codes)
}

/// Reads a correlation; `older` and `newer` are the lists its codes must be in.
pub fn pairs(
    file: &str,
    text: &str,
    older: Option<&EditionCodes>,
    newer: Option<&EditionCodes>,
    problems: &mut Vec<Problem>,
) -> Correlation {
    let rows = csv_rows::read(file, text, &PAIRS_HEADING, problems);
    let mut pairs: Vec<(usize, (Subheading, Subheading))> = Vec::with_capacity(rows.len());
    let mut successors: HashMap<Subheading, u32> = HashMap::with_capacity(rows.len());
    let mut predecessors: HashMap<Subheading, u32> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let from = subheading(file, row.line, "from", row.cell(0), problems);
        let to = subheading(file, row.line, "to", row.cell(1), problems);
        for (column, code, edition) in [("from", from, older), ("to", to, newer)] {
            let (Some(code), Some(edition)) = (code, edition) else {
                continue;
            };
            if edition.ordinal(code).is_none() {
                problems.push(unknown_code(
                    file,
                    row.line,
                    column,
                    code.code(),
                    edition.edition(),
                ));
            }
        }
        if let (Some(from), Some(to)) = (from, to) {
            *successors.entry(from).or_default() += 1;
            *predecessors.entry(to).or_default() += 1;
            pairs.push((row.line, (from, to)));
        }
    }
    for ((line, (from, to)), row) in pairs.iter().zip(&rows) {
        let many = |count: Option<&u32>| {
            if count.copied().unwrap_or_default() > 1 {
                "n"
            } else {
                "1"
            }
        };
        let relation = format!(
            "{}:{}",
            many(predecessors.get(to)),
            many(successors.get(from))
        );
        if pairs.len() == rows.len() && relation != row.cell(2) {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(format!("the relation is `{}`, but the pairs of the table make it `{relation}`: import the table again or correct the pairs",
                        row.cell(2)), format!("关系写作 `{}`，但按表中各对编码应为 `{relation}`：请重新导入该表，或更正编码对",
                        row.cell(2))),
                )
                .at_row(*line)
                .at_column("relation"),
            );
        }
    }
    let count = pairs.len();
    let table = Correlation::new(pairs.iter().map(|(_, pair)| *pair));
    if table.len() < count {
        let mut seen: HashMap<(Subheading, Subheading), usize> = HashMap::new();
        for (line, pair) in &pairs {
            if let Some(first) = seen.get(pair) {
                problems.push(
                    Problem::in_file(
                        file,
                        Text::new(
                            format!(
                                "the pair {} to {} is already in row {first}: remove one",
                                pair.0, pair.1
                            ),
                            format!(
                                "编码对 {} 至 {} 已在第 {first} 行：请删去其中一行",
                                pair.0, pair.1
                            ),
                        ),
                    )
                    .at_row(*line)
                    .at_column("from"),
                );
            } else {
                seen.insert(*pair, *line);
            }
        }
    }
    table
}

/// Reads a six-digit code.
fn subheading(
    file: &str,
    line: usize,
    column: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Option<Subheading> {
    let code = code(file, line, column, text, problems)?;
    if code.digit_count() != 6 {
        problems.push(
            Problem::in_file(
                file,
                Text::new(
                    format!("`{text}` is not a subheading: expected six digits"),
                    format!("`{text}` 不是子目：应为六位数字"),
                ),
            )
            .at_row(line)
            .at_column(column),
        );
        return None;
    }
    code.subheading()
}

/// Reads a code of any level.
pub fn code(
    file: &str,
    line: usize,
    column: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Option<HsCode> {
    match text.parse() {
        Ok(code) => Some(code),
        Err(error) => {
            problems.push(
                Problem::in_file(file, unread::<HsError>(error))
                    .at_row(line)
                    .at_column(column),
            );
            None
        }
    }
}

/// A code that the edition of the table does not have.
pub fn unknown_code(
    file: &str,
    line: usize,
    column: &str,
    code: HsCode,
    edition: HsEdition,
) -> Problem {
    Problem::in_file(
        file,
        Text::new(
            format!(
                "HS {edition} has no code {code}: correct the code or the edition of the table"
            ),
            format!("HS {edition} 中没有编码 {code}：请更正编码或该表的 HS 版本"),
        ),
    )
    .at_row(line)
    .at_column(column)
}
