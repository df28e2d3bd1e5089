//! `originis rules`: work with the rule tables.

mod coverage;
mod import;
mod lint;
mod show;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::exit::{Exit, Failure};

/// Arguments of `rules`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  originis rules lint
  originis rules coverage --agreement RCEP --importer JP
  originis rules show rcep/psr.hs2022 6110
  originis rules import --help
  originis --rules my-tables rules lint")]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

/// What to do with the tables.
#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Check every table and list each fault with file, row and column.
    Lint(lint::LintArgs),
    /// Show what is loaded and what is missing.
    Coverage(coverage::CoverageArgs),
    /// Turn an official table into a rule table.
    Import(Box<import::ImportArgs>),
    /// Show a table, or its rows for a code.
    Show(show::ShowArgs),
}

/// Runs the command.
pub fn run(context: &Context, args: &RulesArgs) -> Result<Exit, Failure> {
    match &args.command {
        RulesCommand::Lint(args) => lint::run(context, args),
        RulesCommand::Coverage(args) => coverage::run(context, args),
        RulesCommand::Import(args) => import::run(context, args),
        RulesCommand::Show(args) => show::run(context, args),
    }
}
