//! Text for people in both languages of the product.

use originis_exchange::{Fault, Lang, wording};
use originis_rules_engine::agreement::{Period, Status};
use serde::Serialize;

/// The same text in English and in Simplified Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Text {
    /// Both texts.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// Adds a line to both.
    pub fn line(&mut self, text: &Self) {
        for (whole, line) in [(&mut self.en, &text.en), (&mut self.zh, &text.zh)] {
            whole.push_str(line);
            whole.push('\n');
        }
    }
}

impl From<Fault> for Text {
    fn from(fault: Fault) -> Self {
        Self::new(fault.en, fault.zh)
    }
}

/// The error of something that could not be read by its `FromStr`.
pub fn unread<E: Into<Fault>>(error: E) -> Text {
    Text::from(error.into())
}

/// A text made of what the system says about a failure.
pub fn system(
    error: &std::io::Error,
    en: impl Fn(&str) -> String,
    zh: impl Fn(&str) -> String,
) -> Text {
    let said = |lang| wording::system(error, lang);
    Text::new(en(&said(Lang::En)), zh(&said(Lang::Zh)))
}

/// The days a table may be used for.
pub fn period(period: Period) -> Text {
    match (period.from, period.to) {
        (None, None) => Text::new("without limit of time", "不限时间"),
        (Some(from), None) => Text::new(format!("from {from}"), format!("自{from}起")),
        (None, Some(to)) => Text::new(format!("until {to}"), format!("至{to}止")),
        (Some(from), Some(to)) => Text::new(format!("{from} to {to}"), format!("{from}至{to}")),
    }
}

/// How sure a table is.
pub fn status(status: Status) -> Text {
    match status {
        Status::Official => Text::new("official", "官方"),
        Status::Transcribed => Text::new("transcribed, to be confirmed", "转录，待核对"),
        Status::Partial => Text::new("partial", "不完整"),
        Status::Secondary => Text::new("secondary source", "二手来源"),
        Status::Unconfirmed => Text::new("not confirmed", "未确认"),
    }
}

/// The number with a comma between thousands.
pub fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (5_612, "5,612"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
