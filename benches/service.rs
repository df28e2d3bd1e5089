//! The service under load, beside a bare warp route in the same process: requests
//! a second and latency on 1 and 8 connections, with and without keeping the
//! decision, beside a thousand slow clients, and over a long soak. The servers
//! run in a process of their own, whose resident memory is what is written down.
//!
//! `cargo bench -p originis-service --bench service -- [--rounds N] [--seconds S]
//! [--soak S] [--slow N] [--record FILE]`

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a measurement that goes wrong stops; figures are for reading"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use originis_rules_engine::rulebook::RuleBook;
use originis_service::{Server, Settings};
use originis_testkit::http::read_response;
use tokio::runtime::Runtime;
use warp::Filter;

/// How often a slow client sends its next byte.
const SLOW: Duration = Duration::from_secs(1);
/// How long the soak runs between two rows.
const SAMPLE: Duration = Duration::from_secs(10);

const TRIAL: &str = "/v1/determinations?save=false";
const KEPT: &str = "/v1/determinations";

/// A question; each has a value of its own, so that none is a repetition.
fn question(number: u64) -> String {
    format!(
        r#"{{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15","good":{{"hs":"6110.12","name":"cashmere pullover","fob":"{}.00","currency":"USD","weight_kg":"40","customs_value":"1260.00"}},"materials":[{{"name":"cashmere yarn","hs":"5108.10","origin":"MN","status":"non_originating","value":"480.00","weight_kg":"38"}}],"costs":{{"labour":"300.00","overhead":"100.00","profit":"200.00","other":"120.00"}},"operations":["knitting","linking"],"transport":{{"direct":true}},"proof":{{"type":"certificate","issued":"2026-07-01"}}}}"#,
        1_000_000_000 + number % 1_000_000_000
    )
}

/// What is asked for on the command line.
struct Wanted {
    rounds: usize,
    time: Duration,
    soak: Duration,
    slow: usize,
    record: Option<String>,
}

impl Wanted {
    fn read(words: &[String]) -> Self {
        let after = |name: &str| {
            let at = words.iter().position(|word| word == name)?;
            Some(words[at + 1].clone())
        };
        let number =
            |name: &str, usual: u64| after(name).map_or(usual, |text| text.parse().unwrap());
        Self {
            rounds: usize::try_from(number("--rounds", 5)).unwrap(),
            time: Duration::from_secs(number("--seconds", 5)),
            soak: Duration::from_secs(number("--soak", 600)),
            slow: usize::try_from(number("--slow", 1000)).unwrap(),
            record: after("--record"),
        }
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, directory] = words.as_slice()
        && word == "--serve"
    {
        serve(Path::new(directory));
        return;
    }
    let wanted = Wanted::read(&words);
    // The slow clients need a handle each.
    let _ = rlimit::increase_nofile_limit(wanted.slow as u64 + 256);
    let directory = tempfile::tempdir().unwrap();
    let servers = Servers::start(directory.path());
    let mut table = Table::default();
    alone(&mut table);
    table.line("what,connections,seconds,requests,per_second,p50_us,p99_us,rss_mib");
    for _ in 0..wanted.rounds {
        for connections in [1, 8] {
            for (what, address, target) in [
                ("bare route", servers.bare, "/bare"),
                ("determination", servers.service, TRIAL),
                ("determination, kept", servers.service, KEPT),
            ] {
                table.row(
                    what,
                    connections,
                    wanted.time,
                    &servers,
                    measure(address, target, connections, wanted.time),
                );
            }
        }
    }
    let slow = SlowClients::start(servers.service, wanted.slow);
    for _ in 0..wanted.rounds {
        table.row(
            &format!("determination beside {} slow clients", wanted.slow),
            8,
            wanted.time,
            &servers,
            measure(servers.service, TRIAL, 8, wanted.time),
        );
    }
    let (bytes, cut_off) = slow.stop();
    table.line(&format!(
        "# the slow clients sent {bytes} bytes; {cut_off} of them were cut off and came back"
    ));
    let began = Instant::now();
    let mut kept = false;
    while began.elapsed() < wanted.soak {
        let (what, target) = if kept {
            ("soak, kept", KEPT)
        } else {
            ("soak", TRIAL)
        };
        let taken = measure(servers.service, target, 8, SAMPLE);
        table.row(what, 8, SAMPLE, &servers, taken);
        kept = !kept;
    }
    if let Some(path) = wanted.record {
        std::fs::write(path, table.0).unwrap();
    }
}

/// What is printed, and recorded when asked for.
#[derive(Default)]
struct Table(String);

impl Table {
    fn line(&mut self, line: &str) {
        println!("{line}");
        writeln!(self.0, "{line}").unwrap();
    }

    fn row(
        &mut self,
        what: &str,
        connections: usize,
        time: Duration,
        servers: &Servers,
        mut taken: Vec<u32>,
    ) {
        taken.sort_unstable();
        let at = |part: usize| taken[(taken.len() * part / 100).min(taken.len() - 1)];
        let per_second = taken.len() as f64 / time.as_secs_f64();
        self.line(&format!(
            "\"{what}\",{connections},{},{},{per_second:.0},{},{},{:.1}",
            time.as_secs(),
            taken.len(),
            at(50),
            at(99),
            servers.resident_kib() as f64 / 1024.0
        ));
    }
}

/// The work of one request without the service, for its share of the time.
fn alone(table: &mut Table) {
    let book = originis_rule_tables::shipped().unwrap();
    table.line(&format!("# tables {}", book.fingerprint));
    let loads = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    table.line(&format!("# {processors} processors, load {}", loads.trim()));
    let engine = timed(10_000, |number| {
        let facts = facts(&book, number);
        let agreement = originis_rules_engine::agreement::Agreement::Rcep;
        let began = Instant::now();
        std::hint::black_box(originis_rules_engine::determine(&book, &facts, agreement));
        began.elapsed()
    });
    let whole = timed(2_000, |number| {
        let text = question(number);
        let began = Instant::now();
        let request = originis_exchange::Request::from_json(&text).unwrap();
        let answer = originis_advice::decide(&book, &request, originis_exchange::Lang::En).unwrap();
        std::hint::black_box(serde_json::to_vec(&answer).unwrap());
        began.elapsed()
    });
    table.line(&format!(
        "# of one request: engine {engine} ns; request read, decided, worded and written as JSON {whole} ns"
    ));
}

fn facts(book: &RuleBook, number: u64) -> originis_rules_engine::facts::Facts {
    originis_exchange::Request::from_json(&question(number))
        .unwrap()
        .to_facts(book)
        .unwrap()
}

/// The median time of many repetitions, in nanoseconds.
fn timed(repetitions: u64, mut one: impl FnMut(u64) -> Duration) -> u128 {
    let mut taken: Vec<u128> = (0..repetitions)
        .map(|number| one(number).as_nanos())
        .collect();
    taken.sort_unstable();
    taken[taken.len() / 2]
}

/// The two servers in their process.
struct Servers {
    process: Child,
    service: SocketAddr,
    bare: SocketAddr,
}

impl Servers {
    fn start(directory: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut address = || lines.next().unwrap().unwrap().parse().unwrap();
        Self {
            service: address(),
            bare: address(),
            process,
        }
    }

    fn resident_kib(&self) -> u64 {
        std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .unwrap_or_default()
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmRSS:")?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            })
            .unwrap_or_default()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves both until killed, and writes their addresses to standard output.
fn serve(directory: &Path) {
    let runtime = Runtime::new().unwrap();
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), directory.to_owned());
    settings.log_requests = false;
    let book = originis_rule_tables::shipped().unwrap();
    runtime.block_on(async {
        let server = Server::bind(settings, book).await.unwrap();
        println!("{}", server.address().unwrap());
        let route = warp::path!("bare")
            .and(warp::post())
            .and(warp::body::bytes())
            .map(|body: bytes::Bytes| format!("{{\"length\":{}}}", body.len()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        tokio::spawn(warp::serve(route).incoming(listener).run());
        server.run(std::future::pending()).await;
    });
}

/// Asks on some connections for some time; microseconds of each request.
fn measure(address: SocketAddr, target: &str, connections: usize, time: Duration) -> Vec<u32> {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    let until = Instant::now() + time;
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            let target = target.to_owned();
            std::thread::spawn(move || client(address, &target, until, &ASKED))
        })
        .collect();
    clients
        .into_iter()
        .flat_map(|client| client.join().unwrap())
        .collect()
}

fn client(address: SocketAddr, target: &str, until: Instant, asked: &AtomicU64) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut taken = Vec::new();
    while Instant::now() < until {
        let body = question(asked.fetch_add(1, Ordering::Relaxed));
        let message = format!("{}{body}", head(address, target, body.len()));
        let began = Instant::now();
        stream.write_all(message.as_bytes()).unwrap();
        let response = read_response(&mut reader, false);
        let time = began.elapsed();
        assert!(response.status < 300, "{}", response.text());
        taken.push(u32::try_from(time.as_micros()).unwrap());
    }
    taken
}

fn head(address: SocketAddr, target: &str, length: usize) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Clients that send their request one byte at a time, and come back when they
/// are cut off.
struct SlowClients {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(u64, u64)>,
}

impl SlowClients {
    fn start(address: SocketAddr, count: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let connect = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream
                .write_all(head(address, TRIAL, 1000).as_bytes())
                .unwrap();
            stream
        };
        let mut clients: Vec<TcpStream> = (0..count).map(|_| connect()).collect();
        let thread = std::thread::spawn(move || {
            let (mut bytes, mut cut_off) = (0, 0);
            while !stopped.load(Ordering::Relaxed) {
                for client in &mut clients {
                    if client.write_all(b" ").is_ok() {
                        bytes += 1;
                    } else {
                        cut_off += 1;
                        *client = connect();
                    }
                }
                std::thread::sleep(SLOW);
            }
            (bytes, cut_off)
        });
        Self { stop, thread }
    }

    /// How many bytes they sent, and how often one was cut off.
    fn stop(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}
