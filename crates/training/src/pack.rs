//! A session pack for trainers: handout, answer key, slides, worksheet and
//! results sheet of one sector.

use std::fmt::Write as _;

use originis_exchange::html::escape;
use originis_exchange::{Lang, wording};
use originis_rules_engine::determination::Verdict;
use originis_rules_engine::rulebook::RuleBook;
use serde_json::Value;
use thiserror::Error;

use crate::exercise::{Exercise, ExerciseError, exercise, list_at, text_at};
use crate::library::{Case, Library, Sector};
use crate::sheet::{self, SheetError};

/// One file of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Its name.
    pub name: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// Why a pack cannot be made.
#[derive(Debug, Error)]
pub enum PackError {
    /// No such sector.
    #[error("`{asked}` is no sector: expected one of {known}")]
    Sector {
        /// What was asked for.
        asked: String,
        /// The sectors there are.
        known: String,
    },
    /// A case cannot be used.
    #[error(transparent)]
    Case(#[from] ExerciseError),
    /// A workbook cannot be written.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

/// A case with its decision, ready to be laid out.
pub(crate) struct Decided<'a> {
    pub(crate) case: &'a Case,
    pub(crate) exercise: Exercise,
}

/// Makes the pack of a sector. The same tables and library give the same bytes.
///
/// # Errors
/// When the sector does not exist or one of its cases cannot be decided.
pub fn pack(
    book: &RuleBook,
    library: &Library,
    sector: &str,
    lang: Lang,
) -> Result<Vec<PackFile>, PackError> {
    let Some(found) = library.sector(sector) else {
        let known: Vec<&str> = library.sectors.iter().map(|s| s.id.as_str()).collect();
        return Err(PackError::Sector {
            asked: sector.to_owned(),
            known: known.join(", "),
        });
    };
    let decided = library
        .cases_of(sector)
        .into_iter()
        .map(|case| exercise(book, case, lang).map(|exercise| Decided { case, exercise }))
        .collect::<Result<Vec<_>, _>>()?;
    let footer = data_line(book, lang);
    let file = |name, content| PackFile { name, content };
    Ok(vec![
        file(
            "handout.html",
            handout(found, &decided, &footer, lang).into_bytes(),
        ),
        file(
            "answer-key.html",
            answer_key(found, &decided, &footer, lang).into_bytes(),
        ),
        file(
            "slides.html",
            slides(library, found, &decided, &footer, lang).into_bytes(),
        ),
        file("worksheet.xlsx", sheet::worksheet(&decided, lang)?),
        file("results.xlsx", sheet::results(&decided, lang)?),
    ])
}

/// The words of the pack that belong to no case.
pub(crate) const fn label(lang: Lang, what: Label) -> &'static str {
    let (en, zh) = match what {
        Label::Handout => ("Handout", "学员讲义"),
        Label::AnswerKey => ("Answer key", "参考答案"),
        Label::Materials => ("Materials", "物料清单"),
        Label::Code => ("HS code", "HS 编码"),
        Label::Origin => ("Origin", "原产地"),
        Label::Status => ("Status", "原产状态"),
        Label::Value => ("Value", "价值"),
        Label::Weight => ("Weight, kg", "重量(千克)"),
        Label::Route => ("From, to, date", "出口方、进口方、日期"),
        Label::Good => ("Good", "货物"),
        Label::Question => ("Question", "问题"),
        Label::Predict => (
            "Change one thing and predict again",
            "改变一个条件，再判断一次",
        ),
        Label::Verdict => ("Verdict", "结论"),
        Label::Rule => ("Rule", "规则"),
        Label::Findings => ("Findings", "逐项认定"),
        Label::Missing => ("Missing", "尚缺事实"),
        Label::Pitfalls => ("Pitfalls", "常见错误"),
        Label::Evidence => ("Evidence to keep", "应留存的证据"),
        Label::YourAnswer => ("Your answer", "你的答案"),
        Label::Participant => ("Participant", "学员"),
        Label::Case => ("Case", "案例"),
        Label::Score => ("Right answers", "答对数"),
        Label::Share => ("Share right", "正确率"),
        Label::Unknown => ("not known", "未知"),
        Label::None => ("none used", "未使用物料"),
        Label::Key => ("Key", "标准答案"),
        Label::Costs => ("Costs", "成本"),
        Label::Operations => ("Operations", "加工工序"),
    };
    lang.pick(en, zh)
}

/// Labels of [`label`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Label {
    Handout,
    AnswerKey,
    Materials,
    Code,
    Origin,
    Status,
    Value,
    Weight,
    Route,
    Good,
    Question,
    Predict,
    Verdict,
    Rule,
    Findings,
    Missing,
    Pitfalls,
    Evidence,
    YourAnswer,
    Participant,
    Case,
    Score,
    Share,
    Unknown,
    None,
    Key,
    Costs,
    Operations,
}

/// The verdict of an answer in one or two words.
fn verdict_words(answer: &Value, lang: Lang) -> &'static str {
    let name = text_at(answer, "/verdict");
    let verdict = [Verdict::Originating, Verdict::NotOriginating]
        .into_iter()
        .find(|verdict| verdict.name() == name)
        .unwrap_or(Verdict::Undetermined);
    wording::verdict_short(verdict, lang)
}

fn data_line(book: &RuleBook, lang: Lang) -> String {
    let short = book.fingerprint.get(..16).unwrap_or(&book.fingerprint);
    match lang {
        Lang::En => format!("Rule tables as of {}, fingerprint {short}", book.as_of),
        Lang::Zh => format!("规则数据截至 {}，指纹 {short}", book.as_of),
    }
}

const STYLE: &str = "body{font:11pt/1.5 'Noto Sans','Noto Sans CJK SC','Microsoft YaHei',sans-serif;\
max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid #c9d1d9;padding-top:1rem}\
h3{font-size:1rem;margin:1rem 0 .3rem}\
table{border-collapse:collapse;width:100%;font-size:.92em}\
th,td{border:1px solid #c9d1d9;padding:.25rem .5rem;text-align:left;vertical-align:top}\
th{background:#f3f5f7}.number{text-align:right}\
ol.choices{list-style:upper-alpha}.key{font-weight:600}\
.line{border-bottom:1px solid #57606a;height:1.6rem;margin:.4rem 0}\
footer{margin-top:2rem;color:#57606a;font-size:.85em}\
article{break-inside:avoid-page}@page{size:A4;margin:16mm}\
@media print{body{margin:0;max-width:none}}";

const SLIDE_STYLE: &str = "body{margin:0;font:1.5rem/1.45 'Noto Sans','Noto Sans CJK SC',\
'Microsoft YaHei',sans-serif;color:#1b1f24}\
section{min-height:100vh;box-sizing:border-box;padding:7vh 8vw;display:flex;flex-direction:column;\
justify-content:center;page-break-after:always;border-bottom:1px solid #c9d1d9}\
h1{font-size:3rem;margin:0}h2{font-size:2rem;margin:0 0 1.5rem}\
table{border-collapse:collapse;font-size:1.15rem}th,td{border:1px solid #c9d1d9;padding:.3rem .8rem;text-align:left}\
th{background:#f3f5f7}.number{text-align:right}ol.choices{list-style:upper-alpha}\
details{margin-top:1.5rem}summary{cursor:pointer;color:#0b57a4}\
.small{font-size:1rem;color:#57606a}@page{size:A4 landscape;margin:0}";

fn page(lang: Lang, title: &str, style: &str, body: &str) -> String {
    let tag = lang.pick("en", "zh-Hans");
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

fn handout(sector: &Sector, decided: &[Decided<'_>], footer: &str, lang: Lang) -> String {
    let title = format!(
        "{}: {}",
        sector.name.in_lang(lang),
        label(lang, Label::Handout)
    );
    let mut body = format!("<h1>{}</h1>\n", escape(&title));
    for (number, one) in (1..).zip(decided) {
        let _ = write!(
            body,
            "<article>\n<h2>{number}. {}</h2>\n<p>{}</p>\n{}\
             <h3>{}</h3>\n<p>{}</p>\n<ol class=\"choices\">\n",
            escape(one.case.title.in_lang(lang)),
            escape(one.case.story.in_lang(lang)),
            facts(&one.case.request, lang),
            label(lang, Label::Question),
            escape(one.case.question.in_lang(lang)),
        );
        for choice in &one.case.choices {
            let _ = writeln!(body, "<li>{}</li>", escape(choice.text.in_lang(lang)));
        }
        body.push_str("</ol>\n");
        if !one.case.changes.is_empty() {
            let _ = writeln!(body, "<h3>{}</h3>\n<ul>", label(lang, Label::Predict));
            for change in &one.case.changes {
                let _ = writeln!(
                    body,
                    "<li>{}<div class=\"line\"></div></li>",
                    escape(change.ask.in_lang(lang))
                );
            }
            body.push_str("</ul>\n");
        }
        body.push_str("</article>\n");
    }
    let _ = writeln!(body, "<footer>{}</footer>", escape(footer));
    page(lang, &title, STYLE, &body)
}

fn answer_key(sector: &Sector, decided: &[Decided<'_>], footer: &str, lang: Lang) -> String {
    let title = format!(
        "{}: {}",
        sector.name.in_lang(lang),
        label(lang, Label::AnswerKey)
    );
    let mut body = format!("<h1>{}</h1>\n", escape(&title));
    for (number, one) in (1..).zip(decided) {
        let _ = write!(
            body,
            "<article>\n<h2>{number}. {}</h2>\n<p>{}</p>\n<ol class=\"choices\">\n",
            escape(one.case.title.in_lang(lang)),
            escape(one.case.question.in_lang(lang)),
        );
        for (choice, right) in one.case.choices.iter().zip(&one.exercise.right) {
            let (class, mark) = if *right {
                (" class=\"key\"", "✓ ")
            } else {
                ("", "")
            };
            let _ = writeln!(
                body,
                "<li{class}>{mark}{}<br><small>{} ({})</small></li>",
                escape(choice.text.in_lang(lang)),
                escape(choice.reply.in_lang(lang)),
                escape(&choice.cite)
            );
        }
        body.push_str("</ol>\n");
        body.push_str(&decision(&one.exercise.answer, lang));
        if !one.case.changes.is_empty() {
            let _ = writeln!(body, "<h3>{}</h3>\n<ul>", label(lang, Label::Predict));
            for (change, answer) in one.case.changes.iter().zip(&one.exercise.changed) {
                let _ = writeln!(
                    body,
                    "<li>{} → <strong>{}</strong></li>",
                    escape(change.ask.in_lang(lang)),
                    verdict_words(answer, lang)
                );
            }
            body.push_str("</ul>\n");
        }
        for (heading, texts) in [
            (Label::Pitfalls, &one.case.pitfalls),
            (Label::Evidence, &one.case.evidence),
        ] {
            if texts.is_empty() {
                continue;
            }
            let _ = writeln!(body, "<h3>{}</h3>\n<ul>", label(lang, heading));
            for text in texts {
                let _ = writeln!(body, "<li>{}</li>", escape(text.in_lang(lang)));
            }
            body.push_str("</ul>\n");
        }
        body.push_str("</article>\n");
    }
    let _ = writeln!(body, "<footer>{}</footer>", escape(footer));
    page(lang, &title, STYLE, &body)
}

fn slides(
    library: &Library,
    sector: &Sector,
    decided: &[Decided<'_>],
    footer: &str,
    lang: Lang,
) -> String {
    let title = sector.name.in_lang(lang);
    let mut body = format!(
        "<section><h1>{}</h1><p class=\"small\">{}</p></section>\n",
        escape(title),
        escape(footer)
    );
    let lessons = library.lessons.iter().filter(|lesson| {
        decided
            .iter()
            .any(|one| lesson.cases.contains(&one.case.id))
    });
    for lesson in lessons {
        for section in &lesson.sections {
            let cite = section.cite.as_deref().unwrap_or_default();
            let _ = writeln!(
                body,
                "<section><h2>{}</h2><p>{}</p><p class=\"small\">{}</p></section>",
                escape(section.heading.in_lang(lang)),
                escape(section.body.in_lang(lang)),
                escape(cite)
            );
        }
    }
    for (number, one) in (1..).zip(decided) {
        let _ = writeln!(
            body,
            "<section><h2>{number}. {}</h2><p>{}</p>{}</section>",
            escape(one.case.title.in_lang(lang)),
            escape(one.case.story.in_lang(lang)),
            facts(&one.case.request, lang)
        );
        let _ = writeln!(
            body,
            "<section><h2>{}</h2><ol class=\"choices\">",
            escape(one.case.question.in_lang(lang))
        );
        for choice in &one.case.choices {
            let _ = writeln!(body, "<li>{}</li>", escape(choice.text.in_lang(lang)));
        }
        let _ = writeln!(
            body,
            "</ol><details><summary>{}</summary>{}</details></section>",
            label(lang, Label::Key),
            decision(&one.exercise.answer, lang)
        );
    }
    page(lang, title, SLIDE_STYLE, &body)
}

/// The facts of a request as a table.
fn facts(request: &Value, lang: Lang) -> String {
    let good = [
        text_at(request, "/good/name"),
        text_at(request, "/good/hs"),
        "FOB",
        text_at(request, "/good/fob"),
        text_at(request, "/good/currency"),
    ];
    let good = good.join(" ");
    let mut html = format!(
        "<p><strong>{}</strong> {} → {}, {}<br><strong>{}</strong> {}</p>\n",
        label(lang, Label::Route),
        escape(text_at(request, "/from")),
        escape(text_at(request, "/to")),
        escape(text_at(request, "/date")),
        label(lang, Label::Good),
        escape(good.trim())
    );
    let Some(materials) = request.get("materials").and_then(Value::as_array) else {
        let _ = writeln!(
            html,
            "<p>{}: {}</p>",
            label(lang, Label::Materials),
            label(lang, Label::Unknown)
        );
        return html;
    };
    if materials.is_empty() {
        let _ = writeln!(
            html,
            "<p>{}: {}</p>",
            label(lang, Label::Materials),
            label(lang, Label::None)
        );
    } else {
        html.push_str("<table><tr>");
        for heading in [
            Label::Materials,
            Label::Code,
            Label::Origin,
            Label::Status,
            Label::Value,
            Label::Weight,
        ] {
            let _ = write!(html, "<th>{}</th>", label(lang, heading));
        }
        html.push_str("</tr>\n");
        for material in materials {
            html.push_str("<tr>");
            for (pointer, class) in [
                ("/name", ""),
                ("/hs", ""),
                ("/origin", ""),
                ("/status", ""),
                ("/value", " class=\"number\""),
                ("/weight_kg", " class=\"number\""),
            ] {
                let text = match (pointer, text_at(material, pointer)) {
                    ("/status", status) => status_words(status, lang),
                    (_, "") => label(lang, Label::Unknown),
                    (_, text) => text,
                };
                let _ = write!(html, "<td{class}>{}</td>", escape(text));
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</table>\n");
    }
    if let Some(costs) = request.get("costs").and_then(Value::as_object) {
        let parts: Vec<String> = costs
            .iter()
            .filter_map(|(name, amount)| Some(format!("{name} {}", amount.as_str()?)))
            .collect();
        let _ = writeln!(
            html,
            "<p>{}: {}</p>",
            label(lang, Label::Costs),
            escape(&parts.join(", "))
        );
    }
    let operations: Vec<&str> = list_at(request, "/operations")
        .filter_map(Value::as_str)
        .collect();
    if !operations.is_empty() {
        let _ = writeln!(
            html,
            "<p>{}: {}</p>",
            label(lang, Label::Operations),
            escape(&operations.join(", "))
        );
    }
    html
}

/// The originating status of a material in words.
pub(crate) fn status_words(status: &str, lang: Lang) -> &'static str {
    match status {
        "originating" => lang.pick("originating", "原产"),
        "non_originating" => lang.pick("non-originating", "非原产"),
        _ => label(lang, Label::Unknown),
    }
}

/// The decision of the engine: verdict, rule, findings, missing facts.
fn decision(answer: &Value, lang: Lang) -> String {
    let mut html = format!(
        "<p><strong>{}: {}</strong> {} · {} {}</p>\n",
        label(lang, Label::Verdict),
        verdict_words(answer, lang),
        escape(text_at(answer, "/criterion")),
        label(lang, Label::Rule),
        escape(text_at(answer, "/rule/text"))
    );
    let _ = writeln!(html, "<h3>{}</h3>\n<ul>", label(lang, Label::Findings));
    for finding in list_at(answer, "/findings") {
        if text_at(finding, "/outcome") != "not_applicable" {
            let _ = writeln!(
                html,
                "<li>{} <small>({})</small></li>",
                escape(text_at(finding, "/summary")),
                escape(text_at(finding, "/citation"))
            );
        }
    }
    html.push_str("</ul>\n");
    let missing: Vec<String> = list_at(answer, "/missing")
        .map(|missing| format!("<li>{}</li>", escape(text_at(missing, "/why"))))
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(
            html,
            "<h3>{}</h3>\n<ul>{}</ul>",
            label(lang, Label::Missing),
            missing.join("\n")
        );
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_holds_five_files_and_is_the_same_every_time() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        for lang in [Lang::En, Lang::Zh] {
            let first = pack(&book, &library, "cashmere-wool", lang).unwrap();
            let again = pack(&book, &library, "cashmere-wool", lang).unwrap();
            assert_eq!(first, again);
            let names: Vec<&str> = first.iter().map(|file| file.name).collect();
            assert_eq!(
                names,
                [
                    "handout.html",
                    "answer-key.html",
                    "slides.html",
                    "worksheet.xlsx",
                    "results.xlsx"
                ]
            );
        }
    }

    #[test]
    fn the_handout_keeps_the_key_to_itself() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        let files = pack(&book, &library, "dairy", Lang::En).unwrap();
        let text = |name: &str| {
            let file = files.iter().find(|file| file.name == name).unwrap();
            String::from_utf8(file.content.clone()).unwrap()
        };
        let (handout, key) = (text("handout.html"), text("answer-key.html"));
        assert!(!handout.contains('✓') && !handout.contains("ORIGINATING"));
        assert_eq!(
            key.matches('✓').count(),
            library.cases_of("dairy").len(),
            "one key for each case"
        );
    }

    #[test]
    fn an_unknown_sector_is_answered_with_the_known_ones() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        let error = pack(&book, &library, "camels", Lang::En).unwrap_err();
        assert!(error.to_string().contains("cashmere-wool"), "{error}");
    }
}
