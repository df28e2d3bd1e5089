//! A session pack for trainers: handout, answer key, slides, worksheet and
//! results sheet of one sector.

use std::fmt::Write as _;

use originis_exchange::html::escape;
use originis_exchange::{Lang, wording};
use originis_rules_engine::rulebook::RuleBook;
use serde_json::Value;
use thiserror::Error;

use crate::exercise::{Exercise, ExerciseError, exercise};
use crate::library::{Case, Library, Sector};
use crate::question::{Facts, Question, no_materials, question, trace};
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

impl PackError {
    /// Why the pack cannot be made and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Sector { asked, known }, Lang::Zh) => {
                let known = known.replace(", ", "、");
                format!("没有行业“{asked}”：应为 {known} 之一")
            }
            (Self::Case(error), lang) => error.text(lang),
            (Self::Sheet(_), Lang::Zh) => "无法生成培训材料的工作簿".to_owned(),
        }
    }
}

/// A case with its decision, ready to be laid out.
pub(crate) struct Decided<'a> {
    pub(crate) case: &'a Case,
    pub(crate) question: Question,
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
        .map(|case| {
            exercise(book, case, lang).map(|exercise| Decided {
                case,
                question: question(library, case, lang),
                exercise,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let data = data_line(book, lang);
    let file = |name, content| PackFile { name, content };
    Ok(vec![
        file(
            "handout.html",
            handout(found, &decided, &data, lang).into_bytes(),
        ),
        file(
            "answer-key.html",
            answer_key(found, &decided, &data, lang).into_bytes(),
        ),
        file(
            "slides.html",
            slides(library, found, &decided, &data, lang).into_bytes(),
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
        Label::Key => ("Key", "标准答案"),
    };
    lang.pick(en, zh)
}

/// Labels of [`label`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Label {
    Handout,
    AnswerKey,
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
    Key,
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
.data{color:#57606a;font-size:.85em}\
article{break-inside:avoid-page}@page{size:A4;margin:16mm}\
@media print{body{margin:0;max-width:none}}";

const SLIDE_STYLE: &str = "body{margin:0;font:1.5rem/1.45 'Noto Sans','Noto Sans CJK SC',\
'Microsoft YaHei',sans-serif;color:#1b1f24}\
section{min-height:100vh;box-sizing:border-box;padding:7vh 8vw;display:flex;flex-direction:column;\
justify-content:center;page-break-after:always;border-bottom:1px solid #c9d1d9}\
h1{font-size:3rem;margin:0}h2{font-size:2rem;margin:0 0 1.5rem}\
table{border-collapse:collapse;font-size:1.15rem}th,td{border:1px solid #c9d1d9;padding:.3rem .8rem;text-align:left}\
th{background:#f3f5f7}.number{text-align:right}ol.choices{list-style:upper-alpha}\
.facts{columns:2;font-size:1.15rem}details{margin-top:1.5rem}summary{cursor:pointer;color:#0b57a4}\
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

fn handout(sector: &Sector, decided: &[Decided<'_>], data: &str, lang: Lang) -> String {
    let title = format!(
        "{}: {}",
        sector.name.in_lang(lang),
        label(lang, Label::Handout)
    );
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"data\">{}</p>\n",
        escape(&title),
        escape(data)
    );
    for (number, one) in (1..).zip(decided) {
        let _ = write!(
            body,
            "<article>\n<h2>{number}. {}</h2>\n<p>{}</p>\n{}\
             <h3>{}</h3>\n<p>{}</p>\n<ol class=\"choices\">\n",
            escape(one.case.title.in_lang(lang)),
            escape(one.case.story.in_lang(lang)),
            facts(&one.question.facts, lang),
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
    page(lang, &title, STYLE, &body)
}

fn answer_key(sector: &Sector, decided: &[Decided<'_>], data: &str, lang: Lang) -> String {
    let title = format!(
        "{}: {}",
        sector.name.in_lang(lang),
        label(lang, Label::AnswerKey)
    );
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"data\">{}</p>\n",
        escape(&title),
        escape(data)
    );
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
                escape(&wording::citation(&choice.cite, lang))
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
                    escape(&trace(answer, lang).short)
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
    page(lang, &title, STYLE, &body)
}

fn slides(
    library: &Library,
    sector: &Sector,
    decided: &[Decided<'_>],
    data: &str,
    lang: Lang,
) -> String {
    let title = sector.name.in_lang(lang);
    let mut body = format!(
        "<section><h1>{}</h1><p class=\"small\">{}</p></section>\n",
        escape(title),
        escape(data)
    );
    let lessons = library.lessons.iter().filter(|lesson| {
        decided
            .iter()
            .any(|one| lesson.cases.contains(&one.case.id))
    });
    for lesson in lessons {
        for section in &lesson.sections {
            let cite = wording::citation(section.cite.as_deref().unwrap_or_default(), lang);
            let _ = writeln!(
                body,
                "<section><h2>{}</h2><p>{}</p><p class=\"small\">{}</p></section>",
                escape(section.heading.in_lang(lang)),
                escape(section.body.in_lang(lang)),
                escape(&cite)
            );
        }
    }
    for (number, one) in (1..).zip(decided) {
        let _ = writeln!(
            body,
            "<section><h2>{number}. {}</h2><p>{}</p>{}</section>",
            escape(one.case.title.in_lang(lang)),
            escape(one.case.story.in_lang(lang)),
            facts(&one.question.facts, lang)
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

/// The facts of a case as a table.
fn facts(facts: &Facts, lang: Lang) -> String {
    let lines: Vec<String> = facts
        .lines
        .iter()
        .map(|line| {
            format!(
                "<strong>{}</strong> {}",
                escape(&line.label),
                escape(&line.text)
            )
        })
        .collect();
    let mut html = format!("<p class=\"facts\">{}</p>\n", lines.join("<br>"));
    if let Some(nothing) = no_materials(facts, lang) {
        let _ = writeln!(html, "<p>{nothing}</p>");
        return html;
    }
    html.push_str("<table><tr>");
    for heading in &facts.columns {
        let _ = write!(html, "<th>{}</th>", escape(heading));
    }
    html.push_str("</tr>\n");
    for material in facts.materials.iter().flatten() {
        html.push_str("<tr>");
        for (column, text) in material.cells().into_iter().enumerate() {
            let class = if column >= 4 { " class=\"number\"" } else { "" };
            let _ = write!(html, "<td{class}>{}</td>", escape(text));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</table>\n");
    html
}

/// The decision of the engine: verdict, rule, findings, missing facts.
fn decision(answer: &Value, lang: Lang) -> String {
    let trace = trace(answer, lang);
    let mut html = format!(
        "<p><strong>{}: {}</strong> {} · {} {}</p>\n",
        label(lang, Label::Verdict),
        escape(&trace.short),
        escape(&trace.criterion),
        label(lang, Label::Rule),
        escape(&trace.rule)
    );
    let _ = writeln!(html, "<h3>{}</h3>\n<ul>", label(lang, Label::Findings));
    for finding in &trace.findings {
        let _ = writeln!(
            html,
            "<li>{} <small>({})</small></li>",
            escape(&finding.summary),
            escape(&finding.citation)
        );
    }
    html.push_str("</ul>\n");
    if !trace.missing.is_empty() {
        let _ = writeln!(html, "<h3>{}</h3>\n<ul>", label(lang, Label::Missing));
        for why in &trace.missing {
            let _ = writeln!(html, "<li>{}</li>", escape(why));
        }
        html.push_str("</ul>\n");
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
