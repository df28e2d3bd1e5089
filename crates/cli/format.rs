//! Results on standard output.

use std::io::{IsTerminal, Write, stdout};

use clap::{Args, ValueEnum};
use originis_exchange::text::Layout;
use serde::Serialize;

use crate::exit::Failure;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For programs.
    Json,
    /// For people.
    Text,
}

/// The option that chooses the form.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// Form of the result; text on a terminal and JSON otherwise unless given.
    #[arg(
        long,
        value_enum,
        value_name = "json|text",
        hide_possible_values = true
    )]
    format: Option<Format>,
}

impl FormatArgs {
    /// The form to use.
    pub fn choose(&self) -> Format {
        self.format.unwrap_or_else(|| {
            if stdout().is_terminal() {
                Format::Text
            } else {
                Format::Json
            }
        })
    }
}

/// Widest text: longer lines are hard to read.
const WIDEST: usize = 100;
/// Narrowest text a table still fits in.
const NARROWEST: usize = 60;

/// The layout for the terminal, or eighty columns. Colour codes are always
/// written; [`print()`] takes them out where they do not belong.
pub fn layout() -> Layout {
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    Layout {
        width: width.clamp(NARROWEST, WIDEST),
        colour: true,
    }
}

/// Writes a text result. Colour reaches only a terminal, and not even that
/// where `NO_COLOR` is set.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a JSON result.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = stdout().lock();
    let text = serde_json::to_string_pretty(value)?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// A paragraph broken into lines of the layout's width.
pub fn wrapped(text: &str) -> String {
    originis_exchange::columns::wrap(text, layout().width).join("\n")
}
