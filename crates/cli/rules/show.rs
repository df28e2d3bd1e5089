//! `originis rules show`: one table, or its rows for a code.

use std::fmt::Write;

use clap::Args;
use originis_rule_tables::{Sources, show};
use originis_rules_engine::hs::HsCode;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rules show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  originis rules show rcep/agreement
  originis rules show rcep/psr.hs2022 6110
  originis rules show jp-2026 6110.12")]
pub struct ShowArgs {
    /// The table, such as rcep/psr.hs2022 or jp-2026; `rules lint --format json`
    /// lists them all.
    #[arg(value_name = "TABLE")]
    table: String,
    /// Only the rows of this code, its members, or a group around it.
    #[arg(value_name = "HS")]
    hs: Option<HsCode>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &ShowArgs) -> Result<Exit, Failure> {
    let sources = Sources::with_overlays(&context.directories)?;
    let book = context.book()?;
    let shown = show::table(&sources, &book, &args.table, args.hs).map_err(|error| {
        let text = error.text();
        Failure::Input(context.say(&text.en, &text.zh).to_owned())
    })?;
    match args.format.choose() {
        Format::Json => format::print_json(&shown)?,
        Format::Text => {
            let text = shown.text();
            let mut page = context.say(&text.en, &text.zh).to_owned();
            let is_table = shown.info.path.ends_with(".csv");
            if is_table {
                let _ = writeln!(page, "{}", shown.heading.join(","));
            }
            for row in &shown.rows {
                let _ = writeln!(page, "{:>6}  {}", row.line, row.cells.join(","));
            }
            format::print(&page)?;
        }
    }
    Ok(Exit::Done)
}
