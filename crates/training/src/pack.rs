//! A session pack for trainers: handout, answer key, slides, worksheet and
//! results sheet of one sector.

use std::fmt::Write as _;

use originis_exchange::Lang;
use originis_exchange::html::escape;
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
    match (what, lang) {
        (Label::Handout, Lang::En) => "Handout",
        (Label::Handout, Lang::Zh) => "学员讲义",
        (Label::AnswerKey, Lang::En) => "Answer key",
        (Label::AnswerKey, Lang::Zh) => "参考答案",
        (Label::Materials, Lang::En) => "Materials",
        (Label::Materials, Lang::Zh) => "物料清单",
        (Label::Name, Lang::En) => "Name",
        (Label::Name, Lang::Zh) => "名称",
        (Label::Code, Lang::En) => "HS code",
        (Label::Code, Lang::Zh) => "HS 编码",
        (Label::Origin, Lang::En) => "Origin",
        (Label::Origin, Lang::Zh) => "原产地",
        (Label::Status, Lang::En) => "Status",
        (Label::Status, Lang::Zh) => "原产状态",
        (Label::Value, Lang::En) => "Value",
        (Label::Value, Lang::Zh) => "价值",
        (Label::Weight, Lang::En) => "Weight, kg",
        (Label::Weight, Lang::Zh) => "重量(千克)",
        (Label::Route, Lang::En) => "From, to, date",
        (Label::Route, Lang::Zh) => "出口方、进口方、日期",
        (Label::Good, Lang::En) => "Good",
        (Label::Good, Lang::Zh) => "货物",
        (Label::Question, Lang::En) => "Question",
        (Label::Question, Lang::Zh) => "问题",
        (Label::Predict, Lang::En) => "Change one thing and predict again",
        (Label::Predict, Lang::Zh) => "改变一个条件，再判断一次",
        (Label::Verdict, Lang::En) => "Verdict",
        (Label::Verdict, Lang::Zh) => "结论",
        (Label::Rule, Lang::En) => "Rule",
        (Label::Rule, Lang::Zh) => "规则",
        (Label::Findings, Lang::En) => "Findings",
        (Label::Findings, Lang::Zh) => "逐项认定",
        (Label::Missing, Lang::En) => "Missing",
        (Label::Missing, Lang::Zh) => "尚缺事实",
        (Label::Pitfalls, Lang::En) => "Pitfalls",
        (Label::Pitfalls, Lang::Zh) => "常见错误",
        (Label::Evidence, Lang::En) => "Evidence to keep",
        (Label::Evidence, Lang::Zh) => "应留存的证据",
        (Label::YourAnswer, Lang::En) => "Your answer",
        (Label::YourAnswer, Lang::Zh) => "你的答案",
        (Label::Participant, Lang::En) => "Participant",
        (Label::Participant, Lang::Zh) => "学员",
        (Label::Case, Lang::En) => "Case",
        (Label::Case, Lang::Zh) => "案例",
        (Label::Score, Lang::En) => "Right answers",
        (Label::Score, Lang::Zh) => "答对数",
        (Label::Share, Lang::En) => "Share right",
        (Label::Share, Lang::Zh) => "正确率",
        (Label::Unknown, Lang::En) => "not known",
        (Label::Unknown, Lang::Zh) => "未知",
        (Label::None, Lang::En) => "none used",
        (Label::None, Lang::Zh) => "未使用物料",
        (Label::Key, Lang::En) => "Key",
        (Label::Key, Lang::Zh) => "标准答案",
        (Label::Costs, Lang::En) => "Costs",
        (Label::Costs, Lang::Zh) => "成本",
        (Label::Operations, Lang::En) => "Operations",
        (Label::Operations, Lang::Zh) => "加工工序",
    }
}

/// Labels of [`label`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Label {
    Handout,
    AnswerKey,
    Materials,
    Name,
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

/// The verdict in words.
pub fn verdict_words(verdict: &str, lang: Lang) -> &'static str {
    match (verdict, lang) {
        ("originating", Lang::En) => "originating",
        ("originating", Lang::Zh) => "具备原产资格",
        ("not_originating", Lang::En) => "not originating",
        ("not_originating", Lang::Zh) => "不具备原产资格",
        (_, Lang::En) => "undetermined",
        (_, Lang::Zh) => "尚不能确定",
    }
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
    let tag = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-Hans",
    };
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
                    verdict_words(text_at(answer, "/verdict"), lang)
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
    match (status, lang) {
        ("originating", Lang::En) => "originating",
        ("originating", Lang::Zh) => "原产",
        ("non_originating", Lang::En) => "non-originating",
        ("non_originating", Lang::Zh) => "非原产",
        (_, lang) => label(lang, Label::Unknown),
    }
}

/// The decision of the engine: verdict, rule, findings, missing facts.
fn decision(answer: &Value, lang: Lang) -> String {
    let mut html = format!(
        "<p><strong>{}: {}</strong> {} · {} {}</p>\n",
        label(lang, Label::Verdict),
        verdict_words(text_at(answer, "/verdict"), lang),
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
