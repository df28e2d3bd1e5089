//! The run: chunks of whole records go to workers, which parse, decide and
//! format; results are written in the order of the input, whatever the number
//! of workers. At most one chunk for each worker is in memory.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use originis_rules_engine::facts::Material;
use originis_rules_engine::rulebook::RuleBook;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::codes::Codes;
use crate::columns::{Columns, Field, Headings, MapError, Mapping};
use crate::decide::Decider;
use crate::extension::{Extension, ExtensionError};
use crate::hash::QuickMap;
use crate::input::encoding::{Encoding, Evidence, decode_gb18030, decode_lossy, encode_into};
use crate::input::layout::{Layout, LayoutChoices, LayoutError, open};
use crate::input::record::{Record, Span, next_record};
use crate::input::source::Source;
use crate::line::{Cells, DeclarationTotals, Line, LineNumber, LineReader, Settings};
use crate::materials::{
    BillKey, MaterialColumns, MaterialReader, MaterialsError, ProductBills, UnusedBills,
    heading_words,
};
use crate::number::Decimal;
use crate::output::{JsonRows, PendingWorkbook, Sheets};
use crate::remark::{Remark, RemarkKind};
use crate::results::{Decided, ResultColumns};
use crate::stream::MaterialStream;
use crate::tally::{Attention, CellKey, ListedLine, Tally, WorkerTally};
use crate::text::push_field;

/// A materials file up to this size is held in memory, in any order; a larger
/// one with a bill for each line is read along with the declaration.
pub const HELD_MATERIALS: usize = 16 << 20;

/// Why a run cannot start or go on.
#[derive(Debug, Error)]
pub enum BatchError {
    /// The declaration file cannot be read as a table.
    Layout {
        /// The file.
        file: String,
        /// Why.
        source: LayoutError,
    },
    /// Its columns are ambiguous, or a mapping is wrong.
    Columns {
        /// The file.
        file: String,
        /// Why.
        source: MapError,
    },
    /// It has no column for the code.
    NoCode {
        /// The file.
        file: String,
        /// The headings found.
        headings: String,
    },
    /// A supplementing file cannot be used.
    Extension(#[from] ExtensionError),
    /// The materials cannot be used.
    Materials(#[from] MaterialsError),
    /// The declaration file stopped being readable.
    Read {
        /// The file.
        file: String,
        /// Bytes read before.
        offset: u64,
        /// What the system says.
        source: io::Error,
    },
    /// An output cannot be written.
    Write {
        /// Which output: lines (0), rejects, facts, materials.
        which: usize,
        /// Lines written before.
        lines: u64,
        /// What the system says.
        source: io::Error,
    },
    /// The workers cannot be started.
    Threads(String),
}

impl BatchError {
    /// Whether the reader of an output went away, which is no failure of ours.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// A named stream.
pub struct Input {
    /// Its name in messages.
    pub name: String,
    /// The stream.
    pub reader: Box<dyn Read + Send>,
}

/// What goes in.
pub struct Inputs {
    /// The declaration lines.
    pub lines: Input,
    /// Declaration headers, found by declaration number.
    pub headers: Option<Input>,
    /// A product master, found by product code.
    pub products: Option<Input>,
    /// Bills of materials.
    pub materials: Option<Input>,
}

/// What comes out.
pub struct Outputs {
    /// The lines with their results.
    pub lines: Box<dyn Write + Send>,
    /// Rows that could not be used, with reasons.
    pub rejects: Option<Box<dyn Write + Send>>,
    /// Lines that need facts, to be completed and fed back.
    pub facts: Option<Box<dyn Write + Send>>,
    /// Materials that are missing for them, to be completed and fed back.
    pub facts_materials: Option<Box<dyn Write + Send>>,
}

/// The form of the lines with their results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputForm {
    /// The user's own rows and encoding with result columns behind them.
    #[default]
    AsInput,
    /// JSON lines, UTF-8.
    JsonLines,
    /// A workbook; its summary is still to be written when the run ends.
    Workbook,
}

/// How a run is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// The form of the output.
    pub form: OutputForm,
    /// The result columns appended.
    pub results: ResultColumns,
    /// What lines have in common.
    pub settings: Settings,
    /// What bare country numbers mean.
    pub numbers: crate::codes::CountryNumbers,
    /// Encoding and delimiter, where the user states them.
    pub layout: LayoutChoices,
    /// Explicit meanings of columns.
    pub mappings: Vec<Mapping>,
    /// Number of workers; 0 for one for each processor.
    pub threads: usize,
    /// Whether explanations are written in Chinese.
    pub chinese: bool,
    /// Bytes handed to a worker at a time.
    pub chunk: usize,
    /// Where an earlier run stopped.
    pub resume: Option<Checkpoint>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            form: OutputForm::default(),
            results: ResultColumns::default(),
            settings: Settings::default(),
            numbers: crate::codes::CountryNumbers::default(),
            layout: LayoutChoices::default(),
            mappings: Vec::new(),
            threads: 0,
            chinese: false,
            chunk: crate::input::source::CHUNK,
            resume: None,
        }
    }
}

/// Where a run stopped: everything up to a line is written and counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Bytes of input done after the headings.
    pub bytes: u64,
    /// Rows of the file done, headings and titles included.
    pub rows: u64,
    /// Bytes of each output written: lines, rejects, facts, materials.
    pub written: [u64; 4],
    /// Products whose materials have been asked for, each once.
    #[serde(default)]
    pub products_listed: BTreeSet<String>,
    /// The counts so far.
    pub tally: Tally,
}

/// How far a run has come, readable while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes of input done.
    pub bytes: AtomicU64,
    /// Lines written.
    pub lines: AtomicU64,
    /// Set to stop after the lines in hand.
    pub stop: AtomicBool,
}

/// The end of a run.
#[derive(Debug)]
pub struct Finished {
    /// The workbook, to which a summary is still to be added.
    pub workbook: Option<PendingWorkbook>,
    /// What was found of the file's layout.
    pub layout: Layout,
    /// The headings understood, with their fields.
    pub understood: Vec<(String, &'static str)>,
    /// The headings that mean nothing here.
    pub ignored: Vec<String>,
    /// Bills of lines that are not in the file. Not known where the run went on
    /// from an earlier one.
    pub unused_bills: Option<UnusedBills>,
    /// The counts, and where the run ended.
    pub checkpoint: Checkpoint,
    /// Whether it was stopped before the end of the file.
    pub stopped: bool,
    /// Workers used.
    pub threads: usize,
}

/// Facts that have a column of their own in the file of lines that need facts.
const FACT_COLUMNS: [Field; 13] = [
    Field::From,
    Field::To,
    Field::Date,
    Field::Fob,
    Field::CustomsValue,
    Field::WeightKg,
    Field::Part,
    Field::WhollyObtained,
    Field::Operations,
    Field::ChemicalReaction,
    Field::Direct,
    Field::ProofType,
    Field::ProofIssued,
];

/// Headings of the file of missing materials.
const MATERIAL_FACTS: &str = "name,hs,origin,status,value,weight_kg,role";

/// Runs a batch.
///
/// # Errors
/// [`BatchError`]; whatever was written before stays written.
pub fn run(
    book: &RuleBook,
    inputs: Inputs,
    outputs: Outputs,
    options: &Options,
    progress: &Progress,
) -> Result<Finished, BatchError> {
    let known = Headings::default();
    let file = inputs.lines.name.clone();
    let (layout, source) = open(
        inputs.lines.reader,
        &options.layout,
        &known,
        &options.mappings,
    )
    .map_err(|source| BatchError::Layout {
        file: file.clone(),
        source,
    })?;
    let mut columns =
        Columns::read(layout.headings.clone(), &known, &options.mappings).map_err(|source| {
            BatchError::Columns {
                file: file.clone(),
                source,
            }
        })?;
    let own_columns = columns.own_columns();
    let mut extensions = Vec::new();
    for (input, key) in [
        (inputs.headers, Field::EntryId),
        (inputs.products, Field::ProductCode),
    ] {
        if let Some(input) = input {
            let extension =
                Extension::read(&input.name, input.reader, key, layout.text_encoding, &known)?;
            columns.supplement(&extension.headings, &known);
            extensions.push(extension);
        }
    }
    if !columns.has(Field::Hs) {
        return Err(BatchError::NoCode {
            file,
            headings: layout.headings.join(", "),
        });
    }
    let codes = Codes::new(options.numbers);
    let materials = inputs
        .materials
        .map(|input| Materials::open(input, &codes, options))
        .transpose()?;
    let threads = if options.threads == 0 {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        options.threads
    };
    let run = Run {
        book,
        codes: &codes,
        columns: &columns,
        layout: &layout,
        options,
        extensions: &extensions,
        bills: materials.as_ref().and_then(Materials::bills),
        file: &file,
        materials_file: materials.as_ref().map_or("", |materials| &materials.file),
        material_columns: materials.as_ref().map(|materials| &materials.columns),
        material_encoding: materials
            .as_ref()
            .map_or(Encoding::Utf8, |materials| materials.encoding),
        material_delimiter: materials
            .as_ref()
            .map_or(b',', |materials| materials.delimiter),
        material_heading_rows: materials
            .as_ref()
            .map_or(0, |materials| materials.heading_rows),
        own_columns,
        groups: charges_are_shared(&columns),
        wants_facts: outputs.facts.is_some(),
        wants_materials: outputs.facts_materials.is_some(),
        progress,
    };
    let stream = materials.as_ref().and_then(Materials::take_stream);
    run.go(source, stream, outputs, threads)
}

/// Whether freight or insurance of a declaration must be shared by its lines.
fn charges_are_shared(columns: &Columns) -> bool {
    columns.has(Field::EntryId)
        && columns.has(Field::Total)
        && (columns.has(Field::Freight) || columns.has(Field::Insurance))
}

/// The materials of a run.
struct Materials {
    file: String,
    columns: MaterialColumns,
    encoding: Encoding,
    delimiter: u8,
    /// Rows down to the headings.
    heading_rows: u64,
    held: MaterialsHeld,
}

enum MaterialsHeld {
    Bills(ProductBills),
    Stream(Mutex<Option<MaterialStream>>),
}

impl Materials {
    fn open(input: Input, codes: &Codes, options: &Options) -> Result<Self, BatchError> {
        let file = input.name;
        let io_error = |file: &str| {
            let file = file.to_owned();
            move |source| MaterialsError::Io { file, source }
        };
        let mut reader = input.reader;
        let mut sample = Vec::new();
        reader
            .by_ref()
            .take(HELD_MATERIALS as u64)
            .read_to_end(&mut sample)
            .map_err(io_error(&file))?;
        let whole = sample.len() < HELD_MATERIALS;
        let words: Vec<Mapping> = heading_words()
            .map(|(_, word)| Mapping {
                heading: word.to_owned(),
                field: None,
            })
            .collect();
        let stream: Box<dyn Read + Send> = Box::new(io::Cursor::new(sample).chain(reader));
        let (layout, mut source) = open(
            stream,
            &LayoutChoices::default(),
            &Headings::default(),
            &words,
        )
        .map_err(|source| BatchError::Layout {
            file: file.clone(),
            source,
        })?;
        let columns = MaterialColumns::read(&file, &layout.headings)?;
        let by_line = columns.key != BillKey::Product;
        let mut materials = Self {
            encoding: layout.text_encoding,
            delimiter: layout.delimiter,
            heading_rows: layout.title_rows as u64 + 1,
            held: MaterialsHeld::Stream(Mutex::new(None)),
            columns,
            file,
        };
        if by_line && !whole {
            let (held, reader) = source.into_parts();
            let stream =
                MaterialStream::new(held, reader, layout.delimiter, materials.columns.clone());
            materials.held = MaterialsHeld::Stream(Mutex::new(Some(stream)));
            return Ok(materials);
        }
        let mut gatherer = ProductBills::gather();
        let mut reader = MaterialReader::new(
            &materials.file,
            &materials.columns,
            codes,
            materials.encoding,
            options.settings.edition,
        );
        let mut row = materials.heading_rows;
        let mut chunk = Vec::new();
        let mut fields = Vec::new();
        while source
            .next_chunk(&mut chunk)
            .map_err(io_error(&materials.file))?
            .is_some()
        {
            let mut at = 0;
            while let Some(record) = next_record(&chunk, at, materials.delimiter, &mut fields) {
                at = record.next;
                row += 1;
                if record.start == record.end {
                    continue;
                }
                let cells = Cells {
                    text: &chunk,
                    fields: &fields,
                };
                gatherer.add(&mut reader, &cells, row)?;
            }
        }
        materials.held = MaterialsHeld::Bills(gatherer.finish(&materials.file)?);
        Ok(materials)
    }

    const fn bills(&self) -> Option<&ProductBills> {
        match &self.held {
            MaterialsHeld::Bills(bills) => Some(bills),
            MaterialsHeld::Stream(_) => None,
        }
    }

    fn take_stream(&self) -> Option<MaterialStream> {
        match &self.held {
            MaterialsHeld::Bills(_) => None,
            MaterialsHeld::Stream(stream) => lock(stream).take(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A worker that panicked is a bug reported by its own message; the counts it
    // held are not used, because the run ends with an error.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all workers share and nobody changes.
struct Run<'a> {
    book: &'a RuleBook,
    codes: &'a Codes,
    columns: &'a Columns,
    layout: &'a Layout,
    options: &'a Options,
    extensions: &'a [Extension],
    bills: Option<&'a ProductBills>,
    file: &'a str,
    materials_file: &'a str,
    material_columns: Option<&'a MaterialColumns>,
    material_encoding: Encoding,
    material_delimiter: u8,
    /// Rows of the materials down to the headings.
    material_heading_rows: u64,
    own_columns: usize,
    groups: bool,
    /// Whether lines that need facts, and their materials, are written out.
    wants_facts: bool,
    wants_materials: bool,
    progress: &'a Progress,
}

/// The sequential end of the input.
struct Feed {
    source: Source,
    stream: Option<MaterialStream>,
    next: u64,
    ended: bool,
}

/// Where the lines go.
enum Lines {
    AsInput(Box<dyn Write + Send>),
    Json(JsonRows, Box<dyn Write + Send>),
    Workbook(Box<Sheets>, Box<dyn Write + Send>),
}

/// The sequential end of the output.
struct Drain {
    lines_out: Lines,
    sides: [Option<Box<dyn Write + Send>>; 3],
    next: u64,
    /// Rows of the file before each chunk.
    rows_before: Vec<u64>,
    /// Rows of the materials read along before each chunk, the headings included.
    material_rows: u64,
    checkpoint: Checkpoint,
    lines: u64,
    error: Option<BatchError>,
}

/// What a worker made of a chunk.
#[derive(Default)]
struct Made {
    lines: Vec<u8>,
    facts: Vec<u8>,
    rejects: Vec<(u32, Remark)>,
    wanted: Vec<Wanted>,
    rows: u64,
    /// Rows of the materials read along.
    material_rows: u64,
    count: u64,
    bytes: u64,
}

/// A line whose materials are missing.
struct Wanted {
    /// Cells of the key columns.
    key: Vec<u8>,
    by_product: bool,
}

impl Run<'_> {
    fn go(
        &self,
        mut source: Source,
        mut stream: Option<MaterialStream>,
        outputs: Outputs,
        threads: usize,
    ) -> Result<Finished, BatchError> {
        source = source.with_chunk(self.options.chunk);
        if self.groups
            && let Some(position) = self.columns.position(Field::EntryId)
        {
            let delimiter = self.layout.delimiter;
            source = source.with_regroup(Box::new(move |text, boundary| {
                keep_declaration_whole(text, boundary, delimiter, position)
            }));
        }
        let out = outputs.lines;
        let delimiter = self.layout.delimiter;
        let lines_out = match self.options.form {
            OutputForm::AsInput => Lines::AsInput(out),
            OutputForm::JsonLines => {
                Lines::Json(JsonRows::new(delimiter, self.layout.title_rows), out)
            }
            OutputForm::Workbook => {
                let (summary, lines) = if self.options.chinese {
                    ("汇总", "明细")
                } else {
                    ("summary", "lines")
                };
                let sheets =
                    Sheets::new(delimiter, summary, lines).map_err(|source| BatchError::Write {
                        which: 0,
                        lines: 0,
                        source,
                    })?;
                Lines::Workbook(Box::new(sheets), out)
            }
        };
        let mut drain = Drain {
            lines_out,
            sides: [outputs.rejects, outputs.facts, outputs.facts_materials],
            next: 0,
            rows_before: Vec::new(),
            material_rows: self.material_heading_rows,
            checkpoint: Checkpoint {
                rows: self.layout.title_rows as u64 + 1,
                ..Checkpoint::default()
            },
            lines: 0,
            error: None,
        };
        if let Some(checkpoint) = &self.options.resume {
            drain.material_rows += self.skip(&mut source, stream.as_mut(), checkpoint)?;
            if self.options.form == OutputForm::JsonLines {
                // JSON rows need the headings; nothing is written for them.
                self.write_lines(&mut drain, &self.heading_text())?;
            }
            drain.checkpoint = checkpoint.clone();
            drain.lines = checkpoint.tally.lines;
        } else {
            self.write_headings(&mut drain)?;
        }
        let feed = Mutex::new(Feed {
            source,
            stream,
            next: 0,
            ended: false,
        });
        let drain = Mutex::new(drain);
        let turn = Condvar::new();
        let tallies = Mutex::new(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| BatchError::Threads(error.to_string()))?;
        pool.broadcast(|_| {
            let tally = Worker::new(self).work(&feed, &drain, &turn);
            lock(&tallies).push(tally);
        });
        let ended = lock(&feed).ended;
        let mut drain = drain.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = drain.error.take() {
            return Err(error);
        }
        let workbook = drain.finish()?;
        let mut checkpoint = drain.checkpoint;
        let mut added = Tally::default();
        for tally in tallies.into_inner().unwrap_or_else(PoisonError::into_inner) {
            added.add(tally);
        }
        number_rows(&mut added, &drain.rows_before);
        checkpoint.tally.add(added);
        let (understood, ignored) = self.headings();
        let by_line = self
            .material_columns
            .is_some_and(|columns| columns.key != BillKey::Product);
        let all_read = ended && self.options.resume.is_none();
        let unused_bills = self
            .bills
            .filter(|_| by_line && all_read)
            .and_then(|bills| bills.unused(self.material_encoding));
        Ok(Finished {
            workbook,
            unused_bills,
            layout: self.layout.clone(),
            understood,
            ignored,
            checkpoint,
            stopped: !ended,
            threads,
        })
    }

    fn headings(&self) -> (Vec<(String, &'static str)>, Vec<String>) {
        let mut understood = Vec::new();
        let mut ignored = Vec::new();
        for (position, heading) in self.layout.headings.iter().enumerate() {
            let field = Field::ALL
                .into_iter()
                .find(|field| self.columns.position(*field) == Some(position));
            match field {
                Some(field) => understood.push((heading.trim().to_owned(), field.name())),
                None => ignored.push(heading.trim().to_owned()),
            }
        }
        (understood, ignored)
    }

    /// Passes over what an earlier run has done; the rows of materials among it.
    fn skip(
        &self,
        source: &mut Source,
        stream: Option<&mut MaterialStream>,
        checkpoint: &Checkpoint,
    ) -> Result<u64, BatchError> {
        let Some(stream) = stream else {
            source
                .skip(checkpoint.bytes)
                .map_err(|error| self.read_error(0, error))?;
            return Ok(0);
        };
        let mut skipped = 0;
        let mut fields = Vec::new();
        // The rows of materials already used are found the way they were used.
        let mut chunk = Vec::new();
        let mut rows = Vec::new();
        while source.offset() < checkpoint.bytes {
            let before = source.offset();
            let more = source
                .next_chunk(&mut chunk)
                .map_err(|error| self.read_error(before, error))?;
            if more.is_none() {
                break;
            }
            stream
                .take(&chunk, self.layout.delimiter, self.columns, &mut rows)
                .map_err(|source| self.unreadable_materials(source))?;
            let mut at = 0;
            while let Some(record) = next_record(&rows, at, self.material_delimiter, &mut fields) {
                at = record.next;
                skipped += 1;
            }
        }
        Ok(skipped)
    }

    fn unreadable_materials(&self, source: io::Error) -> BatchError {
        let file = self.materials_file.to_owned();
        MaterialsError::Io { file, source }.into()
    }

    fn read_error(&self, offset: u64, source: io::Error) -> BatchError {
        BatchError::Read {
            file: self.file.to_owned(),
            offset,
            source,
        }
    }

    /// Title rows and headings of the lines.
    fn heading_text(&self) -> Vec<u8> {
        let layout = self.layout;
        let mut lines = layout.titles.clone();
        lines.extend_from_slice(&self.own_heading_row());
        for column in self.options.results.names() {
            lines.push(layout.delimiter);
            lines.extend_from_slice(column.as_bytes());
        }
        lines.extend_from_slice(layout.line_ending.as_bytes());
        lines
    }

    /// Title rows and headings of every output.
    fn write_headings(&self, drain: &mut Drain) -> Result<(), BatchError> {
        let layout = self.layout;
        let mark: &[u8] = match (layout.detected.evidence, layout.detected.encoding) {
            (Evidence::ByteOrderMark, Encoding::Utf8) => &[0xEF, 0xBB, 0xBF],
            (Evidence::ByteOrderMark, Encoding::Utf16Le) => &[0xFF, 0xFE],
            (Evidence::ByteOrderMark, Encoding::Utf16Be) => &[0xFE, 0xFF],
            _ => &[],
        };
        if self.options.form == OutputForm::AsInput {
            drain.write(0, mark)?;
        }
        self.write_lines(drain, &self.heading_text())?;
        let mut facts = self.own_heading_row();
        for field in self.fact_columns() {
            facts.push(layout.delimiter);
            facts.extend_from_slice(field.name().as_bytes());
        }
        facts.push(layout.delimiter);
        facts.extend_from_slice(b"roo_missing");
        facts.extend_from_slice(layout.line_ending.as_bytes());
        drain.write(
            1,
            "\u{feff}row,column,problem,cell,reading,explanation\n".as_bytes(),
        )?;
        drain.write(2, mark)?;
        drain.write(2, &self.encoded(&facts))?;
        let key = match self.wanted_key() {
            Some(true) => "product_code",
            _ => "entry_id,line_no",
        };
        drain.write(3, format!("\u{feff}{key},{MATERIAL_FACTS}\n").as_bytes())
    }

    /// Writes text of the line loop in the form of the output.
    fn write_lines(&self, drain: &mut Drain, text: &[u8]) -> Result<(), BatchError> {
        let encoding = self.layout.text_encoding;
        let recoded;
        let text = match drain.lines_out {
            Lines::AsInput(_) if self.layout.detected.encoding == encoding => text,
            Lines::AsInput(_) => {
                recoded = self.encoded(text);
                &recoded
            }
            Lines::Json(..) | Lines::Workbook(..) if encoding == Encoding::Utf8 => text,
            Lines::Json(..) | Lines::Workbook(..) => {
                recoded = decode_lossy(encoding, text).into_bytes();
                &recoded
            }
        };
        drain.write(0, text)
    }

    /// The headings without result columns of an earlier run.
    fn own_heading_row(&self) -> Vec<u8> {
        let row = &self.layout.heading_row;
        let mut fields = Vec::new();
        next_record(row, 0, self.layout.delimiter, &mut fields);
        let end = fields
            .get(self.own_columns)
            .map_or(row.len(), |span| span.outer.saturating_sub(1));
        row.get(..end).unwrap_or_default().to_vec()
    }

    fn fact_columns(&self) -> impl Iterator<Item = Field> {
        FACT_COLUMNS.into_iter().filter(|field| {
            let own = self.columns.position(*field);
            own.is_none_or(|position| position >= self.own_columns)
        })
    }

    /// What missing materials are asked for by: `Some(true)` the product,
    /// `Some(false)` the line.
    fn wanted_key(&self) -> Option<bool> {
        if self.columns.has(Field::ProductCode) {
            Some(true)
        } else if self.columns.has(Field::EntryId) && self.columns.has(Field::LineNo) {
            Some(false)
        } else {
            None
        }
    }

    /// Text of the line loop in the encoding of the file.
    fn encoded(&self, text: &[u8]) -> Vec<u8> {
        let wanted = self.layout.detected.encoding;
        if wanted == self.layout.text_encoding {
            return text.to_vec();
        }
        let mut out = Vec::new();
        encode_into(wanted, &String::from_utf8_lossy(text), &mut out);
        out
    }
}

impl Drain {
    /// Ends the run with an error, whose row of the materials is counted from the
    /// beginning of a chunk.
    fn fail(&mut self, error: BatchError) {
        let error = match error {
            BatchError::Materials(error) => error.after(self.material_rows).into(),
            error => error,
        };
        self.error.get_or_insert(error);
    }

    fn error(&self, which: usize, source: io::Error) -> BatchError {
        BatchError::Write {
            which,
            lines: self.lines,
            source,
        }
    }

    /// Writes to the lines (0) or to one of the other outputs.
    fn write(&mut self, which: usize, bytes: &[u8]) -> Result<(), BatchError> {
        let result = match (which, &mut self.lines_out) {
            (0, Lines::AsInput(out)) => out.write_all(bytes).map(|()| bytes.len()),
            (0, Lines::Json(rows, out)) => {
                let mut converted = Vec::new();
                rows.convert(bytes, &mut converted)
                    .and_then(|()| out.write_all(&converted))
                    .map(|()| converted.len())
            }
            (0, Lines::Workbook(sheets, _)) => sheets.add(bytes).map(|()| bytes.len()),
            _ => match self.sides.get_mut(which.saturating_sub(1)) {
                Some(Some(out)) => out.write_all(bytes).map(|()| bytes.len()),
                _ => return Ok(()),
            },
        };
        let count = result.map_err(|source| self.error(which, source))?;
        if let Some(written) = self.checkpoint.written.get_mut(which) {
            *written += count as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BatchError> {
        let mut result = match &mut self.lines_out {
            Lines::AsInput(out) | Lines::Json(_, out) => out.flush(),
            Lines::Workbook(..) => Ok(()),
        };
        for out in self.sides.iter_mut().flatten() {
            result = result.and_then(|()| out.flush());
        }
        result.map_err(|source| self.error(0, source))
    }

    /// Writes what is still held back, and hands out the workbook.
    fn finish(&mut self) -> Result<Option<PendingWorkbook>, BatchError> {
        if let Lines::Json(rows, out) = &mut self.lines_out {
            let mut converted = Vec::new();
            let result = rows
                .finish(&mut converted)
                .and_then(|()| out.write_all(&converted));
            result.map_err(|source| self.error(0, source))?;
            if let Some(written) = self.checkpoint.written.first_mut() {
                *written += converted.len() as u64;
            }
        }
        self.flush()?;
        let nowhere = Lines::AsInput(Box::new(io::sink()));
        Ok(match std::mem::replace(&mut self.lines_out, nowhere) {
            Lines::Workbook(sheets, out) => Some(PendingWorkbook::new(*sheets, out)),
            Lines::AsInput(_) | Lines::Json(..) => None,
        })
    }
}

/// Rows were numbered by chunk and place in it while the chunks before were not
/// known; this gives them their numbers in the file.
fn number_rows(tally: &mut Tally, rows_before: &[u64]) {
    let number = |row: &mut u64| {
        let chunk = usize::try_from(*row >> 32).unwrap_or_default();
        let before = rows_before.get(chunk).copied().unwrap_or_default();
        *row = before + (*row & 0xFFFF_FFFF) + 1;
    };
    for (_, first) in tally.remarks.values_mut() {
        number(first);
    }
    for top in tally.listed.values_mut() {
        for line in &mut top.0 {
            number(&mut line.row);
        }
    }
}

/// Moves a boundary back to the beginning of the declaration the last record
/// belongs to, unless the chunk holds nothing else.
fn keep_declaration_whole(text: &[u8], boundary: usize, delimiter: u8, entry: usize) -> usize {
    let mut fields = Vec::new();
    let mut at = 0;
    let mut start_of_last = 0;
    let mut last: Vec<u8> = Vec::new();
    while at < boundary
        && let Some(record) = next_record(text, at, delimiter, &mut fields)
    {
        let cells = Cells {
            text,
            fields: &fields,
        };
        let key = cells.at(entry);
        if key != last.as_slice() {
            start_of_last = record.start;
            last = key.to_vec();
        }
        at = record.next;
    }
    start_of_last
}

/// One worker.
struct Worker<'a> {
    run: &'a Run<'a>,
    reader: LineReader<'a>,
    decider: Decider<'a>,
    tally: WorkerTally,
    fields: Vec<Span>,
    joined: Vec<u8>,
    materials: Option<MaterialReader<'a>>,
    /// Room for the materials of one line.
    bill: Vec<Material>,
    totals: QuickMap<Vec<u8>, Option<DeclarationTotals>>,
    key: Vec<u8>,
    /// For each cell of the tally and each reason to list its lines the amount a
    /// line must exceed; until the list is full, any does.
    floors: Vec<[i128; Attention::ALL.len()]>,
}

impl<'a> Worker<'a> {
    fn new(run: &'a Run<'a>) -> Self {
        let encoding = run.layout.text_encoding;
        Self {
            run,
            reader: LineReader::new(
                run.book,
                run.codes,
                run.columns,
                &run.options.settings,
                encoding,
            ),
            decider: Decider::new(run.book, run.layout.delimiter, run.options.results),
            tally: WorkerTally::default(),
            fields: Vec::new(),
            joined: Vec::new(),
            materials: run.material_columns.map(|columns| {
                MaterialReader::new(
                    run.materials_file,
                    columns,
                    run.codes,
                    run.material_encoding,
                    run.options.settings.edition,
                )
            }),
            bill: Vec::new(),
            totals: QuickMap::default(),
            key: Vec::new(),
            floors: Vec::new(),
        }
    }

    fn work(mut self, feed: &Mutex<Feed>, drain: &Mutex<Drain>, turn: &Condvar) -> Tally {
        let mut text = Vec::new();
        let mut rows = Vec::new();
        let mut made = Made::default();
        loop {
            let number = match self.fetch(feed, &mut text, &mut rows) {
                Ok(Some(number)) => number,
                Ok(None) => break,
                Err((number, error)) => {
                    let mut drain = wait_for_turn(drain, turn, number);
                    drain.fail(error);
                    drain.next += 1;
                    turn.notify_all();
                    break;
                }
            };
            let result = self.make(number, &text, &rows, &mut made);
            let mut drain = wait_for_turn(drain, turn, number);
            if drain.error.is_none() {
                let written = result
                    .map_err(BatchError::from)
                    .and_then(|()| self.deliver(&mut drain, &made));
                if let Err(error) = written {
                    drain.fail(error);
                }
            }
            drain.next += 1;
            let failed = drain.error.is_some();
            turn.notify_all();
            drop(drain);
            if failed {
                self.run.progress.stop.store(true, Ordering::Relaxed);
                break;
            }
        }
        self.tally.finish()
    }

    /// Takes the next chunk, with its materials where they are streamed.
    fn fetch(
        &self,
        feed: &Mutex<Feed>,
        text: &mut Vec<u8>,
        rows: &mut Vec<u8>,
    ) -> Result<Option<u64>, (u64, BatchError)> {
        let mut feed = lock(feed);
        if feed.ended || self.run.progress.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let number = feed.next;
        let before = feed.source.offset();
        match feed.source.next_chunk(text) {
            Ok(Some(_)) => {}
            Ok(None) => {
                feed.ended = true;
                let Err(error) = self.expect_no_materials(&mut feed) else {
                    return Ok(None);
                };
                feed.next += 1;
                return Err((number, error));
            }
            Err(error) => {
                feed.ended = true;
                feed.next += 1;
                return Err((number, self.run.read_error(before, error)));
            }
        }
        feed.next += 1;
        if let Some(stream) = &mut feed.stream
            && let Err(source) =
                stream.take(text, self.run.layout.delimiter, self.run.columns, rows)
        {
            feed.ended = true;
            return Err((number, self.run.unreadable_materials(source)));
        }
        Ok(Some(number))
    }

    /// Materials that are left when the declaration has ended belong to no line.
    fn expect_no_materials(&self, feed: &mut Feed) -> Result<(), BatchError> {
        let Some(stream) = &mut feed.stream else {
            return Ok(());
        };
        let rows = stream
            .left_over()
            .map_err(|source| self.run.unreadable_materials(source))?;
        LineBills::new(rows).expect_end(self.run)?;
        Ok(())
    }

    /// Parses, decides and formats the lines of a chunk.
    fn make(
        &mut self,
        number: u64,
        text: &[u8],
        rows: &[u8],
        made: &mut Made,
    ) -> Result<(), MaterialsError> {
        made.lines.clear();
        made.facts.clear();
        made.rejects.clear();
        made.wanted.clear();
        made.rows = 0;
        made.count = 0;
        made.bytes = text.len() as u64;
        let run = self.run;
        let delimiter = run.layout.delimiter;
        if run.groups {
            self.add_up(text);
        }
        let decodable =
            run.layout.text_encoding != Encoding::Utf8 || std::str::from_utf8(text).is_ok();
        let mut bills = LineBills::new(rows);
        let mut fields = std::mem::take(&mut self.fields);
        let mut at = 0;
        while let Some(record) = next_record(text, at, delimiter, &mut fields) {
            at = record.next;
            let row = (number << 32) | made.rows;
            made.rows += 1;
            let raw = text.get(record.start..record.end).unwrap_or_default();
            if raw.trim_ascii().is_empty() {
                // A blank row is kept and is no line.
                made.lines
                    .extend_from_slice(text.get(record.start..record.next).unwrap_or_default());
                continue;
            }
            made.count += 1;
            let form = if decodable || std::str::from_utf8(raw).is_ok() {
                Form::Decodable
            } else if run.layout.detected.evidence == Evidence::AsciiSoFar
                && decode_gb18030(raw).is_some()
            {
                Form::Gb18030
            } else {
                Form::NotDecodable
            };
            self.one(
                Place {
                    record,
                    row,
                    text,
                    form,
                },
                &mut fields,
                &mut bills,
                made,
            )?;
        }
        self.fields = fields;
        bills.expect_end(self.run)?;
        made.material_rows = bills.row;
        Ok(())
    }

    /// One line.
    fn one(
        &mut self,
        place: Place<'_>,
        fields: &mut Vec<Span>,
        bills: &mut LineBills<'_>,
        made: &mut Made,
    ) -> Result<(), MaterialsError> {
        let run = self.run;
        let Place {
            record,
            row,
            text,
            form,
        } = place;
        let own = fields.len();
        // Result columns of an earlier run are replaced; surplus fields are kept.
        let own_end = fields
            .get(run.own_columns)
            .filter(|_| run.own_columns < run.layout.headings.len())
            .map_or(record.end, |span| span.outer.saturating_sub(1));
        let mut joined = std::mem::take(&mut self.joined);
        let found = self.join(text, record, fields, &mut joined);
        let source = if run.extensions.is_empty() {
            text
        } else {
            &joined
        };
        let cells = Cells {
            text: source,
            fields,
        };
        let totals = self.totals_of(&cells);
        if form == Form::Gb18030 {
            self.reader.set_encoding(Encoding::Gb18030);
        }
        let mut line = self.reader.read(&cells, totals);
        if !found {
            line.remarks.row(RemarkKind::HeaderMissing);
        }
        note_row(&mut line, own, run.layout.headings.len(), record, form);
        if let Some(bills) = run.bills {
            self.apply_bill(bills, &cells, &mut line);
        } else if let Some(reader) = &mut self.materials {
            let number = LineNumber::of(run.columns, &cells);
            let mut list = std::mem::take(&mut self.bill);
            if bills.read(reader, run.material_delimiter, &number, &mut list)? {
                line.materials = Some(list);
            } else {
                self.bill = list;
            }
        }
        let raw = text.get(record.start..own_end).unwrap_or_default();
        made.lines.extend_from_slice(raw);
        for _ in own..run.own_columns {
            made.lines.push(run.layout.delimiter);
        }
        let decided = self
            .decider
            .decide(&mut line, &mut self.tally, &mut made.lines);
        if run.bills.is_none()
            && let Some(list) = line.materials.take()
        {
            self.bill = list;
        }
        made.lines
            .extend_from_slice(text.get(record.end..record.next).unwrap_or_default());
        self.note(&line, &cells, row, &decided, made);
        if decided.needs_facts {
            self.tally.rest.needing_facts += 1;
            self.want_facts(&cells, raw, own, &decided, made);
        }
        self.reader.set_encoding(run.layout.text_encoding);
        self.joined = joined;
        Ok(())
    }

    /// Puts the cells of supplementing files behind those of the line. Whether
    /// the declaration's header was found.
    fn join(
        &self,
        text: &[u8],
        record: Record,
        fields: &mut Vec<Span>,
        joined: &mut Vec<u8>,
    ) -> bool {
        if self.run.extensions.is_empty() {
            return true;
        }
        joined.clear();
        joined.extend_from_slice(text.get(record.start..record.end).unwrap_or_default());
        for span in fields.iter_mut() {
            span.start -= record.start;
            span.end -= record.start;
            span.outer -= record.start;
        }
        let width = self.run.layout.headings.len();
        fields.truncate(width);
        let end = joined.len();
        fields.resize(
            width,
            Span {
                start: end,
                end,
                escaped: false,
                outer: end,
            },
        );
        let mut found = true;
        for extension in self.run.extensions {
            let key = self
                .run
                .columns
                .position(extension.key)
                .map(|position| {
                    Cells {
                        text: joined,
                        fields,
                    }
                    .at(position)
                    .to_vec()
                })
                .unwrap_or_default();
            let has_row = extension.append(&key, joined, fields);
            found &= has_row || extension.key != Field::EntryId;
        }
        found
    }

    /// Sums the totals of the declarations of a chunk. A declaration whose item
    /// numbers do not run from 1 is not at hand as a whole.
    fn add_up(&mut self, text: &[u8]) {
        self.totals.clear();
        let run = self.run;
        let (Some(entry), Some(total)) = (
            run.columns.position(Field::EntryId),
            run.columns.position(Field::Total),
        ) else {
            return;
        };
        let item = run.columns.position(Field::LineNo);
        let mut fields = Vec::new();
        let mut at = 0;
        while let Some(record) = next_record(text, at, run.layout.delimiter, &mut fields) {
            at = record.next;
            let cells = Cells {
                text,
                fields: &fields,
            };
            let key = cells.at(entry);
            let value = Decimal::read(cells.at(total)).ok().flatten();
            let known = self
                .totals
                .entry(key.to_vec())
                .or_insert(Some(DeclarationTotals {
                    total: Decimal(0),
                    lines: 0,
                }));
            let in_turn = |lines: u32| {
                item.is_some_and(|position| {
                    std::str::from_utf8(cells.at(position))
                        .ok()
                        .and_then(|text| text.parse::<u32>().ok())
                        == Some(lines)
                })
            };
            *known = known
                .zip(value)
                .filter(|(sum, _)| !key.is_empty() && in_turn(sum.lines + 1))
                .and_then(|(sum, value)| {
                    Some(DeclarationTotals {
                        total: Decimal(sum.total.0.checked_add(value.0)?),
                        lines: sum.lines + 1,
                    })
                });
        }
    }

    fn totals_of(&self, cells: &Cells<'_>) -> Option<DeclarationTotals> {
        if !self.run.groups {
            return None;
        }
        let key = self.reader.cell(cells, Field::EntryId);
        self.totals.get(key).copied().flatten()
    }

    /// The bill of the line's product for one unit, or of the line itself.
    fn apply_bill(&mut self, bills: &ProductBills, cells: &Cells<'_>, line: &mut Line) {
        let by_product = self
            .run
            .material_columns
            .is_some_and(|columns| columns.key == BillKey::Product);
        let bill = if by_product {
            bills.of(self.reader.cell(cells, Field::ProductCode))
        } else {
            LineNumber::of(self.run.columns, cells).write(&mut self.key);
            bills.of(&self.key)
        };
        let Some(bill) = bill.filter(|_| line.description.is_decidable()) else {
            return;
        };
        line.materials = Some(bill.to_vec());
        if by_product && line.quantity != Some(Decimal::ONE) {
            // The bill is for one unit: so are FOB and weight it is compared with.
            line.particulars.fob = line.unit_fob;
            line.particulars.weight = None;
            if line.unit_fob.is_none() {
                line.remarks.row(RemarkKind::BillNotApplied);
            }
        }
    }

    /// Remarks, rejects and lines that deserve attention.
    fn note(
        &mut self,
        line: &Line,
        cells: &Cells<'_>,
        row: u64,
        decided: &Decided,
        made: &mut Made,
    ) {
        let tally = &mut self.tally.rest;
        tally.lines += 1;
        let index = u32::try_from(row & 0xFFFF_FFFF).unwrap_or_default();
        for remark in &line.remarks.0 {
            let entry = tally.remarks.entry(remark.kind).or_insert((0, row));
            entry.0 += 1;
            if remark.kind.is_defect() {
                made.rejects.push((index, remark.clone()));
            }
        }
        if line.remarks.has_defect() {
            tally.defective += 1;
        }
        let amount = decided.at_stake.unwrap_or_default();
        for reason in decided.listing.reasons(decided.at_stake) {
            // Rows only grow, so an equal amount further down is not listed.
            let floor = self
                .floors
                .get(decided.cell)
                .and_then(|floors| floors.get(reason as usize));
            if floor.is_none_or(|floor| amount > *floor) {
                self.list(reason, cells, line, row, amount, decided.cell);
            }
        }
    }

    fn list(
        &mut self,
        reason: Attention,
        cells: &Cells<'_>,
        line: &Line,
        row: u64,
        amount: i128,
        cell: usize,
    ) {
        let currency = self
            .tally
            .key(cell)
            .map(|key| key.currency.clone())
            .unwrap_or_default();
        let listed = self.listed(cells, line, row, amount, cell);
        let top = self
            .tally
            .rest
            .listed
            .entry((reason, currency))
            .or_default();
        if top.admits(amount, row) {
            top.insert(listed);
        }
        let floor = top.floor();
        if self.floors.len() <= cell {
            let none = [i128::MIN; Attention::ALL.len()];
            self.floors.resize(cell + 1, none);
        }
        if let Some(slot) = self
            .floors
            .get_mut(cell)
            .and_then(|floors| floors.get_mut(reason as usize))
        {
            *slot = floor.unwrap_or(i128::MIN);
        }
    }

    fn listed(
        &self,
        cells: &Cells<'_>,
        line: &Line,
        row: u64,
        amount: i128,
        cell: usize,
    ) -> ListedLine {
        let entry = self.reader.text(cells, Field::EntryId);
        let item = self.reader.text(cells, Field::LineNo);
        let key = self.tally.key(cell);
        ListedLine {
            amount,
            row,
            key: match (entry.is_empty(), item.is_empty()) {
                (false, false) => format!("{entry}-{item}"),
                (false, true) => entry,
                (true, _) => item,
            },
            hs: line
                .description
                .hs
                .filter(|_| line.description.is_decidable())
                .map_or_else(
                    || self.reader.text(cells, Field::Hs),
                    |code| code.to_string(),
                ),
            from: key.map(|key| key.exporter.clone()).unwrap_or_default(),
            to: key.map(|key| key.importer.clone()).unwrap_or_default(),
            agreement: key.map(|key| key.agreement.clone()).unwrap_or_default(),
            verdict: key.map(|key| key.verdict.clone()).unwrap_or_default(),
            detail: key
                .map(|key| {
                    let mut detail = key.blockers.clone();
                    detail.extend(key.missing.iter().cloned());
                    detail
                })
                .unwrap_or_default(),
        }
    }

    /// The line with empty cells for its missing facts.
    fn want_line(&self, raw: &[u8], own: usize, key: &CellKey, made: &mut Made) {
        let run = self.run;
        let delimiter = run.layout.delimiter;
        made.facts.extend_from_slice(raw);
        let added = run.own_columns.saturating_sub(own) + run.fact_columns().count();
        made.facts.extend(std::iter::repeat_n(delimiter, added + 1));
        push_field(&mut made.facts, key.missing.join(";").as_bytes(), delimiter);
        made.facts
            .extend_from_slice(run.layout.line_ending.as_bytes());
    }

    /// The line in the file of lines that need facts.
    fn want_facts(
        &self,
        cells: &Cells<'_>,
        raw: &[u8],
        own: usize,
        decided: &Decided,
        made: &mut Made,
    ) {
        let run = self.run;
        let Some(key) = self.tally.key(decided.cell) else {
            return;
        };
        if run.wants_facts {
            self.want_line(raw, own, key, made);
        }
        if !run.wants_materials {
            return;
        }
        let wants_materials = key
            .missing
            .iter()
            .any(|fact| fact == "materials" || fact.starts_with("materials["));
        if !wants_materials {
            return;
        }
        let mut wanted = Vec::new();
        match run.wanted_key() {
            Some(true) => {
                let code = self.reader.text(cells, Field::ProductCode);
                push_field(&mut wanted, code.as_bytes(), b',');
            }
            Some(false) => {
                for field in [Field::EntryId, Field::LineNo] {
                    if !wanted.is_empty() {
                        wanted.push(b',');
                    }
                    push_field(&mut wanted, self.reader.text(cells, field).as_bytes(), b',');
                }
            }
            None => return,
        }
        made.wanted.push(Wanted {
            key: wanted,
            by_product: run.wanted_key() == Some(true),
        });
    }

    /// Writes what was made of a chunk.
    fn deliver(&self, drain: &mut Drain, made: &Made) -> Result<(), BatchError> {
        let run = self.run;
        drain.rows_before.push(drain.checkpoint.rows);
        let rows_before = drain.checkpoint.rows;
        run.write_lines(drain, &made.lines)?;
        if !made.facts.is_empty() {
            drain.write(2, &run.encoded(&made.facts))?;
        }
        if !made.rejects.is_empty() {
            let mut rejects = Vec::new();
            for (index, remark) in &made.rejects {
                write_reject(
                    run,
                    rows_before + u64::from(*index) + 1,
                    remark,
                    &mut rejects,
                );
            }
            drain.write(1, &rejects)?;
        }
        if matches!(drain.sides, [_, _, Some(_)]) {
            let mut rows = Vec::new();
            for wanted in &made.wanted {
                if wanted.by_product {
                    let product = String::from_utf8_lossy(&wanted.key).into_owned();
                    if !drain.checkpoint.products_listed.insert(product) {
                        continue;
                    }
                }
                rows.extend_from_slice(&wanted.key);
                rows.extend_from_slice(b",,,,,,,\n");
            }
            drain.write(3, &rows)?;
        }
        drain.flush()?;
        drain.material_rows += made.material_rows;
        drain.checkpoint.rows += made.rows;
        drain.checkpoint.bytes += made.bytes;
        drain.lines += made.count;
        run.progress
            .bytes
            .store(drain.checkpoint.bytes, Ordering::Relaxed);
        run.progress.lines.store(drain.lines, Ordering::Relaxed);
        Ok(())
    }
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Place<'t> {
    record: Record,
    row: u64,
    text: &'t [u8],
    form: Form,
}

/// How the bytes of a record can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the file's encoding says.
    Decodable,
    /// As GB18030, in a file that looked like ASCII.
    Gb18030,
    /// Not at all.
    NotDecodable,
}

fn wait_for_turn<'d>(
    drain: &'d Mutex<Drain>,
    turn: &Condvar,
    number: u64,
) -> MutexGuard<'d, Drain> {
    let mut guard = lock(drain);
    while guard.next != number {
        guard = turn.wait(guard).unwrap_or_else(PoisonError::into_inner);
    }
    guard
}

/// Remarks on the row as a whole.
fn note_row(line: &mut Line, fields: usize, headings: usize, record: Record, form: Form) {
    if record.unterminated {
        line.remarks.row(RemarkKind::OpenQuote);
    } else if fields > headings {
        line.remarks.row(RemarkKind::TooManyFields);
    } else if fields < headings {
        line.remarks.row(RemarkKind::TooFewFields);
    }
    match form {
        Form::Decodable => {}
        Form::Gb18030 => line.remarks.row(RemarkKind::ReadAsGb18030),
        Form::NotDecodable => line.remarks.row(RemarkKind::NotDecodable),
    }
}

/// One row of the file of rejected rows.
fn write_reject(run: &Run<'_>, row: u64, remark: &Remark, out: &mut Vec<u8>) {
    let heading = remark
        .field
        .and_then(|field| run.columns.position(field))
        .and_then(|position| run.layout.headings.get(position))
        .map_or("", |heading| heading.trim());
    let (english, chinese) = remark.kind.texts();
    let explanation = if run.options.chinese {
        chinese
    } else {
        english
    };
    let row = row.to_string();
    for (index, cell) in [
        row.as_str(),
        heading,
        remark.kind.code(),
        &remark.cell,
        remark.reading.as_deref().unwrap_or_default(),
        explanation,
    ]
    .into_iter()
    .enumerate()
    {
        if index > 0 {
            out.push(b',');
        }
        push_field(out, inert(cell).as_bytes(), b',');
    }
    out.push(b'\n');
}

/// A cell that a spreadsheet does not take for a formula.
pub fn inert(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        std::borrow::Cow::Owned(format!("'{cell}"))
    } else {
        std::borrow::Cow::Borrowed(cell)
    }
}

/// The rows of materials of a chunk, in the order of its lines.
struct LineBills<'r> {
    rows: &'r [u8],
    at: usize,
    /// Rows before the one at `at`.
    row: u64,
    /// The row at `at`, whose cells are `fields`, once it has been looked at.
    next: Option<Record>,
    fields: Vec<Span>,
}

impl<'r> LineBills<'r> {
    const fn new(rows: &'r [u8]) -> Self {
        Self {
            rows,
            at: 0,
            row: 0,
            next: None,
            fields: Vec::new(),
        }
    }

    /// The row that no line has taken yet; blank ones are passed over.
    fn next(&mut self, delimiter: u8) -> Option<Record> {
        while self.next.is_none() {
            let record = next_record(self.rows, self.at, delimiter, &mut self.fields)?;
            if record.start < record.end {
                self.next = Some(record);
            } else {
                self.pass(record);
            }
        }
        self.next
    }

    const fn pass(&mut self, record: Record) {
        self.at = record.next;
        self.row += 1;
        self.next = None;
    }

    fn cells(&self) -> Cells<'_> {
        Cells {
            text: self.rows,
            fields: &self.fields,
        }
    }

    /// Reads the materials of a line into `list`; whether the stream has any.
    fn read(
        &mut self,
        reader: &mut MaterialReader<'_>,
        delimiter: u8,
        line: &LineNumber<'_>,
        list: &mut Vec<Material>,
    ) -> Result<bool, MaterialsError> {
        list.clear();
        while let Some(record) = self.next(delimiter) {
            let row = self.cells();
            if !reader.columns.belongs(&row, line) {
                break;
            }
            list.push(reader.material(&row, self.row + 1)?);
            self.pass(record);
        }
        Ok(!list.is_empty())
    }

    /// Rows that belong to no line of the chunk stand out of order.
    fn expect_end(&mut self, run: &Run<'_>) -> Result<(), MaterialsError> {
        let Some(columns) = run.material_columns.filter(|_| run.bills.is_none()) else {
            return Ok(());
        };
        if self.next(run.material_delimiter).is_none() {
            return Ok(());
        }
        let mut key = Vec::new();
        columns.key_of(&self.cells(), &mut key);
        Err(MaterialsError::Order {
            file: run.materials_file.to_owned(),
            row: self.row + 1,
            key: decode_lossy(run.material_encoding, &key),
        })
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
