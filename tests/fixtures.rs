//! The requests under `fixtures/`: each is accepted and decided as
//! `tests/fixtures.csv` says.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a case or table that cannot be read must fail the test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use originis_advice::{Decision, decide};
use originis_exchange::{Lang, Request};
use originis_rules_engine::rulebook::RuleBook;

#[derive(Debug, PartialEq, Eq)]
struct Expected {
    fixture: String,
    agreement: String,
    verdict: String,
    criterion: Option<String>,
    claim: String,
    best: Option<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The rows of the table; no cell holds a comma.
fn expected() -> Vec<Expected> {
    let text = include_str!("fixtures.csv");
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("fixture,agreement,verdict,criterion,claim,best")
    );
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [fixture, agreement, verdict, criterion, claim, best] = cells[..] else {
                panic!("six cells expected: {line}");
            };
            let optional = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
            Expected {
                fixture: fixture.to_owned(),
                agreement: agreement.to_owned(),
                verdict: verdict.to_owned(),
                criterion: optional(criterion),
                claim: claim.to_owned(),
                best: optional(best),
            }
        })
        .collect()
}

#[test]
fn every_fixture_is_decided_as_expected() {
    let book = originis_rule_tables::shipped().unwrap_or_else(|error| panic!("{error}"));
    let mut differing = Vec::new();
    for row in expected() {
        let name = &row.fixture;
        let decision = decided(&book, &folder().join(format!("{name}.json")));
        let best = match &decision {
            Decision::One(_) => None,
            Decision::Several(several) => several.best.agreement,
        };
        let answer = decision
            .answers()
            .iter()
            .find(|answer| answer.agreement == row.agreement)
            .unwrap_or_else(|| panic!("{name}: no answer under {}", row.agreement));
        let actual = Expected {
            fixture: row.fixture.clone(),
            agreement: row.agreement.clone(),
            verdict: answer.verdict.to_owned(),
            criterion: answer.criterion.map(str::to_owned),
            claim: answer.claim.outcome.to_owned(),
            best: best.map(|agreement| agreement.name().to_owned()),
        };
        if actual != row {
            differing.push(format!(
                "expected {row:?}\ngot      {actual:?}\n{:?}",
                answer.missing
            ));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}

fn decided(book: &RuleBook, path: &Path) -> Decision {
    let text = fs::read_to_string(path).unwrap();
    Request::from_json(&text)
        .and_then(|request| decide(book, &request, Lang::Zh))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The JSON files directly in a folder.
fn requests(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_fixture_has_a_row_and_every_row_a_fixture() {
    let listed: BTreeSet<String> = expected().into_iter().map(|row| row.fixture).collect();
    let present: BTreeSet<String> = requests(&folder())
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(listed, present);
}

#[test]
fn the_sectors_have_two_fixtures_each() {
    for sector in [
        ["cashmere-", "cashmere-"],
        ["garment-", "garment-"],
        ["meat-", "meat-"],
        ["dairy-", "dairy-"],
        ["grain-", "oilseed-"],
        ["coal-", "ore-"],
        ["timber-", "furniture-"],
        ["stone-", "building-"],
        ["machinery-", "machinery-"],
        ["vehicle-", "vehicle-"],
        ["chemical-", "fertiliser-"],
        ["electronics-", "electronics-"],
    ] {
        let rows: BTreeSet<String> = expected()
            .into_iter()
            .map(|row| row.fixture)
            .filter(|name| sector.iter().any(|prefix| name.starts_with(prefix)))
            .collect();
        assert!(rows.len() >= 2, "{sector:?}: {rows:?}");
    }
}
