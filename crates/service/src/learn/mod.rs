//! Training over HTTP: the library, a case before it is predicted, the reply to
//! a prediction, the company clinic, and classes.
//!
//! The gate before the key is an honest one: a case is sent without its key, and
//! who asks for the reply has named a prediction.

mod class;
mod clinic;

use http::StatusCode;
use originis_exchange::{Lang, wording};
use originis_training::exercise::{Exercise, exercise};
use originis_training::library::{Case, Lesson, Library};
use originis_training::question::{self, ChangeReply, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::Body;
use crate::call::{Call, Outcome};
use crate::determinations;
use crate::problem::{Fault, Kind, Problem, Said};

pub use class::{
    Answer, ClassState, Classes, NewClass, Opened, Step, Ticket, answer, join, look, open, step,
};
pub use clinic::{Clinic, clinic};
pub use originis_training::question::Question;

/// What there is to learn.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LearnLibrary {
    /// Sectors in the order they are listed.
    pub sectors: Vec<SectorEntry>,
    /// Cases, easiest first within a sector.
    pub cases: Vec<CaseEntry>,
    /// Lessons in the order of the course.
    pub lessons: Vec<LessonEntry>,
}

/// A sector.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SectorEntry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A case in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseEntry {
    /// Its id.
    pub id: String,
    /// Id of its sector.
    pub sector: String,
    /// 1 easy, 2 medium, 3 hard.
    pub level: u8,
    /// What it is about.
    pub title: String,
}

/// A lesson in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LessonEntry {
    /// Its id.
    pub id: String,
    /// Minutes it takes.
    pub minutes: u8,
    /// What it is about.
    pub title: String,
    /// Ids of the cases it ends in.
    pub cases: Vec<String>,
}

/// A lesson to read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Lesson")]
pub struct LessonDocument {
    /// Its id.
    pub id: String,
    /// Minutes it takes.
    pub minutes: u8,
    /// What it is about.
    pub title: String,
    /// Its sections in order.
    pub sections: Vec<SectionDocument>,
    /// The cases it ends in.
    pub cases: Vec<CaseEntry>,
}

/// One section of a lesson.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LessonSection")]
pub struct SectionDocument {
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// The article it explains.
    pub cite: Option<String>,
}

/// A prediction: a choice of the case, or the verdict after one of its changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// The choice, from 0.
    pub choice: Option<usize>,
    /// The change, from 0; then `verdict` is predicted.
    pub change: Option<usize>,
    /// `originating`, `not_originating` or `undetermined`.
    pub verdict: Option<String>,
}

/// The reply to a prediction.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PredictionReply {
    /// The reply to a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Reply>,
    /// The reply to a verdict predicted after a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeReply>,
}

/// `GET /v1/learn`
pub async fn library(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let library = &call.service.library;
    let lang = call.lang;
    call.of_the_tables(&LearnLibrary {
        sectors: library
            .sectors
            .iter()
            .map(|sector| SectorEntry {
                id: sector.id.clone(),
                name: sector.name.in_lang(lang).to_owned(),
            })
            .collect(),
        cases: library
            .sectors
            .iter()
            .flat_map(|sector| library.cases_of(&sector.id))
            .map(|case| entry(case, lang))
            .collect(),
        lessons: library
            .lessons
            .iter()
            .map(|lesson| LessonEntry {
                id: lesson.id.clone(),
                minutes: lesson.minutes,
                title: lesson.title.in_lang(lang).to_owned(),
                cases: lesson.cases.clone(),
            })
            .collect(),
    })
}

/// `GET /v1/learn/lessons/{lesson}`
pub async fn lesson(call: &Call, id: &str) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let library = &call.service.library;
    let lesson = library.lesson(id).ok_or_else(Problem::not_found)?;
    call.of_the_tables(&lesson_document(library, lesson, call.lang))
}

fn lesson_document(library: &Library, lesson: &Lesson, lang: Lang) -> LessonDocument {
    LessonDocument {
        id: lesson.id.clone(),
        minutes: lesson.minutes,
        title: lesson.title.in_lang(lang).to_owned(),
        sections: lesson
            .sections
            .iter()
            .map(|section| SectionDocument {
                heading: section.heading.in_lang(lang).to_owned(),
                body: section.body.in_lang(lang).to_owned(),
                cite: section
                    .cite
                    .as_deref()
                    .map(|cite| originis_exchange::wording::citation(cite, lang)),
            })
            .collect(),
        cases: lesson
            .cases
            .iter()
            .filter_map(|id| library.case(id))
            .map(|case| entry(case, lang))
            .collect(),
    }
}

/// `GET /v1/learn/cases/{case}`
pub async fn case(call: &Call, id: &str) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let library = &call.service.library;
    let case = library.case(id).ok_or_else(Problem::not_found)?;
    call.of_the_tables(&question::question(library, case, call.lang))
}

/// `POST /v1/learn/cases/{case}/predictions`
pub async fn predict(call: &Call, id: &str, body: Body) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let prediction: Prediction = read(call, body).await?;
    let case = call
        .service
        .library
        .case(id)
        .ok_or_else(Problem::not_found)?;
    let lang = call.lang;
    let decided = decided(call, case)?;
    let reply = match prediction {
        Prediction {
            choice: Some(choice),
            change: None,
            verdict: None,
        } => PredictionReply {
            choice: Some(
                question::reply(case, &decided, choice, lang).ok_or_else(|| {
                    fault(
                        "/choice",
                        "no_such_choice",
                        format!("expected a number from 0 to {}", case.choices.len() - 1),
                        format!("应为 0 至 {} 的数字", case.choices.len() - 1),
                    )
                })?,
            ),
            change: None,
        },
        Prediction {
            choice: None,
            change: Some(change),
            verdict: Some(verdict),
        } => {
            let verdict = question::verdict_named(&verdict).ok_or_else(|| {
                fault(
                    "/verdict",
                    "unknown_word",
                    "expected originating, not_originating or undetermined",
                    "应为 originating、not_originating 或 undetermined",
                )
            })?;
            PredictionReply {
                choice: None,
                change: Some(
                    question::change_reply(&decided, change, verdict, lang).ok_or_else(|| {
                        fault(
                            "/change",
                            "no_such_change",
                            "the case has no change of this number",
                            "该案例没有此编号的变化",
                        )
                    })?,
                ),
            }
        }
        _ => {
            return Err(fault(
                "",
                "no_prediction",
                "give either `choice`, or `change` with `verdict`",
                "请提供 `choice`，或同时提供 `change` 与 `verdict`",
            ));
        }
    };
    call.json(StatusCode::OK, &reply)
}

/// A case decided with the tables of the service.
fn decided(call: &Call, case: &Case) -> Result<Exercise, Problem> {
    exercise(&call.service.book, case, call.lang).map_err(|error| {
        Problem::new(
            Kind::Unavailable,
            format!("the tables loaded do not fit this case: {error}"),
            format!("所载入的数据不适用于该案例：{}", error.text(Lang::Zh)),
        )
    })
}

fn entry(case: &Case, lang: Lang) -> CaseEntry {
    CaseEntry {
        id: case.id.clone(),
        sector: case.sector.clone(),
        level: case.level,
        title: case.title.in_lang(lang).to_owned(),
    }
}

/// A small JSON document in a body.
async fn read<T: for<'a> Deserialize<'a>>(call: &Call, body: Body) -> Result<T, Problem> {
    let text = determinations::text(call, body).await?;
    serde_json::from_str(&text).map_err(|error| {
        fault(
            "",
            "not_readable",
            format!("the body cannot be read: {error}"),
            format!("无法读取内容：{}", wording::not_read(&error)),
        )
    })
}

fn fault(
    pointer: &str,
    code: &'static str,
    en: impl Into<String>,
    zh: impl Into<String>,
) -> Problem {
    Problem::invalid(vec![Fault {
        pointer: Some(pointer.to_owned()),
        row: None,
        column: None,
        code,
        detail: Said::new(en, zh),
    }])
}
