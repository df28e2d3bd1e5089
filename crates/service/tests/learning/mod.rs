//! Training over HTTP: the gate before the key, changes, the clinic, and a class
//! with its trainer and participants.

use crate::support::{Response, Running, start_with};
use originis_service::Store;
use serde_json::{Value, json};
use tempfile::TempDir;

fn service(require_key: bool) -> (Running, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let book = originis_rule_tables::shipped().unwrap();
    let running = start_with(directory.path(), book, |settings| {
        settings.require_key = require_key;
    });
    (running, directory)
}

fn post(service: &Running, target: &str, token: &str, body: &Value) -> Response {
    let headers = [
        ("content-type", "application/json"),
        ("x-class-token", token),
    ];
    service.send("POST", target, &headers, body.to_string().as_bytes())
}

#[test]
fn every_case_is_sent_without_its_key_and_answered_after_a_prediction() {
    let (service, _directory) = service(false);
    let library = service.get("/v1/learn").json();
    let cases = library["cases"].as_array().unwrap();
    assert!(cases.len() >= 60);
    assert_eq!(library["sectors"].as_array().unwrap().len(), 12);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let path = format!("/v1/learn/cases/{id}");
        let asked = service.get(&path).json();
        for part in ["key", "right", "claims", "reply", "trace", "verdict"] {
            assert!(asked.get(part).is_none(), "{id} gives away `{part}`");
        }
        let predictions = format!("{path}/predictions");
        let choices = asked["choices"].as_array().unwrap().len();
        let right = (0..choices)
            .map(|choice| post(&service, &predictions, "", &json!({"choice": choice})).json())
            .filter(|reply| reply["choice"]["right"] == true)
            .count();
        assert_eq!(right, 1, "{id}");
    }
}

#[test]
fn a_change_is_predicted_and_decided_in_the_language_asked_for() {
    let (service, _directory) = service(false);
    let path = "/v1/learn/cases/cashmere-pullover-jp/predictions";
    let wrong = post(
        &service,
        path,
        "",
        &json!({"change": 0, "verdict": "originating"}),
    )
    .json();
    assert_eq!(wrong["change"]["right"], false);
    assert_eq!(wrong["change"]["trace"]["verdict"], "not_originating");
    let chinese = service.send(
        "GET",
        "/v1/learn/cases/cashmere-pullover-jp",
        &[("accept-language", "zh")],
        b"",
    );
    assert_eq!(chinese.json()["facts"]["materials"][0]["name"], "羊绒纱线");
    for fault in [
        json!({}),
        json!({"choice": 9}),
        json!({"change": 0}),
        json!({"change": 0, "verdict": "maybe"}),
        json!({"choice": 0, "change": 0, "verdict": "originating"}),
    ] {
        assert_eq!(post(&service, path, "", &fault).status, 400, "{fault}");
    }
    let nowhere = "/v1/learn/cases/none/predictions";
    assert_eq!(
        post(&service, nowhere, "", &json!({"choice": 0})).status,
        404
    );
}

#[test]
fn the_clinic_ranks_a_product_list() {
    let (service, _directory) = service(false);
    let list =
        "hs,name,from,to,customs_value\n3923.10,box,CN,JP,500000\n6110.12,pullover,CN,JP,100000\n";
    let ranked = service.post(
        "/v1/learn/clinic?date=2026-07-15",
        "text/csv",
        list.as_bytes(),
    );
    let ranked = ranked.json();
    assert_eq!(ranked["products"][0]["product"]["name"], "pullover");
    assert_eq!(ranked["products"][0]["standing"], "unused");
    assert_eq!(ranked["products"][0]["yearly_saving"], "4100.00");
    assert_eq!(ranked["products"][0]["lesson"], "tariff-shift");
    assert_eq!(ranked["products"][1]["standing"], "nothing_to_gain");
    let unreadable = service.post(
        "/v1/learn/clinic?date=2026-07-15",
        "text/csv",
        b"a,b\n1,2\n",
    );
    assert_eq!(unreadable.status, 400);
    let undated = service.post("/v1/learn/clinic", "text/csv", list.as_bytes());
    assert_eq!(undated.status, 400);
}

#[test]
fn a_class_counts_each_participant_once_and_shows_the_answer_when_told() {
    let (service, _directory) = service(false);
    let opened = post(
        &service,
        "/v1/classes",
        "",
        &json!({"cases": ["cashmere-pullover-jp", "cheese-exactly-forty"]}),
    );
    assert_eq!(opened.status, 201);
    let opened = opened.json();
    let code = opened["code"].as_str().unwrap().to_owned();
    let trainer = opened["trainer_token"].as_str().unwrap().to_owned();
    let path = format!("/v1/classes/{code}");
    let join = || {
        let joined = service.send("POST", &format!("{path}/participants"), &[], b"");
        assert_eq!(joined.status, 201);
        joined.json()["token"].as_str().unwrap().to_owned()
    };
    let (first, second) = (join(), join());
    let see = |token: &str| service.send("GET", &path, &[("x-class-token", token)], b"");
    let answer = |token: &str, question: usize, choice: usize| {
        post(
            &service,
            &format!("{path}/answers"),
            token,
            &json!({"question": question, "choice": choice}),
        )
    };
    let step = |token: &str, action: &str| {
        post(
            &service,
            &format!("{path}/steps"),
            token,
            &json!({"action": action}),
        )
    };

    // The distribution does not lead those who have not answered.
    assert_eq!(see(&first).json()["counts"], Value::Null);
    assert_eq!(answer(&first, 1, 1).json()["counts"], json!([0, 1, 0]));
    assert_eq!(answer(&first, 1, 0).status, 409, "nobody answers twice");
    assert_eq!(answer(&second, 2, 0).status, 409, "not the open question");
    assert_eq!(answer(&second, 1, 7).status, 400);
    assert_eq!(see(&second).json()["counts"], Value::Null);
    assert_eq!(answer(&second, 1, 0).json()["counts"], json!([1, 1, 0]));
    assert_eq!(
        answer(&trainer, 1, 0).status,
        409,
        "the trainer only steers"
    );

    // Only the trainer steers, and the answer is shown only then.
    assert_eq!(see(&trainer).json()["revealed"], Value::Null);
    assert_eq!(step(&first, "reveal").status, 404);
    let shown = step(&trainer, "reveal").json();
    assert_eq!(shown["stage"], "revealed");
    assert_eq!(shown["revealed"]["key"], 0);
    assert_eq!(
        see(&first).json()["revealed"]["trace"]["verdict"],
        "originating"
    );
    assert_eq!(step(&trainer, "reveal").status, 409);
    let next = step(&trainer, "next").json();
    assert_eq!((&next["number"], &next["answered"]), (&json!(2), &json!(0)));
    assert_eq!(step(&trainer, "next").json()["stage"], "ended");
    assert_eq!(see(&first).json()["question"], Value::Null);
    let late = service.send("POST", &format!("{path}/participants"), &[], b"");
    assert_eq!(late.status, 404, "nobody joins a class that is over");

    // A wrong token and an unknown code look the same.
    let wrong = see("0123");
    let unknown = service.send(
        "GET",
        "/v1/classes/ZZZZZZ",
        &[("x-class-token", "0123")],
        b"",
    );
    assert_eq!(wrong.status, 404);
    assert_eq!(wrong.json(), unknown.json());
}

#[test]
fn participants_need_no_key_but_the_trainer_does() {
    let directory = tempfile::tempdir().unwrap();
    let key = Store::open(directory.path())
        .unwrap()
        .add_key("trainer")
        .unwrap();
    let service = start_with(
        directory.path(),
        originis_rule_tables::shipped().unwrap(),
        |settings| settings.require_key = true,
    );
    let wanted = br#"{"sector":"meat"}"#;
    let refused = service.post("/v1/classes", "application/json", wanted);
    assert_eq!(refused.status, 401);
    assert_eq!(service.get("/v1/learn").status, 401);
    let authorization = format!("Bearer {}", key.secret);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", authorization.as_str()),
    ];
    let opened = service.send("POST", "/v1/classes", &headers, wanted).json();
    let path = format!("/v1/classes/{}", opened["code"].as_str().unwrap());
    // The code may be typed in small letters.
    let joined = service.send(
        "POST",
        &format!("{}/participants", path.to_lowercase()),
        &[],
        b"",
    );
    assert_eq!(joined.status, 201);
    let joined = joined.json();
    let token = joined["token"].as_str().unwrap();
    let seen = service.send("GET", &path, &[("x-class-token", token)], b"");
    assert_eq!(seen.json()["question"]["sector"], "meat");
    let keyless = service.send("GET", &path, &[], b"");
    assert_eq!(keyless.status, 404, "a code alone shows nothing");
}
