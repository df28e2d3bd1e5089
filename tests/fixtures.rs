//! The requests under `fixtures/`: each is accepted and decided as
//! `tests/fixtures.csv` says.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use originis_advice::{Decision, decide};
use originis_exchange::{Lang, Request};

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
    for row in expected() {
        let name = &row.fixture;
        let text = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        let request = Request::from_json(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let decision =
            decide(&book, &request, Lang::Zh).unwrap_or_else(|error| panic!("{name}: {error}"));
        let best = match &decision {
            Decision::One(_) => None,
            Decision::Several(several) => several.best.agreement,
        };
        assert_eq!(
            best.map(|agreement| agreement.name()),
            row.best.as_deref(),
            "{name}: best"
        );
        let answer = decision
            .answers()
            .iter()
            .find(|answer| answer.agreement == row.agreement)
            .unwrap_or_else(|| panic!("{name}: no answer under {}", row.agreement));
        assert_eq!(
            (answer.verdict, answer.criterion, answer.claim.outcome),
            (
                row.verdict.as_str(),
                row.criterion.as_deref(),
                row.claim.as_str()
            ),
            "{name} under {}: {:?} {:?}",
            row.agreement,
            answer.findings,
            answer.rate
        );
    }
}

#[test]
fn every_fixture_has_a_row_and_every_row_a_fixture() {
    let listed: BTreeSet<String> = expected().into_iter().map(|row| row.fixture).collect();
    let present: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            assert_eq!(path.extension().unwrap(), "json", "{}", path.display());
            path.file_stem().unwrap().to_string_lossy().into_owned()
        })
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
