//! Deciding the file of one batch.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use originis_batch::input::sheet::{Content, content, json_text, workbook_text};
use originis_batch::line::Settings;
use originis_batch::report::Report;
use originis_batch::run::{Finished, Input, Inputs, OutputForm, Outputs, Progress, run};
use originis_batch::tally::Tally;
use originis_exchange::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Failure, Format, Options, files};
use crate::state::Service;
use crate::store::BatchRow;

/// How often the bounds of a running batch are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// How a batch ended.
pub enum Ended {
    /// Decided to the last row.
    Done(Totals),
    /// The file could not be used.
    Failed(Failure),
    /// Cancelled, or the service is stopping.
    Stopped,
}

/// Totals of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Lines decided.
    pub rows: u64,
    /// Lines whose good is originating.
    pub originating: u64,
    /// Lines whose good is not.
    pub not_originating: u64,
    /// Lines that cannot be told yet.
    pub undetermined: u64,
    /// Lines that need facts.
    pub needing_facts: u64,
    /// Rows that could not be used, or only in part.
    pub unusable: u64,
}

impl Totals {
    fn of(tally: &Tally) -> Self {
        let mut by_verdict: BTreeMap<&str, u64> = BTreeMap::new();
        for (key, cell) in &tally.cells {
            *by_verdict.entry(key.verdict.as_str()).or_default() += cell.lines;
        }
        let count = |verdict: &str| by_verdict.get(verdict).copied().unwrap_or_default();
        Self {
            rows: tally.lines,
            originating: count("originating"),
            not_originating: count("not_originating"),
            undetermined: count("undetermined"),
            needing_facts: tally.needing_facts,
            unusable: tally.defective,
        }
    }
}

/// The form of a file by its first bytes.
pub fn format_of(head: &[u8]) -> Format {
    match content(head) {
        Content::Delimited => Format::Csv,
        Content::Workbook => Format::Xlsx,
        Content::JsonLines => Format::Ndjson,
    }
}

/// Decides the file of a batch; its result and reports are then on disk.
pub fn decide(service: &Service, row: &BatchRow, progress: &Arc<Progress>) -> Ended {
    let options: Options = match serde_json::from_str(&row.options) {
        Ok(options) => options,
        Err(error) => return Ended::Failed(unusable(&error)),
    };
    let too_many = Arc::new(AtomicBool::new(false));
    let watch = Watch::start(progress, service.settings.limits.rows, &too_many);
    let decided = decide_file(service, row, &options, progress);
    drop(watch);
    if too_many.load(Ordering::Relaxed) {
        let rows = service.settings.limits.rows;
        return Ended::Failed(Failure {
            en: format!("the file has more than {rows} rows; split it"),
            zh: format!("文件超过 {rows} 行；请拆分"),
            row: Some(rows),
            column: None,
            code: "too_many_rows".to_owned(),
        });
    }
    match decided {
        Ok(finished) if finished.stopped => Ended::Stopped,
        Ok(finished) => Ended::Done(Totals::of(&finished.checkpoint.tally)),
        Err(_) if progress.stop.load(Ordering::Relaxed) => Ended::Stopped,
        Err(failure) => Ended::Failed(failure),
    }
}

fn decide_file(
    service: &Service,
    row: &BatchRow,
    options: &Options,
    progress: &Progress,
) -> Result<Finished, Failure> {
    let directory = service.store.batch_directory(&row.id);
    let result = directory.join(files::RESULT);
    let inputs = Inputs {
        lines: input(&row.input_name, &directory.join(files::LINES))?,
        headers: None,
        products: None,
        materials: options
            .materials
            .then(|| input("materials", &directory.join(files::MATERIALS)))
            .transpose()?,
    };
    let outputs = Outputs {
        lines: Box::new(BufWriter::new(
            File::create(&result).map_err(|error| unusable(&error))?,
        )),
        rejects: None,
        facts: None,
        facts_materials: None,
    };
    let parsed = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let run_options = originis_batch::run::Options {
        form: match options.output {
            Format::Csv => OutputForm::AsInput,
            Format::Ndjson => OutputForm::JsonLines,
            Format::Xlsx => OutputForm::Workbook,
        },
        settings: Settings {
            agreement: options
                .agreement
                .as_deref()
                .and_then(|text| text.parse().ok()),
            from: parsed(&options.from),
            to: parsed(&options.to),
            date: options.date.as_deref().and_then(|text| text.parse().ok()),
            ..Settings::default()
        },
        chinese: options.chinese,
        ..originis_batch::run::Options::default()
    };
    let mut finished = run(&service.book, inputs, outputs, &run_options, progress)
        .map_err(|error| unusable(&error))?;
    if finished.stopped {
        return Ok(finished);
    }
    let workbook = finished.workbook.take();
    for lang in Lang::ALL {
        let report = Report::of(&row.input_name, &finished, &service.book, lang);
        std::fs::write(directory.join(files::report(lang)), report.to_html(lang))
            .map_err(|error| unusable(&error))?;
    }
    if let Some(workbook) = workbook {
        let lang = if options.chinese { Lang::Zh } else { Lang::En };
        let report = Report::of(&row.input_name, &finished, &service.book, lang);
        workbook
            .finish(&report.summary(lang))
            .map_err(|error| unusable(&error))?;
    }
    Ok(finished)
}

/// A file as delimited text.
fn input(name: &str, path: &Path) -> Result<Input, Failure> {
    let mut file = BufReader::new(File::open(path).map_err(|error| unusable(&error))?);
    let head = io::BufRead::fill_buf(&mut file).map_err(|error| unusable(&error))?;
    let reader: Box<dyn Read + Send> = match content(head) {
        Content::Delimited => Box::new(file),
        Content::Workbook => {
            let text = workbook_text(file).map_err(|error| unusable(&error))?;
            Box::new(Cursor::new(text))
        }
        Content::JsonLines => {
            let text = json_text(file).map_err(|error| unusable(&error))?;
            Box::new(Cursor::new(text))
        }
    };
    Ok(Input {
        name: name.to_owned(),
        reader,
    })
}

/// Stops a batch that has too many rows.
struct Watch {
    over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Watch {
    fn start(progress: &Arc<Progress>, rows: u64, too_many: &Arc<AtomicBool>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (progress, too_many, ended) = (
            Arc::clone(progress),
            Arc::clone(too_many),
            Arc::clone(&over),
        );
        let look = move || {
            if progress.lines.load(Ordering::Relaxed) > rows {
                too_many.store(true, Ordering::Relaxed);
                progress.stop.store(true, Ordering::Relaxed);
            }
        };
        let thread = std::thread::Builder::new()
            .name("batch bounds".to_owned())
            .spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    look();
                    std::thread::park_timeout(LOOK);
                }
                look();
            })
            .ok();
        Self { over, thread }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn unusable(error: &dyn std::fmt::Display) -> Failure {
    Failure {
        en: error.to_string(),
        zh: format!("文件无法使用：{error}"),
        row: None,
        column: None,
        code: "unusable_file".to_owned(),
    }
}
