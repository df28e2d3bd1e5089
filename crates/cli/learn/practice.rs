//! Asking the cases: predict, see the reasons, change one thing.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use originis_exchange::{Lang, wording};
use originis_rules_engine::determination::Verdict;
use originis_training::exercise::{Exercise, exercise, list_at, text_at};
use originis_training::library::{Case, Library};
use serde_json::Value;

use super::progress::Progress;
use super::{LearnArgs, unknown};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format;

const VERDICTS: [Verdict; 3] = [
    Verdict::Originating,
    Verdict::NotOriginating,
    Verdict::Undetermined,
];

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
            .map_err(|error| Failure::Input(error.to_string()))?;
        format::print(&question(library, case, context.lang))?;
        let Some(choice) = pick(&mut input, case.choices.len())? else {
            break;
        };
        asked += 1;
        let hit = decided.right.get(choice) == Some(&true);
        right += u32::from(hit);
        progress.note(&case.id, hit);
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
    let sector = library
        .sector(&case.sector)
        .map_or("", |sector| sector.name.in_lang(lang));
    let mut page = format!(
        "\n{sector} · {}\n\n{}\n",
        case.title.in_lang(lang),
        format::wrapped(case.story.in_lang(lang))
    );
    let good = &case.request;
    let _ = writeln!(
        page,
        "\n  {} {} → {} {}  FOB {} {}",
        text_at(good, "/good/hs"),
        text_at(good, "/from"),
        text_at(good, "/to"),
        text_at(good, "/date"),
        text_at(good, "/good/fob"),
        text_at(good, "/good/currency")
    );
    for material in list_at(good, "/materials") {
        let _ = writeln!(
            page,
            "  - {} {} {} {} {}",
            text_at(material, "/name"),
            text_at(material, "/hs"),
            text_at(material, "/origin"),
            text_at(material, "/status"),
            text_at(material, "/value")
        );
    }
    let _ = writeln!(page, "\n{}", case.question.in_lang(lang));
    for (letter, choice) in ('a'..).zip(&case.choices) {
        let _ = writeln!(page, "  {letter}) {}", choice.text.in_lang(lang));
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

fn verdict(answer: &Value) -> Verdict {
    let name = text_at(answer, "/verdict");
    VERDICTS
        .into_iter()
        .find(|verdict| verdict.name() == name)
        .unwrap_or(Verdict::Undetermined)
}

fn reply(case: &Case, decided: &Exercise, choice: usize, lang: Lang) -> String {
    let right = decided.right.get(choice) == Some(&true);
    let mark = if right {
        lang.pick("✓ Right.", "✓ 正确。")
    } else {
        lang.pick("✗ Not so.", "✗ 不对。")
    };
    let mut page = format!("\n{mark}\n");
    if let Some(choice) = case.choices.get(choice) {
        let _ = writeln!(
            page,
            "{} [{}]",
            format::wrapped(choice.reply.in_lang(lang)),
            choice.cite
        );
    }
    let _ = writeln!(
        page,
        "\n{} {}",
        wording::verdict(verdict(&decided.answer), lang),
        text_at(&decided.answer, "/rule/text")
    );
    for finding in list_at(&decided.answer, "/findings") {
        if text_at(finding, "/outcome") != "not_applicable" {
            let _ = writeln!(
                page,
                "  · {} [{}]",
                text_at(finding, "/summary"),
                text_at(finding, "/citation")
            );
        }
    }
    for missing in list_at(&decided.answer, "/missing") {
        let _ = writeln!(page, "  ? {}", text_at(missing, "/why"));
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
    for (change, answer) in case.changes.iter().zip(&decided.changed) {
        let mut page = format!("\n{}\n", change.ask.in_lang(lang));
        for (letter, one) in ('a'..).zip(VERDICTS) {
            let _ = writeln!(page, "  {letter}) {}", wording::verdict_short(one, lang));
        }
        format::print(&page)?;
        let Some(choice) = pick(input, VERDICTS.len())? else {
            return Ok(false);
        };
        let now = verdict(answer);
        let mark = if VERDICTS.get(choice) == Some(&now) {
            "✓"
        } else {
            "✗"
        };
        format::print(&format!("{mark} {}\n", wording::verdict(now, lang)))?;
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
