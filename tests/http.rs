//! `originis serve` as a process: keys, records, and what is left after it is
//! killed.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use originis_testkit::http::{self, Response};

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
        let mut program = originis(data, &all).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line
            .rsplit_once("http://")
            .and_then(|(_, rest)| rest.trim_end_matches('/').parse().ok())
            .unwrap_or_else(|| panic!("no address in `{line}`"));
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
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
        let response = served.send("POST", "/v1/batches", None, lines.as_bytes());
        assert_eq!(response.status, 202, "{}", response.text());
        response.json()["id"].as_str().unwrap().to_owned()
    };
    let served = Served::start(directory.path(), &[]);
    let began = Instant::now();
    loop {
        let batch = served
            .send("GET", &format!("/v1/batches/{id}"), None, b"")
            .json();
        if batch["state"] == "done" {
            assert_eq!(batch["rows"], 100_000);
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{batch}");
        std::thread::sleep(Duration::from_millis(50));
    }
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
