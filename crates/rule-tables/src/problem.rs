//! What is wrong with a rule table, and where.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// One fault of one table. The message says what was wrong, what was expected
/// and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file, as a path under the table directory.
    pub file: String,
    /// The line of the file, from 1 and counting the heading; `None` when the
    /// fault is not in one line.
    pub row: Option<usize>,
    /// The heading of the column, or the key of a TOML file.
    pub column: Option<String>,
    /// What was wrong, what was expected and what to do.
    pub message: String,
}

impl Problem {
    /// A fault of a whole file.
    pub fn in_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            row: None,
            column: None,
            message: message.into(),
        }
    }

    /// Names the line, from 1 and counting the heading.
    #[must_use]
    pub fn at_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }

    /// Names the column or key.
    #[must_use]
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The tables cannot be used. Every problem found is listed, not only the first.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} in the rule tables\n{}", count(problems), list(problems))]
pub struct LoadError {
    /// What is wrong, in the order of files and rows.
    pub problems: Vec<Problem>,
}

impl LoadError {
    /// Orders the problems by file, row and column and drops repetitions.
    pub fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self { problems }
    }
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("  {problem}"))
        .collect::<Vec<_>>()
        .join("\n")
}
