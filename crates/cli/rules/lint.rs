//! `originis rules lint`: check every table.

use std::path::PathBuf;

use clap::Args;
use originis_rule_tables::{Sources, lint};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rules lint`.
#[derive(Debug, Args)]
#[command(after_help = "\
Refused are duplicate, overlapping, unreachable, unsourced and unknown-code
rows, each with file, row and column. Exit code 3 when anything is wrong.

Examples:
  originis rules lint
  originis rules lint rules")]
pub struct LintArgs {
    /// Check only this directory instead of the shipped tables and --rules.
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &LintArgs) -> Result<Exit, Failure> {
    let sources = match &args.directory {
        Some(directory) => {
            Sources::directory(directory).map_err(originis_rule_tables::LoadError::new)?
        }
        None => Sources::with_overlays(&context.directories)?,
    };
    let report = lint::lint(&sources);
    match args.format.choose() {
        Format::Json => format::print_json(&report)?,
        Format::Text => {
            let text = report.text();
            format::print(context.say(&text.en, &text.zh))?;
        }
    }
    Ok(if report.is_clean() {
        Exit::Done
    } else {
        Exit::Rules
    })
}
