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

use files::Table;

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
    /// What can be downloaded, once done; a table without rows is left out.
    pub files: Vec<BatchFile>,
    /// Fingerprint of the tables it was decided from.
    pub fingerprint: Option<String>,
    /// Totals, once done.
    pub summary: Option<Totals>,
    /// Why it failed.
    pub problem: Option<ProblemDocument>,
    /// `resumed` when the service was interrupted while deciding it and went on
    /// where it was; `restarted` when it began again; null otherwise.
    pub after_interruption: Option<String>,
}

/// A file a batch gives back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchFile {
    /// `result`; `rejects`: rows that could not be used, or only in part, with
    /// reasons; `missing-facts`: lines to be completed and uploaded again;
    /// `missing-materials`: materials to be completed and uploaded with them.
    pub file: &'static str,
    /// Its address.
    pub path: String,
    /// A name for it.
    pub name: String,
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
    /// The name it had.
    #[serde(default)]
    materials_name: Option<String>,
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
    let page = call.page()?;
    let rows = call
        .service
        .store
        .batches(owner, page.before, page.count)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let next = page.next(&rows, |row| row.number);
    let batches = rows
        .into_iter()
        .map(|row| shown(call, row))
        .collect::<Result<_, _>>()?;
    call.json(StatusCode::OK, &BatchList { batches, next })
}

/// `GET /v1/batches/{id}`
pub async fn progress(call: &Call, id: String) -> Outcome {
    call.only(&[])?;
    let row = owned(call, id).await?;
    call.json(StatusCode::OK, &shown(call, row)?)
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
    call.json(StatusCode::OK, &shown(call, row)?)
}

/// `GET /v1/batches/{id}/result`
pub async fn result(call: &Call, id: String) -> Outcome {
    table(call, id, Table::Result).await
}

/// `GET /v1/batches/{id}/rejects`
pub async fn rejects(call: &Call, id: String) -> Outcome {
    table(call, id, Table::Rejects).await
}

/// `GET /v1/batches/{id}/missing-facts`
pub async fn missing_facts(call: &Call, id: String) -> Outcome {
    table(call, id, Table::MissingFacts).await
}

/// `GET /v1/batches/{id}/missing-materials`
pub async fn missing_materials(call: &Call, id: String) -> Outcome {
    table(call, id, Table::MissingMaterials).await
}

async fn table(call: &Call, id: String, table: Table) -> Outcome {
    let row = done(call, id).await?;
    let format = format_of(table, &options_of(&row)?);
    let path = call
        .service
        .store
        .batch_directory(&row.id)
        .join(table.name());
    let mut response = files::response(&path).await?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    insert(
        headers,
        CONTENT_DISPOSITION,
        &files::attachment(&table_name(&row, table, format)),
    );
    Ok(response)
}

/// The tables beside the result are always delimited text, to be completed in a
/// spreadsheet.
const fn format_of(table: Table, options: &Options) -> Format {
    match table {
        Table::Result => options.output,
        Table::Rejects | Table::MissingFacts | Table::MissingMaterials => Format::Csv,
    }
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
            "the batch is {}; its files exist once it is done",
            row.state.name()
        ),
        "批次完成后才有结果、报告及其他文件",
    ))
}

fn options_of(row: &BatchRow) -> Result<Options, Problem> {
    serde_json::from_str(&row.options).map_err(|error| Problem::internal(&error))
}

/// `declarations.csv` becomes `declarations-originis.csv`.
fn table_name(row: &BatchRow, table: Table, format: Format) -> String {
    let stem = row
        .input_name
        .rsplit_once('.')
        .map_or(row.input_name.as_str(), |(stem, _)| stem);
    format!("{stem}-{}.{}", table.suffix(), format.name())
}

/// The tables of a finished batch that have rows.
fn files_of(row: &BatchRow, totals: &Totals, options: &Options) -> Vec<BatchFile> {
    let has_rows = |table: &Table| match table {
        Table::Result => true,
        Table::Rejects => totals.unusable > 0,
        Table::MissingFacts => totals.needing_facts > 0,
        Table::MissingMaterials => totals.asks_for_materials,
    };
    Table::ALL
        .into_iter()
        .filter(has_rows)
        .map(|table| BatchFile {
            file: table.name(),
            path: format!("/v1/batches/{}/{}", row.id, table.name()),
            name: table_name(row, table, format_of(table, options)),
        })
        .collect()
}

fn shown(call: &Call, row: BatchRow) -> Result<Batch, Problem> {
    let options = options_of(&row)?;
    let running = call.service.board.progress(&row.id);
    let rows = running.map_or(row.rows, |progress| progress.lines);
    let percent = running.map(|progress| {
        let percent = progress.bytes.saturating_mul(100) / progress.of.max(1);
        u8::try_from(percent.min(100)).unwrap_or(100)
    });
    let summary: Option<Totals> = row
        .summary
        .as_deref()
        .and_then(|summary| serde_json::from_str(summary).ok());
    Ok(Batch {
        files: summary
            .as_ref()
            .map(|totals| files_of(&row, totals, &options))
            .unwrap_or_default(),
        name: row.input_name,
        state: row.state.name().to_owned(),
        created_at: row.created_at,
        finished_at: row.finished_at,
        bytes: row.bytes,
        rows,
        percent: percent.filter(|_| row.state.is_open()),
        format: options.output.name().to_owned(),
        fingerprint: row.fingerprint,
        summary,
        problem: row
            .problem
            .and_then(|problem| serde_json::from_str(&problem).ok())
            .map(|failure| failed(failure, call.lang)),
        after_interruption: row.after_interruption,
        id: row.id,
    })
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
