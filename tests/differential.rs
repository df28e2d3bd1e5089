//! The engine against the reference evaluator of the test kit, which decides
//! the same goods from the text of the law by brute force.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Verdict};
use originis_rules_engine::determine;
use originis_rules_engine::facts::Facts;
use originis_rules_engine::rulebook::RuleBook;
use originis_testkit::generate::{self, Gaps, Pool};
use originis_testkit::reference::{self, Judgement};

fn symbols(answer: &Determination) -> Vec<&'static str> {
    let mut symbols: Vec<_> = answer
        .origin
        .criteria
        .iter()
        .map(|criterion| criterion.symbol())
        .collect();
    symbols.sort_unstable();
    symbols
}

/// What a comparison saw, so that a test can tell that it tested something.
#[derive(Debug, Default)]
struct Seen {
    originating: usize,
    not_originating: usize,
    undetermined: usize,
    /// Undetermined for the engine, although all answers would agree.
    not_concluded: usize,
}

fn compare(book: &RuleBook, agreement: Agreement, gaps: Gaps, count: usize) -> Seen {
    let pool = Pool::of(book, agreement, gaps);
    let mut seen = Seen::default();
    let mut differences = Vec::new();
    for facts in generate::sample(&pool, count) {
        let answer = determine(book, &facts, agreement).unwrap();
        let judgement = reference::judge(book, &facts, agreement);
        if !agree(&answer, &judgement) {
            differences.push(describe(&facts, &answer, &judgement));
        }
        match answer.verdict {
            Verdict::Originating => seen.originating += 1,
            Verdict::NotOriginating => seen.not_originating += 1,
            Verdict::Undetermined if judgement.verdict != Verdict::Undetermined => {
                seen.not_concluded += 1;
            }
            Verdict::Undetermined => seen.undetermined += 1,
        }
    }
    // The shortest of them is the easiest to understand.
    if let Some(shortest) = differences.iter().min_by_key(|text| text.len()) {
        panic!("{} of {count} goods differ:\n{shortest}", differences.len());
    }
    seen
}

/// Where everything is stated the two must say the same. Where something had to
/// be supposed the engine may leave open what an enumeration of all answers
/// closes, but never close what that leaves open.
fn agree(answer: &Determination, judgement: &Judgement) -> bool {
    let symbols = symbols(answer);
    let criteria_agree = judgement.criteria.as_ref().is_none_or(|expected| {
        if judgement.supposed {
            symbols.iter().all(|symbol| expected.contains(symbol))
        } else {
            symbols.iter().eq(expected)
        }
    });
    let left_open = judgement.supposed && answer.verdict == Verdict::Undetermined;
    left_open || (answer.verdict == judgement.verdict && criteria_agree)
}

fn describe(facts: &Facts, answer: &Determination, judgement: &Judgement) -> String {
    let findings: Vec<String> = answer
        .origin
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{:?} {:?} {:?}",
                finding.test,
                finding.outcome,
                finding.figures()
            )
        })
        .collect();
    format!(
        "{facts:#?}\nengine: {:?} {:?}\n  {}\nmissing: {:?}\nreference: {judgement:?}",
        answer.verdict,
        symbols(answer),
        findings.join("\n  "),
        answer.origin.missing,
    )
}

#[test]
fn rcep_agrees_where_every_fact_is_stated() {
    let book = originis_testkit::book();
    let seen = compare(&book, Agreement::Rcep, Gaps::None, 4_000);
    assert!(
        seen.originating > 500 && seen.not_originating > 500,
        "{seen:?}"
    );
    assert_eq!(seen.not_concluded, 0, "{seen:?}");
}

#[test]
fn rcep_agrees_where_facts_are_absent() {
    let book = originis_testkit::book();
    let seen = compare(&book, Agreement::Rcep, Gaps::Some, 4_000);
    assert!(
        seen.originating > 300 && seen.undetermined > 300,
        "{seen:?}"
    );
    assert!(seen.not_concluded * 50 < seen.undetermined, "{seen:?}");
}

#[test]
fn apta_agrees_where_every_fact_is_stated() {
    let book = originis_testkit::book();
    let seen = compare(&book, Agreement::Apta, Gaps::None, 4_000);
    assert!(
        seen.originating > 500 && seen.not_originating > 300,
        "{seen:?}"
    );
    assert_eq!(seen.not_concluded, 0, "{seen:?}");
}

#[test]
fn apta_agrees_where_facts_are_absent() {
    let book = originis_testkit::book();
    let seen = compare(&book, Agreement::Apta, Gaps::Some, 4_000);
    assert!(
        seen.originating > 300 && seen.undetermined > 300,
        "{seen:?}"
    );
    assert!(seen.not_concluded * 50 < seen.undetermined, "{seen:?}");
}

#[test]
fn rcep_agrees_on_the_shipped_tables() {
    let book = originis_rule_tables::shipped().unwrap();
    for gaps in [Gaps::None, Gaps::Some] {
        let seen = compare(&book, Agreement::Rcep, gaps, 60);
        assert!(seen.originating > 3 && seen.not_originating > 3, "{seen:?}");
    }
}

#[test]
fn apta_agrees_on_the_shipped_tables() {
    let book = originis_rule_tables::shipped().unwrap();
    for gaps in [Gaps::None, Gaps::Some] {
        let seen = compare(&book, Agreement::Apta, gaps, 60);
        assert!(seen.originating > 3 && seen.not_originating > 3, "{seen:?}");
    }
}
