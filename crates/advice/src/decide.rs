//! The one door to a decision, for the command line, HTTP, batches and
//! training.

use originis_exchange::{Answer, Lang, Request, RequestError, RequestErrors};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine};
use schemars::JsonSchema;
use serde::Serialize;

use crate::comparison::{Best, best, candidates};

/// The decision on one good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Decision {
    /// Under the agreement the request names.
    One(Box<Answer>),
    /// Under every agreement that binds the two countries, with the best.
    Several(Several),
}

/// The decisions under several agreements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Several {
    /// One answer for each agreement that binds the two countries on the day,
    /// or may do so; for each loaded agreement when none does.
    pub results: Vec<Answer>,
    /// The best lawful choice.
    pub best: Best,
}

impl Decision {
    /// Every answer given.
    pub fn answers(&self) -> &[Answer] {
        match self {
            Self::One(answer) => std::slice::from_ref(answer),
            Self::Several(several) => &several.results,
        }
    }

    /// The answer to rely on: the only one, the best, or the first when none
    /// is best.
    pub fn chosen(&self) -> Option<&Answer> {
        match self {
            Self::One(answer) => Some(answer),
            Self::Several(several) => several
                .results
                .iter()
                .find(|answer| {
                    several
                        .best
                        .agreement
                        .is_some_and(|best| best.name() == answer.agreement)
                })
                .or(several.results.first()),
        }
    }
}

/// Decides one good under the agreement it names, or under every agreement that
/// binds the two countries.
///
/// # Errors
/// When the request states what cannot be true, or names an agreement whose
/// tables are not loaded.
pub fn decide(book: &RuleBook, request: &Request, lang: Lang) -> Result<Decision, RequestErrors> {
    let facts = request.to_facts(book)?;
    if let Some(agreement) = request.agreement {
        let determination =
            determine(book, &facts, agreement).ok_or_else(|| not_loaded(agreement))?;
        let answer = Answer::of(book, request, &facts, &determination, lang);
        return Ok(Decision::One(Box::new(answer)));
    }
    let candidates = candidates(book, request, &facts);
    let binding = agreements_between(book, &facts);
    let results = candidates
        .iter()
        .filter(|candidate| {
            binding.is_empty() || binding.contains(&candidate.determination.agreement)
        })
        .map(|candidate| Answer::of(book, request, &facts, &candidate.determination, lang))
        .collect();
    Ok(Decision::Several(Several {
        results,
        best: best(&candidates, &facts, lang),
    }))
}

/// The error for an agreement whose tables are not loaded.
pub(crate) fn not_loaded(agreement: Agreement) -> RequestErrors {
    RequestErrors(vec![RequestError {
        pointer: "/agreement".to_owned(),
        code: "agreement_not_loaded",
        detail_en: format!(
            "the tables of {agreement} are not loaded: load them or leave the agreement out"
        ),
        detail_zh: format!("{agreement}的数据表未载入：请载入，或不指定协定"),
    }])
}
