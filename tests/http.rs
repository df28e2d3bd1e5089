//! `originis serve` as a process: keys, records, and what is left after it is
//! killed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use originis_testkit::http::{self, Response};
use serde_json::Value;

fn originis(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_originis"));
    command
        .args(["serve", "--lang", "en", "--data"])
        .arg(data)
        .args(arguments);
    command
}

struct Served {
    program: Child,
    address: SocketAddr,
}

impl Served {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut all = vec!["--quiet", "--bind", "127.0.0.1:0"];
        all.extend(arguments);
        let (program, address) = http::serving(originis(data, &all));
        Self { program, address }
    }

    fn send(&self, method: &str, target: &str, key: Option<&str>, body: &[u8]) -> Response {
        let bearer = key.map(|key| format!("Bearer {key}"));
        let kind = if target.starts_with("/v1/batches") {
            "text/csv"
        } else {
            "application/json"
        };
        let mut headers = vec![("content-type", kind)];
        if let Some(bearer) = &bearer {
            headers.push(("authorization", bearer));
        }
        http::send(self.address, method, target, &headers, body)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // SIGKILL: nothing gets the chance to tidy up.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

const PULLOVER: &[u8] = br#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15",
    "good":{"hs":"6110.12"},"materials":[]}"#;

#[test]
fn a_decision_that_was_answered_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let id = {
        let served = Served::start(directory.path(), &[]);
        let response = served.send("POST", "/v1/determinations", None, PULLOVER);
        assert_eq!(response.status, 201, "{}", response.text());
        response.json()["decision_id"].as_str().unwrap().to_owned()
    };
    let served = Served::start(directory.path(), &[]);
    let replay = served.send("GET", &format!("/v1/determinations/{id}"), None, b"");
    assert_eq!(replay.status, 200);
    assert_eq!(replay.json()["answer"], replay.json()["answer_now"]);
}

#[test]
fn a_batch_that_was_accepted_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut lines = "hs,from,to,date\n".to_owned();
    for _ in 0..100_000 {
        lines.push_str("6110.12,CN,JP,2026-07-15\n");
    }
    let id = {
        let served = Served::start(directory.path(), &[]);
        upload(&served, "/v1/batches", &lines)
    };
    let served = Served::start(directory.path(), &[]);
    assert_eq!(decided(&served, &id)["rows"], 100_000);
}

/// A batch once it is done.
fn decided(served: &Served, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let target = format!("/v1/batches/{id}");
        let batch = served.send("GET", &target, None, b"").json();
        if !matches!(batch["state"].as_str(), Some("queued" | "running")) {
            assert_eq!(batch["state"], "done", "{batch}");
            return batch;
        }
        assert!(began.elapsed() < Duration::from_secs(240), "{batch}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Uploads a file and tells the id of its batch.
fn upload(served: &Served, target: &str, lines: &str) -> String {
    let response = served.send("POST", target, None, lines.as_bytes());
    assert_eq!(response.status, 202, "{}", response.text());
    response.json()["id"].as_str().unwrap().to_owned()
}

/// Lines of some products, of which each third has no usable date.
fn many_lines(count: usize) -> String {
    let mut lines = "hs,from,to,date,product_code,fob,currency\n".to_owned();
    for line in 0..count {
        let day = if line % 3 == 0 { "soon" } else { "2026-07-15" };
        let product = line % 50;
        lines.push_str(&format!("6110.12,CN,JP,{day},P{product},{line},USD\n"));
    }
    lines
}

#[test]
fn a_batch_interrupted_by_a_kill_goes_on_to_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let lines = many_lines(200_000);
    for format in ["csv", "ndjson"] {
        let target = format!("/v1/batches?name=many.csv&format={format}");
        let id = {
            let served = Served::start(directory.path(), &[]);
            let id = upload(&served, &target, &lines);
            let place = directory.path().join("batches").join(&id).join("place");
            let began = Instant::now();
            while !place.exists() {
                assert!(began.elapsed() < Duration::from_secs(60), "no place kept");
                std::thread::sleep(Duration::from_millis(10));
            }
            id
        };
        let served = Served::start(directory.path(), &[]);
        let continued = decided(&served, &id);
        assert_eq!(continued["after_interruption"], "resumed");
        assert_eq!(continued["rows"], 200_000);
        let whole = decided(&served, &upload(&served, &target, &lines));
        assert_eq!(whole["after_interruption"], Value::Null);
        assert_eq!(continued["summary"], whole["summary"]);
        let mut files = vec!["report".to_owned()];
        for file in whole["files"].as_array().unwrap() {
            files.push(file["file"].as_str().unwrap().to_owned());
        }
        assert_eq!(files.len(), 5, "{files:?}");
        for file in files {
            let [one, other] = [&continued, &whole].map(|batch| {
                let id = batch["id"].as_str().unwrap();
                let target = format!("/v1/batches/{id}/{file}");
                let response = served.send("GET", &target, None, b"");
                assert_eq!(response.status, 200, "{file}");
                response.body
            });
            assert!(one == other, "{format}: {file} differs");
        }
    }
}

#[test]
fn a_workbook_interrupted_by_a_kill_is_begun_again_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let id = {
        let served = Served::start(directory.path(), &[]);
        let id = upload(&served, "/v1/batches?format=xlsx", &many_lines(60_000));
        let batches = directory.path().join("batches");
        let began = Instant::now();
        while !batches.join(&id).join("result").exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "never began");
            std::thread::sleep(Duration::from_millis(10));
        }
        id
    };
    let served = Served::start(directory.path(), &[]);
    let batch = decided(&served, &id);
    assert_eq!(batch["after_interruption"], "restarted");
    assert_eq!(batch["rows"], 60_000);
}

#[test]
fn keys_and_records_are_managed_by_commands() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let refused = originis(data, &["--bind", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("serve key add"));

    let made = originis(data, &["key", "add", "exports"]).output().unwrap();
    assert!(made.status.success());
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let listed = originis(data, &["key", "list", "--format", "json"])
        .output()
        .unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["owner"], "exports");
    assert!(
        !listed.to_string().contains(&key),
        "the secret is not listed"
    );

    let served = Served::start(data, &["--require-key"]);
    let target = "/v1/determinations";
    assert_eq!(served.send("POST", target, None, PULLOVER).status, 401);
    assert_eq!(
        served.send("POST", target, Some(&key), PULLOVER).status,
        201
    );

    let export = || {
        let exported = originis(data, &["records", "export"]).output().unwrap();
        String::from_utf8(exported.stdout).unwrap()
    };
    let exported = export();
    let record: serde_json::Value = serde_json::from_str(exported.trim()).unwrap();
    assert_eq!(record["owner"], "exports");
    assert!(record["request"].as_str().unwrap().contains("6110.12"));

    let delete = |arguments: &[&str]| {
        let mut all = vec!["records", "delete", "--before", "2999-01-01"];
        all.extend(arguments);
        originis(data, &all)
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(delete(&[]), Some(2), "not without being confirmed");
    assert_eq!(delete(&["--yes", "--owner", "others"]), Some(0));
    assert_eq!(export(), exported, "only the records of the owner named");
    assert_eq!(delete(&["--yes"]), Some(0));
    assert_eq!(export(), "");
}
