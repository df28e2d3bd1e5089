//! What is wrong with a rule table, and where.

use std::fmt;

use serde::Serialize;

use crate::bilingual::Text;

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
    /// What was wrong, what was expected and what to do, in both languages.
    pub message: Text,
}

impl Problem {
    /// A fault of a whole file.
    pub fn in_file(file: impl Into<String>, message: Text) -> Self {
        Self {
            file: file.into(),
            row: None,
            column: None,
            message,
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

impl Problem {
    /// Where and what, in both languages.
    pub fn text(&self) -> Text {
        let mut place = Text::new(&self.file, &self.file);
        if let Some(row) = self.row {
            place.en.push_str(&format!(", row {row}"));
            place.zh.push_str(&format!(" 第 {row} 行"));
        }
        if let Some(column) = &self.column {
            place.en.push_str(&format!(", column `{column}`"));
            // What stands before a value of TOML is a key and no column.
            let kind = if self.file.ends_with(".toml") {
                "项"
            } else {
                "列"
            };
            place.zh.push_str(&format!(" `{column}` {kind}"));
        }
        Text::new(
            format!("{}: {}", place.en, self.message.en),
            format!("{}：{}", place.zh, self.message.zh),
        )
    }
}

/// Problems are shown to people in their language by `text`; in logs and in
/// programs they are English.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

/// The tables cannot be used. Every problem found is listed, not only the first.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// How many problems there are, and each of them, in both languages.
    pub fn text(&self) -> Text {
        let count = self.problems.len();
        let plural = if count == 1 { "" } else { "s" };
        let mut text = Text::new(
            format!("{count} problem{plural} in the rule tables"),
            format!("规则表中有 {count} 个问题"),
        );
        for problem in &self.problems {
            let line = problem.text();
            text.en.push_str(&format!("\n  {}", line.en));
            text.zh.push_str(&format!("\n  {}", line.zh));
        }
        text
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for LoadError {}

#[cfg(test)]
pub(crate) mod testing {
    //! Checks shared by the tests of every table.

    use originis_testkit::words::untold;

    use super::Problem;

    /// The problems in English, each found to be told in both languages with
    /// its file, row and column.
    pub fn told(problems: &[Problem]) -> Vec<String> {
        for problem in problems {
            let text = problem.text();
            let row = problem.row.map(|row| row.to_string());
            let kept: Vec<&str> = [Some(&problem.file), row.as_ref(), problem.column.as_ref()]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            assert_eq!(untold(&text.en, &text.zh, &kept), None);
        }
        problems.iter().map(Problem::to_string).collect()
    }
}
