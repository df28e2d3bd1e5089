//! `originis check`: decide one good.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use originis_advice::{Decision, Several, decide};
use originis_exchange::{Lang, Request, RequestErrors, columns, text};
use serde_json::json;

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
A request states what is known about one good; what it leaves out is not known,
and the answer says whether that matters. The least one:

  {\"from\": \"CN\", \"to\": \"JP\", \"date\": \"2026-07-15\", \"good\": {\"hs\": \"6110.12\"}}

Examples:
  originis check fixtures/cashmere-pullover.json
  originis check fixtures/cashmere-pullover.json --lang zh
  curl -s https://erp.example/goods/17 | originis check - --format json

Every verdict ends with exit code 0; a request that cannot be read ends with 2.")]
pub struct CheckArgs {
    /// The request as JSON; - reads it from standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &CheckArgs) -> Result<Exit, Failure> {
    let format = args.format.choose();
    let written = read(context, &args.file)?;
    let request = match Request::from_json(&written) {
        Ok(request) => request,
        Err(errors) => return Ok(refuse(context, format, &errors)),
    };
    let book = context.book()?;
    let decision = match decide(&book, &request, context.lang) {
        Ok(decision) => decision,
        Err(errors) => return Ok(refuse(context, format, &errors)),
    };
    match format {
        Format::Json => format::print_json(&decision)?,
        Format::Text => format::print(&page(context, &request, &decision))?,
    }
    Ok(Exit::Done)
}

/// The text of a file, or of standard input.
pub fn read(context: &Context, file: &PathBuf) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let from_input = file.as_os_str() == "-";
    let read = if from_input {
        io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        fs::read(file).map(|content| bytes = content)
    };
    let name = if from_input {
        context.say("standard input", "标准输入").to_owned()
    } else {
        file.display().to_string()
    };
    read.map_err(|error| unreadable(&name, &error, context.lang))?;
    String::from_utf8(bytes).map_err(|error| {
        let position = error.utf8_error().valid_up_to() + 1;
        Failure::Input(match context.lang {
            Lang::En => {
                format!("{name} is not UTF-8 (byte {position}): save the request as UTF-8")
            }
            Lang::Zh => {
                format!("{name} 不是 UTF-8 编码（第 {position} 字节）：请将请求另存为 UTF-8")
            }
        })
    })
}

/// Lists what is wrong with a request on standard error.
pub fn refuse(context: &Context, format: Format, errors: &RequestErrors) -> Exit {
    match format {
        Format::Text => {
            anstream::eprintln!(
                "{}\n{}",
                context.say(
                    "originis: the request cannot be used:",
                    "originis：请求无法使用："
                ),
                errors.lines(context.lang)
            );
        }
        Format::Json => {
            let list: Vec<_> = errors
                .0
                .iter()
                .map(|error| {
                    json!({
                        "pointer": error.pointer,
                        "code": error.code,
                        "detail": error.detail(context.lang),
                    })
                })
                .collect();
            anstream::eprintln!("{}", json!({ "errors": list }));
        }
    }
    Exit::Usage
}

fn page(context: &Context, request: &Request, decision: &Decision) -> String {
    let layout = format::layout();
    match decision {
        Decision::One(answer) => text::answer(answer, request, layout),
        Decision::Several(Several { results, best }) => {
            let chosen = decision.chosen();
            let mut page = String::new();
            if results.len() != 1 {
                let best = format!("{}{}", context.say("Best choice: ", "最佳选择："), best.why);
                for line in columns::wrap(&best, layout.width) {
                    page.push_str(&line);
                    page.push('\n');
                }
                page.push('\n');
            }
            if let Some(chosen) = chosen {
                page.push_str(&text::answer(chosen, request, layout));
            }
            let others = results
                .iter()
                .filter(|other| chosen.is_none_or(|chosen| chosen.agreement != other.agreement));
            for other in others {
                page.push('\n');
                page.push_str(&text::brief(other, layout));
            }
            page
        }
    }
}
