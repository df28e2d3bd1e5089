//! Originating goods under RCEP: Article 3.2, in the order of Chapter 3.

use smallvec::SmallVec;

use crate::determination::{Criterion, MaterialEffect, OriginDecision, Standing, Test};
use crate::facts::{FactPath, MaterialField, ProductionField};
use crate::law::materials::{self, Materials};
use crate::law::product_rule::{self, RuleLookup, RuleResult};
use crate::law::{Inquiry, Record, exclusively_originating, minimal_operations, wholly_obtained};
use crate::outcome::Outcome;

/// Decides the origin of a good or of an intermediate good. Every criterion is
/// evaluated, not only the first that is met.
pub fn decide(inquiry: &Inquiry<'_>, mut record: Record) -> OriginDecision {
    let mut effects = std::mem::take(&mut record.effects);
    let materials = inquiry
        .production
        .materials
        .as_deref()
        .map(|list| materials::classify(inquiry, list, &mut effects, &mut record, decide));
    let materials = materials.as_ref();
    let described = materials.is_none_or(Materials::are_incorporated);

    let wholly =
        record.asking(|record| wholly_obtained::wholly_obtained(inquiry, materials, record));
    let exclusively = record.asking(|record| {
        exclusively_originating::exclusively_originating(inquiry, materials, record)
    });
    let asked = record.missing.len();
    let result = product_rule_of(inquiry, materials, &mut record);
    let veto = minimal_operations::minimal_operations(inquiry, materials, &mut record);
    // A veto does not make a way of its own where the rule has no bearing.
    let by_rule = match result.outcome {
        Outcome::NotApplicable => Outcome::NotApplicable,
        outcome => outcome.and(veto),
    };
    let by_rule = record.answered(asked, by_rule);

    let mut criteria: SmallVec<[Criterion; 4]> = SmallVec::new();
    if wholly == Outcome::Met {
        criteria.push(Criterion::WhollyObtained);
    }
    if exclusively == Outcome::Met {
        criteria.push(Criterion::ProducedExclusively);
    }
    if by_rule == Outcome::Met {
        criteria.extend_from_slice(&result.met);
        criteria.sort_unstable();
        criteria.dedup();
    }
    let outcome = wholly.or(exclusively).or(by_rule);
    finish(
        inquiry, outcome, criteria, result, described, effects, record,
    )
}

/// Article 3.2(c): finds the product-specific rule and applies it.
fn product_rule_of(
    inquiry: &Inquiry<'_>,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> RuleResult {
    let described = materials.is_none_or(Materials::are_incorporated);
    match product_rule::look_up(inquiry, record) {
        RuleLookup::Found(table, applied) if described => {
            product_rule::apply(inquiry, table, applied, materials, record)
        }
        RuleLookup::Found(_, applied) => RuleResult {
            rule: Some(applied),
            ..RuleResult::bare(Outcome::NotApplicable)
        },
        RuleLookup::NoRule => {
            let citation = inquiry.agreement.articles.product_rule;
            let outcome = record.find(Test::ProductRule, Outcome::NotMet, citation);
            RuleResult::bare(outcome)
        }
        RuleLookup::CodeNotSettled => RuleResult::bare(Outcome::Unknown),
        RuleLookup::NotLoaded(_) => {
            let outcome = product_rule::miss_table(inquiry, record);
            RuleResult::bare(outcome)
        }
    }
}

/// Assembles the decision; shared with APTA.
pub(crate) fn finish(
    inquiry: &Inquiry<'_>,
    outcome: Outcome,
    criteria: SmallVec<[Criterion; 4]>,
    result: RuleResult,
    described: bool,
    mut effects: Vec<MaterialEffect>,
    mut record: Record,
) -> OriginDecision {
    let claimed = inquiry.production.wholly_obtained.is_some();
    let outcome = match outcome {
        // A good made of nothing is not described until a ground is claimed.
        Outcome::NotApplicable | Outcome::NotMet if !described && !claimed => {
            record.miss(
                inquiry.production_fact(ProductionField::WhollyObtained),
                Test::WhollyObtained,
            );
            Outcome::Unknown
        }
        Outcome::NotApplicable => Outcome::NotMet,
        outcome => outcome,
    };
    retain_open_questions(&mut record, outcome);
    for (index, shift) in result.shifts {
        if let Some(effect) = effects.get_mut(usize::from(index)) {
            effect.shift = shift;
        }
    }
    let cumulation_used = outcome == Outcome::Met
        && !criteria.contains(&Criterion::WhollyObtained)
        && effects.iter().any(
            |effect| matches!(effect.standing, Standing::Originating(party) if party != inquiry.exporter),
        );
    let de_minimis_used = result.by_de_minimis && criteria.first() == Some(&Criterion::TariffShift);
    OriginDecision {
        outcome,
        criteria,
        cumulation_used,
        de_minimis_used,
        rule: result.rule,
        findings: record.findings,
        missing: record.missing,
        materials: effects,
    }
}

/// Keeps the facts whose absence leaves the answer open. A material of
/// undetermined origin stays named unless the good is originating without it.
fn retain_open_questions(record: &mut Record, outcome: Outcome) {
    match outcome {
        Outcome::Met => record.missing.clear(),
        Outcome::Unknown => {}
        Outcome::NotMet | Outcome::NotApplicable => record
            .missing
            .retain(|missing| matches!(missing.fact, FactPath::Material(_, MaterialField::Status))),
    }
}
