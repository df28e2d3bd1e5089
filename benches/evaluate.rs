//! What the engine costs per good, without materials and with five, beside a
//! named baseline of the same run: reading one declaration line with the csv
//! crate. `cargo bench -p originis-batch --bench evaluate` prints the raw figures
//! and the table; see `benches/README.md`. An argument keeps only the contenders
//! whose names contain it.

use std::cell::RefCell;
use std::hint::black_box;
use std::io::Cursor;
use std::time::Instant;

use originis_batch::days::{Day, Days};
use originis_batch::duties::Duties;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::facts::{Facts, Material};
use originis_rules_engine::law::{Inquiry, Record};
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine, determine_in};
use originis_testkit::facts::{amount, country, foreign, made_of, originating, shipped_directly};

/// Rounds, of which the median is reported; the contenders take turns. They are
/// short, so that most of them are not interrupted on a machine that is shared.
const ROUNDS: usize = 401;
/// Repetitions in one round.
const REPEAT: u32 = 500;

fn main() {
    let book = originis_rule_tables::shipped().unwrap_or_else(|problems| {
        eprintln!("the shipped tables cannot be loaded: {problems}");
        std::process::exit(3);
    });
    let bare = shipped_directly(good(None));
    let five = shipped_directly(good(Some(materials())));
    let mut both = five.clone();
    both.importer = country("KR");
    let lines = RefCell::new(Lines::new());
    let duties = RefCell::new(Duties::new(&book));
    let day = Days::new(&book).day(five.date);
    let room = RefCell::new(Record::with_room());
    let mut contenders: Vec<Contender<'_>> = vec![
        contender("one line read with the csv crate", || {
            lines.borrow_mut().read()
        }),
        contender("origin, no materials stated", || {
            origin(&book, &bare, &mut room.borrow_mut())
        }),
        contender("origin, five materials", || {
            origin(&book, &five, &mut room.borrow_mut())
        }),
        contender("whole determination, no materials stated", || {
            whole(&book, &bare)
        }),
        contender("whole determination, five materials", || {
            whole(&book, &five)
        }),
        contender("line of a file, five materials, RCEP", || {
            line(&book, (&mut duties.borrow_mut(), &day), &five)
        }),
        contender("line of a file, five materials, RCEP and APTA", || {
            line(&book, (&mut duties.borrow_mut(), &day), &both)
        }),
        contender("line of a file, room used again, RCEP", || {
            let mut duties = duties.borrow_mut();
            line_in(&book, (&mut duties, &day), &five, &mut room.borrow_mut())
        }),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    contenders.retain(|contender| {
        wanted.is_empty() || wanted.iter().any(|part| contender.name.contains(part))
    });
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            let start = Instant::now();
            for _ in 0..REPEAT {
                black_box((contender.run)());
            }
            let picoseconds = start.elapsed().as_nanos() * 1_000 / u128::from(REPEAT);
            contender.picoseconds.push(picoseconds);
        }
    }
    print(&mut contenders);
}

struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn() -> usize + 'a>,
    picoseconds: Vec<u128>,
}

fn contender<'a>(name: &'static str, run: impl Fn() -> usize + 'a) -> Contender<'a> {
    Contender {
        name,
        run: Box::new(run),
        picoseconds: Vec::with_capacity(ROUNDS),
    }
}

/// A cashmere pullover from China to Japan, as one declaration line has it.
fn good(materials: Option<Vec<Material>>) -> Facts {
    let mut facts = made_of("6110.12", "CN", "JP", Vec::new());
    facts.production.materials = materials;
    facts.good.customs_value = Some(amount("126"));
    facts
}

/// Three foreign materials, one of the producer's country, one cumulated.
fn materials() -> Vec<Material> {
    vec![
        foreign("5108.10", "48"),
        foreign("9606.21", "2"),
        foreign("5807.10", "1"),
        originating("5401.10", "3", "CN"),
        originating("5205.12", "6", "VN"),
    ]
}

/// Article 3.2 alone: every criterion, every finding. One decision is made in the
/// room of the one before.
fn origin(book: &RuleBook, facts: &Facts, room: &mut Record) -> usize {
    book.agreement(Agreement::Rcep).map_or(0, |tables| {
        let inquiry = Inquiry::of_good(book, tables, facts);
        let decision = originis_rules_engine::rcep::decide(&inquiry, std::mem::take(room));
        let findings = black_box(&decision).findings.len();
        *room = Record::in_place_of(decision);
        findings
    })
}

/// Origin, country of origin, rate, consignment, proof and claim.
fn whole(book: &RuleBook, facts: &Facts) -> usize {
    determine(book, facts, Agreement::Rcep)
        .map_or(0, |answer| black_box(&answer).origin.findings.len())
}

/// As the batch runner decides a line with a bill of materials: under every
/// agreement that binds, the duties remembered.
fn line(book: &RuleBook, (duties, day): (&mut Duties<'_>, &Day), facts: &Facts) -> usize {
    let mut findings = 0;
    for agreement in agreements_between(book, facts) {
        let answer = determine_in(Record::with_room(), book, facts, agreement, |question| {
            duties.rate(agreement, question, day)
        });
        findings += answer.map_or(0, |answer| black_box(&answer).origin.findings.len());
    }
    findings
}

/// [`line`], each decision in the room of the one before.
fn line_in(
    book: &RuleBook,
    (duties, day): (&mut Duties<'_>, &Day),
    facts: &Facts,
    room: &mut Record,
) -> usize {
    let mut findings = 0;
    for agreement in agreements_between(book, facts) {
        let taken = std::mem::take(room);
        let answer = determine_in(taken, book, facts, agreement, |question| {
            duties.rate(agreement, question, day)
        });
        if let Some(answer) = answer {
            findings += black_box(&answer).origin.findings.len();
            *room = Record::in_place_of(answer.origin);
        }
    }
    findings
}

/// Lines of eighteen fields, as a declaration file has them.
struct Lines {
    reader: csv::Reader<Cursor<Vec<u8>>>,
    record: csv::ByteRecord,
}

impl Lines {
    fn new() -> Self {
        let line = b"090120260000123456,1,CN,JP,2026-07-15,6110121000,cashmere pullover,40,kg,1200.00,USD,FOB,1260.00,22,C,G26110000000001,direct,certificate\n";
        Self {
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(Cursor::new(line.repeat(1_000))),
            record: csv::ByteRecord::new(),
        }
    }

    /// Reads the next line, from the start again after the last.
    fn read(&mut self) -> usize {
        if !matches!(self.reader.read_byte_record(&mut self.record), Ok(true)) {
            let _ = self.reader.seek(csv::Position::new());
        }
        self.record.len()
    }
}

fn print(contenders: &mut [Contender<'_>]) {
    println!("contender,rounds,median_ns,least_ns,most_ns");
    let mut baseline = None;
    let mut table = Vec::new();
    for contender in contenders {
        contender.picoseconds.sort_unstable();
        let at = |index: usize| {
            contender
                .picoseconds
                .get(index)
                .copied()
                .unwrap_or_default()
        };
        let median = at(ROUNDS / 2);
        println!(
            "{},{ROUNDS},{},{},{}",
            contender.name,
            nanoseconds(median),
            nanoseconds(at(0)),
            nanoseconds(at(ROUNDS - 1)),
        );
        let base = *baseline.get_or_insert(median.max(1));
        table.push((contender.name, median, median * 100 / base));
    }
    println!();
    for (name, median, hundredths) in table {
        println!(
            "{name:46} {:>9} ns  {:>3}.{:02} x the csv line",
            nanoseconds(median),
            hundredths / 100,
            hundredths % 100
        );
    }
}

fn nanoseconds(picoseconds: u128) -> String {
    format!("{}.{}", picoseconds / 1_000, picoseconds / 100 % 10)
}
