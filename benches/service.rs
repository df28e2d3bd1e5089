//! The service under load, beside a bare warp route in the same run: requests
//! and latency on 1 and 8 connections, with and without keeping the decision,
//! and with a thousand slow clients connected. Prints one CSV line a round.
//!
//! `cargo bench -p originis-service --bench service`

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a measurement that goes wrong stops; figures are for reading"
)]

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use originis_service::{Server, Settings};
use originis_testkit::http::read_response;
use tokio::runtime::Runtime;
use warp::Filter;

const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(3);

const REQUEST: &str = r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15","good":{"hs":"6110.12","name":"cashmere pullover","fob":"1200.00","currency":"USD","weight_kg":"40","customs_value":"1260.00"},"materials":[{"name":"cashmere yarn","hs":"5108.10","origin":"MN","status":"non_originating","value":"480.00","weight_kg":"38"}],"costs":{"labour":"300.00","overhead":"100.00","profit":"200.00","other":"120.00"},"operations":["knitting","linking"],"transport":{"direct":true},"proof":{"type":"certificate","issued":"2026-07-01"}}"#;

fn main() {
    let runtime = Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), directory.path().to_owned());
    settings.log_requests = false;
    let book = originis_rule_tables::shipped().unwrap();
    let request = originis_exchange::Request::from_json(REQUEST).unwrap();
    let began = Instant::now();
    for _ in 0..1000 {
        let lang = originis_exchange::Lang::En;
        std::hint::black_box(originis_advice::decide(&book, &request, lang).unwrap());
    }
    println!(
        "# decide and word one answer: {} us",
        began.elapsed().as_micros() / 1000
    );
    let facts = request.to_facts(&book).unwrap();
    let began = Instant::now();
    for _ in 0..10_000 {
        let agreement = originis_rules_engine::agreement::Agreement::Rcep;
        std::hint::black_box(originis_rules_engine::determine(&book, &facts, agreement));
    }
    println!("# engine alone: {} ns", began.elapsed().as_nanos() / 10_000);
    let server = runtime.block_on(Server::bind(settings, book)).unwrap();
    let service = server.address().unwrap();
    runtime.spawn(server.run(std::future::pending()));
    let bare = {
        let route = warp::path!("bare")
            .and(warp::post())
            .and(warp::body::bytes())
            .map(|body: bytes::Bytes| format!("{{\"length\":{}}}", body.len()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let listener = runtime
            .block_on(async { tokio::net::TcpListener::from_std(listener) })
            .unwrap();
        runtime.spawn(warp::serve(route).incoming(listener).run());
        address
    };
    println!("what,connections,requests_per_second,p50_us,p99_us,rss_mib");
    for _ in 0..ROUNDS {
        for connections in [1, 8] {
            measure("bare", bare, "/bare", connections);
            measure(
                "determination",
                service,
                "/v1/determinations?save=false",
                connections,
            );
        }
        measure("determination, kept", service, "/v1/determinations", 8);
    }
    let slow: Vec<TcpStream> = (0..1000)
        .map(|_| {
            let mut stream = TcpStream::connect(service).unwrap();
            stream
                .write_all(b"POST /v1/determinations HTTP/1.1\r\n")
                .unwrap();
            stream
        })
        .collect();
    measure(
        "determination beside 1000 slow clients",
        service,
        "/v1/determinations?save=false",
        8,
    );
    drop(slow);
}

fn measure(what: &str, address: SocketAddr, target: &str, connections: usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            let (stop, target) = (Arc::clone(&stop), target.to_owned());
            std::thread::spawn(move || client(address, &target, &stop))
        })
        .collect();
    std::thread::sleep(TIME);
    stop.store(true, Ordering::Relaxed);
    let mut taken: Vec<u128> = clients
        .into_iter()
        .flat_map(|client| client.join().unwrap())
        .collect();
    taken.sort_unstable();
    let at = |part: usize| taken[(taken.len() * part / 100).min(taken.len() - 1)];
    let per_second = taken.len() as f64 / TIME.as_secs_f64();
    println!(
        "{what},{connections},{per_second:.0},{},{},{}",
        at(50),
        at(99),
        resident()
    );
}

/// Sends requests on one connection until told to stop; microseconds of each.
fn client(address: SocketAddr, target: &str, stop: &AtomicBool) -> Vec<u128> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let message = format!(
        "POST {target} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{REQUEST}",
        REQUEST.len()
    );
    let mut taken = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        stream.write_all(message.as_bytes()).unwrap();
        let response = read_response(&mut reader, false);
        assert!(response.status < 300, "{}", response.text());
        taken.push(began.elapsed().as_micros());
    }
    taken
}

/// Resident memory of this process in MiB, clients included.
fn resident() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()
        })
        .unwrap_or_default()
        / 1024
}
