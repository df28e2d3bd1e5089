//! `POST /v1/advice/{topic}`: what comes after the verdict, as JSON or as a
//! report to print.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use originis_advice::document::html_page;
use originis_advice::workbook::workbook;
use originis_advice::{Topic, advise};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use warp::reply::Response;

use crate::batches::REPORT_POLICY;
use crate::body::Body;
use crate::call::{Call, Outcome, insert};
use crate::determinations::{self, aside, unusable};
use crate::language;
use crate::problem::{Kind, Problem};

/// The question: a request alone, or beside it what the topic needs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AdviceQuestion")]
pub struct Question {
    /// One good, as for `/v1/determinations`.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub request: Option<Value>,
    /// For `proof`: facts of the paper, such as exporter, shipped, invoice.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub details: Option<Value>,
    /// For `certificate`: the certificate already issued.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub certificate: Option<Value>,
    /// For `scenarios`: what may be chosen, with the changes each alternative
    /// makes to the request.
    #[schemars(with = "Option<Vec<Map<String, Value>>>")]
    pub choices: Option<Value>,
    /// For `diff`: a list of requests.
    #[schemars(with = "Option<Vec<Map<String, Value>>>")]
    pub goods: Option<Value>,
    /// For `diff`: the first day.
    pub before: Option<String>,
    /// For `diff`: the second day.
    pub after: Option<String>,
}

/// The report; its fields depend on the topic.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AdviceReport")]
#[serde(transparent)]
pub struct Report(pub Value);

/// The form of the report.
#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Html,
    Xlsx,
}

/// Answers a question on a topic.
pub async fn give(call: &Call, topic: &str, body: Body) -> Outcome {
    call.owner().await?;
    call.only(&["format"])?;
    let form = call
        .choice(
            "format",
            &[
                ("json", Form::Json),
                ("html", Form::Html),
                ("xlsx", Form::Xlsx),
            ],
        )?
        .unwrap_or(Form::Json);
    let topic = Topic::from_name(topic).ok_or_else(|| {
        let known: Vec<&str> = Topic::ALL.into_iter().map(Topic::name).collect();
        Problem::new(
            Kind::NotFound,
            format!("there is no such advice: ask for {}", known.join(", ")),
            format!("没有此项建议：可查询{}", known.join("、")),
        )
    })?;
    let text = determinations::text(call, body).await?;
    let (service, lang) = (Arc::clone(&call.service), call.lang);
    // A search for repairs may take its time.
    let advice = aside(call, move || advise(&service.book, topic, &text, lang))
        .await?
        .map_err(unusable)?;
    match form {
        Form::Json => call.json(StatusCode::OK, &Report(advice.json)),
        Form::Html => {
            let page = html_page(language::tag(lang), &advice.documents);
            let mut response = file("text/html; charset=utf-8", page.into_bytes());
            insert(
                response.headers_mut(),
                CONTENT_SECURITY_POLICY,
                REPORT_POLICY,
            );
            Ok(response)
        }
        Form::Xlsx => {
            let bytes = workbook(&advice.documents).map_err(|error| Problem::internal(&error))?;
            let mut response = file(
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                bytes,
            );
            insert(
                response.headers_mut(),
                CONTENT_DISPOSITION,
                &format!("attachment; filename=\"originis-{}.xlsx\"", topic.name()),
            );
            Ok(response)
        }
    }
}

fn file(kind: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(bytes.into());
    insert(response.headers_mut(), CONTENT_TYPE, kind);
    response
}
