//! The command line: `originis`.

mod advice;
mod args;
mod batch;
mod check;
mod chinese;
mod context;
mod exit;
mod format;
mod learn;
mod rate;
mod rule;
mod rules;
mod serve;

use std::env;
use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use originis_exchange::Lang;

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::exit::{Exit, Failure};

fn main() -> Exit {
    let arguments: Vec<OsString> = env::args_os().collect();
    let lang = chinese::lang_option(&arguments)
        .and_then(Lang::from_tag)
        .unwrap_or_else(context::locale);
    let command = match lang {
        Lang::En => Cli::command(),
        Lang::Zh => chinese::localise(Cli::command()),
    };
    let parsed = command
        .try_get_matches_from(&arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is wrong usage.
            let exit = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Usage,
            };
            let help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayVersion
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            if lang == Lang::Zh && !help {
                anstream::eprint!("{}", chinese::usage_error(&error, &arguments));
                return exit;
            }
            return match error.print() {
                Ok(()) => exit,
                Err(failure) => Failure::from(failure).report(lang),
            };
        }
    };
    let context = Context::new(&cli.common);
    let done = match &cli.command {
        Command::Check(args) => check::run(&context, args),
        Command::Batch(args) => batch::run(&context, args),
        Command::Rule(args) => rule::run(&context, args),
        Command::Rate(args) => rate::run(&context, args),
        Command::Rules(args) => rules::run(&context, args),
        Command::Compare(args) => advice::compare(&context, args),
        Command::Origin(args) => advice::origin(&context, args),
        Command::Repair(args) => advice::repair(&context, args),
        Command::Scenarios(args) => advice::scenarios(&context, args),
        Command::Proof(args) => advice::proof(&context, args),
        Command::Diff(args) => advice::diff(&context, args),
        Command::Learn(args) => learn::run(&context, args),
        Command::Serve(args) => serve::run(&context, args),
    };
    done.unwrap_or_else(|failure| failure.report(context.lang))
}
