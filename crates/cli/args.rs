//! The commands and their arguments.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use crate::{advice, batch, check, learn, rate, rule, rules, serve};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Is this good originating, under which agreement, at which rate, and what
/// would prove it?
#[derive(Debug, Parser)]
#[command(
    name = "originis",
    version,
    styles = STYLES,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Start here:
  originis check fixtures/cashmere-pullover.json
  originis rule 6110.12
  originis rate 6110.12 --from CN --to JP

Exit codes: 0 done; 1 done, but some input could not be used; 2 wrong usage or
unreadable input; 3 broken rule tables."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Language of everything a person reads; from LC_ALL, LC_MESSAGES or LANG
    /// unless given.
    #[arg(long, global = true, value_name = "en|zh", value_parser = parse_lang)]
    pub lang: Option<originis_exchange::Lang>,
    /// A directory with rule tables of your own, read on top of the shipped
    /// ones; may be given several times. Also read from ORIGINIS_RULES.
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
}

fn parse_lang(text: &str) -> Result<originis_exchange::Lang, String> {
    originis_exchange::Lang::from_tag(text)
        .ok_or_else(|| format!("`{text}` is no language here: expected en or zh"))
}

/// What to do. The help of every command is written in English where it is
/// declared and in Chinese in `chinese.rs`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide one good.
    Check(check::CheckArgs),
    /// Decide a declaration file.
    Batch(Box<batch::BatchArgs>),
    /// Show the origin rule of an HS code.
    Rule(rule::RuleArgs),
    /// Show the MFN and the preferential rate of an HS code.
    Rate(rate::RateArgs),
    /// Work with the rule tables.
    Rules(rules::RulesArgs),
    /// Compare every agreement and name the best.
    Compare(advice::RequestArgs),
    /// Explain the RCEP country of origin and the choices it leaves.
    Origin(advice::RequestArgs),
    /// Show what would make the good qualify, or what would break it.
    Repair(advice::RequestArgs),
    /// Decide alternative suppliers and plants, and name the worst case.
    Scenarios(advice::RequestArgs),
    /// Show which proof to hold, fill its sheets, or check one already issued.
    Proof(advice::ProofArgs),
    /// Show what changes for a list of goods between two days or two versions
    /// of the tables.
    Diff(advice::DiffArgs),
    /// Learn origin case by case, and make session packs for trainers.
    Learn(learn::LearnArgs),
    /// Serve the web page and the HTTP API; manage keys and records.
    Serve(serve::ServeArgs),
}
