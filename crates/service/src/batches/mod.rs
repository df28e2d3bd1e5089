//! Declaration files decided in the background: upload, progress, cancelling,
//! result and report.

mod board;
mod files;
mod run;
mod upload;
mod worker;

use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use originis_exchange::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Outcome, insert};
use crate::problem::{Kind, Problem, ProblemDocument, Said};
use crate::store::{BatchRow, BatchState};

pub use board::Board;
pub use run::Totals;
pub use upload::create;
pub use worker::start;

/// A declaration file and how far it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Batch {
    /// Its id.
    pub id: String,
    /// The name the file had.
    pub name: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// When the upload was complete.
    pub created_at: String,
    /// When it was done, failed or cancelled.
    pub finished_at: Option<String>,
    /// Size of the upload in bytes.
    pub bytes: u64,
    /// Rows decided so far.
    pub rows: u64,
    /// How much of the file is decided, while it runs.
    pub percent: Option<u8>,
    /// `csv`, `xlsx` or `ndjson`: the format of the result.
    pub format: String,
    /// A name for the result.
    pub result_name: String,
    /// Fingerprint of the tables it was decided from.
    pub fingerprint: Option<String>,
    /// Totals, once done.
    pub summary: Option<Totals>,
    /// Why it failed.
    pub problem: Option<ProblemDocument>,
}

/// One page of batches.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchList {
    /// The batches, newest first.
    pub batches: Vec<Batch>,
    /// The `cursor` of the next page; null on the last.
    pub next: Option<String>,
}

/// How a batch is to be read and written; kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Options {
    /// Format of the upload.
    input: Format,
    /// Format of the result.
    output: Format,
    /// Whether a bill of materials was uploaded with it.
    materials: bool,
    /// Language of the explanations in the result.
    chinese: bool,
    /// The agreement to decide under, when one was named.
    agreement: Option<String>,
    /// Countries and day for lines that do not state them.
    from: Option<String>,
    to: Option<String>,
    date: Option<String>,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Xlsx,
    Ndjson,
}

impl Format {
    const ALL: [(&'static str, Self); 3] = [
        ("csv", Self::Csv),
        ("xlsx", Self::Xlsx),
        ("ndjson", Self::Ndjson),
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Why a batch failed, as kept with it: both languages, shown in the reader's.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Failure {
    en: String,
    zh: String,
    row: Option<u64>,
    column: Option<String>,
    code: String,
}

/// `GET /v1/batches`
pub async fn list(call: &Call) -> Outcome {
    let owner = call.owner().await?;
    call.only(&["cursor", "limit"])?;
    let (before, count) = call.page()?;
    let rows = call
        .service
        .store
        .batches(owner, before, count)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|length| length == count);
    let next = rows
        .last()
        .filter(|_| is_full)
        .map(|row| row.number.to_string());
    let batches = rows.into_iter().map(|row| shown(call, row)).collect();
    call.json(StatusCode::OK, &BatchList { batches, next })
}

/// `GET /v1/batches/{id}`
pub async fn progress(call: &Call, id: String) -> Outcome {
    call.only(&[])?;
    let row = owned(call, id).await?;
    call.json(StatusCode::OK, &shown(call, row))
}

/// `DELETE /v1/batches/{id}`
pub async fn cancel(call: &Call, id: String) -> Outcome {
    let row = owned(call, id).await?;
    let cancelled = call
        .service
        .store
        .cancel_batch(row.owner.clone(), row.id.clone())
        .await
        .map_err(|error| Problem::internal(&error))?;
    if !cancelled {
        return Err(Problem::new(
            Kind::Conflict,
            format!(
                "the batch is {}; only one that waits or runs can be cancelled",
                row.state.name()
            ),
            "只有等待中或判定中的批次可以取消",
        ));
    }
    call.service.board.stop(&row.id);
    let row = owned(call, row.id).await?;
    call.json(StatusCode::OK, &shown(call, row))
}

/// `GET /v1/batches/{id}/result`
pub async fn result(call: &Call, id: String) -> Outcome {
    let row = done(call, id).await?;
    let options = options_of(&row)?;
    let path = call
        .service
        .store
        .batch_directory(&row.id)
        .join(files::RESULT);
    let mut response = files::response(&path).await?;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(options.output.media_type()),
    );
    insert(
        headers,
        CONTENT_DISPOSITION,
        &files::attachment(&result_name(&row, options.output)),
    );
    Ok(response)
}

/// `GET /v1/batches/{id}/report`
pub async fn report(call: &Call, id: String) -> Outcome {
    let row = done(call, id).await?;
    let path = call
        .service
        .store
        .batch_directory(&row.id)
        .join(files::report(call.lang));
    let mut response = files::response(&path).await?;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(REPORT_POLICY),
    );
    Ok(response)
}

/// A report carries its own style and nothing else; nothing in it runs.
pub const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; sandbox allow-modals";

/// The batch of the caller with this id; another owner's is not found.
async fn owned(call: &Call, id: String) -> Result<BatchRow, Problem> {
    let owner = call.owner().await?;
    call.service
        .store
        .batch(owner, id)
        .await
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(Problem::not_found)
}

async fn done(call: &Call, id: String) -> Result<BatchRow, Problem> {
    call.only(&[])?;
    let row = owned(call, id).await?;
    if row.state == BatchState::Done {
        return Ok(row);
    }
    Err(Problem::new(
        Kind::Conflict,
        format!(
            "the batch is {}; result and report exist once it is done",
            row.state.name()
        ),
        "批次完成后才有结果和报告",
    ))
}

fn options_of(row: &BatchRow) -> Result<Options, Problem> {
    serde_json::from_str(&row.options).map_err(|error| Problem::internal(&error))
}

/// `declarations.csv` becomes `declarations-originis.csv`.
fn result_name(row: &BatchRow, format: Format) -> String {
    let stem = row
        .input_name
        .rsplit_once('.')
        .map_or(row.input_name.as_str(), |(stem, _)| stem);
    format!("{stem}-originis.{}", format.name())
}

fn shown(call: &Call, row: BatchRow) -> Batch {
    let format = options_of(&row).map_or(Format::Csv, |options| options.output);
    let running = call.service.board.progress(&row.id);
    let rows = running.map_or(row.rows, |progress| progress.lines);
    let percent = running.map(|progress| {
        let percent = progress.bytes.saturating_mul(100) / progress.of.max(1);
        u8::try_from(percent.min(100)).unwrap_or(100)
    });
    Batch {
        result_name: result_name(&row, format),
        name: row.input_name,
        state: row.state.name().to_owned(),
        created_at: row.created_at,
        finished_at: row.finished_at,
        bytes: row.bytes,
        rows,
        percent: percent.filter(|_| row.state.is_open()),
        format: format.name().to_owned(),
        fingerprint: row.fingerprint,
        summary: row
            .summary
            .and_then(|summary| serde_json::from_str(&summary).ok()),
        problem: row
            .problem
            .and_then(|problem| serde_json::from_str(&problem).ok())
            .map(|failure| failed(failure, call.lang)),
        id: row.id,
    }
}

fn failed(failure: Failure, lang: Lang) -> ProblemDocument {
    let mut problem = Problem::invalid(Vec::new());
    problem.detail = Said::new(failure.en, failure.zh);
    let mut document = problem.document(lang);
    if failure.row.is_some() || failure.column.is_some() {
        document.errors.push(crate::problem::FaultDocument {
            pointer: None,
            row: failure.row,
            column: failure.column,
            code: failure.code,
            detail: document.detail.clone(),
        });
    }
    document
}
