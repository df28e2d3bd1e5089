//! Reading CSV tables with the line of every row.

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
                    format!(
                        "the heading is `{}`: expected `{}`",
                        found.iter().collect::<Vec<_>>().join(","),
                        heading.join(",")
                    ),
                )
                .at_row(1),
            );
            return Vec::new();
        }
        Err(error) => {
            problems.push(Problem::in_file(file, unreadable(&error)).at_row(1));
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
            Err(error) => {
                let mut problem = Problem::in_file(file, unreadable(&error));
                problem.row = error
                    .position()
                    .and_then(|position| usize::try_from(position.line()).ok());
                problems.push(problem);
            }
        }
    }
    if rows.is_empty() {
        problems.push(Problem::in_file(
            file,
            "the table has no rows: add rows or remove the file",
        ));
    }
    rows
}

fn unreadable(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "the row has {len} cells: expected {expected_len}, one for each column of the heading"
        ),
        _ => format!("the row cannot be read as CSV ({error}): check its quotes and commas"),
    }
}
