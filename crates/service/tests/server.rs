//! The server around the routes: who may ask, how long it waits, what it sends
//! with every response, and how it stops.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod support;

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use originis_service::{Server, Settings, StartError, Store};
use originis_testkit::http;
use support::{start, start_in};

#[test]
fn every_response_carries_the_security_headers() {
    let service = start(|_| {});
    for target in ["/", "/health", "/v1/version", "/nowhere"] {
        let response = service.get(target);
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{target}");
        assert!(!policy.contains("unsafe"), "{target}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("x-frame-options"), Some("DENY"));
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(response.header("x-request-id").map(str::len), Some(16));
        assert!(response.header("cache-control").is_some());
    }
}

#[test]
fn unknown_addresses_and_methods_are_problem_documents_in_the_language_asked_for() {
    let service = start(|_| {});
    let response = service.send("GET", "/nowhere", &[("accept-language", "zh-CN")], b"");
    assert_eq!(response.status, 404);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(response.header("content-language"), Some("zh-Hans"));
    assert_eq!(response.json()["title"], "该地址下没有内容");
    let response = service.send("PUT", "/v1/determinations", &[], b"");
    assert_eq!(response.status, 405);
    assert_eq!(response.header("allow"), Some("POST, GET, HEAD"));
    assert_eq!(
        response.json()["type"],
        "urn:originis:problem:method-not-allowed"
    );
}

#[test]
fn a_head_request_is_answered_like_get_without_the_body() {
    let service = start(|_| {});
    let response = service.send("HEAD", "/v1/version", &[], b"");
    assert_eq!(response.status, 200);
    assert!(response.body.is_empty());
    assert!(response.header("etag").is_some());
}

#[test]
fn what_depends_on_the_tables_alone_is_not_sent_twice() {
    let service = start(|_| {});
    let first = service.get("/v1/version");
    let tag = first.header("etag").unwrap();
    let second = service.send("GET", "/v1/version", &[("if-none-match", tag)], b"");
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(second.header("etag"), Some(tag));
    let chinese = service.send(
        "GET",
        "/v1/version",
        &[("if-none-match", tag), ("accept-language", "zh")],
        b"",
    );
    assert_eq!(chinese.status, 200, "another language is another content");
}

#[test]
fn other_sites_cannot_use_the_browser_of_the_user() {
    let service = start(|_| {});
    let own_origin = format!("http://{}", service.address);
    let asked = |headers: &[(&str, &str)]| service.send("GET", "/v1/version", headers, b"").status;
    assert_eq!(asked(&[("origin", "https://evil.example")]), 403);
    assert_eq!(asked(&[("origin", &own_origin)]), 200);
    assert_eq!(
        asked(&[("host", "evil.example")]),
        403,
        "a name pointed here"
    );
    assert_eq!(asked(&[("host", "localhost:8080")]), 200);
    assert_eq!(asked(&[("sec-fetch-site", "cross-site")]), 403);
}

#[test]
fn beyond_loopback_a_key_is_needed_and_a_revoked_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let settings = || {
        let mut settings = Settings::new("0.0.0.0:0".parse().unwrap(), directory.path().to_owned());
        settings.log_requests = false;
        settings
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime
        .block_on(Server::bind(settings(), originis_testkit::book()))
        .unwrap_err();
    assert!(matches!(refused, StartError::NoKey(_)));
    assert!(refused.to_string().contains("originis serve key add"));

    let store = Store::open(directory.path()).unwrap();
    let key = store.add_key("exports department").unwrap();
    let service = start_in(directory.path(), |settings| settings.require_key = true);
    let asked = |authorization: Option<&str>| {
        let headers: Vec<(&str, &str)> = authorization
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        service
            .send("GET", "/v1/determinations", &headers, b"")
            .status
    };
    let bearer = format!("Bearer {}", key.secret);
    assert_eq!(asked(None), 401);
    assert_eq!(asked(Some("Bearer originis-guess")), 401);
    assert_eq!(asked(Some(&bearer)), 200);
    assert_eq!(service.get("/health").status, 200, "health needs no key");
    assert!(store.revoke_key(&key.id).unwrap());
    std::thread::sleep(Duration::from_millis(2200));
    assert_eq!(asked(Some(&bearer)), 401, "revoked");
}

#[test]
fn the_secret_of_a_key_is_not_in_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let key = store.add_key("broker").unwrap();
    let bare = key.secret.strip_prefix("originis-").unwrap();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(bare.len())
                .any(|window| window == bare.as_bytes());
            assert!(!found, "{} holds the secret", path.display());
        }
    }
    assert_eq!(store.keys().unwrap()[0].owner, "broker");
}

#[test]
fn a_client_that_does_not_finish_its_headers_is_cut_off() {
    let service = start(|settings| settings.limits.header_timeout = Duration::from_millis(300));
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n")
        .unwrap();
    assert_closed_within(&mut stream, Duration::from_secs(3));
}

#[test]
fn a_connection_left_idle_after_a_response_is_closed() {
    let service = start(|settings| settings.limits.header_timeout = Duration::from_millis(300));
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let response = http::read_response(&mut BufReader::new(stream.try_clone().unwrap()), false);
    assert_eq!(response.status, 200);
    assert_closed_within(&mut stream, Duration::from_secs(3));
}

fn assert_closed_within(stream: &mut TcpStream, time: Duration) {
    let began = Instant::now();
    stream.set_read_timeout(Some(time)).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(began.elapsed() < time);
}

#[test]
fn a_body_that_stalls_is_answered_with_408() {
    let service = start(|settings| settings.limits.body_stall = Duration::from_millis(300));
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .write_all(
            b"POST /v1/determinations HTTP/1.1\r\nhost: 127.0.0.1\r\n\
              content-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        )
        .unwrap();
    let response = http::read_response(&mut BufReader::new(stream), false);
    assert_eq!(response.status, 408);
    assert_eq!(
        response.json()["type"],
        "urn:originis:problem:request-timeout"
    );
}

#[test]
fn a_body_over_the_limit_is_refused_whether_it_is_announced_or_chunked() {
    let service = start(|settings| settings.limits.request_bytes = 1000);
    let response = service.post("/v1/determinations", "application/json", &[b' '; 1001]);
    assert_eq!(response.status, 413);
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .write_all(
            b"POST /v1/determinations HTTP/1.1\r\nhost: 127.0.0.1\r\n\
              content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        )
        .unwrap();
    for _ in 0..3 {
        let _ = stream.write_all(format!("190\r\n{}\r\n", " ".repeat(400)).as_bytes());
    }
    let response = http::read_response(&mut BufReader::new(stream), false);
    assert_eq!(response.status, 413);
}

#[test]
fn headers_over_the_limit_are_refused() {
    let service = start(|_| {});
    let long = "a".repeat(40_000);
    let response = service.send("GET", "/health", &[("x-long", &long)], b"");
    assert_eq!(response.status, 431);
}

#[test]
fn connections_over_the_limit_wait_until_one_ends() {
    let service = start(|settings| {
        settings.limits.connections = 2;
        settings.limits.header_timeout = Duration::from_secs(1);
    });
    let idle: Vec<TcpStream> = (0..2)
        .map(|_| TcpStream::connect(service.address).unwrap())
        .collect();
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    assert_eq!(service.get("/health").status, 200);
    assert!(
        began.elapsed() > Duration::from_millis(500),
        "answered before the idle connections were cut off"
    );
    drop(idle);
}

#[test]
fn stopping_ends_within_its_bound_even_with_an_open_request() {
    let mut service = start(|settings| settings.limits.shutdown_grace = Duration::from_millis(500));
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream
        .write_all(
            b"POST /v1/determinations HTTP/1.1\r\nhost: 127.0.0.1\r\n\
              content-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        )
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let took = service.stop();
    assert!(
        took >= Duration::from_millis(400),
        "no time was given: {took:?}"
    );
    assert!(took < Duration::from_secs(4), "took {took:?}");
    assert!(TcpStream::connect(service.address).is_err());
}

#[test]
fn readiness_and_counters_tell_the_operator_what_happens() {
    let service = start(|_| {});
    assert_eq!(service.get("/ready").status, 200);
    let text = service.get("/metrics").text();
    assert!(
        text.contains("originis_http_requests_total{operation=\"ready\",status=\"200\"} 1"),
        "{text}"
    );
    // The connection of the question before may take a moment to be closed; what
    // stays open in the end is the one that asks.
    let settled = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        let text = service.get("/metrics").text();
        text.lines().any(|line| line == "originis_connections 1")
    });
    assert!(settled, "{text}");
}
