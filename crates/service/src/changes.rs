//! What differs between two answers, apart from the wording of sentences.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// One place where two answers differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// The place, such as `/rate/preferential` or `/findings/tariff_shift`.
    pub pointer: String,
    /// What stood there then; null when nothing did.
    pub before: Value,
    /// What stands there now; null when nothing does.
    pub after: Value,
}

/// The differences, in the order of the answer.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    for (place, keys) in [
        ("verdict", &[][..]),
        ("criterion", &[]),
        ("criteria", &[]),
        ("qualifiers", &[]),
        ("rule", &["text", "code", "hs_edition", "status"]),
        ("country_of_origin", &["party", "mark", "basis"]),
        (
            "rate",
            &["line", "mfn", "preferential", "saving", "status", "margin"],
        ),
        ("claim", &["outcome", "blockers"]),
    ] {
        let (left, right) = (before.get(place), after.get(place));
        if keys.is_empty() {
            note(&mut found, format!("/{place}"), left, right);
        }
        for key in keys {
            let part = |side: Option<&Value>| side.and_then(|side| side.get(*key)).cloned();
            note(
                &mut found,
                format!("/{place}/{key}"),
                part(left).as_ref(),
                part(right).as_ref(),
            );
        }
    }
    let (left, right) = (findings(before), findings(after));
    let added = right.keys().filter(|test| !left.contains_key(*test));
    for test in left.keys().chain(added) {
        note(
            &mut found,
            format!("/findings/{test}"),
            left.get(test),
            right.get(test),
        );
    }
    note(
        &mut found,
        "/missing".to_owned(),
        Some(&missing(before)),
        Some(&missing(after)),
    );
    found
}

fn note(found: &mut Vec<Change>, pointer: String, before: Option<&Value>, after: Option<&Value>) {
    let (before, after) = (
        before.cloned().unwrap_or_default(),
        after.cloned().unwrap_or_default(),
    );
    if before != after {
        found.push(Change {
            pointer,
            before,
            after,
        });
    }
}

/// Outcome and figures by test; of several findings on one test, all.
fn findings(answer: &Value) -> Map<String, Value> {
    let mut by_test: Map<String, Value> = Map::new();
    for finding in answer
        .get("findings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |key: &str| finding.get(key).cloned().unwrap_or_default();
        let test = finding
            .get("test")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut entry = Map::new();
        entry.insert("outcome".to_owned(), part("outcome"));
        entry.insert("figures".to_owned(), part("figures"));
        let entries = by_test
            .entry(test.to_owned())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Some(entries) = entries.as_array_mut() {
            entries.push(entry.into());
        }
    }
    by_test
}

fn missing(answer: &Value) -> Value {
    answer
        .get("missing")
        .and_then(Value::as_array)
        .map(|missing| {
            missing
                .iter()
                .filter_map(|entry| entry.get("fact").cloned())
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(verdict: &str, rate: &str, outcome: &str, summary: &str) -> Value {
        json!({
            "verdict": verdict,
            "rate": {"preferential": rate, "summary": summary},
            "findings": [{"test": "tariff_shift", "outcome": outcome, "summary": summary}],
            "missing": [{"fact": "good.fob", "why": summary}],
        })
    }

    #[test]
    fn wording_is_no_change_and_everything_else_is() {
        let then = answer("originating", "6.8", "met", "in English");
        assert_eq!(
            changes(&then, &answer("originating", "6.8", "met", "中文")),
            []
        );
        let places: Vec<String> = changes(&then, &answer("undetermined", "0", "unknown", ""))
            .into_iter()
            .map(|change| change.pointer)
            .collect();
        assert_eq!(
            places,
            ["/verdict", "/rate/preferential", "/findings/tariff_shift"]
        );
    }
}
