//! What would make the claim of a good that originates hold, where only its
//! carriage or its proof stands in the way. Every change is verified by deciding
//! the changed facts.

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, AgreementBook, in_force};
use originis_rules_engine::determination::{Determination, Test, Verdict};
use originis_rules_engine::facts::{
    Facts, Proof, ProofType, TransitField, TransitOperation, TransitPlace, Transport,
};
use originis_rules_engine::law::proof::last_valid_day;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;

use super::Question;
use crate::comparison::PROOFS;

/// A change of how the good is carried or proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimChange {
    /// It is carried straight to the importing country.
    CarriedDirect,
    /// On the way it keeps its status: none of these steps can be spared.
    TransitKept(Vec<TransitStep>),
    /// A proof of this type is issued within these days, ends included: a day
    /// before the first one it has lapsed on the day of the claim.
    ProofIssued {
        /// The type.
        proof: ProofType,
        /// The first day.
        from: Date,
        /// The last day, that of the claim.
        to: Date,
    },
    /// The claim is made on this day, that of the proof, instead of before it.
    ClaimedFrom(Date),
}

/// A fact about a place passed on the way that has to be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransitStep {
    /// The number of the place in the order it is passed.
    pub place: u16,
    /// The fact.
    pub field: TransitField,
}

/// Changes that together leave nothing in the way of the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRepair {
    /// One change, or one of carriage and one of proof.
    pub changes: Vec<ClaimChange>,
    /// The claim after them: unknown where something else is still not known,
    /// such as a duty that is not loaded.
    pub outcome: Outcome,
}

/// What stands in the way of a claim, and what would remove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRepairs {
    /// The tests that stand in the way.
    pub blockers: Vec<Test>,
    /// Every verified repair; none where the reason is neither carriage nor
    /// proof.
    pub options: Vec<ClaimRepair>,
}

/// Looks for changes of carriage and proof that remove what stands in the way
/// of the claim. `None` when the agreement is not loaded, the good does not
/// originate, or nothing stands in the way.
pub fn claim_repairs(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Option<ClaimRepairs> {
    let question = Question { book, agreement };
    let tables = book.agreement(agreement)?;
    let present = question.decide(facts)?;
    if present.verdict != Verdict::Originating || present.claim.blockers.is_empty() {
        return None;
    }
    let blockers = present.claim.blockers.to_vec();
    let curable = blockers
        .iter()
        .all(|test| matches!(test, Test::DirectConsignment | Test::Proof));
    let mut options = Vec::new();
    if curable {
        let carriages = if blockers.contains(&Test::DirectConsignment) {
            carriages(question, tables, facts)
        } else {
            vec![(Vec::new(), facts.clone())]
        };
        for (carriage, carried) in carriages {
            let proofs = if blockers.contains(&Test::Proof) {
                proofs(question, tables, &carried)
            } else {
                vec![(Vec::new(), carried)]
            };
            for (proof, changed) in proofs {
                if let Some(answer) = question.decide(&changed)
                    && answer.verdict == Verdict::Originating
                    && answer.claim.blockers.is_empty()
                {
                    options.push(ClaimRepair {
                        changes: carriage.iter().cloned().chain(proof).collect(),
                        outcome: answer.claim.outcome,
                    });
                }
            }
        }
    }
    Some(ClaimRepairs { blockers, options })
}

/// Changes with the facts they lead to.
type Changed = Vec<(Vec<ClaimChange>, Facts)>;

fn holds(answer: &Determination, test: Test) -> bool {
    answer
        .finding(test)
        .is_some_and(|finding| finding.outcome == Outcome::Met)
}

/// Another route, or the same one with the good kept as the law asks.
fn carriages(question: Question<'_>, tables: &AgreementBook, facts: &Facts) -> Changed {
    let mut direct = facts.clone();
    direct.transport = Some(Transport {
        direct: Some(true),
        via: Vec::new(),
    });
    let kept = transit_kept(question, tables, facts)
        .map(|(steps, kept)| (vec![ClaimChange::TransitKept(steps)], kept));
    std::iter::once((vec![ClaimChange::CarriedDirect], direct))
        .chain(kept)
        .filter(|(_, changed)| {
            question
                .decide(changed)
                .is_some_and(|answer| holds(&answer, Test::DirectConsignment))
        })
        .collect()
}

/// The steps without any of which the good loses its status on the way.
fn transit_kept(
    question: Question<'_>,
    tables: &AgreementBook,
    facts: &Facts,
) -> Option<(Vec<TransitStep>, Facts)> {
    let places = &facts.transport.as_ref()?.via;
    let every_step: Vec<TransitStep> = (0_u16..)
        .zip(places)
        .flat_map(|(place, _)| {
            [
                TransitField::CustomsControl,
                TransitField::Operations,
                TransitField::EnteredIntoTrade,
                TransitField::JustifiedByTransport,
            ]
            .map(|field| TransitStep { place, field })
        })
        .collect();
    let keeps = |steps: &[TransitStep]| {
        let changed = with_steps(tables, facts, steps)?;
        let answer = question.decide(&changed)?;
        let facilities_hold = answer.origin.findings.iter().all(|finding| {
            finding.test != Test::TransitFacility || finding.outcome == Outcome::Met
        });
        (holds(&answer, Test::DirectConsignment) && facilities_hold).then_some(changed)
    };
    let mut changed = keeps(&every_step)?;
    let mut needed = every_step.clone();
    for step in every_step {
        let fewer: Vec<TransitStep> = needed
            .iter()
            .copied()
            .filter(|kept| *kept != step)
            .collect();
        if let Some(facts) = keeps(&fewer) {
            needed = fewer;
            changed = facts;
        }
    }
    Some((needed, changed))
}

fn with_steps(tables: &AgreementBook, facts: &Facts, steps: &[TransitStep]) -> Option<Facts> {
    let mut changed = facts.clone();
    for step in steps {
        let via = &mut changed.transport.as_mut()?.via;
        keep(tables, via.get_mut(usize::from(step.place))?, step.field);
    }
    Some(changed)
}

fn keep(tables: &AgreementBook, place: &mut TransitPlace, field: TransitField) {
    match field {
        TransitField::CustomsControl => place.customs_control = Some(true),
        TransitField::Operations => {
            let permitted = |operation: &TransitOperation| {
                *operation != TransitOperation::Other
                    && tables.transit_operations.contains(operation)
            };
            place.operations.get_or_insert_default().retain(permitted);
        }
        TransitField::EnteredIntoTrade => place.entered_into_trade = Some(false),
        TransitField::JustifiedByTransport => place.justified_by_transport = Some(true),
    }
}

/// A proof of a type in use between the two countries, issued in time; or the
/// proof at hand, claimed when it has been issued. A back-to-back proof is
/// offered only in place of another one: it needs an intermediate Party.
fn proofs(question: Question<'_>, tables: &AgreementBook, facts: &Facts) -> Changed {
    let proved = |changed: &Facts| {
        question
            .decide(changed)
            .is_some_and(|answer| holds(&answer, Test::Proof))
    };
    let Some(day) = facts.date else {
        return Vec::new();
    };
    let present = facts.proof.as_ref();
    let mut found: Changed = Vec::new();
    if let Some(issued) = present.and_then(|proof| proof.issued)
        && issued > day
    {
        let mut changed = facts.clone();
        changed.date = Some(issued);
        found.push((vec![ClaimChange::ClaimedFrom(issued)], changed));
    }
    if let Some(from) = first_valid_day(tables, day) {
        for proof in PROOFS {
            let at_hand = present.is_some_and(|present| present.proof == proof);
            if proof == ProofType::BackToBack && !at_hand {
                continue;
            }
            let issued_on = |issued| {
                let mut changed = facts.clone();
                changed.proof = Some(Proof {
                    proof,
                    issued: Some(issued),
                });
                changed
            };
            let lapsed = from.yesterday().is_ok_and(|day| !proved(&issued_on(day)));
            if proved(&issued_on(from)) && lapsed {
                let change = ClaimChange::ProofIssued {
                    proof,
                    from,
                    to: day,
                };
                found.push((vec![change], issued_on(day)));
            }
        }
    }
    found.retain(|(_, changed)| proved(changed));
    found
}

/// The first day on which a proof that is still valid on `day` may have been
/// issued. Months differ in length, so the day is sought around the same day
/// that many months ago.
fn first_valid_day(tables: &AgreementBook, day: Date) -> Option<Date> {
    let months = in_force(&tables.thresholds.proof_validity_months, Some(day))?.value;
    let mut first = day
        .checked_sub(jiff::Span::new().months(i64::from(months)))
        .ok()?;
    while last_valid_day(first.yesterday().ok()?, months) >= day {
        first = first.yesterday().ok()?;
    }
    while last_valid_day(first, months) < day {
        first = first.tomorrow().ok()?;
    }
    Some(first)
}
