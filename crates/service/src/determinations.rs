//! Deciding one good, keeping the decision as a record, and deciding a record
//! again.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use originis_advice::proof::{Details, proof};
use originis_advice::repair::repair;
use originis_advice::{Decision, decide};
use originis_exchange::{Answer, Lang, Request, RequestErrors, outcome_name, wording};
use originis_rules_engine::facts::ProofType;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{Body, Bounded, Bounds};
use crate::call::{Call, Outcome, insert};
use crate::changes::{Change, changes};
use crate::problem::{Fault, Kind, Problem, Said};
use crate::routes::announced_length;
use crate::state::Service;
use crate::store::{DecisionSummary, NewDecision};

/// A request larger than this is decided away from the threads that serve
/// connections, so that a long bill of materials holds nobody up.
const LARGE: usize = 8 * 1024;

/// The decision on one good: one answer, or with no `agreement` in the request
/// one for each agreement and the best of them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Decision")]
pub struct DecisionDocument {
    /// The answer or answers.
    #[serde(flatten)]
    pub decision: Decision,
    /// What to do about it, when asked for with `advice=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub advice: Vec<Advice>,
}

/// What to do about an answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Advice {
    /// The agreement.
    pub agreement: String,
    /// Changes that would make the good qualify, the least money first. Each
    /// was verified by deciding the changed good.
    pub repairs: Vec<String>,
    /// Changes of route or proof that would let a good that qualifies be claimed.
    pub claim_repairs: Vec<String>,
    /// How firmly a good qualifies and what would break it.
    pub margin: Vec<String>,
    /// Which types of proof may be used between the two countries.
    pub proofs: Vec<ProofUse>,
    /// Evidence to hold for exactly this claim, with its place in the law.
    pub evidence: Vec<String>,
}

/// Whether a type of proof may be used.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProofUse {
    /// The type, as in a request.
    #[schemars(with = "String")]
    pub proof: ProofType,
    /// `met`: it may; `not_met`: it may not; `unknown`: not loaded or confirmed.
    pub usable: String,
    /// Where it stands in the law.
    pub citation: Option<String>,
}

/// One page of saved decisions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DecisionList {
    /// The decisions, newest first.
    pub decisions: Vec<DecisionLine>,
    /// The `cursor` of the next page; null on the last.
    pub next: Option<String>,
}

/// One saved decision in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DecisionLine {
    /// Its id.
    pub decision_id: String,
    /// When it was first saved.
    pub saved_at: String,
    /// The agreement decided under.
    pub agreement: String,
    /// The verdict then.
    pub verdict: String,
    /// The code of the good.
    pub hs: String,
    /// What the good is called.
    pub name: Option<String>,
    /// Exporting country.
    pub from: String,
    /// Importing country.
    pub to: String,
    /// Fingerprint of the tables it was made from.
    pub fingerprint: String,
}

/// A saved decision and the same question put to the present tables.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Replay {
    /// Its id.
    pub decision_id: String,
    /// When it was first saved.
    pub saved_at: String,
    /// The tables it was made from.
    pub rules: Tables,
    /// The tables loaded now.
    pub rules_now: Tables,
    /// Whether the tables have changed since.
    pub tables_changed: bool,
    /// The same in words, and what it means for the answer.
    pub statement: String,
    /// What differs between the answer then and now: verdict, criteria, rule,
    /// findings, missing facts, rates and claim.
    pub changes: Vec<Change>,
    /// The question, as it was asked.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub request: Value,
    /// The answer then.
    #[schemars(with = "Answer")]
    pub answer: Value,
    /// The answer now.
    pub answer_now: Answer,
}

/// A state of the rule tables.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tables {
    /// Hash of their content.
    pub fingerprint: String,
    /// The latest day any of them was read or published.
    pub as_of: String,
}

/// `POST /v1/determinations`
pub async fn create(call: &Call, body: Body) -> Outcome {
    let owner = call.owner().await?;
    call.only(&["save", "advice"])?;
    let yes_no = [("true", true), ("false", false)];
    let save = call.choice("save", &yes_no)?.unwrap_or(true);
    let advice = call.choice("advice", &yes_no)?.unwrap_or(false);
    let text = text(call, body).await?;
    let large = text.len() > LARGE;
    let (service, lang) = (Arc::clone(&call.service), call.lang);
    let (request, document) = if large || advice {
        aside(call, move || answer(&service, &text, advice, lang)).await??
    } else {
        answer(&service, &text, advice, lang)?
    };
    for answer in document.decision.answers() {
        call.service.metrics.verdict(answer.verdict);
    }
    let mut status = StatusCode::OK;
    if save {
        for answer in document.decision.answers() {
            if keep(call, &owner, &request, answer).await? {
                status = StatusCode::CREATED;
            }
        }
    }
    let mut response = call.json(status, &document)?;
    if status == StatusCode::CREATED
        && let Some(chosen) = document.decision.chosen()
    {
        insert(
            response.headers_mut(),
            LOCATION,
            &format!("/v1/determinations/{}", chosen.decision_id),
        );
    }
    Ok(response)
}

/// Does what may take its time, never on the threads that serve and within the
/// time an answer may take.
pub async fn aside<T: Send + 'static>(
    call: &Call,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let limit = call.service.settings.limits.answer_time;
    tokio::time::timeout(limit, tokio::task::spawn_blocking(work))
        .await
        .map_err(|_| too_long())?
        .map_err(|error| Problem::internal(&error))
}

/// The bytes of a request, within its limits.
pub async fn bytes(call: &Call, body: Body) -> Result<Vec<u8>, Problem> {
    let limits = &call.service.settings.limits;
    let bounds = Bounds {
        bytes: limits.request_bytes,
        stall: limits.body_stall,
        time: limits.body_time,
    };
    Bounded::new(body, announced_length(call), bounds)?
        .whole()
        .await
}

/// The JSON text of a body, within the limits.
pub async fn text(call: &Call, body: Body) -> Result<String, Problem> {
    expect_json(call)?;
    String::from_utf8(bytes(call, body).await?).map_err(|_| {
        Problem::invalid(vec![Fault {
            pointer: Some(String::new()),
            row: None,
            column: None,
            code: "not_utf8",
            detail: Said::new(
                "the request is not UTF-8: send JSON in UTF-8",
                "请求不是 UTF-8 编码：请以 UTF-8 发送 JSON",
            ),
        }])
    })
}

fn answer(
    service: &Service,
    text: &str,
    advice: bool,
    lang: Lang,
) -> Result<(Request, DecisionDocument), Problem> {
    let request = Request::from_json(text).map_err(unusable)?;
    let decision = decide(&service.book, &request, lang).map_err(unusable)?;
    let advice = if advice {
        advise(service, &request, lang).map_err(unusable)?
    } else {
        Vec::new()
    };
    Ok((request, DecisionDocument { decision, advice }))
}

fn advise(service: &Service, request: &Request, lang: Lang) -> Result<Vec<Advice>, RequestErrors> {
    let repairs = repair(&service.book, request, lang)?;
    let proofs = proof(&service.book, request, &Details::default(), lang)?;
    Ok(repairs
        .into_iter()
        .zip(proofs)
        .map(|(repair, proof)| Advice {
            agreement: repair.agreement.name().to_owned(),
            repairs: repair
                .options
                .into_iter()
                .map(|option| option.summary)
                .collect(),
            claim_repairs: repair
                .claim
                .map(|claim| claim.options)
                .unwrap_or_default()
                .into_iter()
                .map(|option| option.summary)
                .collect(),
            margin: repair
                .margin
                .map(|margin| margin.summary)
                .unwrap_or_default(),
            proofs: proof
                .proofs
                .into_iter()
                .map(|allowed| ProofUse {
                    proof: allowed.proof,
                    usable: outcome_name(allowed.usable).to_owned(),
                    citation: allowed
                        .citation
                        .map(|place| wording::citation(&place, lang)),
                })
                .collect(),
            evidence: proof
                .checklist
                .into_iter()
                .map(|item| {
                    let place = wording::citation(&item.citation, lang);
                    match lang {
                        Lang::En => format!("{} ({place})", item.what),
                        Lang::Zh => format!("{}（{place}）", item.what),
                    }
                })
                .collect(),
        })
        .collect())
}

/// Saves one answer with the question it answers. True when it is a new record.
async fn keep(
    call: &Call,
    owner: &str,
    request: &Request,
    answer: &Answer,
) -> Result<bool, Problem> {
    let mut question = request.to_json();
    if let Some(fields) = question.as_object_mut() {
        fields.insert("agreement".to_owned(), json!(answer.agreement));
    }
    let kept = serde_json::to_string(answer).map_err(|error| Problem::internal(&error))?;
    let new = call
        .service
        .store
        .save_decision(NewDecision {
            owner: owner.to_owned(),
            id: answer.decision_id.clone(),
            fingerprint: answer.rules.fingerprint.clone(),
            rules_as_of: answer.rules.as_of.clone(),
            request: question.to_string(),
            answer: kept,
        })
        .await
        .map_err(|error| Problem::internal(&error))?;
    if new {
        call.service
            .metrics
            .saved
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
    Ok(new)
}

/// `GET /v1/determinations`
pub async fn list(call: &Call) -> Outcome {
    let owner = call.owner().await?;
    call.only(&["cursor", "limit"])?;
    let page = call.page()?;
    let rows = call
        .service
        .store
        .decisions(owner, page.before, page.count)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let next = page.next(&rows, |row| row.number);
    let decisions = rows.into_iter().map(line).collect();
    call.json(StatusCode::OK, &DecisionList { decisions, next })
}

fn line(row: DecisionSummary) -> DecisionLine {
    let question: Value = serde_json::from_str(&row.request).unwrap_or_default();
    let answer: Value = serde_json::from_str(&row.answer).unwrap_or_default();
    let text = |value: &Value, pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    DecisionLine {
        decision_id: row.id,
        saved_at: row.saved_at,
        agreement: text(&answer, "/agreement").unwrap_or_default(),
        verdict: text(&answer, "/verdict").unwrap_or_default(),
        hs: text(&question, "/good/hs").unwrap_or_default(),
        name: text(&question, "/good/name"),
        from: text(&question, "/from").unwrap_or_default(),
        to: text(&question, "/to").unwrap_or_default(),
        fingerprint: row.fingerprint,
    }
}

/// `GET /v1/determinations/{id}`
pub async fn replay(call: &Call, id: String) -> Outcome {
    let owner = call.owner().await?;
    call.only(&[])?;
    let record = call
        .service
        .store
        .decision(owner, id)
        .await
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(Problem::not_found)?;
    let (service, lang) = (Arc::clone(&call.service), call.lang);
    let question = record.request.clone();
    let (_, document) =
        tokio::task::spawn_blocking(move || answer(&service, &question, false, lang))
            .await
            .map_err(|error| Problem::internal(&error))??;
    let answer_now = match document.decision {
        Decision::One(answer) => *answer,
        Decision::Several(_) => return Err(Problem::internal(&"a record without agreement")),
    };
    let then: Value =
        serde_json::from_str(&record.answer).map_err(|error| Problem::internal(&error))?;
    let request =
        serde_json::from_str(&record.request).map_err(|error| Problem::internal(&error))?;
    let now = serde_json::to_value(&answer_now).map_err(|error| Problem::internal(&error))?;
    let book = &call.service.book;
    let tables_changed = record.fingerprint != book.fingerprint;
    let changes = changes(&then, &now);
    let statement = statement(tables_changed, &then, &changes).in_lang(lang);
    call.json(
        StatusCode::OK,
        &Replay {
            decision_id: record.id,
            saved_at: record.saved_at,
            rules: Tables {
                fingerprint: record.fingerprint,
                as_of: record.rules_as_of,
            },
            rules_now: Tables {
                fingerprint: book.fingerprint.clone(),
                as_of: book.as_of.to_string(),
            },
            tables_changed,
            statement,
            changes,
            request,
            answer: then,
            answer_now,
        },
    )
}

fn statement(tables_changed: bool, then: &Value, changes: &[Change]) -> Said {
    let verdict = changes.iter().find(|change| change.pointer == "/verdict");
    match (tables_changed, verdict) {
        (false, _) if changes.is_empty() => {
            Said::new("Same tables, same answer.", "表格未变，答复相同。")
        }
        (false, _) => Said::new(
            "The tables are the same, but a later version of the program answers differently; \
             the changes are listed.",
            "表格未变，但较新版本的程序给出了不同答复；变化见下。",
        ),
        (true, None) if changes.is_empty() => Said::new(
            "The tables have changed since; the answer is the same.",
            "此后表格已变更；答复相同。",
        ),
        (true, None) => Said::new(
            "The tables have changed since. The verdict is the same; other parts of the answer \
             have changed and are listed.",
            "此后表格已变更。结论相同；答复的其他部分有变化，见下。",
        ),
        (true, Some(change)) => {
            let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let before = then.get("verdict").map(word).unwrap_or_default();
            let after = word(&change.after);
            Said::new(
                format!(
                    "The tables have changed since, and the verdict with them: {before} then, \
                     {after} now."
                ),
                format!("此后表格已变更，结论随之改变：当时 {before}，现在 {after}。"),
            )
        }
    }
}

/// The faults of a request, each with its place.
/// What is wrong with a request, as a problem document.
pub fn unusable(errors: RequestErrors) -> Problem {
    Problem::invalid(
        errors
            .0
            .into_iter()
            .map(|error| Fault {
                pointer: Some(error.pointer),
                row: None,
                column: None,
                code: error.code,
                detail: Said::new(error.detail_en, error.detail_zh),
            })
            .collect(),
    )
}

fn expect_json(call: &Call) -> Result<(), Problem> {
    let kind = call.header(CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::new(
            Kind::UnsupportedMediaType,
            "send the request as `Content-Type: application/json`",
            "请以 `Content-Type: application/json` 发送请求",
        ))
    }
}

/// The problem of an answer that takes too long.
fn too_long() -> Problem {
    Problem::new(
        Kind::Unavailable,
        "deciding took too long; send a shorter bill of materials or use a batch",
        "判定耗时过长；请缩短材料清单或使用批量文件",
    )
}
