//! `originis rules coverage`: what is loaded and what is missing.

use clap::Args;
use originis_rule_tables::coverage::{Coverage, Scope};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rules coverage`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  originis rules coverage
  originis rules coverage --agreement APTA
  originis rules coverage --importer JP --chapter 61")]
pub struct CoverageArgs {
    /// Only RCEP or APTA.
    #[arg(long, value_name = "NAME")]
    agreement: Option<Agreement>,
    /// Only this importing country (ISO alpha-2).
    #[arg(long, value_name = "COUNTRY")]
    importer: Option<Country>,
    /// Only this chapter.
    #[arg(long, value_name = "1-97", value_parser = clap::value_parser!(u8).range(1..=97))]
    chapter: Option<u8>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &CoverageArgs) -> Result<Exit, Failure> {
    let coverage = Coverage::of(
        &context.book()?,
        Scope {
            agreement: args.agreement,
            importer: args.importer,
            chapter: args.chapter,
        },
    );
    match args.format.choose() {
        Format::Json => format::print_json(&coverage)?,
        Format::Text => {
            let text = coverage.text();
            format::print(context.say(&text.en, &text.zh))?;
        }
    }
    Ok(Exit::Done)
}
