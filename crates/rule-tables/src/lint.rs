//! The check of every table, as a report.

use serde::Serialize;

use crate::bilingual::{self, Text};
use crate::load::load;
use crate::problem::Problem;
use crate::show::TableSummary;
use crate::sources::Sources;

/// What the check found.
#[derive(Debug, Clone, Serialize)]
pub struct LintReport {
    /// Hash of the content of every table.
    pub fingerprint: String,
    /// Number of table files.
    pub files: usize,
    /// The tables; empty when a problem was found.
    pub tables: Vec<TableSummary>,
    /// Everything that is wrong, in the order of files and rows.
    pub problems: Vec<Problem>,
}

/// Checks every table.
pub fn lint(sources: &Sources) -> LintReport {
    let (tables, problems) = match load(sources) {
        Ok(book) => (
            book.tables.iter().map(TableSummary::from).collect(),
            Vec::new(),
        ),
        Err(error) => (Vec::new(), error.problems),
    };
    LintReport {
        fingerprint: sources.fingerprint(),
        files: sources.iter().count(),
        tables,
        problems,
    }
}

impl LintReport {
    /// Whether nothing is wrong.
    pub const fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The report in words.
    pub fn text(&self) -> Text {
        let mut text = Text::default();
        for problem in &self.problems {
            text.line(&problem.text());
        }
        let fingerprint = crate::image::short(&self.fingerprint);
        if self.is_clean() {
            let rows = bilingual::number(self.tables.iter().map(|table| table.rows).sum());
            let count = self.tables.len();
            text.line(&Text::new(
                format!("{count} tables with {rows} rows, no problem (fingerprint {fingerprint})"),
                format!("{count}个表，共{rows}行，无问题（指纹{fingerprint}）"),
            ));
        } else {
            let (count, files) = (self.problems.len(), self.files);
            text.line(&Text::new(
                format!("{count} problems in {files} files: the tables cannot be used (fingerprint {fingerprint})"),
                format!("{files}个文件中有{count}个问题：规则表不可使用（指纹{fingerprint}）"),
            ));
        }
        text
    }
}
