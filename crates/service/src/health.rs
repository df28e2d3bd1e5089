//! Whether the service runs and can take requests, and what it is.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use warp::reply::Response;

use crate::call::{Call, Outcome};
use crate::problem::{Kind, Problem};

/// The state of the service.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
}

/// The version of the program and of its tables.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// The program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Hash of the content of every rule table.
    pub fingerprint: String,
    /// The latest day any of the tables was read or published.
    pub as_of: String,
    /// Whether requests need an API key.
    pub key_needed: bool,
}

/// `GET /health`
pub fn health(call: &Call) -> Outcome {
    call.json(StatusCode::OK, &Health { status: "ok" })
}

/// `GET /ready`
pub async fn ready(call: &Call) -> Outcome {
    let unavailable = |en: &str, zh: &str| Problem::new(Kind::Unavailable, en, zh);
    if call.service.is_stopping() {
        return Err(unavailable("the service is stopping", "服务正在停止"));
    }
    // A change without effect goes through the writing thread and its commit.
    let writable = call
        .service
        .store
        .write(|connection| connection.execute("DELETE FROM decision WHERE number < 0", []))
        .await;
    if writable.is_err() {
        return Err(unavailable(
            "the record database cannot be written; check its disk",
            "记录数据库无法写入；请检查磁盘",
        ));
    }
    call.json(StatusCode::OK, &Health { status: "ok" })
}

/// `GET /metrics`
pub async fn metrics(call: &Call) -> Outcome {
    call.owner().await?;
    let mut response = Response::new(call.service.metrics.render().into());
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    Ok(response)
}

/// `GET /v1/version`
pub fn version(call: &Call) -> Outcome {
    call.of_the_tables(&Version {
        name: "originis",
        version: env!("CARGO_PKG_VERSION"),
        fingerprint: call.service.book.fingerprint.clone(),
        as_of: call.service.book.as_of.to_string(),
        key_needed: call.service.settings.needs_key(),
    })
}
