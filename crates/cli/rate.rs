//! `originis rate`: the rate of an HS code, on a day or over the years.

use std::fmt::Write;

use clap::Args;
use jiff::civil::Date;
use originis_exchange::lookup::{AgreementRates, Rates, RatesWanted, SpanAndRate};
use originis_exchange::{Lang, columns, wording};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::Percent;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Digits after the sixth are those of the importing country. Without a date the
rates are given for every span of days the loaded tables know, as a chart on a
terminal. The rate is that for goods whose country of origin is --from.

Examples:
  originis rate 6110.12 --from CN --to JP --date 2026-07-15
  originis rate 0203.29 --from NZ --to CN
  originis rate 7207 --from CN --to KR --agreement APTA")]
pub struct RateArgs {
    /// A chapter, heading, subheading or national code, with or without dots.
    #[arg(value_name = "HS")]
    hs: HsCode,
    /// Exporting country, taken as the country of origin (ISO alpha-2).
    #[arg(long, value_name = "COUNTRY")]
    from: Country,
    /// Importing country (ISO alpha-2).
    #[arg(long, value_name = "COUNTRY")]
    to: Country,
    /// Day of importation.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// RCEP or APTA; both unless given.
    #[arg(long, value_name = "NAME")]
    agreement: Option<Agreement>,
    /// The HS edition of the code.
    #[arg(long, value_name = "YEAR", default_value = "2022")]
    hs_edition: HsEdition,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &RateArgs) -> Result<Exit, Failure> {
    let book = context.book()?;
    let rates = Rates::of(
        &book,
        RatesWanted {
            code: args.hs,
            edition: args.hs_edition,
            from: args.from,
            to: args.to,
            date: args.date,
            agreement: args.agreement,
        },
        context.lang,
    );
    match args.format.choose() {
        Format::Json => format::print_json(&rates)?,
        Format::Text => format::print(&page(context.lang, args, &rates))?,
    }
    Ok(Exit::Done)
}

fn page(lang: Lang, args: &RateArgs, rates: &Rates) -> String {
    let mut page = String::new();
    let (from, to) = (
        wording::country(args.from, lang),
        wording::country(args.to, lang),
    );
    let _ = match lang {
        Lang::En => writeln!(
            page,
            "{} (HS {}), {from} → {to}",
            rates.hs, rates.hs_edition
        ),
        Lang::Zh => writeln!(
            page,
            "{}（HS {}），{from} → {to}",
            rates.hs, rates.hs_edition
        ),
    };
    if rates.agreements.is_empty() {
        let _ = writeln!(
            page,
            "{}",
            lang.pick(
                "no loaded agreement has both countries as members",
                "已载入的协定均不同时包含两国"
            )
        );
    }
    for agreement in &rates.agreements {
        page.push('\n');
        let note = match (agreement.in_force, &rates.date) {
            ("not_met", _) => lang.pick(" — not in force between the two", " — 双方之间不适用"),
            ("unknown", Some(_)) => lang.pick(
                " — whether it is in force between the two is not confirmed",
                " — 双方之间是否适用未经确认",
            ),
            _ => "",
        };
        let _ = writeln!(page, "{}{note}", agreement.agreement);
        match &rates.date {
            Some(_) => on_the_day(lang, agreement, &mut page),
            None => chart(lang, agreement, &mut page),
        }
    }
    let short: String = rates.rules.fingerprint.chars().take(16).collect();
    let _ = match lang {
        Lang::En => writeln!(page, "\nTables of {} ({short})", rates.rules.as_of),
        Lang::Zh => writeln!(page, "\n规则表截至 {}（{short}）", rates.rules.as_of),
    };
    page
}

fn on_the_day(lang: Lang, agreement: &AgreementRates, page: &mut String) {
    let width = format::layout().width.saturating_sub(2);
    for span in &agreement.path {
        let rate = &span.rate;
        let mut lines = columns::wrap(&rate.summary, width);
        let national = rate.line.iter().chain(&rate.lines);
        let national: Vec<&str> = national.map(String::as_str).collect();
        if !national.is_empty() {
            lines.extend(columns::wrap(&lines_of(lang, &national), width));
        }
        if !rate.sources.is_empty() {
            let text = rate.sources.join(lang.pick("; ", "；"));
            lines.extend(columns::wrap(&text, width));
        }
        for line in lines {
            let _ = writeln!(page, "  {line}");
        }
    }
}

/// National lines listed one by one; more are told by their number.
const MOST_LINES: usize = 12;

fn lines_of(lang: Lang, national: &[&str]) -> String {
    let (Some(first), Some(last)) = (national.first(), national.last()) else {
        return String::new();
    };
    let count = national.len();
    if count <= MOST_LINES {
        let list = national.join(lang.pick(", ", "、"));
        return format!("{}{list}", lang.pick("Lines: ", "税目："));
    }
    match lang {
        Lang::En => format!(
            "Lines: {count}, from {first} to {last}; more digits of the code narrow them down, \
             --format json lists them"
        ),
        Lang::Zh => format!(
            "税目：共 {count} 个，自 {first} 至 {last}；补充编码位数可缩小范围，--format json 列出全部"
        ),
    }
}

/// The widest rate that stands in a chart as it is.
const WIDEST_RATE: usize = 24;

/// Cells of the longest bar.
const BAR: u32 = 30;

/// One line for each span, with a bar for a rate that is one percentage.
fn chart(lang: Lang, agreement: &AgreementRates, page: &mut String) {
    let known = |span: &&SpanAndRate| span.rate.status != "not_loaded" || span.rate.mfn.is_some();
    let spans: Vec<&SpanAndRate> = agreement.path.iter().filter(known).collect();
    if spans.is_empty() {
        let _ = writeln!(
            page,
            "  {}",
            lang.pick("no tariff of the importer is loaded", "进口国税则未载入")
        );
        return;
    }
    let percent = |text: &Option<String>| text.as_ref()?.parse::<Percent>().ok();
    let most = spans
        .iter()
        .flat_map(|span| [percent(&span.rate.mfn), percent(&span.rate.preferential)])
        .flatten()
        .map(Percent::thousandths)
        .max()
        .unwrap_or_default();
    let shown = |text: &Option<String>, status: &str| match (text.as_deref(), status) {
        (Some("0"), _) => lang.pick("free", "免税").to_owned(),
        (Some("excluded"), _) => lang.pick("excluded", "除外").to_owned(),
        (Some(text), _) if text.parse::<Percent>().is_ok() => format!("{text} %"),
        (Some(text), _) if columns::width(text) <= WIDEST_RATE => text.to_owned(),
        (Some(_), _) => lang.pick("several", "多种").to_owned(),
        (None, "no_concession") => lang.pick("no preference", "没有优惠").to_owned(),
        (None, _) => lang.pick("not loaded", "未载入").to_owned(),
    };
    let rows: Vec<[String; 3]> = spans
        .iter()
        .map(|span| {
            let from = span.from.as_deref().unwrap_or("…");
            let to = span.to.as_deref().unwrap_or("…");
            [
                format!("{from} – {to}"),
                shown(&span.rate.mfn, ""),
                shown(&span.rate.preferential, span.rate.status),
            ]
        })
        .collect();
    let heads = match lang {
        Lang::En => ["Days", "MFN", agreement.agreement],
        Lang::Zh => ["日期", "最惠国", agreement.agreement],
    };
    let widest = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| columns::width(cell))
            .chain(heads.get(column).map(|head| columns::width(head)))
            .max()
            .unwrap_or_default()
    };
    let (days, mfn, preferential) = (widest(0), widest(1), widest(2));
    let [head_days, head_mfn, head_preferential] = heads;
    let _ = writeln!(
        page,
        "  {}  {}  {}",
        columns::pad(head_days, days),
        columns::pad_left(head_mfn, mfn),
        columns::pad_left(head_preferential, preferential)
    );
    for (span, [of_days, of_mfn, of_preferential]) in spans.iter().zip(&rows) {
        let line = format!(
            "  {}  {}  {}  {}",
            columns::pad(of_days, days),
            columns::pad_left(of_mfn, mfn),
            columns::pad_left(of_preferential, preferential),
            bar(
                percent(&span.rate.preferential),
                percent(&span.rate.mfn),
                most
            )
        );
        let _ = writeln!(page, "{}", line.trim_end());
    }
    let several = lang.pick("several", "多种");
    let any_several = rows.iter().flatten().any(|cell| cell == several);
    if any_several {
        let _ = writeln!(
            page,
            "  {}",
            lang.pick(
                "several: differs by national line or product; add --date to see them",
                "多种：因国别税目或产品而异；加 --date 查看"
            )
        );
    }
}

/// The preference in full blocks, and what it takes off the MFN duty in light
/// ones.
fn bar(preferential: Option<Percent>, mfn: Option<Percent>, most: u32) -> String {
    let Some(preferential) = preferential.filter(|_| most > 0) else {
        return String::new();
    };
    let cells = |percent: Percent| {
        let cells = u64::from(percent.thousandths()) * u64::from(BAR) / u64::from(most);
        usize::try_from(cells).unwrap_or_default()
    };
    let full = cells(preferential);
    let light = mfn.map_or(0, |mfn| cells(mfn).saturating_sub(full));
    format!("{}{}", "█".repeat(full), "░".repeat(light))
}
