//! A case decided: the key to its question and to each of its changes.

use originis_exchange::{Lang, Request};
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::library::{Case, Claims, changed};

/// The decision on a case, and which choices it bears out.
#[derive(Debug, Clone, Serialize)]
pub struct Exercise {
    /// The answer under the agreement of the case; where the case names none,
    /// the answer of the best agreement.
    pub answer: Value,
    /// For each choice of the case, whether the decision bears it out.
    pub right: Vec<bool>,
    /// For each change of the case, the answer with that one fact changed.
    pub changed: Vec<Value>,
}

impl Exercise {
    /// The verdict before any change.
    pub fn verdict(&self) -> &str {
        text_at(&self.answer, "/verdict")
    }

    /// The choice the decision bears out, from 0.
    pub fn key(&self) -> usize {
        self.right
            .iter()
            .position(|right| *right)
            .unwrap_or_default()
    }
}

/// Why a case cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExerciseError {
    /// The request of the case is refused.
    #[error("case `{case}`: the request is refused at {pointer}: {detail}")]
    Refused {
        /// The case.
        case: String,
        /// Where in the request.
        pointer: String,
        /// What is wrong.
        detail: String,
    },
    /// Not exactly one choice fits the decision.
    #[error("case `{case}`: {fitting} of its choices fit the decision, expected exactly one")]
    Key {
        /// The case.
        case: String,
        /// How many fit.
        fitting: usize,
    },
}

impl ExerciseError {
    /// What is wrong with the case.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (
                Self::Refused {
                    case,
                    pointer,
                    detail,
                },
                Lang::Zh,
            ) => format!("案例 `{case}`：申请在 {pointer} 处无法使用：{detail}"),
            (Self::Key { case, fitting }, Lang::Zh) => {
                format!("案例 `{case}`：有 {fitting} 个选项与判定相符，应恰有一个")
            }
        }
    }
}

/// Decides a case and each of its changes.
///
/// # Errors
/// When a request is refused, or the choices do not have exactly one key.
pub fn exercise(book: &RuleBook, case: &Case, lang: Lang) -> Result<Exercise, ExerciseError> {
    let answer = decide(book, case, case.request_in(lang), lang)?;
    let right: Vec<bool> = case
        .choices
        .iter()
        .map(|choice| holds(&choice.claims, &answer))
        .collect();
    let fitting = right.iter().filter(|right| **right).count();
    if fitting != 1 {
        return Err(ExerciseError::Key {
            case: case.id.clone(),
            fitting,
        });
    }
    let changed = case
        .changes
        .iter()
        .filter_map(|change| changed(case, change, lang))
        .map(|request| decide(book, case, &request, lang))
        .collect::<Result<_, _>>()?;
    Ok(Exercise {
        answer,
        right,
        changed,
    })
}

fn decide(
    book: &RuleBook,
    case: &Case,
    request: &Value,
    lang: Lang,
) -> Result<Value, ExerciseError> {
    let refused = |pointer: String, detail: String| ExerciseError::Refused {
        case: case.id.clone(),
        pointer,
        detail,
    };
    let decision = Request::from_json(&request.to_string())
        .and_then(|request| originis_advice::decide(book, &request, lang))
        .map_err(|errors| {
            let first = errors.0.first();
            refused(
                first.map_or_else(String::new, |error| error.pointer.clone()),
                first.map_or_else(String::new, |error| error.detail(lang).to_owned()),
            )
        })?;
    let decision = serde_json::to_value(&decision)
        .map_err(|error| refused(String::new(), error.to_string()))?;
    Ok(principal(decision))
}

/// The answer itself, or the one of the best agreement where several were
/// decided.
fn principal(decision: Value) -> Value {
    let best = text_at(&decision, "/best/agreement").to_owned();
    let Some(results) = decision.get("results").and_then(Value::as_array) else {
        return decision;
    };
    results
        .iter()
        .find(|answer| text_at(answer, "/agreement") == best)
        .or_else(|| results.first())
        .cloned()
        .unwrap_or(Value::Null)
}

/// The text at a JSON pointer; empty when there is none.
pub fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether the decision says what a choice claims.
pub fn holds(claims: &Claims, answer: &Value) -> bool {
    if claims.mistake {
        return false;
    }
    let says = |claim: &Option<String>, pointer: &str| {
        claim
            .as_ref()
            .is_none_or(|claim| text_at(answer, pointer) == claim)
    };
    let finding = claims.finding.as_ref().is_none_or(|claim| {
        let (test, outcome) = claim.split_once('=').unwrap_or((claim, "met"));
        list_at(answer, "/findings").any(|finding| {
            text_at(finding, "/test") == test && text_at(finding, "/outcome") == outcome
        })
    });
    let missing = claims.missing.as_ref().is_none_or(|fact| {
        list_at(answer, "/missing").any(|missing| text_at(missing, "/fact") == fact)
    });
    says(&claims.verdict, "/verdict")
        && says(&claims.criterion, "/criterion")
        && says(&claims.claim, "/claim/outcome")
        && says(&claims.country_of_origin, "/country_of_origin/party")
        && says(&claims.preferential, "/rate/preferential")
        && says(&claims.rate_status, "/rate/status")
        && finding
        && missing
}

/// The items of a list at a JSON pointer.
pub fn list_at<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_part_of_a_claim_must_hold() {
        let answer = json!({
            "verdict": "originating", "criterion": "CTC",
            "findings": [{"test": "tariff_shift", "outcome": "met"}],
            "missing": [{"fact": "proof"}],
        });
        let claims = |verdict: &str, finding: &str| Claims {
            verdict: Some(verdict.to_owned()),
            finding: Some(finding.to_owned()),
            ..Claims::default()
        };
        assert!(holds(&claims("originating", "tariff_shift=met"), &answer));
        assert!(!holds(
            &claims("originating", "tariff_shift=not_met"),
            &answer
        ));
        assert!(!holds(&claims("undetermined", "tariff_shift=met"), &answer));
        let mistake = Claims {
            mistake: true,
            ..Claims::default()
        };
        assert!(!holds(&mistake, &answer));
    }

    #[test]
    fn of_several_agreements_the_best_is_the_answer() {
        let decision = json!({
            "results": [{"agreement": "RCEP"}, {"agreement": "APTA"}],
            "best": {"agreement": "APTA"},
        });
        assert_eq!(principal(decision), json!({"agreement": "APTA"}));
    }
}
