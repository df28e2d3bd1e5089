//! Structured log lines without business data: one JSON object a line on
//! standard error. Codes, names, values and file contents are never logged.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// How much attention a line deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Ordinary course of business.
    Info,
    /// Something an operator should look at.
    Warn,
    /// A request or job failed through no fault of the client.
    Error,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes one line. `fields` must hold technical data only.
pub fn write(level: Level, event: &str, fields: &[(&str, Value)]) {
    let mut line = Map::new();
    line.insert("time".to_owned(), json!(Timestamp::now().to_string()));
    line.insert("level".to_owned(), json!(level.name()));
    line.insert("event".to_owned(), json!(event));
    for (name, value) in fields {
        line.insert((*name).to_owned(), value.clone());
    }
    eprintln!("{}", Value::Object(line));
}
