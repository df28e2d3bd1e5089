//! `originis learn`: training.

mod clinic;
mod practice;
mod progress;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use originis_exchange::Lang;
use originis_training::library::{Lesson, Library};
use originis_training::pack::pack;
use originis_training::review::{self, Report, Reviewed};
use serde_json::json;

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable, unwritable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `learn`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Without a subcommand it asks the cases one after the other: read the facts,
predict the verdict, see the reasons, change one thing and predict again. What
you have answered is remembered on this computer only.

Examples:
  originis learn --sector cashmere-wool
  originis learn list
  originis learn lesson tariff-shift --lang zh
  originis learn pack --sector dairy --lang zh --out dairy-session
  originis learn clinic products.csv --date 2026-07-15
  originis learn verify"
)]
pub struct LearnArgs {
    #[command(subcommand)]
    what: Option<LearnCommand>,
    /// Practise only this sector.
    #[arg(long, value_name = "SECTOR")]
    sector: Option<String>,
    /// Practise only this level: 1 easy, 2 medium, 3 hard.
    #[arg(long, value_name = "1|2|3", value_parser = clap::value_parser!(u8).range(1..=3))]
    level: Option<u8>,
    /// Practise one case.
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
    /// Forget what has been answered before.
    #[arg(long)]
    restart: bool,
}

#[derive(Debug, Subcommand)]
enum LearnCommand {
    /// List sectors, cases and lessons.
    List {
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Show a lesson.
    Lesson {
        /// Its id, from `learn list`.
        #[arg(value_name = "LESSON")]
        id: String,
    },
    /// Write the session pack of a sector: handout, answer key, slides,
    /// worksheet, results sheet.
    Pack {
        /// The sector, from `learn list`.
        #[arg(long, value_name = "SECTOR")]
        sector: String,
        /// The directory the files are written to.
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
    },
    /// Decide every case again and show what moved since its review.
    Verify {
        /// Confirm a case after reading it; may be given several times.
        #[arg(long, value_name = "CASE", requires = "reviewed")]
        confirm: Vec<String>,
        /// The file of reviewed answers, instead of the shipped one.
        #[arg(long, value_name = "FILE")]
        reviewed: Option<PathBuf>,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Rank a firm's products by the duty an unused preference would save.
    Clinic(clinic::ClinicArgs),
}

/// Runs the command.
pub fn run(context: &Context, args: &LearnArgs) -> Result<Exit, Failure> {
    let library = Library::shipped().map_err(|error| Failure::Input(error.text(context.lang)))?;
    match &args.what {
        None => practice::run(context, &library, args),
        Some(LearnCommand::List { format }) => list(context, &library, format),
        Some(LearnCommand::Lesson { id }) => show_lesson(context, &library, id),
        Some(LearnCommand::Pack { sector, out }) => write_pack(context, &library, sector, out),
        Some(LearnCommand::Verify {
            confirm,
            reviewed,
            format,
        }) => verify(context, &library, confirm, reviewed.as_ref(), format),
        Some(LearnCommand::Clinic(args)) => clinic::run(context, &library, args),
    }
}

fn list(context: &Context, library: &Library, format: &FormatArgs) -> Result<Exit, Failure> {
    match format.choose() {
        Format::Json => format::print_json(&json!({
            "sectors": library.sectors,
            "cases": library.cases.iter().map(|case| json!({
                "id": case.id,
                "sector": case.sector,
                "level": case.level,
                "title": case.title.in_lang(context.lang),
            })).collect::<Vec<_>>(),
            "lessons": library.lessons.iter().map(|lesson| json!({
                "id": lesson.id,
                "minutes": lesson.minutes,
                "title": lesson.title.in_lang(context.lang),
                "cases": lesson.cases,
            })).collect::<Vec<_>>(),
        }))?,
        Format::Text => {
            let mut page = String::new();
            let _ = writeln!(page, "{}", context.say("Lessons", "课程"));
            for lesson in &library.lessons {
                let _ = writeln!(
                    page,
                    "  {:<22} {}{}",
                    lesson.id,
                    lesson.title.in_lang(context.lang),
                    match context.lang {
                        Lang::En => format!(" ({} min)", lesson.minutes),
                        Lang::Zh => format!("（{} 分钟）", lesson.minutes),
                    }
                );
            }
            for sector in &library.sectors {
                let _ = writeln!(
                    page,
                    "\n{} [{}]",
                    sector.name.in_lang(context.lang),
                    sector.id
                );
                for case in library.cases_of(&sector.id) {
                    let _ = writeln!(
                        page,
                        "  {:<28} {} {}",
                        case.id,
                        stars(case.level),
                        case.title.in_lang(context.lang)
                    );
                }
            }
            format::print(&page)?;
        }
    }
    Ok(Exit::Done)
}

const fn stars(level: u8) -> &'static str {
    match level {
        1 => "*  ",
        2 => "** ",
        _ => "***",
    }
}

fn show_lesson(context: &Context, library: &Library, id: &str) -> Result<Exit, Failure> {
    let Some(lesson) = library.lesson(id) else {
        let known: Vec<&str> = library.lessons.iter().map(|l| l.id.as_str()).collect();
        return Err(unknown(context, id, &known));
    };
    format::print(&lesson_page(lesson, library, context.lang))?;
    Ok(Exit::Done)
}

fn lesson_page(lesson: &Lesson, library: &Library, lang: Lang) -> String {
    let mut page = format!("{}\n", lesson.title.in_lang(lang));
    for section in &lesson.sections {
        let _ = write!(
            page,
            "\n{}\n{}\n",
            section.heading.in_lang(lang),
            format::wrapped(section.body.in_lang(lang))
        );
        if let Some(cite) = &section.cite {
            let _ = writeln!(page, "[{cite}]");
        }
    }
    let _ = writeln!(page, "\n{}", lang.pick("Practise:", "练习："));
    for id in &lesson.cases {
        if let Some(case) = library.case(id) {
            let _ = writeln!(
                page,
                "  originis learn --case {id}  # {}",
                case.title.in_lang(lang)
            );
        }
    }
    page
}

/// What was asked for does not exist; the known ones are named.
fn unknown(context: &Context, asked: &str, known: &[&str]) -> Failure {
    let known = known.join(context.say(", ", "、"));
    Failure::Input(match context.lang {
        Lang::En => format!("there is no `{asked}`: expected one of {known}"),
        Lang::Zh => format!("没有“{asked}”：应为 {known} 之一"),
    })
}

fn write_pack(
    context: &Context,
    library: &Library,
    sector: &str,
    out: &PathBuf,
) -> Result<Exit, Failure> {
    let book = context.book()?;
    let files = pack(&book, library, sector, context.lang)
        .map_err(|error| Failure::Input(error.text(context.lang)))?;
    let failed =
        |path: &Path, error: std::io::Error| Failure::Input(unwritable(path, &error, context.lang));
    fs::create_dir_all(out).map_err(|error| failed(out, error))?;
    for file in files {
        let path = out.join(file.name);
        fs::write(&path, file.content).map_err(|error| failed(&path, error))?;
        format::print(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Done)
}

fn verify(
    context: &Context,
    library: &Library,
    confirm: &[String],
    file: Option<&PathBuf>,
    format: &FormatArgs,
) -> Result<Exit, Failure> {
    let book = context.book()?;
    let reviewed: Reviewed = match file {
        Some(path) => {
            let name = path.display().to_string();
            let text = fs::read_to_string(path)
                .map_err(|error| unreadable(&name, &error, context.lang))?;
            review::parse(&name, &text)
        }
        None => review::shipped(),
    }
    .map_err(|problem| {
        let text = problem.text();
        Failure::Input(context.say(&text.en, &text.zh).to_owned())
    })?;
    let mut report = review::verify(&book, library, &reviewed, context.lang);
    if let Some(path) = file
        && !confirm.is_empty()
    {
        let confirmed = review::confirm(reviewed, &report, confirm);
        let text = review::print(&confirmed)
            .map_err(|error| Failure::Output(std::io::Error::other(error)))?;
        fs::write(path, text)
            .map_err(|error| Failure::Input(unwritable(path, &error, context.lang)))?;
        report = review::verify(&book, library, &confirmed, context.lang);
    }
    match format.choose() {
        Format::Json => format::print_json(&json!({
            "cases": report.cases,
            "sectors": report.sectors,
            "moved": report.moved.len(),
            "moved_cases": report.moved,
        }))?,
        Format::Text => format::print(&verify_page(&report, context.lang))?,
    }
    Ok(if report.moved.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    })
}

fn verify_page(report: &Report, lang: Lang) -> String {
    let mut page = match lang {
        Lang::En => format!(
            "{} cases in {} sectors decided; {} moved\n",
            report.cases,
            report.sectors,
            report.moved.len()
        ),
        Lang::Zh => format!(
            "已判定 {} 个案例，覆盖 {} 个行业；{} 个有变化\n",
            report.cases,
            report.sectors,
            report.moved.len()
        ),
    };
    for moved in &report.moved {
        let _ = writeln!(page, "\n{}", moved.case);
        if let Some(problem) = &moved.problem {
            let _ = writeln!(page, "  {problem}");
        }
        let rows = |key: &review::Key| {
            format!(
                "{} {} {} {} {}",
                key.verdict, key.criterion, key.rule, key.rate, key.claim
            )
        };
        if let Some(before) = &moved.reviewed {
            let _ = writeln!(page, "  {} {}", lang.pick("before", "原为"), rows(before));
        }
        if let Some(now) = &moved.now {
            let _ = writeln!(page, "  {} {}", lang.pick("now   ", "现为"), rows(now));
        }
    }
    page
}
