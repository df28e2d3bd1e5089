//! Advice on the real tables: each file under `tests/data/advice/` asks one
//! question and names what the answer must hold, with figures reckoned by hand.

#![expect(
    clippy::unwrap_used,
    reason = "a case that cannot be read must fail the test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use originis_advice::document::{Cell, Document, Table, html_page};
use originis_advice::workbook::workbook;
use originis_advice::{Topic, advise, decide};
use originis_exchange::{Lang, Request, RequestErrors};
use originis_rules_engine::rulebook::RuleBook;
use originis_service::{Server, Settings};
use originis_testkit::http;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    name: String,
    /// Where the rule it exercises stands.
    law: String,
    topic: String,
    body: toml::Table,
    expect: Vec<Expectation>,
}

/// What must stand at a place of the JSON answer. A step of the place is a
/// field, a position, or `field=value` for the first entry that has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    at: String,
    is: Option<toml::Value>,
    contains: Option<String>,
    /// The place must not exist, or hold nothing.
    #[serde(default)]
    absent: bool,
}

fn find<'a>(answer: &'a Value, at: &str) -> Option<&'a Value> {
    at.split('/')
        .filter(|step| !step.is_empty())
        .try_fold(answer, |value, step| match value {
            Value::Array(entries) => match step.split_once('=') {
                Some((field, wanted)) => entries
                    .iter()
                    .find(|entry| entry[field].as_str() == Some(wanted)),
                None => entries.get(step.parse::<usize>().ok()?),
            },
            _ => value.get(step),
        })
}

fn plain(value: &toml::Value) -> Value {
    serde_json::to_value(value).unwrap()
}

fn check(book: &RuleBook, file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).unwrap();
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    assert!(!case.law.is_empty() && !case.expect.is_empty());
    let answer =
        answer(book, &case).unwrap_or_else(|errors| serde_json::json!({ "errors": errors }));
    for expectation in &case.expect {
        let found = find(&answer, &expectation.at);
        let nothing = found.is_none_or(Value::is_null);
        let kept = match (&expectation.is, &expectation.contains) {
            (Some(wanted), _) => found == Some(&plain(wanted)),
            (None, Some(part)) => found.is_some_and(|value| value.to_string().contains(part)),
            (None, None) => expectation.absent == nothing,
        };
        if !kept {
            let near = expectation
                .at
                .rsplit_once('/')
                .and_then(|(parent, _)| find(&answer, parent))
                .unwrap_or(&answer);
            return Err(format!(
                "{}: at {} found {found:?}; around it: {near:#}",
                case.name, expectation.at
            ));
        }
    }
    Ok(())
}

/// The topic `decide` is the decision itself.
fn answer(book: &RuleBook, case: &Case) -> Result<Value, RequestErrors> {
    if case.topic == "decide" {
        let request =
            Request::from_json(&serde_json::to_string(case.body.get("request").unwrap()).unwrap())?;
        let decision = decide(book, &request, Lang::En)?;
        return Ok(serde_json::to_value(decision).unwrap());
    }
    let topic = Topic::from_name(&case.topic).unwrap();
    let body = serde_json::to_string(&case.body).unwrap();
    advise(book, topic, &body, Lang::En).map(|advice| advice.json)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    found.sort();
    found
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/advice")
}

#[test]
fn every_case_holds() {
    let book = originis_rule_tables::shipped().unwrap();
    let files = files(&data());
    assert!(files.len() >= 100, "only {} cases were found", files.len());
    let failed: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let result = check(&book, file);
            result.err().map(|why| format!("{}: {why}", file.display()))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Every case again in Chinese: the same codes and figures, no English left.
#[test]
fn every_report_reads_in_chinese() {
    let book = originis_rule_tables::shipped().unwrap();
    for file in files(&data()) {
        let case: Case = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let Some(topic) = Topic::from_name(&case.topic) else {
            assert_eq!(case.topic, "decide");
            continue;
        };
        let body = serde_json::to_string(&case.body).unwrap();
        let (Ok(english), Ok(chinese)) = (
            advise(&book, topic, &body, Lang::En),
            advise(&book, topic, &body, Lang::Zh),
        ) else {
            continue;
        };
        assert_eq!(english.documents.len(), chinese.documents.len());
        for (one, other) in english.documents.iter().zip(&chinese.documents) {
            assert_ne!(one.title, other.title, "{}", file.display());
            let ideographs = other
                .to_text()
                .chars()
                .filter(|c| ('一'..='龥').contains(c))
                .count();
            assert!(ideographs > 4, "{}: {}", file.display(), other.to_text());
            assert_eq!(one.blocks.len(), other.blocks.len(), "{}", file.display());
        }
    }
}

fn tables(documents: &[Document]) -> Vec<&Table> {
    documents
        .iter()
        .flat_map(|document| &document.blocks)
        .filter_map(|block| match block {
            originis_advice::document::Block::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}

/// The workbook is opened with a reader of its own and every cell compared.
#[test]
fn the_workbook_holds_what_the_report_says() {
    use calamine::{Data, Reader, Xlsx};
    let book = originis_rule_tables::shipped().unwrap();
    let case: Case =
        toml::from_str(&fs::read_to_string(data().join("proof/pullover.toml")).unwrap()).unwrap();
    let body = serde_json::to_string(&case.body).unwrap();
    for lang in Lang::ALL {
        let documents = advise(&book, Topic::Proof, &body, lang).unwrap().documents;
        let bytes = workbook(&documents).unwrap();
        let mut opened: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let sheets = opened.sheet_names();
        assert_eq!(sheets.len(), documents.len());
        let mut cells: Vec<String> = Vec::new();
        let mut numbers = 0;
        for sheet in sheets {
            for row in opened.worksheet_range(&sheet).unwrap().rows() {
                for cell in row {
                    match cell {
                        Data::Float(number) => {
                            numbers += 1;
                            cells.push(format!("{number:.4}"));
                        }
                        Data::String(text) => cells.push(text.clone()),
                        _ => {}
                    }
                }
            }
        }
        for table in tables(&documents) {
            for cell in table.rows.iter().flatten() {
                let wanted = match cell {
                    Cell::Number(text) => format!("{:.4}", text.parse::<f64>().unwrap()),
                    Cell::Text(text) => text.clone(),
                };
                assert!(
                    wanted.is_empty() || cells.contains(&wanted),
                    "{wanted} is missing"
                );
            }
        }
        assert!(numbers > 20, "amounts must be numbers in the workbook");
    }
}

/// The cost breakdown prints unit, price and quantity, reckons a value that is not
/// stated and names one that does not fit.
#[test]
fn the_cost_breakdown_reckons_with_unit_prices() {
    let book = originis_rule_tables::shipped().unwrap();
    let body = |value: Option<&str>| {
        let mut yarn = serde_json::json!({
            "name": "cashmere yarn", "hs": "5108.10", "origin": "MN", "status": "non_originating",
            "quantity": "0.95", "unit": "kg", "unit_price": "120.5",
        });
        if let Some(value) = value {
            yarn["value"] = value.into();
        }
        serde_json::json!({"request": {
            "agreement": "RCEP", "from": "CN", "to": "JP", "date": "2026-07-15",
            "good": {"hs": "6110.12", "fob": "300.00", "currency": "USD"},
            "materials": [yarn], "operations": ["knitting"],
        }})
        .to_string()
    };
    for (value, used, lang, difference) in [
        (None, "114.475", Lang::En, None),
        (Some("114.475"), "114.475", Lang::Zh, None),
        (
            Some("114.48"),
            "114.48",
            Lang::En,
            Some("is 114.475, the value stated is 114.48"),
        ),
        (
            Some("114.48"),
            "114.48",
            Lang::Zh,
            Some("为 114.475，而填报的价值为 114.48"),
        ),
    ] {
        let advice = advise(&book, Topic::Proof, &body(value), lang).unwrap();
        let sheet = advice
            .documents
            .iter()
            .find(|document| ["Cost breakdown", "成本明细单"].contains(&document.title.as_str()))
            .unwrap();
        let row = tables(std::slice::from_ref(sheet))
            .into_iter()
            .flat_map(|table| &table.rows)
            .find(|row| row.contains(&Cell::Text("5108.10".to_owned())))
            .unwrap()
            .clone();
        for cell in ["120.5", "0.95", used] {
            assert!(row.contains(&Cell::Number(cell.to_owned())), "{row:?}");
        }
        assert!(row.contains(&Cell::Text("kg".to_owned())), "{row:?}");
        let text = sheet.to_text().replace('\n', " ");
        let said = text.contains("114.475") && text.contains("114.48 ")
            || difference.is_some_and(|part| text.contains(part));
        assert_eq!(said, difference.is_some(), "{text}");
    }
}

#[test]
fn the_printable_page_is_complete_and_fetches_nothing() {
    let book = originis_rule_tables::shipped().unwrap();
    let case: Case =
        toml::from_str(&fs::read_to_string(data().join("proof/pullover.toml")).unwrap()).unwrap();
    let body = serde_json::to_string(&case.body).unwrap();
    let documents = advise(&book, Topic::Proof, &body, Lang::Zh)
        .unwrap()
        .documents;
    let page = html_page("zh", &documents);
    assert_eq!(page.matches("<article>").count(), documents.len());
    for fetched in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    for wanted in ["成本明细单", "羊绒纱", "480.00", "<td class=\"n\">"] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

/// The service gives the same advice as the library, and the same reports.
#[test]
fn the_service_gives_the_same_advice() {
    let book = originis_rule_tables::shipped().unwrap();
    let records = tempfile::tempdir().unwrap();
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), records.path().to_owned());
    settings.log_requests = false;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let served_book = originis_rule_tables::shipped().unwrap();
    let server = runtime
        .block_on(Server::bind(settings, served_book))
        .unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = runtime.spawn(server.run(async {
        let _ = stopped.await;
    }));
    let ask = |target: &str, body: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("accept-language", "en"),
        ];
        http::send(address, "POST", target, &headers, body.as_bytes())
    };
    for file in files(&data()) {
        let case: Case = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let Some(topic) = Topic::from_name(&case.topic) else {
            continue;
        };
        let body = serde_json::to_string(&case.body).unwrap();
        let response = ask(&format!("/v1/advice/{}", topic.name()), &body);
        match advise(&book, topic, &body, Lang::En) {
            Ok(advice) => assert_eq!(response.json(), advice.json, "{}", file.display()),
            Err(_) => assert_eq!(response.status, 400, "{}", file.display()),
        }
    }
    let case: Case =
        toml::from_str(&fs::read_to_string(data().join("proof/pullover.toml")).unwrap()).unwrap();
    let body = serde_json::to_string(&case.body).unwrap();
    let page = ask("/v1/advice/proof?format=html", &body);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.text().contains("<h1>Cost breakdown</h1>"));
    let sheets = ask("/v1/advice/proof?format=xlsx", &body);
    assert_eq!(sheets.status, 200);
    assert_eq!(ask("/v1/advice/nonsense", &body).status, 404);
    assert_eq!(ask("/v1/advice/compare", "{}").status, 400);
    stop.send(()).unwrap();
    runtime.block_on(served).unwrap();
}
