//! `originis compare`, `origin`, `repair`, `scenarios`, `proof` and `diff`: what
//! comes after the verdict.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use originis_advice::diff::{self, Standpoint};
use originis_advice::document::{Document, html_page};
use originis_advice::workbook::workbook;
use originis_advice::{Advice, Topic, advise};
use originis_exchange::{Lang, RequestErrors};
use originis_rules_engine::rulebook::RuleBook;
use serde_json::{Map, Value};

use crate::check::{read, refuse};
use crate::context::Context;
use crate::exit::{Exit, Failure, unwritable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of the commands that ask about one request.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// The request as JSON, as for `check`; for `scenarios` an object with
    /// `request` and `choices`; - reads it from standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

/// Where the result goes.
#[derive(Debug, Args)]
pub struct OutputArgs {
    #[command(flatten)]
    format: FormatArgs,
    /// Also write the report to a file; its ending says how: .xlsx, .html, .txt
    /// or .json.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Arguments of `proof`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  originis proof fixtures/cashmere-pullover.json
  originis proof good.json --details paper.json --out sheets.xlsx
  originis proof good.json --certificate issued.json

The details name what a form prints beside the good: exporter, importer,
producer, shipped, conveyance, invoice_number, original, … A certificate is
checked against the good and every slip is listed with its box.")]
pub struct ProofArgs {
    /// The request as JSON, as for `check`; - reads it from standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Facts of the paper, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    details: Option<PathBuf>,
    /// A certificate already issued, as JSON, to be checked.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  originis diff goods.ndjson --before 2026-07-15 --after 2027-01-01
  originis diff goods.json --before-rules tables/july --after-rules tables/now

Proofs are taken to be fresh on both days: what is compared is law and rates.
Requests that cannot be used are listed, and the command then ends with 1.")]
pub struct DiffArgs {
    /// Requests as JSON, one on each line or in an array; - reads them from
    /// standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The first day; the day of each request unless given.
    #[arg(long, value_name = "DATE")]
    before: Option<Date>,
    /// The second day.
    #[arg(long, value_name = "DATE")]
    after: Option<Date>,
    /// Table directories read on top of the shipped ones for the first side.
    #[arg(long, value_name = "DIR")]
    before_rules: Vec<PathBuf>,
    /// The same for the second side.
    #[arg(long, value_name = "DIR")]
    after_rules: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs `compare`.
pub fn compare(context: &Context, args: &RequestArgs) -> Result<Exit, Failure> {
    about_request(context, Topic::Compare, args)
}

/// Runs `origin`.
pub fn origin(context: &Context, args: &RequestArgs) -> Result<Exit, Failure> {
    about_request(context, Topic::Origin, args)
}

/// Runs `repair`.
pub fn repair(context: &Context, args: &RequestArgs) -> Result<Exit, Failure> {
    about_request(context, Topic::Repair, args)
}

/// Runs `scenarios`.
pub fn scenarios(context: &Context, args: &RequestArgs) -> Result<Exit, Failure> {
    about_request(context, Topic::Scenarios, args)
}

fn about_request(context: &Context, topic: Topic, args: &RequestArgs) -> Result<Exit, Failure> {
    let body = read(context, &args.file)?;
    let book = context.book()?;
    show(
        context,
        &args.output,
        advise(&book, topic, &body, context.lang),
    )
}

/// Runs `proof`.
pub fn proof(context: &Context, args: &ProofArgs) -> Result<Exit, Failure> {
    let request = read(context, &args.file)?;
    let (topic, part, beside) = match (&args.certificate, &args.details) {
        (Some(file), _) => (
            Topic::Certificate,
            "certificate",
            Some(read(context, file)?),
        ),
        (None, Some(file)) => (Topic::Proof, "details", Some(read(context, file)?)),
        (None, None) => (Topic::Proof, "details", None),
    };
    let body = match beside {
        Some(beside) => together(context, &args.file, &request, part, &beside)?,
        None => request,
    };
    let book = context.book()?;
    show(
        context,
        &args.output,
        advise(&book, topic, &body, context.lang),
    )
}

/// Puts the request and what stands beside it into one body.
fn together(
    context: &Context,
    file: &Path,
    request: &str,
    part: &str,
    beside: &str,
) -> Result<String, Failure> {
    let parse = |name: String, text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::Input(match context.lang {
                Lang::En => format!("{name} is not JSON: {error}"),
                Lang::Zh => format!("{name} 不是 JSON：第 {line} 行第 {column} 列有误"),
            })
        })
    };
    let mut body = Map::new();
    body.insert(
        "request".to_owned(),
        parse(file.display().to_string(), request)?,
    );
    body.insert(part.to_owned(), parse(format!("--{part}"), beside)?);
    Ok(Value::Object(body).to_string())
}

/// Runs `diff`.
pub fn diff(context: &Context, args: &DiffArgs) -> Result<Exit, Failure> {
    let nothing_to_compare = args.before == args.after && args.before_rules == args.after_rules;
    if nothing_to_compare {
        return Err(Failure::Input(
            context
                .say(
                    "both sides are the same: name two days with --before and --after, or table directories with --before-rules and --after-rules",
                    "两侧相同：请用 --before 与 --after 指定两个日期，或用 --before-rules 与 --after-rules 指定数据表目录",
                )
                .to_owned(),
        ));
    }
    let written = read(context, &args.file)?;
    let goods = match diff::read_goods(&written) {
        Ok(goods) => goods,
        Err(errors) => return Ok(refuse(context, args.output.format.choose(), &errors)),
    };
    let before = book_with(context, &args.before_rules)?;
    let after = if args.before_rules == args.after_rules {
        None
    } else {
        Some(book_with(context, &args.after_rules)?)
    };
    let report = diff::diff(
        &goods,
        Standpoint {
            book: &before,
            date: args.before,
        },
        Standpoint {
            book: after.as_ref().unwrap_or(&before),
            date: args.after,
        },
    );
    let all_used = report.unusable.is_empty();
    let json = serde_json::to_value(&report)?;
    let advice = Advice {
        json,
        documents: vec![report.document(context.lang)],
    };
    let exit = show(context, &args.output, Ok(advice))?;
    Ok(if all_used { exit } else { Exit::Partial })
}

/// The shipped tables, those of the user, and those of one side.
fn book_with(context: &Context, further: &[PathBuf]) -> Result<RuleBook, Failure> {
    let directories: Vec<PathBuf> = context.directories.iter().chain(further).cloned().collect();
    Context {
        lang: context.lang,
        directories,
    }
    .book()
}

fn show(
    context: &Context,
    output: &OutputArgs,
    advice: Result<Advice, RequestErrors>,
) -> Result<Exit, Failure> {
    let format = output.format.choose();
    let advice = match advice {
        Ok(advice) => advice,
        Err(errors) => return Ok(refuse(context, format, &errors)),
    };
    if let Some(file) = &output.out {
        write_file(context, file, &advice)?;
    }
    match format {
        Format::Json => format::print_json(&advice.json)?,
        Format::Text => {
            let pages: Vec<String> = advice.documents.iter().map(Document::to_text).collect();
            format::print(&pages.join("\n"))?;
        }
    }
    Ok(Exit::Done)
}

/// Writes the report in the form its ending names.
fn write_file(context: &Context, file: &Path, advice: &Advice) -> Result<(), Failure> {
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let bytes = match ending.as_str() {
        "xlsx" => workbook(&advice.documents).map_err(|error| {
            let name = file.display();
            Failure::Input(match context.lang {
                Lang::En => format!("{name}: the workbook cannot be made: {error}"),
                Lang::Zh => format!("{name}：无法生成工作簿：内容超出工作表可容纳的范围"),
            })
        })?,
        "html" | "htm" => html_page(context.lang.tag(), &advice.documents).into_bytes(),
        "txt" => advice
            .documents
            .iter()
            .map(Document::to_text)
            .collect::<Vec<String>>()
            .join("\n")
            .into_bytes(),
        "json" => serde_json::to_vec_pretty(&advice.json)?,
        _ => {
            let name = file.display();
            return Err(Failure::Input(match context.lang {
                Lang::En => format!("{name}: the ending must be .xlsx, .html, .txt or .json"),
                Lang::Zh => format!("{name}：文件扩展名须为 .xlsx、.html、.txt 或 .json"),
            }));
        }
    };
    fs::write(file, bytes).map_err(|error| Failure::Input(unwritable(file, &error, context.lang)))
}
