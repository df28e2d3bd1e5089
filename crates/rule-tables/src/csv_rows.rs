//! Reading CSV tables with the line of every row.

use crate::bilingual::{self, Text};
use crate::problem::Problem;

/// One row, its cells in the order of the heading.
#[derive(Debug)]
pub struct Row {
    /// Line of the file, from 1 and counting the heading.
    pub line: usize,
    cells: csv::StringRecord,
}

impl Row {
    /// The cell at a position of the heading, without surrounding spaces.
    pub fn cell(&self, position: usize) -> &str {
        self.cells.get(position).unwrap_or_default().trim()
    }
}

/// Reads a table whose heading must be exactly `heading`.
///
/// Rows that cannot be read are reported and left out.
pub fn read(file: &str, text: &str, heading: &[&str], problems: &mut Vec<Problem>) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(true)
        .from_reader(text.as_bytes());
    match reader.headers() {
        Ok(found) if found.iter().eq(heading.iter().copied()) => {}
        Ok(found) => {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(
                        format!(
                            "the heading is `{}`: expected `{}`",
                            found.iter().collect::<Vec<_>>().join(","),
                            heading.join(",")
                        ),
                        format!(
                            "表头为 `{}`：应为 `{}`",
                            found.iter().collect::<Vec<_>>().join(","),
                            heading.join(",")
                        ),
                    ),
                )
                .at_row(1),
            );
            return Vec::new();
        }
        Err(error) => {
            problems.push(unreadable(file, &error).at_row(1));
            return Vec::new();
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(cells) => {
                let line = cells
                    .position()
                    .and_then(|position| usize::try_from(position.line()).ok())
                    .unwrap_or_default();
                rows.push(Row { line, cells });
            }
            Err(error) => problems.push(unreadable(file, &error)),
        }
    }
    if rows.is_empty() {
        problems.push(Problem::in_file(
            file,
            Text::new(
                "the table has no rows: add rows or remove the file",
                "表中没有数据行：请补充数据行，或移除该文件",
            ),
        ));
    }
    rows
}

/// What is wrong with a row that cannot be read as CSV, with its line.
pub fn unreadable(file: &str, error: &csv::Error) -> Problem {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Text::new(
            format!(
                "the row has {len} cells: expected {expected_len}, one for each column of the heading"
            ),
            format!("该行有 {len} 个单元格：应为 {expected_len} 个，与表头各列一一对应"),
        ),
        csv::ErrorKind::Io(error) => bilingual::system(
            error,
            |said| format!("cannot be read ({said})"),
            |said| format!("无法读取：{said}"),
        ),
        _ => Text::new(
            format!("the row cannot be read as CSV ({error}): check its quotes and commas"),
            "该行不能作为 CSV 读取：请检查引号、逗号和字符编码",
        ),
    };
    let mut problem = Problem::in_file(file, message);
    problem.row = error
        .position()
        .and_then(|position| usize::try_from(position.line()).ok());
    problem
}
