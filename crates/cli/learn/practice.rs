//! Asking the cases: predict, see the reasons, change one thing.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use originis_exchange::{Lang, wording};
use originis_training::exercise::{Exercise, exercise};
use originis_training::library::{Case, Library};
use originis_training::question::{
    VERDICTS, change_reply, no_materials, question as laid_out, reply as reply_to,
};

use super::progress::Progress;
use super::{LearnArgs, unknown};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format;

/// Asks the cases chosen until they are done or the input ends.
pub fn run(context: &Context, library: &Library, args: &LearnArgs) -> Result<Exit, Failure> {
    let cases = chosen(context, library, args)?;
    let book = context.book()?;
    let mut progress = Progress::load();
    if args.restart {
        progress.restart();
    }
    let mut input = io::stdin().lock();
    let (mut asked, mut right) = (0_u32, 0_u32);
    for case in cases {
        if args.case.is_none() && progress.is_done(&case.id) {
            continue;
        }
        let decided = exercise(&book, case, context.lang)
            .map_err(|error| Failure::Input(error.text(context.lang)))?;
        format::print(&question(library, case, context.lang))?;
        let Some(choice) = pick(&mut input, case.choices.len())? else {
            break;
        };
        asked += 1;
        let hit = decided.right.get(choice) == Some(&true);
        right += u32::from(hit);
        progress.note(&case.id, hit, context.lang);
        format::print(&reply(case, &decided, choice, context.lang))?;
        if !changes(&mut input, case, &decided, context.lang)? {
            break;
        }
        format::print(&closing(case, context.lang))?;
    }
    format::print(&match context.lang {
        Lang::En => format!("{right} of {asked} right.\n"),
        Lang::Zh => format!("{asked} 题答对 {right} 题。\n"),
    })?;
    Ok(Exit::Done)
}

fn chosen<'a>(
    context: &Context,
    library: &'a Library,
    args: &LearnArgs,
) -> Result<Vec<&'a Case>, Failure> {
    if let Some(id) = &args.case {
        let known: Vec<&str> = library.cases.iter().map(|case| case.id.as_str()).collect();
        return library
            .case(id)
            .map(|case| vec![case])
            .ok_or_else(|| unknown(context, id, &known));
    }
    if let Some(sector) = &args.sector
        && library.sector(sector).is_none()
    {
        let known: Vec<&str> = library.sectors.iter().map(|s| s.id.as_str()).collect();
        return Err(unknown(context, sector, &known));
    }
    Ok(library
        .sectors
        .iter()
        .filter(|sector| args.sector.as_ref().is_none_or(|id| *id == sector.id))
        .flat_map(|sector| library.cases_of(&sector.id))
        .filter(|case| args.level.is_none_or(|level| level == case.level))
        .collect())
}

fn question(library: &Library, case: &Case, lang: Lang) -> String {
    let asked = laid_out(library, case, lang);
    let mut page = format!(
        "\n{} · {}\n\n{}\n\n",
        asked.sector_name,
        asked.title,
        format::wrapped(&asked.story)
    );
    for line in &asked.facts.lines {
        let colon = lang.pick(":", "：");
        let _ = writeln!(page, "  {}{colon} {}", line.label, line.text);
    }
    for material in asked.facts.materials.iter().flatten() {
        let _ = writeln!(page, "  - {}", material.cells().join("  "));
    }
    if let Some(nothing) = no_materials(&asked.facts, lang) {
        let _ = writeln!(page, "  {nothing}");
    }
    let _ = writeln!(page, "\n{}", asked.question);
    for (letter, choice) in ('a'..).zip(&asked.choices) {
        let _ = writeln!(page, "  {letter}) {choice}");
    }
    page
}

/// Reads a letter; asks again for anything else. `None` at the end of input.
fn pick(input: &mut impl BufRead, choices: usize) -> Result<Option<usize>, Failure> {
    loop {
        format::print("> ")?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let letter = line.trim().to_ascii_lowercase();
        let position = ('a'..)
            .take(choices)
            .position(|known| letter == known.to_string());
        if position.is_some() {
            return Ok(position);
        }
    }
}

fn reply(case: &Case, decided: &Exercise, choice: usize, lang: Lang) -> String {
    let Some(reply) = reply_to(case, decided, choice, lang) else {
        return String::new();
    };
    let mark = if reply.right {
        lang.pick("✓ Right.", "✓ 正确。")
    } else {
        lang.pick("✗ Not so.", "✗ 不对。")
    };
    let mut page = format!(
        "\n{mark}\n{} [{}]\n\n{} {}\n",
        format::wrapped(&reply.reply),
        reply.cite,
        reply.trace.sentence,
        reply.trace.rule
    );
    for finding in &reply.trace.findings {
        let _ = writeln!(page, "  · {} [{}]", finding.summary, finding.citation);
    }
    for why in &reply.trace.missing {
        let _ = writeln!(page, "  ? {why}");
    }
    page
}

/// Asks each change; false when the input ended.
fn changes(
    input: &mut impl BufRead,
    case: &Case,
    decided: &Exercise,
    lang: Lang,
) -> Result<bool, Failure> {
    for (number, change) in case.changes.iter().enumerate() {
        let mut page = format!("\n{}\n", change.ask.in_lang(lang));
        for (letter, one) in ('a'..).zip(VERDICTS) {
            let _ = writeln!(page, "  {letter}) {}", wording::verdict_short(one, lang));
        }
        format::print(&page)?;
        let Some(choice) = pick(input, VERDICTS.len())? else {
            return Ok(false);
        };
        let predicted = VERDICTS.get(choice).copied();
        if let Some(reply) =
            predicted.and_then(|predicted| change_reply(decided, number, predicted, lang))
        {
            let mark = if reply.right { "✓" } else { "✗" };
            format::print(&format!("{mark} {}\n", reply.trace.sentence))?;
        }
    }
    Ok(true)
}

fn closing(case: &Case, lang: Lang) -> String {
    let mut page = String::new();
    for (heading, texts) in [
        (lang.pick("Pitfalls", "常见错误"), &case.pitfalls),
        (
            lang.pick("Evidence to keep", "应留存的证据"),
            &case.evidence,
        ),
    ] {
        if texts.is_empty() {
            continue;
        }
        let _ = writeln!(page, "\n{heading}");
        for text in texts {
            let _ = writeln!(page, "  - {}", text.in_lang(lang));
        }
    }
    page
}
