//! Back-to-back proofs (RCEP Article 3.19): issued by an intermediate Party on
//! the strength of an original it holds.

use originis_exchange::Lang;
use originis_rules_engine::agreement::{AgreementBook, in_force};
use originis_rules_engine::facts::Facts;
use originis_rules_engine::law::proof::last_valid_day;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Weight;
use serde::Serialize;

use super::details::Original;

/// One condition and whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// `allowed`, `intermediate_party`, `original_held`, `validity`,
    /// `quantity` or `handling`.
    pub condition: &'static str,
    /// Whether it is kept.
    #[serde(serialize_with = "crate::wording::outcome")]
    pub outcome: Outcome,
    /// In words, with its figures.
    pub words: String,
}

/// Judges every condition.
pub(super) fn conditions(
    tables: &AgreementBook,
    facts: &Facts,
    original: &Original,
    lang: Lang,
) -> Vec<Condition> {
    vec![
        allowed(tables, facts, lang),
        intermediate_party(tables, facts, original, lang),
        original_held(original, lang),
        validity(tables, facts, original, lang),
        quantity(original, lang),
        handling(tables, original, lang),
    ]
}

fn condition(condition: &'static str, outcome: Outcome, words: impl Into<String>) -> Condition {
    Condition {
        condition,
        outcome,
        words: words.into(),
    }
}

fn allowed(tables: &AgreementBook, facts: &Facts, lang: Lang) -> Condition {
    let outcome = in_force(&tables.formalities.back_to_back, facts.date)
        .map_or(Outcome::Unknown, |row| row.value);
    condition(
        "allowed",
        outcome,
        lang.pick(
            "the agreement knows back-to-back proofs",
            "协定允许签发背对背原产地证明",
        ),
    )
}

/// Only a Party can issue one; a free port outside the agreement cannot.
fn intermediate_party(
    tables: &AgreementBook,
    facts: &Facts,
    original: &Original,
    lang: Lang,
) -> Condition {
    let place = crate::wording::country(original.intermediate, lang);
    condition(
        "intermediate_party",
        tables.is_member(original.intermediate, facts.date),
        match lang {
            Lang::En => format!("{place}, where it is issued, is a Party"),
            Lang::Zh => format!("签发地{place}为缔约方"),
        },
    )
}

fn original_held(original: &Original, lang: Lang) -> Condition {
    condition(
        "original_held",
        original.held.map_or(Outcome::Unknown, Outcome::known),
        lang.pick(
            "the valid original or a certified copy is held",
            "持有有效的正本或经认证的副本",
        ),
    )
}

/// It is never valid longer than the original.
fn validity(tables: &AgreementBook, facts: &Facts, original: &Original, lang: Lang) -> Condition {
    let last = original
        .issued
        .zip(in_force(
            &tables.thresholds.proof_validity_months,
            facts.date,
        ))
        .map(|(issued, months)| last_valid_day(issued, months.value));
    let outcome = match (last, original.stated_valid_until, facts.date) {
        (Some(last), stated, Some(day)) => {
            Outcome::known(day <= last && stated.is_none_or(|stated| stated <= last))
        }
        _ => Outcome::Unknown,
    };
    condition(
        "validity",
        outcome,
        match (last, lang) {
            (Some(last), Lang::En) => format!("valid no longer than the original, until {last}"),
            (Some(last), Lang::Zh) => format!("有效期不超过正本，至{last}"),
            (None, Lang::En) => "valid no longer than the original".to_owned(),
            (None, Lang::Zh) => "有效期不超过正本".to_owned(),
        },
    )
}

/// All lots together never exceed the original. Quantities are exact decimals
/// of any unit.
fn quantity(original: &Original, lang: Lang) -> Condition {
    let read = |text: &String| text.parse::<Weight>().ok().map(Weight::wide);
    let lots = original
        .earlier_lots
        .as_ref()
        .zip(original.this_lot.as_ref())
        .and_then(|(earlier, this)| {
            earlier
                .iter()
                .chain(std::iter::once(this))
                .map(read)
                .sum::<Option<i128>>()
        });
    let whole = original.quantity.as_ref().and_then(read);
    let outcome = match (lots, whole) {
        (Some(lots), Some(whole)) => Outcome::known(lots <= whole),
        _ => Outcome::Unknown,
    };
    condition(
        "quantity",
        outcome,
        lang.pick(
            "this lot and the lots issued before it do not exceed the quantity of the original",
            "本批与此前各批数量之和不超过正本数量",
        ),
    )
}

fn handling(tables: &AgreementBook, original: &Original, lang: Lang) -> Condition {
    let permitted = &tables.formalities.back_to_back_operations;
    let outcome = match &original.operations {
        Some(_) if permitted.is_empty() => Outcome::Unknown,
        Some(done) => Outcome::known(done.iter().all(|word| {
            permitted
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(word.trim()))
        })),
        None => Outcome::Unknown,
    };
    condition(
        "handling",
        outcome,
        match lang {
            Lang::En => format!(
                "nothing but permitted handling in the intermediate Party: {}",
                permitted.join(", ")
            ),
            Lang::Zh => format!("在中间缔约方仅进行允许的处理：{}", permitted.join("、")),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_rules_engine::agreement::Agreement;
    use originis_testkit::book;
    use originis_testkit::facts::good;

    fn original(json: &str) -> Original {
        serde_json::from_str(json).unwrap()
    }

    fn outcome_of(original: &Original, name: &str) -> Outcome {
        let mut book = book();
        let tables = &mut book.agreements[0];
        assert_eq!(tables.agreement, Agreement::Rcep);
        tables.formalities.back_to_back_operations =
            vec!["unloading".to_owned(), "splitting".to_owned()];
        let conditions = conditions(tables, &good("392310", "CN", "JP"), original, Lang::En);
        conditions
            .iter()
            .find(|condition| condition.condition == name)
            .unwrap()
            .outcome
    }

    #[test]
    fn the_lots_never_exceed_the_original() {
        let lots = |this: &str| {
            original(&format!(
                r#"{{"party":"CN","intermediate":"TH","quantity":"100","earlier_lots":["60.5"],"this_lot":"{this}"}}"#
            ))
        };
        assert_eq!(outcome_of(&lots("39.5"), "quantity"), Outcome::Met);
        assert_eq!(outcome_of(&lots("39.500001"), "quantity"), Outcome::NotMet);
        let unknown =
            original(r#"{"party":"CN","intermediate":"TH","quantity":"100","this_lot":"1"}"#);
        assert_eq!(outcome_of(&unknown, "quantity"), Outcome::Unknown);
    }

    #[test]
    fn only_a_party_issues_one() {
        let at = |place: &str| {
            original(&format!(
                r#"{{"party":"CN","intermediate":"{place}","operations":[]}}"#
            ))
        };
        assert_eq!(outcome_of(&at("TH"), "intermediate_party"), Outcome::Met);
        assert_eq!(outcome_of(&at("HK"), "intermediate_party"), Outcome::NotMet);
    }

    #[test]
    fn processing_in_the_hub_is_refused() {
        let done = |word: &str| {
            original(&format!(
                r#"{{"party":"CN","intermediate":"TH","operations":["unloading","{word}"]}}"#
            ))
        };
        assert_eq!(outcome_of(&done("splitting"), "handling"), Outcome::Met);
        assert_eq!(outcome_of(&done("dyeing"), "handling"), Outcome::NotMet);
    }

    #[test]
    fn validity_ends_with_the_original() {
        // Imported on 15 July 2026; twelve months from issue.
        let issued = |day: &str, stated: &str| {
            original(&format!(
                r#"{{"party":"CN","intermediate":"TH","issued":"{day}","stated_valid_until":"{stated}"}}"#
            ))
        };
        assert_eq!(
            outcome_of(&issued("2025-07-15", "2026-07-15"), "validity"),
            Outcome::Met
        );
        assert_eq!(
            outcome_of(&issued("2025-07-14", "2026-07-14"), "validity"),
            Outcome::NotMet
        );
        assert_eq!(
            outcome_of(&issued("2025-09-01", "2026-09-02"), "validity"),
            Outcome::NotMet
        );
    }
}
