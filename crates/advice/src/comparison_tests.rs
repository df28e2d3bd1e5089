//! Choices among agreements on the small rule book.

use originis_exchange::{Lang, Request};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::rulebook::RuleBook;
use originis_testkit::book;

use crate::comparison::{Comparison, Reason, compare};
use crate::decide::{Decision, decide};

fn request(from: &str, to: &str, hs: &str, rest: &str) -> Request {
    Request::from_json(&format!(
        r#"{{"from":"{from}","to":"{to}","date":"2026-07-15",
            "good":{{"hs":"{hs}","fob":"100","currency":"USD","customs_value":"110"}},
            "operations":["moulding"],"transport":{{"direct":true,"via":[]}},
            "proof":{{"type":"certificate","issued":"2026-07-01"}}{rest}}}"#
    ))
    .unwrap()
}

const FOREIGN: &str = r#","materials":[{"hs":"390210","status":"non_originating","value":"40"}]"#;

fn compared(book: &RuleBook, request: &Request) -> Comparison {
    compare(book, request, Lang::En).unwrap()
}

#[test]
fn the_lower_of_two_preferences_is_best() {
    let comparison = compared(&book(), &request("CN", "KR", "392330", FOREIGN));
    assert_eq!(comparison.best.agreement, Some(Agreement::Rcep));
    assert_eq!(comparison.best.reason, Reason::LowestDuty);
    let savings: Vec<_> = comparison
        .agreements
        .iter()
        .map(|entry| entry.saving.amount.clone().unwrap())
        .collect();
    // 6.5 % against free, and against 4.5 %, on 110.
    assert_eq!(savings, ["7.15", "2.20"]);
}

#[test]
fn a_free_duty_makes_every_claim_pointless() {
    let local =
        r#","materials":[{"hs":"720711","status":"originating","origin":"CN","value":"4"}]"#;
    let comparison = compared(&book(), &request("CN", "JP", "720851", local));
    assert_eq!(
        (comparison.best.agreement, comparison.best.reason),
        (None, Reason::MfnFree)
    );
    assert_eq!(comparison.notices.first(), Some(&comparison.best.why));
}

#[test]
fn a_bound_duty_below_the_general_one_counts() {
    // General 5.8 %, bound free, preference 1.8 %.
    let comparison = compared(&book(), &request("CN", "JP", "392310", FOREIGN));
    assert_eq!(
        (comparison.best.agreement, comparison.best.reason),
        (None, Reason::MfnFree)
    );
}

#[test]
fn an_unknown_rate_is_never_taken_for_zero() {
    let comparison = compared(&book(), &request("CN", "AU", "392310", FOREIGN));
    let entry = comparison.agreements.first().unwrap();
    assert_eq!(entry.saving.amount, None);
    assert!(entry.saving.untold.is_some());
    assert_eq!(comparison.best.reason, Reason::OnlyQualifying);
    assert!(
        comparison
            .notices
            .iter()
            .any(|notice| notice.contains("not zero"))
    );
    let asked = request("CN", "AU", "392310", FOREIGN);
    let chinese = compare(&book(), &asked, Lang::Zh).unwrap();
    for (why, words) in [
        (
            comparison.best.why,
            "preferential rate: not loaded, most-favoured-nation rate: not loaded",
        ),
        (chinese.best.why, "优惠税率：未载入，最惠国税率：未载入"),
    ] {
        assert!(why.contains(words), "{why}");
    }
}

#[test]
fn a_good_that_fails_everywhere_has_no_best_choice() {
    let failing = r#","materials":[{"hs":"392330","status":"non_originating","value":"80"}]"#;
    let comparison = compared(&book(), &request("CN", "KR", "392330", failing));
    assert_eq!(
        (comparison.best.agreement, comparison.best.reason),
        (None, Reason::NoneQualifies)
    );
}

#[test]
fn missing_facts_come_before_any_choice() {
    let comparison = compared(&book(), &request("CN", "KR", "392330", ""));
    assert_eq!(
        (comparison.best.agreement, comparison.best.reason),
        (None, Reason::FactsMissing)
    );
}

#[test]
fn a_known_choice_says_what_may_still_be_lower() {
    // RCEP is met by CTH without any price; under APTA a sector rule may exist
    // that is not loaded, and the content needs the FOB value.
    let mut book = book();
    for tables in &mut book.agreements {
        if tables.agreement == Agreement::Apta {
            for table in &mut tables.product_rules {
                table.by_subheading.fill(None);
            }
        }
    }
    let mut asked = request("CN", "KR", "392330", FOREIGN);
    asked.good.fob = None;
    let comparison = compared(&book, &asked);
    let verdicts: Vec<_> = comparison
        .agreements
        .iter()
        .map(|entry| entry.verdict)
        .collect();
    assert_eq!(verdicts, ["originating", "undetermined"]);
    assert_eq!(
        (comparison.best.agreement, comparison.best.reason),
        (Some(Agreement::Rcep), Reason::LowestKnownDuty)
    );
}

#[test]
fn without_an_agreement_named_every_binding_one_is_decided() {
    let book = book();
    let asked = request("CN", "KR", "392330", FOREIGN);
    let Decision::Several(several) = decide(&book, &asked, Lang::En).unwrap() else {
        panic!("several answers were expected");
    };
    let names: Vec<_> = several
        .results
        .iter()
        .map(|answer| answer.agreement)
        .collect();
    assert_eq!(names, ["RCEP", "APTA"]);
    let json = serde_json::to_value(Decision::Several(several)).unwrap();
    assert_eq!(json["best"]["agreement"], "RCEP");
    assert!(json["best"]["why"].as_str().unwrap().contains("RCEP"));
}

#[test]
fn a_named_agreement_gives_one_answer() {
    let mut asked = request("CN", "KR", "392330", FOREIGN);
    asked.agreement = Some(Agreement::Apta);
    let decision = decide(&book(), &asked, Lang::Zh).unwrap();
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["agreement"], "APTA");
    assert_eq!(json["verdict"], "originating");
}

#[test]
fn an_agreement_without_tables_is_an_error_that_says_so() {
    let mut book = book();
    book.agreements
        .retain(|tables| tables.agreement == Agreement::Apta);
    let mut asked = request("CN", "KR", "392330", FOREIGN);
    asked.agreement = Some(Agreement::Rcep);
    let errors = decide(&book, &asked, Lang::En).unwrap_err();
    assert_eq!(errors.0[0].pointer, "/agreement");
}

#[test]
fn the_table_reads_in_chinese_too() {
    let asked = request("CN", "KR", "392330", FOREIGN);
    let chinese = compare(&book(), &asked, Lang::Zh).unwrap();
    assert!(chinese.best.why.contains("RCEP") && chinese.best.why.contains('税'));
    let text = chinese.document(Lang::Zh).to_text();
    assert!(text.contains("7.15") && text.contains("APTA"));
}
