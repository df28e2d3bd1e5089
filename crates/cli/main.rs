//! The command line: `originis`.

mod args;
mod check;
mod context;
mod exit;
mod format;
mod rate;
mod rule;
mod rules;
mod serve;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::exit::{Exit, Failure};

fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is wrong usage.
            let exit = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Usage,
            };
            return match error.print() {
                Ok(()) => exit,
                Err(failure) => Failure::from(failure).report(),
            };
        }
    };
    let context = Context::new(&cli.common);
    let done = match &cli.command {
        Command::Check(args) => check::run(&context, args),
        Command::Rule(args) => rule::run(&context, args),
        Command::Rate(args) => rate::run(&context, args),
        Command::Rules(args) => rules::run(&context, args),
        Command::Serve(args) => serve::run(&context, args),
    };
    done.unwrap_or_else(Failure::report)
}
