//! Throughput of a batch as a ratio to one parse-and-write pass of the `csv`
//! crate over the same bytes, in the same run.
//!
//! `cargo bench -p originis-batch --bench throughput -- [LINES] [ROUNDS]`
//! writes the figures to standard output and, with `--record FILE`, to a file.
//! `--generate DIR LINES` only writes the workload, `--measure …` is one
//! contender in a process of its own, which is how peak memory is taken.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot read its own workload has nothing to report"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use originis_batch::results::ResultColumns;
use originis_batch::run::{Input, Inputs, Options, Outputs, Progress, run};
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::rulebook::RuleBook;

/// Lines of the default workload.
const LINES: u64 = 1_000_000;
/// Rounds of which the median is taken.
const ROUNDS: usize = 5;
/// Product codes a company of this size declares.
const PRODUCTS: usize = 600;
/// Material rows of one line in scenario B.
const MATERIALS: u64 = 5;

/// A small generator of repeatable numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Writes declaration lines of a month and, beside them, five material rows for
/// each.
fn generate(book: &RuleBook, directory: &Path, lines: u64) {
    fs::create_dir_all(directory).unwrap();
    let codes = book
        .nomenclature
        .edition(HsEdition::Hs2022)
        .unwrap()
        .codes();
    let mut numbers = Numbers(20_260_715);
    let product = |numbers: &mut Numbers| {
        let index = numbers.below(PRODUCTS as u64);
        // Spread over the nomenclature, some far more frequent than others.
        let index = index * numbers.below(PRODUCTS as u64) / PRODUCTS as u64;
        let position = usize::try_from(index).unwrap() * codes.len() / PRODUCTS;
        codes.get(position).unwrap().as_number()
    };
    let importers = ["JP", "JP", "KR", "KR", "AU", "VN", "TH", "NZ"];
    let mut declarations = BufWriter::new(File::create(directory.join("lines.csv")).unwrap());
    let mut decided = BufWriter::new(File::create(directory.join("lines-b.csv")).unwrap());
    let mut bills = BufWriter::new(File::create(directory.join("materials.csv")).unwrap());
    let head = "entry_id,line_no,hs,from,to,date,fob,customs_value,currency";
    writeln!(declarations, "{head}").unwrap();
    writeln!(decided, "{head},operations").unwrap();
    writeln!(bills, "entry_id,line_no,hs,origin,status,value").unwrap();
    for line in 0..lines {
        let entry = line / 4 + 1;
        let item = line % 4 + 1;
        let code = product(&mut numbers);
        let importer = importers
            .get(usize::try_from(numbers.below(importers.len() as u64)).unwrap())
            .unwrap();
        let day = numbers.below(28) + 1;
        let cents = numbers.below(900_000) + 10_000;
        let value = cents + cents / 20;
        let row = format!(
            "D{entry:08},{item},{code:06},CN,{importer},2026-07-{day:02},{}.{:02},{}.{:02},USD",
            cents / 100,
            cents % 100,
            value / 100,
            value % 100
        );
        writeln!(declarations, "{row}").unwrap();
        writeln!(decided, "{row},knitting").unwrap();
        for _ in 0..MATERIALS {
            let code = product(&mut numbers);
            let (origin, status) = match numbers.below(4) {
                0 => ("US", 0),
                1 => ("MN", 0),
                2 => ("JP", 1),
                _ => ("CN", 1),
            };
            let part = cents * (numbers.below(14) + 1) / 100;
            writeln!(
                bills,
                "D{entry:08},{item},{code:06},{origin},{status},{}.{:02}",
                part / 100,
                part % 100
            )
            .unwrap();
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// Declaration lines only.
    A,
    /// Joined with five material rows for each.
    B,
}

impl Scenario {
    fn files(self, directory: &Path) -> Vec<PathBuf> {
        match self {
            Self::A => vec![directory.join("lines.csv")],
            Self::B => vec![
                directory.join("lines-b.csv"),
                directory.join("materials.csv"),
            ],
        }
    }
}

/// The floor: every record parsed, and the lines written again.
fn csv_pass(scenario: Scenario, directory: &Path, out: &Path) {
    for (index, path) in scenario.files(directory).into_iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(BufReader::with_capacity(1 << 19, File::open(path).unwrap()));
        let mut record = csv::ByteRecord::new();
        let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(
            1 << 19,
            File::create(out).unwrap(),
        ));
        while reader.read_byte_record(&mut record).unwrap() {
            if index == 0 {
                writer.write_byte_record(&record).unwrap();
            } else {
                std::hint::black_box(&record);
            }
        }
        writer.flush().unwrap();
    }
}

/// The batch itself, as `originis batch` runs it.
fn batch(
    book: &RuleBook,
    scenario: Scenario,
    (input, results): (Source<'_>, ResultColumns),
    threads: usize,
    out: &Path,
) {
    let named = |path: &Path| Input {
        name: path.display().to_string(),
        reader: Box::new(File::open(path).unwrap()),
    };
    let (directory, lines) = match input {
        Source::Files(directory) => (directory, named(scenario.files(directory).first().unwrap())),
        Source::StandardInput(directory) => (
            directory,
            Input {
                name: "standard input".to_owned(),
                reader: Box::new(std::io::stdin()) as Box<dyn Read + Send>,
            },
        ),
    };
    let inputs = Inputs {
        lines,
        headers: None,
        products: None,
        materials: (scenario == Scenario::B).then(|| named(&directory.join("materials.csv"))),
    };
    let outputs = Outputs {
        lines: Box::new(File::create(out).unwrap()),
        rejects: None,
        facts: None,
        facts_materials: None,
    };
    let options = Options {
        threads,
        results,
        ..Options::default()
    };
    let finished = run(book, inputs, outputs, &options, &Progress::default()).unwrap();
    assert!(finished.checkpoint.tally.lines > 0);
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Files(&'a Path),
    StandardInput(&'a Path),
}

/// Peak resident memory of this process in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .and_then(|kilobytes| kilobytes.trim().parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes / 1024)
}

/// One contender in this process: milliseconds, and peak memory before and
/// after. The tables are loaded before the clock starts.
fn measure(words: &[String]) {
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    let directory = PathBuf::from(word(2));
    let scenario = if word(1) == "B" {
        Scenario::B
    } else {
        Scenario::A
    };
    // The same kind of file for every contender; nothing is kept of it. What an
    // earlier one wrote is gone before the clock starts.
    let out = directory.join("out.csv");
    if out.exists() {
        fs::remove_file(&out).unwrap();
    }
    let book = (word(0) != "csv").then(|| originis_rule_tables::shipped().unwrap());
    let tables = peak();
    let threads = word(3).parse().unwrap_or(1);
    let files = Source::Files(&directory);
    let all = ResultColumns::default();
    let started = Instant::now();
    match (word(0), &book) {
        ("batch", Some(book)) => batch(book, scenario, (files, all), threads, &out),
        ("codes", Some(book)) => {
            let codes = "verdict,findings".parse().unwrap();
            batch(book, scenario, (files, codes), threads, &out);
        }
        ("stdin", Some(book)) => {
            let input = Source::StandardInput(&directory);
            batch(book, scenario, (input, all), threads, &out);
        }
        _ => csv_pass(scenario, &directory, &out),
    }
    let elapsed = started.elapsed().as_micros();
    println!("{elapsed} {tables} {}", peak());
}

/// Runs a contender in a process of its own: microseconds, MiB of tables, MiB at
/// the peak.
fn child(words: &[&str], stdin: Option<&Path>) -> (u64, u64, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--measure").args(words);
    if let Some(path) = stdin {
        command.stdin(File::open(path).unwrap());
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text
        .split_whitespace()
        .map(|number| number.parse().unwrap());
    let mut next = || numbers.next().unwrap();
    (next(), next(), next())
}

fn median(values: &mut [u64]) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// `1234` thousandths as `1.234`.
fn ratio(value: u64, floor: u64) -> String {
    let thousandths = value * 1000 / floor.max(1);
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match words.first().map(String::as_str) {
        Some("--measure") => return measure(words.get(1..).unwrap_or_default()),
        Some("--generate") => {
            let book = originis_rule_tables::shipped().unwrap();
            let lines = words.get(2).unwrap().parse().unwrap();
            return generate(&book, Path::new(words.get(1).unwrap()), lines);
        }
        _ => {}
    }
    let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let lines = numbers.first().copied().unwrap_or(LINES);
    let rounds = numbers
        .get(1)
        .map_or(ROUNDS, |rounds| usize::try_from(*rounds).unwrap());
    let record = words
        .iter()
        .position(|word| word == "--record")
        .and_then(|position| words.get(position + 1));
    let directory = std::env::temp_dir().join(format!("originis-bench-{lines}"));
    let book = originis_rule_tables::shipped().unwrap();
    generate(&book, &directory, lines);
    let place = directory.display().to_string();
    let mut report = String::new();
    let _ = writeln!(report, "lines\t{lines}\nrounds\t{rounds}");
    let _ = writeln!(report, "tables\t{}", book.fingerprint);
    let _ = writeln!(
        report,
        "scenario\tcontender\tthreads\tmicroseconds of each round\tmedian\tratio\tpeak MiB\tof it tables"
    );
    for (scenario, name) in [(Scenario::A, "A"), (Scenario::B, "B")] {
        let contenders: [(&str, &str); 6] = [
            ("csv", "1"),
            ("codes", "1"),
            ("codes", "2"),
            ("batch", "1"),
            ("batch", "2"),
            ("stdin", "2"),
        ];
        let mut times: Vec<Vec<u64>> = vec![Vec::new(); contenders.len()];
        let mut memory = vec![(0, 0); contenders.len()];
        for _ in 0..rounds {
            for (index, (contender, threads)) in contenders.iter().enumerate() {
                let files = scenario.files(&directory);
                let stdin = (*contender == "stdin").then(|| files.first().unwrap().as_path());
                let (time, tables, peak) = child(&[contender, name, &place, threads], stdin);
                times.get_mut(index).unwrap().push(time);
                let most = memory.get_mut(index).unwrap();
                *most = (tables.max(most.0), peak.max(most.1));
            }
        }
        let mut floor = 0;
        for (index, (contender, threads)) in contenders.iter().enumerate() {
            let rounds = times.get_mut(index).unwrap();
            let raw: Vec<String> = rounds.iter().map(u64::to_string).collect();
            let middle = median(rounds);
            if index == 0 {
                floor = middle;
            }
            let (tables, peak) = memory.get(index).unwrap();
            let _ = writeln!(
                report,
                "{name}\t{contender}\t{threads}\t{}\t{middle}\t{}\t{peak}\t{tables}",
                raw.join(" "),
                ratio(middle, floor)
            );
        }
    }
    print!("{report}");
    if let Some(path) = record {
        fs::write(path, &report).unwrap();
    }
    fs::remove_dir_all(&directory).unwrap();
}
