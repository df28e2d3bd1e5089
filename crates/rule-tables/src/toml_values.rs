//! Values of TOML tables, read with the line they stand on.

use std::str::FromStr;

use jiff::civil::Date;
use originis_exchange::{Fault, wording};
use originis_rules_engine::agreement::{Period, Status};
use originis_rules_engine::outcome::Outcome;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use toml::Spanned;

use crate::bilingual::{Text, unread};
use crate::problem::Problem;

/// A date, written as a TOML date or as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TomlDate(pub Date);

/// Said of a text by the reader of TOML, which takes messages in one language.
const NOT_A_DATE: &str = " is not a date: expected YYYY-MM-DD";

impl<'de> Deserialize<'de> for TomlDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            toml::Value::Datetime(date) => date.to_string(),
            other => other.to_string(),
        };
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom(format!("`{text}`{NOT_A_DATE}")))
    }
}

/// How sure a row is, as written in tables.
pub fn status(text: &str) -> Result<Status, Text> {
    match text {
        "official" => Ok(Status::Official),
        "transcribed" => Ok(Status::Transcribed),
        "partial" => Ok(Status::Partial),
        "secondary" => Ok(Status::Secondary),
        "unconfirmed" => Ok(Status::Unconfirmed),
        _ => Err(Text::new(
            format!(
                "`{text}` is not a status: expected official, transcribed, partial, secondary or unconfirmed"
            ),
            format!(
                "`{text}` 不是状态：应为 official、transcribed、partial、secondary 或 unconfirmed"
            ),
        )),
    }
}

/// Met, not met or unknown, as written in tables.
pub fn outcome(text: &str) -> Result<Outcome, Text> {
    match text {
        "met" => Ok(Outcome::Met),
        "not_met" => Ok(Outcome::NotMet),
        "unknown" => Ok(Outcome::Unknown),
        _ => Err(Text::new(
            format!("`{text}` is not an outcome: expected met, not_met or unknown"),
            format!("`{text}` 不是结论：应为 met、not_met 或 unknown"),
        )),
    }
}

/// A period; an open end has no limit.
pub const fn period(from: Option<TomlDate>, to: Option<TomlDate>) -> Period {
    Period {
        from: match from {
            Some(date) => Some(date.0),
            None => None,
        },
        to: match to {
            Some(date) => Some(date.0),
            None => None,
        },
    }
}

/// Whether the period has no day at all.
pub fn is_empty(period: Period) -> bool {
    matches!((period.from, period.to), (Some(from), Some(to)) if to < from)
}

/// One TOML file while it is read.
#[derive(Debug)]
pub struct TomlFile<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> TomlFile<'a> {
    /// Reads the file into `T`.
    ///
    /// # Errors
    /// A syntax error, an unknown or a missing key, with its line.
    pub fn read<T: DeserializeOwned>(file: &'a str, text: &'a str) -> Result<(Self, T), Problem> {
        let this = Self { file, text };
        match toml::from_str(text) {
            Ok(value) => Ok((this, value)),
            Err(error) => {
                let mut problem = Problem::in_file(
                    file,
                    Text::new(error.message(), in_chinese(error.message())),
                );
                problem.row = error.span().map(|span| this.line(span.start));
                Err(problem)
            }
        }
    }

    /// The line, from 1, of a position in the text.
    fn line(&self, position: usize) -> usize {
        1 + self
            .text
            .bytes()
            .take(position)
            .filter(|byte| *byte == b'\n')
            .count()
    }

    /// A problem of the whole file.
    pub fn in_file(&self, message: Text) -> Problem {
        Problem::in_file(self.file, message)
    }

    /// A problem with the value of a key.
    pub fn problem<T>(&self, key: &str, value: &Spanned<T>, message: Text) -> Problem {
        Problem::in_file(self.file, message)
            .at_row(self.line(value.span().start))
            .at_column(key)
    }

    /// Reads a value by its `FromStr`, reporting what does not parse.
    pub fn parse<T>(
        &self,
        key: &str,
        value: &Spanned<String>,
        problems: &mut Vec<Problem>,
    ) -> Option<T>
    where
        T: FromStr,
        T::Err: Into<Fault>,
    {
        self.read_with(
            key,
            value,
            |text| text.parse::<T>().map_err(unread),
            problems,
        )
    }

    /// Reads a value by a function, reporting what it refuses.
    pub fn read_with<T>(
        &self,
        key: &str,
        value: &Spanned<String>,
        read: impl Fn(&str) -> Result<T, Text>,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        match read(value.get_ref()) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                problems.push(self.problem(key, value, error));
                None
            }
        }
    }
}

/// What the reader of TOML says, in Chinese.
fn in_chinese(message: &str) -> String {
    if let Some(text) = message.strip_suffix(NOT_A_DATE) {
        return format!("{text} 不是日期：应为 YYYY-MM-DD");
    }
    wording::shape(message)
        .unwrap_or_else(|| "不符合 TOML 语法：请检查键名、等号、引号和方括号".to_owned())
}
