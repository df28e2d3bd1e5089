//! Advice by name, for the command line and HTTP alike: one JSON body in, JSON
//! and printable reports out.

use jiff::civil::Date;
use originis_exchange::{Lang, Request, RequestError, RequestErrors};
use originis_rules_engine::rulebook::RuleBook;
use serde_json::{Map, Value};

use crate::comparison::compare;
use crate::diff::{Standpoint, diff};
use crate::document::Document;
use crate::origin::country_of_origin;
use crate::proof::{Certificate, Details, lint, lint_document, proof};
use crate::repair::repair;
use crate::scenario::{Choice, scenarios};

/// A kind of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Agreements side by side and the best choice.
    Compare,
    /// RCEP country of origin explained.
    Origin,
    /// What would make the good qualify, or what would break it.
    Repair,
    /// Alternative suppliers and plants.
    Scenarios,
    /// Proof of origin, checklist and sheets.
    Proof,
    /// A certificate already issued, checked against the good.
    Certificate,
    /// What changes between two days for a list of goods.
    Diff,
}

impl Topic {
    /// Every topic, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::Compare,
        Self::Origin,
        Self::Repair,
        Self::Scenarios,
        Self::Proof,
        Self::Certificate,
        Self::Diff,
    ];

    /// The name in commands and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Origin => "origin",
            Self::Repair => "repair",
            Self::Scenarios => "scenarios",
            Self::Proof => "proof",
            Self::Certificate => "certificate",
            Self::Diff => "diff",
        }
    }

    /// The topic of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

/// Advice given.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// For programs.
    pub json: Value,
    /// For people; at least one.
    pub documents: Vec<Document>,
}

/// The parts of a body: `{"request": …}` with what the topic needs beside it,
/// or the request alone.
struct Body(Map<String, Value>);

impl Body {
    fn read(text: &str) -> Result<Self, RequestErrors> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| crate::proof::not_readable("", &error))?;
        match value {
            Value::Object(fields)
                if ["request", "goods"]
                    .into_iter()
                    .any(|part| fields.contains_key(part)) =>
            {
                Ok(Self(fields))
            }
            Value::Array(_) => Ok(Self(Map::from_iter([("goods".to_owned(), value)]))),
            _ => Ok(Self(Map::from_iter([("request".to_owned(), value)]))),
        }
    }

    /// Refuses parts the topic does not know.
    fn only(&self, known: &[&str]) -> Result<(), RequestErrors> {
        let unknown: Vec<RequestError> = self
            .0
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .map(|key| RequestError {
                pointer: format!("/{key}"),
                code: "unknown_field",
                detail_en: format!(
                    "`{key}` is no part of this question: expected {}",
                    known.join(", ")
                ),
                detail_zh: format!("`{key}`不是此项查询的内容：应为{}", known.join("、")),
            })
            .collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(RequestErrors(unknown))
        }
    }

    fn text(&self, part: &str) -> Option<String> {
        self.0.get(part).map(Value::to_string)
    }

    fn request(&self) -> Result<Request, RequestErrors> {
        match self.text("request") {
            Some(text) => Request::from_json(&text),
            None => Err(absent("request")),
        }
    }

    fn day(&self, part: &str) -> Result<Option<Date>, RequestErrors> {
        match self.0.get(part) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_str()
                .and_then(|text| text.parse().ok())
                .map(Some)
                .ok_or_else(|| {
                    RequestErrors(vec![RequestError {
                        pointer: format!("/{part}"),
                        code: "not_a_date",
                        detail_en: format!("{value} is no date: write a day such as 2027-01-01"),
                        detail_zh: format!("{value}不是日期：请写成2027-01-01的形式"),
                    }])
                }),
        }
    }
}

fn absent(part: &str) -> RequestErrors {
    RequestErrors(vec![RequestError {
        pointer: format!("/{part}"),
        code: "missing_field",
        detail_en: format!("`{part}` is missing: it is what the question is about"),
        detail_zh: format!("缺少`{part}`：这是查询的对象"),
    }])
}

/// Advises on a topic. `body` is a request, or an object with a `request` and,
/// depending on the topic, `details`, `certificate` or `choices`; for `diff` an
/// object with `goods`, `before` and `after`.
///
/// # Errors
/// Everything that is wrong with the body, each with its place.
pub fn advise(
    book: &RuleBook,
    topic: Topic,
    body: &str,
    lang: Lang,
) -> Result<Advice, RequestErrors> {
    let body = Body::read(body)?;
    match topic {
        Topic::Compare => {
            body.only(&["request"])?;
            let comparison = compare(book, &body.request()?, lang)?;
            Ok(Advice {
                json: json(&comparison),
                documents: vec![comparison.document(lang)],
            })
        }
        Topic::Origin => {
            body.only(&["request"])?;
            let report = country_of_origin(book, &body.request()?, lang)?.ok_or_else(|| {
                crate::decide::not_loaded(originis_rules_engine::agreement::Agreement::Rcep)
            })?;
            Ok(Advice {
                json: json(&report),
                documents: vec![report.document(lang)],
            })
        }
        Topic::Repair => {
            body.only(&["request"])?;
            let reports = repair(book, &body.request()?, lang)?;
            Ok(several(
                &reports,
                reports.iter().map(|report| report.document(lang)),
                lang,
            ))
        }
        Topic::Scenarios => {
            body.only(&["request", "choices"])?;
            let choices: Vec<Choice> =
                serde_json::from_str(&body.text("choices").ok_or_else(|| absent("choices"))?)
                    .map_err(|error| crate::proof::not_readable("/choices", &error))?;
            let report = scenarios(book, &body.request()?, &choices, lang)?;
            Ok(Advice {
                json: json(&report),
                documents: vec![report.document(lang)],
            })
        }
        Topic::Proof => {
            body.only(&["request", "details"])?;
            let details = match body.text("details") {
                Some(text) => Details::from_json(&text)?,
                None => Details::default(),
            };
            let reports = proof(book, &body.request()?, &details, lang)?;
            Ok(several(
                &reports,
                reports.iter().flat_map(|report| report.documents(lang)),
                lang,
            ))
        }
        Topic::Certificate => {
            body.only(&["request", "certificate"])?;
            let certificate = Certificate::from_json(
                &body
                    .text("certificate")
                    .ok_or_else(|| absent("certificate"))?,
            )?;
            let slips = lint(book, &body.request()?, &certificate, lang)?;
            Ok(Advice {
                json: json(&slips),
                documents: vec![lint_document(&slips, lang)],
            })
        }
        Topic::Diff => {
            body.only(&["goods", "before", "after"])?;
            let goods: Vec<Result<Request, RequestErrors>> = body
                .0
                .get("goods")
                .and_then(Value::as_array)
                .ok_or_else(|| absent("goods"))?
                .iter()
                .map(|good| Request::from_json(&good.to_string()))
                .collect();
            let side = |date| Standpoint { book, date };
            let report = diff(&goods, side(body.day("before")?), side(body.day("after")?));
            Ok(Advice {
                json: json(&report),
                documents: vec![report.document(lang)],
            })
        }
    }
}

fn json(report: &impl serde::Serialize) -> Value {
    // Reports hold only strings, numbers and lists, which always serialise.
    serde_json::to_value(report).unwrap_or_default()
}

/// Reports by agreement, of which there may be none.
fn several(
    reports: &impl serde::Serialize,
    documents: impl Iterator<Item = Document>,
    lang: Lang,
) -> Advice {
    let mut documents: Vec<Document> = documents.collect();
    if documents.is_empty() {
        let mut none = Document::new(lang.pick("No agreement", "无适用协定"));
        none.text(lang.pick(
            "No loaded agreement binds the two countries on the day.",
            "当日没有已载入的协定对两国生效。",
        ));
        documents.push(none);
    }
    Advice {
        json: json(reports),
        documents,
    }
}
