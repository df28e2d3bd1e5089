//! The answer as text that fits one screen.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use originis_rules_engine::determination::{Test, Verdict};

use crate::answer::{Answer, FindingAnswer, MaterialAnswer, MissingAnswer};
use crate::columns::{cut, pad, pad_left, width, wrap};
use crate::lang::Lang;
use crate::request::Request;
use crate::wording;

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Cells of a line.
    pub width: usize,
    /// Whether to colour; never the only carrier of a meaning.
    pub colour: bool,
}

impl Default for Layout {
    /// Eighty columns without colour.
    fn default() -> Self {
        Self {
            width: 80,
            colour: false,
        }
    }
}

/// Cells of the label column.
const LABEL: usize = 11;

/// Most codes offered in one line of missing facts.
const CANDIDATES_SHOWN: usize = 8;

/// The answer for one good under one agreement.
pub fn answer(answer: &Answer, request: &Request, layout: Layout) -> String {
    let mut page = Page::new(layout, answer.lang);
    headline(&mut page, answer, request);
    rule(&mut page, answer);
    materials(&mut page, &answer.materials);
    findings(&mut page, answer);
    missing(&mut page, answer);
    conclusions(&mut page, answer);
    footer(&mut page, answer);
    page.text
}

/// The answer in a few lines, to stand beside a fuller one under another
/// agreement: verdict, rate, claim and the facts that are missing.
pub fn brief(answer: &Answer, layout: Layout) -> String {
    let mut page = Page::new(layout, answer.lang);
    let lang = page.lang;
    verdict(&mut page, answer);
    page.labelled(lang.pick("Rate", "税率"), &answer.rate.summary);
    page.labelled(lang.pick("Claim", "享惠"), &answer.claim.summary);
    let missing: Vec<String> = answer
        .missing
        .iter()
        .map(|one| match wording::missing::by_name(&one.fact, lang) {
            Some(words) => match lang {
                Lang::En => format!("{words} ({})", one.fact),
                Lang::Zh => format!("{words}（{}）", one.fact),
            },
            None => one.fact.clone(),
        })
        .collect();
    if !missing.is_empty() {
        page.labelled(lang.pick("Missing", "缺少"), &wording::list(&missing, lang));
    }
    page.text
}

/// A text in the making.
pub(crate) struct Page {
    text: String,
    layout: Layout,
    lang: Lang,
}

impl Page {
    pub(crate) const fn new(layout: Layout, lang: Lang) -> Self {
        Self {
            text: String::new(),
            layout,
            lang,
        }
    }

    fn styled(&self, text: &str, style: Style) -> String {
        if self.layout.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A label in bold with wrapped text beside it.
    fn labelled(&mut self, label: &str, text: &str) {
        let room = self.layout.width.saturating_sub(LABEL);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            let shown = if index == 0 { label } else { "" };
            let padded = self.styled(&pad(shown, LABEL), bold());
            self.line(&format!("{padded}{line}"));
        }
    }

    /// A mark, and wrapped text beside it.
    fn item(&mut self, mark: &str, style: Style, text: &str) {
        let room = self.layout.width.saturating_sub(4);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            if index == 0 {
                let mark = self.styled(mark, style);
                self.line(&format!("  {mark} {line}"));
            } else {
                self.line(&format!("    {line}"));
            }
        }
    }
}

const fn bold() -> Style {
    Style::new().bold()
}

const fn dim() -> Style {
    Style::new().dimmed()
}

const fn colour(colour: AnsiColor) -> Style {
    Style::new()
        .bold()
        .fg_color(Some(anstyle::Color::Ansi(colour)))
}

/// A one-cell mark for an outcome, and its colour.
fn mark(outcome: &str) -> (&'static str, Style) {
    match outcome {
        "met" => ("✓", colour(AnsiColor::Green)),
        "not_met" => ("✗", colour(AnsiColor::Red)),
        "unknown" => ("?", colour(AnsiColor::Yellow)),
        _ => ("·", dim()),
    }
}

/// Verdict, agreement and criterion.
fn verdict(page: &mut Page, answer: &Answer) {
    let lang = page.lang;
    let verdict = answer.verdict();
    let style = match verdict {
        Verdict::Originating => colour(AnsiColor::Green),
        Verdict::NotOriginating => colour(AnsiColor::Red),
        Verdict::Undetermined => colour(AnsiColor::Yellow),
    };
    let mut head = page.styled(wording::verdict_short(verdict, lang), style);
    head.push_str(&match lang {
        Lang::En => format!(" under {}", answer.agreement),
        Lang::Zh => format!("（{}）", answer.agreement),
    });
    if let Some(criterion) = answer.criterion {
        let mut printed = vec![criterion];
        printed.extend(&answer.qualifiers);
        let printed = printed.join(" ");
        let others: Vec<&str> = answer
            .criteria
            .iter()
            .copied()
            .filter(|other| *other != criterion)
            .collect();
        head.push_str(&match lang {
            Lang::En => format!(", criterion {printed}"),
            Lang::Zh => format!("，原产地标准 {printed}"),
        });
        if !others.is_empty() {
            let others = others.join(", ");
            head.push_str(&match lang {
                Lang::En => format!(" (also met: {others})"),
                Lang::Zh => format!("（另符合 {others}）"),
            });
        }
    }
    page.line(&head);
}

fn headline(page: &mut Page, answer: &Answer, request: &Request) {
    verdict(page, answer);
    let lang = page.lang;
    let good = &request.good;
    let from = wording::country(request.from, lang);
    let to = wording::country(request.to, lang);
    let mut line = match &good.name {
        Some(name) => format!("{name}{}{}", lang.pick(", ", "，"), good.hs),
        None => good.hs.to_string(),
    };
    let date = request.date.map(|date| date.to_string());
    line.push_str(&match lang {
        Lang::En => format!(
            " (HS {}), {from} → {to}, {}",
            good.hs_edition,
            date.as_deref().unwrap_or("date not stated")
        ),
        Lang::Zh => format!(
            "（HS {}），{from} → {to}，{}",
            good.hs_edition,
            date.as_deref().unwrap_or("未填日期")
        ),
    });
    for wrapped in wrap(&line, page.layout.width) {
        page.line(&wrapped);
    }
}

/// A citation in brackets, to stand after a sentence.
fn bracketed(citation: &str, lang: Lang) -> String {
    let citation = wording::citation(citation, lang);
    match lang {
        Lang::En => format!(" [{citation}]"),
        Lang::Zh => format!("〔{citation}〕"),
    }
}

fn rule(page: &mut Page, answer: &Answer) {
    let lang = page.lang;
    page.blank();
    let label = lang.pick("Rule", "规则");
    let Some(rule) = &answer.rule else {
        page.labelled(
            label,
            lang.pick("no product-specific rule is applied", "未适用产品特定规则"),
        );
        return;
    };
    page.labelled(label, &rule.text);
    page.labelled("", &rule.words);
    let status = wording::status_by_name(rule.status, lang);
    let level = wording::level_by_name(rule.level, lang);
    let source = match lang {
        Lang::En => format!(
            "{}, {level} {}, HS {} ({status})",
            rule.source, rule.code, rule.hs_edition
        ),
        Lang::Zh => format!(
            "{}，{level} {}，HS {}（{status}）",
            wording::citation(&rule.source, lang),
            rule.code,
            rule.hs_edition
        ),
    };
    page.labelled("", &source);
}

/// The most cells the name of a material takes.
const WIDEST_NAME: usize = 24;

fn materials(page: &mut Page, materials: &[MaterialAnswer]) {
    if materials.is_empty() {
        return;
    }
    let lang = page.lang;
    let heads = match lang {
        Lang::En => ["Material", "HS", "Origin", "Value", "What it did"],
        Lang::Zh => ["材料", "HS 编码", "原产地", "价值", "对结果的作用"],
    };
    let rows: Vec<[String; 5]> = materials.iter().map(|one| row(one, lang)).collect();
    let mut widths = heads.map(width);
    for row in &rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = (*widest).max(width(cell));
        }
    }
    let [name, hs, origin, value, _] = widths;
    let name = name.min(WIDEST_NAME);
    let before = name + hs + origin + value + 4 * 2;
    let room = page.layout.width.saturating_sub(before).max(20);
    page.blank();
    let print = |page: &mut Page, row: &[String; 5], style: Option<Style>| {
        let [of_name, of_hs, of_origin, of_value, effect] = row;
        let left = format!(
            "{}  {}  {}  {}  ",
            pad(&cut(of_name, name), name),
            pad(of_hs, hs),
            pad(of_origin, origin),
            pad_left(of_value, value),
        );
        for (index, line) in wrap(effect, room).into_iter().enumerate() {
            let shown = if index == 0 {
                format!("{left}{line}")
            } else {
                format!("{}{line}", " ".repeat(before))
            };
            let shown = match style {
                Some(style) => page.styled(&shown, style),
                None => shown,
            };
            page.line(&shown);
        }
    };
    print(page, &heads.map(str::to_owned), Some(bold()));
    for row in &rows {
        print(page, row, None);
    }
}

fn row(material: &MaterialAnswer, lang: Lang) -> [String; 5] {
    let number = usize::from(material.index) + 1;
    let name = material.name.clone().unwrap_or_else(|| match lang {
        Lang::En => format!("material {number}"),
        Lang::Zh => format!("材料 {number}"),
    });
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
    let standing = match material.standing {
        "originating" => lang.pick("originating", "原产"),
        "non_originating" => lang.pick("non-originating", "非原产"),
        _ => lang.pick("open", "待定"),
    };
    let disregarded = material.role == "transport_packing";
    let effect = if disregarded || material.effect.contains(standing) {
        material.effect.clone()
    } else {
        format!("{standing}{}{}", lang.pick("; ", "；"), material.effect)
    };
    [
        format!("{number} {name}"),
        text(&material.hs),
        material
            .origin
            .map_or_else(|| "?".to_owned(), |country| country.to_string()),
        text(&material.value),
        effect,
    ]
}

/// Whether a finding says something the rest of the page does not. What packing
/// and indirect materials do, and that not every material is originating, is
/// seen in the table; an open question about the claim is asked under "missing".
fn is_told(finding: &FindingAnswer) -> bool {
    let is = |tests: &[Test]| tests.iter().any(|test| test.name() == finding.test);
    match finding.outcome {
        "not_applicable" => is(&[Test::SupplyRegime]),
        "not_met" => !is(&[Test::ExclusivelyOriginating]),
        "unknown" => !is(&[
            Test::ExclusivelyOriginating,
            Test::DirectConsignment,
            Test::Proof,
            Test::Concession,
        ]),
        _ => true,
    }
}

/// Whether a test is one of several ways, so that an originating good need not
/// meet it.
fn is_one_way(finding: &FindingAnswer) -> bool {
    [
        Test::UndeterminedOrigin,
        Test::Cumulation,
        Test::IntermediateGoods,
        Test::WhollyObtained,
        Test::ExclusivelyOriginating,
        Test::TariffShift,
        Test::DeMinimis,
        Test::Proviso,
        Test::ValueContent,
        Test::AggregateContent,
        Test::LeastDeveloped,
        Test::ChemicalReaction,
        Test::ProductRule,
    ]
    .iter()
    .any(|test| test.name() == finding.test)
}

fn findings(page: &mut Page, answer: &Answer) {
    let lang = page.lang;
    let originating = answer.verdict() == Verdict::Originating;
    let not_needed =
        |finding: &FindingAnswer| originating && finding.outcome != "met" && is_one_way(finding);
    let told: Vec<&FindingAnswer> = answer
        .findings
        .iter()
        .filter(|finding| is_told(finding))
        .filter(|finding| !(not_needed(finding) && finding.outcome == "unknown"))
        .collect();
    if told.is_empty() {
        return;
    }
    page.blank();
    let heading = page.styled(lang.pick("Tests", "判定"), bold());
    page.line(&heading);
    for finding in told {
        let (mark, style) = if not_needed(finding) {
            ("–", dim())
        } else {
            mark(finding.outcome)
        };
        let part = match (finding.part, lang) {
            (Some(part), Lang::En) => format!("Part {part}: "),
            (Some(part), Lang::Zh) => format!("分项 {part}："),
            (None, _) => String::new(),
        };
        let citation = bracketed(&finding.citation, lang);
        page.item(mark, style, &format!("{part}{}{citation}", finding.summary));
    }
}

fn missing(page: &mut Page, answer: &Answer) {
    let missing: &[MissingAnswer] = &answer.missing;
    if missing.is_empty() {
        return;
    }
    let lang = page.lang;
    page.blank();
    let title = match answer.verdict() {
        Verdict::Undetermined => lang.pick("Missing", "缺少"),
        _ => lang.pick("Missing for the claim", "申请享惠尚缺"),
    };
    let heading = page.styled(title, bold());
    page.line(&heading);
    for one in missing {
        let mut text = format!("{}{}{}", one.fact, lang.pick(" — ", "："), one.why);
        // Whoever reads this on a terminal may be the one who loads tables.
        if IMPORTED.contains(&one.fact.as_str()) {
            text.push_str(lang.pick(" (`originis rules import`)", "（`originis rules import`）"));
        }
        if !one.candidates.is_empty() {
            let mut shown: Vec<&str> = one
                .candidates
                .iter()
                .take(CANDIDATES_SHOWN)
                .map(String::as_str)
                .collect();
            if one.candidates.len() > CANDIDATES_SHOWN {
                shown.push("…");
            }
            let shown = shown.join(lang.pick(", ", "、"));
            text.push_str(&match lang {
                Lang::En => format!("; may be {shown}"),
                Lang::Zh => format!("；可能为 {shown}"),
            });
        }
        if one.would_settle {
            text.push_str(lang.pick(". Would settle it alone.", "。仅此一项即可定论。"));
        }
        page.item("?", colour(AnsiColor::Yellow), &text);
    }
}

/// Tables that `originis rules import` makes.
const IMPORTED: [&str; 3] = ["rules.product_rule", "rules.tariff", "rules.appendix_2_6"];

fn conclusions(page: &mut Page, answer: &Answer) {
    let lang = page.lang;
    page.blank();
    if let Some(origin) = &answer.country_of_origin {
        let text = format!("{}{}", origin.summary, bracketed(&origin.citation, lang));
        page.labelled(lang.pick("Origin", "原产国"), &text);
    }
    let mut rate = answer.rate.summary.clone();
    if let Some(line) = &answer.rate.line {
        rate = match lang {
            Lang::En => format!("line {line}: {rate}"),
            Lang::Zh => format!("税目 {line}：{rate}"),
        };
    }
    page.labelled(lang.pick("Rate", "税率"), &rate);
    page.labelled(lang.pick("Claim", "享惠"), &answer.claim.summary);
    // What is assumed of a material of unknown origin stands among the tests.
    let notes = answer
        .notes
        .iter()
        .filter(|note| note.code != "origin_not_known");
    for (index, note) in notes.enumerate() {
        let label = if index == 0 {
            lang.pick("Note", "说明")
        } else {
            ""
        };
        page.labelled(label, &note.text);
    }
}

fn footer(page: &mut Page, answer: &Answer) {
    let lang = page.lang;
    let short: String = answer.rules.fingerprint.chars().take(16).collect();
    let mut text = match lang {
        Lang::En => format!(
            "tables of {} ({short}); decision {}",
            answer.rules.as_of, answer.decision_id
        ),
        Lang::Zh => format!(
            "规则表截至 {}（{short}）；判定编号 {}",
            answer.rules.as_of, answer.decision_id
        ),
    };
    if !answer.rate.sources.is_empty() {
        let sources = answer.rate.sources.join(lang.pick("; ", "；"));
        let _ = match lang {
            Lang::En => write!(text, ". Rates: {sources}"),
            Lang::Zh => write!(text, "。税率来源：{sources}"),
        };
    }
    page.labelled(lang.pick("Data", "数据"), &text);
}

#[cfg(test)]
mod tests {
    use originis_rules_engine::determine;
    use originis_testkit::book;

    use super::*;

    fn page(text: &str, lang: Lang, layout: Layout) -> String {
        let book = book();
        let request = Request::from_json(text).unwrap();
        let facts = request.to_facts(&book).unwrap();
        let determination = determine(&book, &facts, request.agreement.unwrap()).unwrap();
        let answer = Answer::of(&book, &request, &facts, &determination, lang);
        super::answer(&answer, &request, layout)
    }

    const PULLOVER: &str = include_str!("../testdata/pullover.json");
    const OPEN: &str = include_str!("../testdata/open-questions.json");

    #[test]
    fn the_text_fits_one_screen_in_both_languages() {
        for (text, lines) in [(PULLOVER, 36), (OPEN, 54)] {
            for lang in Lang::ALL {
                let shown = page(text, lang, Layout::default());
                assert!(shown.lines().count() <= lines, "{shown}");
                for line in shown.lines() {
                    assert!(width(line) <= 80, "{line}");
                }
            }
        }
    }

    #[test]
    fn colour_adds_codes_and_changes_no_word() {
        let plain = page(PULLOVER, Lang::En, Layout::default());
        let coloured = page(
            PULLOVER,
            Lang::En,
            Layout {
                colour: true,
                ..Layout::default()
            },
        );
        assert!(!plain.contains('\u{1b}'));
        assert!(coloured.contains('\u{1b}'));
        let mut stripped = String::new();
        let mut in_code = false;
        for character in coloured.chars() {
            match character {
                '\u{1b}' => in_code = true,
                'm' if in_code => in_code = false,
                _ if !in_code => stripped.push(character),
                _ => {}
            }
        }
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&stripped), words(&plain));
    }
}
