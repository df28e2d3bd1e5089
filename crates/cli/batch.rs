//! `originis batch`: a declaration file in, decisions and money out.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use originis_batch::codes::CountryNumbers;
use originis_batch::columns::Mapping;
use originis_batch::input::encoding::Encoding;
use originis_batch::input::layout::LayoutChoices;
use originis_batch::input::sheet::{self, Content};
use originis_batch::line::Settings;
use originis_batch::report::Report;
use originis_batch::results::ResultColumns;
use originis_batch::resume::{self, Interrupted};
use originis_batch::run::{
    BatchError, Finished, Input, Inputs, Options, OutputForm, Outputs, Progress, run as run_batch,
};
use originis_exchange::Lang;
use originis_exchange::wording::system;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::rulebook::RuleBook;

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable, unwritable};

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BatchFormat {
    /// The user's file with result columns, in its own encoding.
    Csv,
    /// One JSON object for each line, UTF-8.
    Ndjson,
    /// A workbook with a summary sheet.
    Xlsx,
}

/// What a three-digit country number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Numbers {
    /// The codes of older Chinese customs declarations.
    Customs,
    /// ISO 3166-1 numeric.
    Iso,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads CSV (comma, semicolon, tab, pipe), XLSX and JSON lines; encoding, delimiter
and title rows are detected. Columns are known by the Chinese names and codes of
the single-window declaration, by common synonyms and in English; others are
named with --map. The output keeps the columns, order and encoding of the file
and appends the roo_ columns.

Examples:
  originis batch exports.csv --out decided.csv --report report.html
  originis batch exports.csv --materials bom.csv --facts to-complete.csv --out decided.csv
  originis batch lines.csv --header declarations.csv --map 品号=product_code --out decided.csv
  cat lines.csv | originis batch - --columns verdict --format ndjson | jq .roo_verdict
  originis batch exports.csv --out decided.csv --resume")]
pub struct BatchArgs {
    /// The declaration lines; - for standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Bills of materials, for each product (product_code) or each line
    /// (entry_id and line_no); parent or level columns nest them.
    #[arg(long, value_name = "FILE")]
    materials: Option<PathBuf>,
    /// Declaration headers, joined by declaration number.
    #[arg(long, value_name = "FILE")]
    header: Option<PathBuf>,
    /// A product master, joined by product code: it supplies what a line leaves
    /// empty.
    #[arg(long, value_name = "FILE")]
    products: Option<PathBuf>,
    /// Where the lines with their results go; standard output unless given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Form of the output; from the ending of --out, otherwise csv, unless given.
    #[arg(
        long,
        value_enum,
        value_name = "csv|ndjson|xlsx",
        hide_possible_values = true
    )]
    format: Option<BatchFormat>,
    /// A report with charts (HTML), or as JSON where the name ends in .json; may
    /// be given twice.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Rows that could not be used, with reasons (CSV).
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Lines that need facts, to be completed and given to batch again. Missing
    /// materials go to a second file, with .materials.csv for its ending, to be
    /// completed and given as --materials.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The result columns to append, such as verdict,findings,missing; all twelve
    /// unless given.
    #[arg(long, value_name = "NAMES", default_value_t, hide_default_value = true)]
    columns: ResultColumns,
    /// What a column means, such as 品号=product_code, or 备注=ignore; may be
    /// given several times.
    #[arg(long, value_name = "HEADING=FIELD")]
    map: Vec<Mapping>,
    /// RCEP or APTA; the best of those that bind unless given.
    #[arg(long, value_name = "NAME")]
    agreement: Option<Agreement>,
    /// The exporting country of lines that do not name one.
    #[arg(long, value_name = "COUNTRY")]
    from: Option<Country>,
    /// The importing country of lines that do not name one.
    #[arg(long, value_name = "COUNTRY")]
    to: Option<Country>,
    /// The day of importation of lines that do not name one.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// The HS edition of the codes.
    #[arg(long, value_name = "YEAR", default_value = "2022")]
    hs_edition: HsEdition,
    /// The encoding, where detection is to be overruled: utf-8, gb18030,
    /// utf-16le, utf-16be.
    #[arg(long, value_name = "NAME", value_parser = parse_encoding)]
    encoding: Option<Encoding>,
    /// The delimiter, where detection is to be overruled: , ; | or tab.
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    delimiter: Option<u8>,
    /// What a three-digit country number means.
    #[arg(
        long,
        value_enum,
        value_name = "customs|iso",
        hide_possible_values = true,
        default_value = "customs"
    )]
    country_numbers: Numbers,
    /// Worker threads; one for each processor unless given.
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    threads: usize,
    /// Continue a run that was interrupted; needs the same --out.
    #[arg(long, requires = "out")]
    resume: bool,
}

fn parse_encoding(text: &str) -> Result<Encoding, String> {
    Encoding::from_name(text).ok_or_else(|| {
        format!("`{text}` is no encoding here: expected utf-8, gb18030, utf-16le or utf-16be")
    })
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "," | ";" | "|" => Ok(text.bytes().next().unwrap_or(b',')),
        _ => Err(format!(
            "`{text}` is no delimiter here: expected , ; | or tab"
        )),
    }
}

/// Runs the command.
pub fn run(context: &Context, args: &BatchArgs) -> Result<Exit, Failure> {
    let book = context.book()?;
    let job = Job::new(context.lang, args, &book)?;
    job.run()
}

/// One run with its files.
struct Job<'a> {
    lang: Lang,
    args: &'a BatchArgs,
    book: &'a RuleBook,
    format: BatchFormat,
    /// The name of the input in messages.
    name: String,
}

impl<'a> Job<'a> {
    fn new(lang: Lang, args: &'a BatchArgs, book: &'a RuleBook) -> Result<Self, Failure> {
        let ending = |ending: &str| {
            args.out
                .as_deref()
                .and_then(Path::extension)
                .is_some_and(|found| found.eq_ignore_ascii_case(ending))
        };
        let format = args.format.unwrap_or_else(|| {
            if ending("xlsx") {
                BatchFormat::Xlsx
            } else if ending("ndjson") || ending("jsonl") {
                BatchFormat::Ndjson
            } else {
                BatchFormat::Csv
            }
        });
        if args.resume && format == BatchFormat::Xlsx {
            return Err(Failure::Input(
                lang.pick(
                    "a workbook cannot be continued: use --format csv or ndjson with --resume",
                    "工作簿不能续写：--resume 请与 --format csv 或 ndjson 合用",
                )
                .to_owned(),
            ));
        }
        let name = if args.file == Path::new("-") {
            lang.pick("standard input", "标准输入").to_owned()
        } else {
            args.file.display().to_string()
        };
        Ok(Self {
            lang,
            args,
            book,
            format,
            name,
        })
    }

    fn run(&self) -> Result<Exit, Failure> {
        let interrupted = self.stored()?;
        let (lines, size) = self.lines()?;
        let inputs = Inputs {
            lines,
            headers: self.input(self.args.header.as_deref())?,
            products: self.input(self.args.products.as_deref())?,
            materials: self.input(self.args.materials.as_deref())?,
        };
        let mut options = self.options();
        let progress = Arc::new(Progress::default());
        watch_for_interrupt(&progress);
        let bar = self.bar(size);
        let watcher = bar.as_ref().map(|bar| {
            let (bar, progress) = (bar.clone(), Arc::clone(&progress));
            std::thread::spawn(move || {
                while !bar.is_finished() {
                    bar.set_position(progress.bytes.load(Ordering::Relaxed));
                    bar.set_message(progress.lines.load(Ordering::Relaxed).to_string());
                    std::thread::sleep(Duration::from_millis(150));
                }
            })
        });
        let result = self.outputs(interrupted.as_ref()).and_then(|outputs| {
            options.resume = interrupted.map(|stored| stored.checkpoint);
            Ok(run_batch(self.book, inputs, outputs, &options, &progress)?)
        });
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        if let Some(watcher) = watcher {
            // The watcher ends with the bar; a panic in it would concern the bar only.
            let _ = watcher.join();
        }
        self.conclude(result)
    }

    /// An end with a message in the language of the run.
    fn refusal(&self, en: String, zh: String) -> Failure {
        Failure::Input(match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        })
    }

    fn options(&self) -> Options {
        let args = self.args;
        Options {
            form: match self.format {
                BatchFormat::Csv => OutputForm::AsInput,
                BatchFormat::Ndjson => OutputForm::JsonLines,
                BatchFormat::Xlsx => OutputForm::Workbook,
            },
            results: args.columns,
            settings: Settings {
                agreement: args.agreement,
                from: args.from,
                to: args.to,
                date: args.date,
                edition: args.hs_edition,
            },
            numbers: match args.country_numbers {
                Numbers::Customs => CountryNumbers::Customs,
                Numbers::Iso => CountryNumbers::Iso,
            },
            layout: LayoutChoices {
                encoding: args.encoding,
                delimiter: args.delimiter,
            },
            mappings: args.map.clone(),
            threads: args.threads,
            chinese: self.lang == Lang::Zh,
            ..Options::default()
        }
    }

    /// The declaration lines, a workbook or JSON lines turned into text.
    fn lines(&self) -> Result<(Input, Option<u64>), Failure> {
        let (reader, size): (Box<dyn Read + Send>, _) = if self.args.file == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = open(&self.args.file, self.lang)?;
            let size = file.metadata().ok().map(|data| data.len());
            (Box::new(file), size)
        };
        let (reader, is_text) = self.as_text(reader, &self.name)?;
        let input = Input {
            name: self.name.clone(),
            reader,
        };
        Ok((input, size.filter(|_| is_text)))
    }

    fn input(&self, path: Option<&Path>) -> Result<Option<Input>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let name = path.display().to_string();
        let (reader, _) = self.as_text(Box::new(open(path, self.lang)?), &name)?;
        Ok(Some(Input { name, reader }))
    }

    fn as_text(
        &self,
        reader: Box<dyn Read + Send>,
        name: &str,
    ) -> Result<(Box<dyn Read + Send>, bool), Failure> {
        let (text, content) =
            sheet::as_text(BufReader::with_capacity(1 << 16, reader)).map_err(|error| {
                let text = error.text(self.lang);
                Failure::Input(format!("{name}{}{text}", self.lang.pick(": ", "：")))
            })?;
        Ok((text, content == Content::Delimited))
    }

    /// The place an interrupted run left, when it is to be continued.
    fn stored(&self) -> Result<Option<Interrupted>, Failure> {
        let Some(out) = self.args.out.as_deref().filter(|_| self.args.resume) else {
            return Ok(None);
        };
        let path = beside(out, "resume");
        let name = path.display();
        let stored = Interrupted::read(&path).map_err(|error| {
            let system = system(&error, self.lang);
            self.refusal(
                format!("{name}: {system}: there is no interrupted run to continue; start without --resume"),
                format!("{name}：{system}：没有可继续的运行；请不带 --resume 重新开始"),
            )
        })?;
        if stored.fingerprint != self.book.fingerprint {
            return Err(self.refusal(
                "the rule tables have changed since the run was interrupted: start without --resume, so that all lines are decided by the same tables".to_owned(),
                "运行中断后规则表已变化：请不带 --resume 重新开始，使所有行按同一套规则表判定".to_owned(),
            ));
        }
        if stored.results != self.args.columns {
            let before = stored.results;
            return Err(self.refusal(
                format!(
                    "the interrupted run appended other columns: continue with --columns {before}"
                ),
                format!("中断的运行附加的列不同：请用 --columns {before} 继续"),
            ));
        }
        if stored.input != self.name {
            let (before, now) = (&stored.input, &self.name);
            return Err(self.refusal(
                format!("the interrupted run read {before}, not {now}"),
                format!("中断的运行读取的是 {before}，不是 {now}"),
            ));
        }
        Ok(Some(stored))
    }

    /// Every file the run writes, by its final name.
    fn files(&self) -> Vec<PathBuf> {
        let args = self.args;
        let materials = args.facts.as_deref().map(materials_beside);
        [
            args.out.clone(),
            args.rejects.clone(),
            args.facts.clone(),
            materials,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Opens the outputs. A file gets its name only when it is whole; until then
    /// it is called `….partial`.
    fn outputs(&self, interrupted: Option<&Interrupted>) -> Result<Outputs, RunFailure> {
        let args = self.args;
        let materials = args.facts.as_deref().map(materials_beside);
        let kept = interrupted.map(|stored| stored.checkpoint.written);
        let open = |path: Option<&Path>, index: usize| {
            path.map(|path| {
                let kept = kept.and_then(|written| written.get(index).copied());
                part_file(path, kept, self.lang).map(|file| Box::new(file) as Box<dyn Write + Send>)
            })
            .transpose()
        };
        let lines = open(args.out.as_deref(), 0)?;
        Ok(Outputs {
            lines: lines.unwrap_or_else(|| Box::new(io::stdout())),
            rejects: open(args.rejects.as_deref(), 1)?,
            facts: open(args.facts.as_deref(), 2)?,
            facts_materials: open(materials.as_deref(), 3)?,
        })
    }

    /// Completes the files, writes the report and says what came out.
    fn conclude(&self, result: Result<Finished, RunFailure>) -> Result<Exit, Failure> {
        let mut finished = match result {
            Ok(finished) => finished,
            Err(failure) => return Err(self.failed(failure)),
        };
        let report = Report::of(&self.name, &finished, self.book, self.lang);
        if let Some(workbook) = finished.workbook.take() {
            workbook
                .finish(&report.summary(self.lang))
                .map_err(|error| {
                    let system = system(&error, self.lang);
                    self.refusal(
                        format!("the workbook cannot be written: {system}"),
                        format!("无法写入工作簿：{system}"),
                    )
                })?;
        }
        for path in &self.args.report {
            let json = path
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
            let text = if json {
                serde_json::to_string_pretty(&report)?
            } else {
                report.to_html(self.lang)
            };
            write_whole(path, text.as_bytes(), self.lang)?;
        }
        if finished.stopped {
            self.store(&finished)?;
        } else {
            for path in self.files() {
                fs::rename(beside(&path, "partial"), &path).map_err(|error| {
                    let (name, system) = (path.display(), system(&error, self.lang));
                    self.refusal(
                        format!("{name}: cannot be given its name: {system}"),
                        format!("{name}：无法改为正式文件名：{system}"),
                    )
                })?;
            }
            if let Some(out) = &self.args.out {
                // Left by an interrupted run that this one has completed.
                let _ = fs::remove_file(beside(out, "resume"));
            }
        }
        self.say(&finished, &report);
        let unusable = report.defective > 0 || finished.stopped;
        Ok(if unusable { Exit::Partial } else { Exit::Done })
    }

    /// A failure, with what became of the output.
    fn failed(&self, failure: RunFailure) -> Failure {
        match failure {
            RunFailure::File(message) => Failure::Input(message),
            RunFailure::Batch(error) if error.is_closed_pipe() => Failure::OutputClosed,
            RunFailure::Batch(error) => {
                let text = error.text(self.lang);
                let (Some(out), BatchError::Write { .. } | BatchError::Read { .. }) =
                    (&self.args.out, &error)
                else {
                    return Failure::Input(text);
                };
                let part = beside(out, "partial");
                let part = part.display();
                self.refusal(
                    format!("{text}; what was written stays in {part} and is not the whole result"),
                    format!("{text}；已写出的内容保留在 {part}，并非完整结果"),
                )
            }
        }
    }

    /// Records where an interrupted run stopped.
    fn store(&self, finished: &Finished) -> Result<(), Failure> {
        let Some(out) = &self.args.out else {
            return Ok(());
        };
        if self.format == BatchFormat::Xlsx {
            return Ok(());
        }
        let path = beside(out, "resume");
        let record = Interrupted {
            input: self.name.clone(),
            fingerprint: self.book.fingerprint.clone(),
            results: self.args.columns,
            checkpoint: finished.checkpoint.clone(),
        };
        record
            .write(&path)
            .map_err(|error| Failure::Input(unwritable(&path, &error, self.lang)))
    }

    /// The end of the run in a few lines on standard error.
    fn say(&self, finished: &Finished, report: &Report) {
        let say = |en: String, zh: String| {
            anstream::eprintln!("{}", self.lang.pick(&en, &zh));
        };
        let read = &report.read_as;
        say(
            format!(
                "{}: {} ({}), {} lines: {} originating, {} not originating, {} undetermined",
                self.name,
                read.encoding,
                read.told_by(self.lang),
                report.lines,
                report.originating,
                report.not_originating,
                report.undetermined
            ),
            format!(
                "{}：{}（{}），共 {} 行：原产 {}，非原产 {}，待定 {}",
                self.name,
                read.encoding,
                read.told_by(self.lang),
                report.lines,
                report.originating,
                report.not_originating,
                report.undetermined
            ),
        );
        if report.needing_facts > 0 && self.args.facts.is_none() {
            say(
                format!(
                    "{} lines need facts: --facts FILE writes them in a form to be completed and fed back",
                    report.needing_facts
                ),
                format!(
                    "{} 行需补充事实：用 --facts FILE 输出，可填写后重新导入",
                    report.needing_facts
                ),
            );
        }
        if report.defective > 0 {
            let named = self.args.rejects.is_some();
            let (en, zh) = if named {
                (String::new(), String::new())
            } else {
                (
                    ": --rejects FILE lists them with reasons".to_owned(),
                    "：用 --rejects FILE 列出行号与原因".to_owned(),
                )
            };
            say(
                format!("{} rows could not be used in full{en}", report.defective),
                format!("{} 行无法完整使用{zh}", report.defective),
            );
        }
        if let Some(unused) = &finished.unused_bills {
            say(unused.text(Lang::En), unused.text(Lang::Zh));
        }
        if finished.stopped {
            let rows = finished.checkpoint.rows;
            match &self.args.out {
                Some(out) if self.format != BatchFormat::Xlsx => say(
                    format!(
                        "stopped after row {rows}: {} holds whole lines up to it; continue with the same command and --resume",
                        beside(out, "partial").display()
                    ),
                    format!(
                        "已在第 {rows} 行后停止：{} 保存了此前的完整行；用同一命令加 --resume 继续",
                        beside(out, "partial").display()
                    ),
                ),
                _ => say(
                    format!("stopped after row {rows}: the output holds whole lines up to it"),
                    format!("已在第 {rows} 行后停止：输出保存了此前的完整行"),
                ),
            }
        }
    }

    /// A bar on a terminal, nothing otherwise.
    fn bar(&self, size: Option<u64>) -> Option<ProgressBar> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let template = match (size.is_some(), self.lang) {
            (true, Lang::En) => "{bar:30} {percent:>3}%  {msg} lines  {bytes_per_sec}  {eta} left",
            (true, Lang::Zh) => "{bar:30} {percent:>3}%  {msg} 行  {bytes_per_sec}  剩余 {eta}",
            (false, Lang::En) => "{spinner} {msg} lines  {bytes}  {bytes_per_sec}",
            (false, Lang::Zh) => "{spinner} {msg} 行  {bytes}  {bytes_per_sec}",
        };
        let bar = size.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Some(bar)
    }
}

/// Why a run failed.
enum RunFailure {
    /// An output file cannot be opened.
    File(String),
    /// The run itself.
    Batch(BatchError),
}

impl From<BatchError> for RunFailure {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

fn open(path: &Path, lang: Lang) -> Result<File, Failure> {
    File::open(path).map_err(|error| unreadable(&path.display().to_string(), &error, lang))
}

/// `out.csv` becomes `out.csv.partial`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// `facts.csv` becomes `facts.materials.csv`.
fn materials_beside(facts: &Path) -> PathBuf {
    facts.with_extension("materials.csv")
}

/// The file under its name for the time being: new, or continued after the
/// bytes that are kept.
fn part_file(path: &Path, kept: Option<u64>, lang: Lang) -> Result<File, RunFailure> {
    let part = beside(path, "partial");
    resume::output(&part, kept).map_err(|error| {
        let name = part.display();
        RunFailure::File(match (error.kind(), lang) {
            (io::ErrorKind::UnexpectedEof, Lang::En) => format!(
                "{name}: is shorter than the interrupted run left it: start without --resume"
            ),
            (io::ErrorKind::UnexpectedEof, Lang::Zh) => {
                format!("{name}：比中断时更短：请不带 --resume 重新开始")
            }
            _ => unwritable(&part, &error, lang),
        })
    })
}

/// Writes a file that has its name only when it is whole.
fn write_whole(path: &Path, bytes: &[u8], lang: Lang) -> Result<(), Failure> {
    let part = beside(path, "partial");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| Failure::Input(unwritable(path, &error, lang)))
}

/// The first Ctrl-C lets the lines in hand be finished; a second one ends at
/// once, leaving the `.partial` files without a place to resume.
fn watch_for_interrupt(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        else {
            return;
        };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                progress.stop.store(true, Ordering::Relaxed);
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    });
}
