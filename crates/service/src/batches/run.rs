//! Deciding the file of one batch.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use originis_batch::failure::Place;
use originis_batch::input::sheet::{Content, SheetError, as_text, content};
use originis_batch::line::Settings;
use originis_batch::materials::MaterialsError;
use originis_batch::report::Report;
use originis_batch::results::ResultColumns;
use originis_batch::resume::{self, Interrupted};
use originis_batch::run::{
    BatchError, Checkpoint, Finished, Input, Inputs, OutputForm, Outputs, Progress, run,
};
use originis_batch::tally::Tally;
use originis_exchange::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::files::{self, Table};
use super::{Failure, Format, Options};
use crate::problem::{Problem, Said};
use crate::state::Service;
use crate::store::BatchRow;

/// How often the bounds of a running batch are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The first stretch after which the place reached is recorded. Each further one
/// is twice as long: what a new stretch passes over again grows with the file.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest stretch, and so the most work an interruption can cost.
const LONGEST: Duration = Duration::from_secs(60);

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
    /// Whether materials are asked for in a file of their own.
    #[serde(default)]
    pub asks_for_materials: bool,
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
            asks_for_materials: false,
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

/// How a batch that is taken from the queue begins.
#[derive(Debug)]
pub enum Beginning {
    /// For the first time.
    Anew,
    /// Where an earlier run of the service was interrupted.
    From(Box<Checkpoint>),
    /// Again: the form of its result cannot be continued, or the tables have
    /// changed since, so that its lines would be decided by different ones.
    Again,
}

impl Beginning {
    /// Finds what an earlier run of the service has left of a batch.
    pub fn of(service: &Service, row: &BatchRow) -> Self {
        let directory = service.store.batch_directory(&row.id);
        if !directory.join(Table::Result.name()).exists() {
            return Self::Anew;
        }
        let Ok(left) = Interrupted::read(&directory.join(files::PLACE)) else {
            return Self::Again;
        };
        let is_whole = Table::ALL
            .iter()
            .zip(left.checkpoint.written)
            .all(|(table, written)| {
                std::fs::metadata(directory.join(table.name()))
                    .is_ok_and(|found| found.len() >= written)
            });
        if is_whole && left.fingerprint == service.book.fingerprint {
            Self::From(Box::new(left.checkpoint))
        } else {
            Self::Again
        }
    }

    /// The word kept with the batch.
    pub const fn after_interruption(&self) -> Option<&'static str> {
        match self {
            Self::Anew => None,
            Self::From(_) => Some("resumed"),
            Self::Again => Some("restarted"),
        }
    }

    fn checkpoint(self) -> Option<Checkpoint> {
        match self {
            Self::From(checkpoint) => Some(*checkpoint),
            Self::Anew | Self::Again => None,
        }
    }
}

/// Decides the file of a batch; its result and reports are then on disk.
/// `asked` shows how far it is and takes the wish to stop.
pub fn decide(service: &Service, row: &BatchRow, beginning: Beginning, asked: &Progress) -> Ended {
    let options: Options = match serde_json::from_str(&row.options) {
        Ok(options) => options,
        Err(error) => return Ended::Failed(Failure::of_service(&error)),
    };
    let job = Job {
        service,
        row,
        options,
        directory: service.store.batch_directory(&row.id),
    };
    match job.decide(beginning, asked) {
        Ok(Some(totals)) => Ended::Done(totals),
        Ok(None) => Ended::Stopped,
        Err(_) if asked.stop.load(Ordering::Relaxed) => Ended::Stopped,
        Err(failure) => Ended::Failed(failure),
    }
}

/// A batch that is being decided.
struct Job<'a> {
    service: &'a Service,
    row: &'a BatchRow,
    options: Options,
    directory: PathBuf,
}

impl Job<'_> {
    /// Decides in stretches, each ended by recording the place, until the last
    /// row. `None` when asked to stop before it.
    fn decide(&self, beginning: Beginning, asked: &Progress) -> Result<Option<Totals>, Failure> {
        let mut reached = beginning.checkpoint();
        let mut stretch = SHORTEST;
        loop {
            let finished = self.go_on(reached, stretch, asked)?;
            self.check_rows(finished.checkpoint.tally.lines)?;
            if !finished.stopped {
                return self.conclude(finished).map(Some);
            }
            if self.can_go_on() {
                self.keep_place(&finished.checkpoint)?;
            }
            if asked.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            reached = Some(finished.checkpoint);
            stretch = stretch.saturating_mul(2).min(LONGEST);
        }
    }

    /// A workbook is written as a whole, at the end.
    fn can_go_on(&self) -> bool {
        self.options.output != Format::Xlsx
    }

    /// Decides from a place on: to the end, for about the time of a stretch, or
    /// until asked to stop.
    fn go_on(
        &self,
        reached: Option<Checkpoint>,
        stretch: Duration,
        asked: &Progress,
    ) -> Result<Finished, Failure> {
        let inputs = Inputs {
            lines: input(&self.row.input_name, &self.directory.join(files::LINES))?,
            headers: None,
            products: None,
            materials: self
                .options
                .materials
                .then(|| {
                    let name = self.options.materials_name.as_deref();
                    input(
                        name.unwrap_or(files::MATERIALS),
                        &self.directory.join(files::MATERIALS),
                    )
                })
                .transpose()?,
        };
        let kept = reached.as_ref().map(|checkpoint| checkpoint.written);
        let outputs = Outputs {
            lines: self.output(Table::Result, kept)?,
            rejects: Some(self.output(Table::Rejects, kept)?),
            facts: Some(self.output(Table::MissingFacts, kept)?),
            facts_materials: Some(self.output(Table::MissingMaterials, kept)?),
        };
        let options = self.run_options(reached);
        let until = self.can_go_on().then(|| Instant::now() + stretch);
        let progress = Progress::default();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = std::thread::Builder::new()
                .name("batch bounds".to_owned())
                .spawn_scoped(scope, || self.watch(&progress, asked, until, &over))
                .map_err(|error| Failure::of_service(&error))?;
            let finished = run(&self.service.book, inputs, outputs, &options, &progress);
            over.store(true, Ordering::Relaxed);
            watcher.thread().unpark();
            finished.map_err(|error| Failure::of_batch(&error))
        })
    }

    fn output(
        &self,
        table: Table,
        kept: Option<[u64; 4]>,
    ) -> Result<Box<dyn Write + Send>, Failure> {
        let kept = Table::ALL
            .iter()
            .zip(kept.into_iter().flatten())
            .find(|(known, _)| **known == table)
            .map(|(_, kept)| kept);
        resume::output(&self.directory.join(table.name()), kept)
            .map(|file| Box::new(BufWriter::new(file)) as Box<dyn Write + Send>)
            .map_err(|error| Failure::of_service(&error))
    }

    fn run_options(&self, resume: Option<Checkpoint>) -> originis_batch::run::Options {
        let options = &self.options;
        let country = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        originis_batch::run::Options {
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
                from: country(&options.from),
                to: country(&options.to),
                date: options.date.as_deref().and_then(|text| text.parse().ok()),
                ..Settings::default()
            },
            chinese: options.chinese,
            resume,
            ..originis_batch::run::Options::default()
        }
    }

    /// Shows how far the run is and stops it at the end of the stretch, when
    /// there are too many rows, and when asked to.
    fn watch(
        &self,
        progress: &Progress,
        asked: &Progress,
        until: Option<Instant>,
        over: &AtomicBool,
    ) {
        while !over.load(Ordering::Relaxed) {
            let lines = progress.lines.load(Ordering::Relaxed);
            let bytes = progress.bytes.load(Ordering::Relaxed);
            // Nothing is counted before the first lines of a stretch are written.
            let has_begun = bytes > 0;
            if has_begun {
                asked.lines.store(lines, Ordering::Relaxed);
                asked.bytes.store(bytes, Ordering::Relaxed);
            }
            if asked.stop.load(Ordering::Relaxed)
                || lines > self.service.settings.limits.rows
                || (has_begun && until.is_some_and(|until| Instant::now() >= until))
            {
                progress.stop.store(true, Ordering::Relaxed);
            }
            std::thread::park_timeout(LOOK);
        }
    }

    fn check_rows(&self, lines: u64) -> Result<(), Failure> {
        let rows = self.service.settings.limits.rows;
        if lines <= rows {
            return Ok(());
        }
        Err(Failure {
            row: Some(rows),
            code: "too_many_rows".to_owned(),
            ..Failure::unusable(
                format!("the file has more than {rows} rows; split it"),
                format!("文件超过 {rows} 行；请拆分"),
            )
        })
    }

    /// Records the place reached, once everything before it is on disk.
    fn keep_place(&self, checkpoint: &Checkpoint) -> Result<(), Failure> {
        for table in Table::ALL {
            File::open(self.directory.join(table.name()))
                .and_then(|file| file.sync_all())
                .map_err(|error| Failure::of_service(&error))?;
        }
        Interrupted {
            input: self.row.input_name.clone(),
            fingerprint: self.service.book.fingerprint.clone(),
            results: ResultColumns::default(),
            checkpoint: checkpoint.clone(),
        }
        .write(&self.directory.join(files::PLACE))
        .map_err(|error| Failure::of_service(&error))
    }

    /// Writes the reports, and the summary of a workbook.
    fn conclude(&self, mut finished: Finished) -> Result<Totals, Failure> {
        let workbook = finished.workbook.take();
        let report = |lang| Report::of(&self.row.input_name, &finished, &self.service.book, lang);
        for lang in Lang::ALL {
            std::fs::write(
                self.directory.join(files::report(lang)),
                report(lang).to_html(lang),
            )
            .map_err(|error| Failure::of_service(&error))?;
        }
        if let Some(workbook) = workbook {
            let lang = if self.options.chinese {
                Lang::Zh
            } else {
                Lang::En
            };
            workbook
                .finish(&report(lang).summary(lang))
                .map_err(|error| Failure::of_service(&error))?;
        }
        let materials = File::open(self.directory.join(Table::MissingMaterials.name()))
            .map_err(|error| Failure::of_service(&error))?;
        // Its place is of no more use; that it may be absent is no failure.
        let _ = std::fs::remove_file(self.directory.join(files::PLACE));
        Ok(Totals {
            asks_for_materials: BufReader::new(materials).lines().nth(1).is_some(),
            ..Totals::of(&finished.checkpoint.tally)
        })
    }
}

/// A file as delimited text.
fn input(name: &str, path: &Path) -> Result<Input, Failure> {
    let file = BufReader::new(File::open(path).map_err(|error| Failure::of_service(&error))?);
    let (reader, _) = as_text(file).map_err(|error| Failure::of_sheet(name, &error))?;
    Ok(Input {
        name: name.to_owned(),
        reader,
    })
}

impl Failure {
    /// A file that cannot be used, in words for who uploaded it.
    fn of_batch(error: &BatchError) -> Self {
        let (row, column) = match error {
            BatchError::Materials(MaterialsError::Cell { row, column, .. }) => {
                (Some(*row), Some((*column).to_owned()))
            }
            BatchError::Write { source, .. } if source.kind() == io::ErrorKind::FileTooLarge => {
                return Self {
                    code: "too_many_rows".to_owned(),
                    ..Self::unusable(
                        "the result has more rows than a worksheet can hold (1048576): choose CSV or NDJSON for it",
                        "结果行数超过工作表的上限（1048576 行）：请将结果格式选为 CSV 或 NDJSON",
                    )
                };
            }
            BatchError::Read { .. } | BatchError::Write { .. } | BatchError::Threads(_) => {
                return Self::of_service(error);
            }
            _ => (None, None),
        };
        Self {
            row,
            column,
            ..Self::unusable(
                error.told(Lang::En, Place::Page),
                error.told(Lang::Zh, Place::Page),
            )
        }
    }

    /// A workbook or JSON lines that cannot be turned into a table.
    fn of_sheet(name: &str, error: &SheetError) -> Self {
        let row = match error {
            SheetError::Json { line, .. } => u64::try_from(*line).ok(),
            _ => None,
        };
        Self {
            row,
            ..Self::unusable(
                format!("{name}: {}", error.text(Lang::En)),
                format!("{name}：{}", error.text(Lang::Zh)),
            )
        }
    }

    /// A failure of the service itself, such as a full disk. What it is goes to
    /// the log, not to the client.
    fn of_service(error: &dyn std::fmt::Display) -> Self {
        let Said { en, zh } = Problem::internal(error).detail;
        Self {
            code: "internal".to_owned(),
            ..Self::unusable(en, zh)
        }
    }

    fn unusable(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
            row: None,
            column: None,
            code: "unusable_file".to_owned(),
        }
    }
}
