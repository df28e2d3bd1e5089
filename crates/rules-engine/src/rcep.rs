//! Originating goods under RCEP: Article 3.2, in the order of Chapter 3.

use smallvec::SmallVec;

use crate::determination::{Criterion, OriginDecision, Standing, Test};
use crate::facts::MaterialField;
use crate::facts::{FactPath, ProductionField, TableNeeded};
use crate::law::materials::{self, Classified};
use crate::law::product_rule::{self, RequirementResult, RuleLookup};
use crate::law::{Inquiry, Record, exclusively_originating, minimal_operations, wholly_obtained};
use crate::outcome::Outcome;

/// Decides the origin of a good or of an intermediate good. Every criterion is
/// evaluated, not only the first that is met.
pub fn decide(inquiry: &Inquiry<'_>) -> OriginDecision {
    let mut record = Record {
        findings: Vec::with_capacity(12),
        missing: Vec::new(),
    };
    let classified = inquiry
        .production
        .materials
        .as_deref()
        .map(|list| materials::classify(inquiry, list, &mut record, decide));
    let classified_list = classified.as_deref();

    let wholly = wholly_obtained::wholly_obtained(inquiry, classified_list, &mut record);
    let exclusively =
        exclusively_originating::exclusively_originating(inquiry, classified_list, &mut record);
    let wholly_or_exclusively = wholly.or(exclusively);

    let lookup = product_rule::look_up(inquiry, &mut record);
    let mut criteria: SmallVec<[Criterion; 4]> = SmallVec::new();
    let (rule_outcome, rule, requirement) = apply_rule(
        inquiry,
        lookup,
        classified_list,
        wholly_or_exclusively,
        &mut record,
    );
    let veto = minimal_operations::minimal_operations(inquiry, classified_list, &mut record);
    // A `WO` rule met through 3.2(a) or (b) adds nothing to those criteria.
    let by_rule = if rule_outcome == Outcome::Met && requirement.met.is_empty() {
        Outcome::NotApplicable
    } else {
        rule_outcome.and(veto)
    };

    if wholly == Outcome::Met {
        criteria.push(Criterion::WhollyObtained);
    }
    if exclusively == Outcome::Met {
        criteria.push(Criterion::ProducedExclusively);
    }
    if by_rule == Outcome::Met {
        criteria.extend(requirement.met.iter().copied());
        criteria.sort_unstable();
        criteria.dedup();
    }
    let nothing_used = classified_list.is_some_and(<[_]>::is_empty);
    let outcome = match wholly_or_exclusively.or(by_rule) {
        // A good made of nothing is not described yet.
        Outcome::NotApplicable | Outcome::NotMet if nothing_used && wholly != Outcome::NotMet => {
            record.miss(
                inquiry.production_fact(ProductionField::WhollyObtained),
                Test::WhollyObtained,
            );
            Outcome::Unknown
        }
        Outcome::NotApplicable => Outcome::NotMet,
        outcome => outcome,
    };
    finish(
        inquiry,
        outcome,
        criteria,
        rule,
        requirement,
        classified,
        record,
    )
}

/// Applies the rule found, or both parts of a rule split by product.
fn apply_rule(
    inquiry: &Inquiry<'_>,
    lookup: RuleLookup<'_>,
    materials: Option<&[Classified<'_>]>,
    wholly_or_exclusively: Outcome,
    record: &mut Record,
) -> (
    Outcome,
    Option<crate::determination::AppliedRule>,
    RequirementResult,
) {
    let none = RequirementResult::default();
    let (table, applied) = match lookup {
        RuleLookup::Found(table, applied) => (table, applied),
        RuleLookup::NoRule => return (Outcome::NotMet, None, none),
        RuleLookup::CodeNotSettled => return (Outcome::Unknown, None, none),
        RuleLookup::NotLoaded(_) => {
            record.miss(FactPath::Table(TableNeeded::ProductRule), Test::ProductRule);
            record.find(
                Test::ProductRule,
                Outcome::Unknown,
                inquiry.agreement.articles.product_rule,
            );
            return (Outcome::Unknown, None, none);
        }
    };
    let Some(row) = table.rules.get(applied.rule) else {
        return (Outcome::Unknown, None, none);
    };
    let parts = row.rule.parts();
    let mut results: Vec<(Option<u8>, RequirementResult)> = Vec::with_capacity(parts.len());
    for (number, requirement) in parts {
        let chosen = match (number, inquiry.part) {
            (None, _) | (Some(_), None) => true,
            (Some(number), Some(part)) => number == part,
        };
        if !chosen {
            continue;
        }
        let from = record.findings.len();
        let result = product_rule::requirement(
            inquiry,
            requirement,
            table,
            applied.subheading,
            materials,
            wholly_or_exclusively,
            record,
        );
        for finding in record.findings.iter_mut().skip(from) {
            finding.part = number;
        }
        results.push((number, result));
    }
    let agreed = results
        .iter()
        .filter_map(|(_, result)| result.outcome)
        .reduce(|left, right| {
            if left == right {
                left
            } else {
                Outcome::Unknown
            }
        });
    let split = results.iter().any(|(number, _)| number.is_some());
    let part_is_open = split && inquiry.part.is_none();
    if agreed.is_none() || (part_is_open && agreed == Some(Outcome::Unknown)) {
        record.miss(product_rule::part_fact(inquiry), Test::ProductPart);
        record.find(
            Test::ProductPart,
            Outcome::Unknown,
            inquiry.agreement.articles.product_rule,
        );
    }
    let mut merged = RequirementResult::default();
    for (index, (_, result)) in results.into_iter().enumerate() {
        if index == 0 {
            merged = result;
        } else {
            // Only a criterion that every part meets can be relied on.
            merged
                .met
                .retain(|criterion| result.met.contains(criterion));
            merged.by_de_minimis |= result.by_de_minimis;
        }
    }
    let outcome = agreed.unwrap_or(Outcome::Unknown);
    (outcome, Some(applied), merged)
}

/// Assembles the decision; shared with APTA.
pub(crate) fn finish(
    inquiry: &Inquiry<'_>,
    outcome: Outcome,
    criteria: SmallVec<[Criterion; 4]>,
    rule: Option<crate::determination::AppliedRule>,
    requirement: RequirementResult,
    classified: Option<Vec<Classified<'_>>>,
    mut record: Record,
) -> OriginDecision {
    retain_open_questions(&mut record, outcome);
    let mut effects = materials::effects(classified.unwrap_or_default());
    for (index, shift) in &requirement.shifts {
        if let Some(effect) = effects.get_mut(usize::from(*index)) {
            effect.shift = *shift;
        }
    }
    let cumulation_used = outcome == Outcome::Met
        && !criteria.contains(&Criterion::WhollyObtained)
        && effects.iter().any(
            |effect| matches!(effect.standing, Standing::Originating(party) if party != inquiry.exporter),
        );
    let de_minimis_used =
        requirement.by_de_minimis && criteria.first() == Some(&Criterion::TariffShift);
    OriginDecision {
        outcome,
        criteria,
        cumulation_used,
        de_minimis_used,
        rule,
        findings: record.findings,
        missing: record.missing,
        materials: effects,
    }
}

/// Keeps the facts whose absence leaves the answer open. A material of
/// undetermined origin stays named unless the good is originating without it.
fn retain_open_questions(record: &mut Record, outcome: Outcome) {
    if outcome == Outcome::Met {
        record.missing.clear();
        return;
    }
    let open: SmallVec<[Test; 8]> = record
        .findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Unknown)
        .map(|finding| finding.test)
        .collect();
    record.missing.retain(|missing| {
        let origin_unknown = matches!(missing.fact, FactPath::Material(_, MaterialField::Status));
        let table = matches!(missing.fact, FactPath::Table(_));
        origin_unknown
            || (outcome == Outcome::Unknown
                && (table || open.contains(&missing.test) || missing.test == Test::WhollyObtained))
    });
}
