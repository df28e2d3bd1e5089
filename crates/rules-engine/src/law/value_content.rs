//! Regional value content: RCEP Article 3.5.
//!
//! Both formulas are tried, as the exporter may choose. All comparisons are
//! exact; nothing is rounded before it is compared.

use super::materials::Materials;
use super::{Inquiry, Record};
use crate::determination::{Figures, MaterialIndexes, Standing, Test, ValueContentFigures};
use crate::facts::{
    Deduction, DeductionKind, FactPath, Material, MaterialField, ProductionField, SupplyRegime,
};
use crate::outcome::Outcome;
use crate::quantity::{Balance, Ratio};

/// Whether Article 3.5.5 lets an expense of a material be deducted: it is shown
/// by documents, and a duty was really borne and not recovered.
pub fn is_deductible(material: &Material, deduction: &Deduction) -> bool {
    deduction.proved
        && match deduction.kind {
            DeductionKind::DutiesRecovered => false,
            DeductionKind::DutiesPaid => material.regime.is_none_or(SupplyRegime::bears_duty),
            DeductionKind::Transport | DeductionKind::Waste => true,
        }
}

/// The expenses of a material that Article 3.5.5 lets be deducted, never more
/// than the value itself.
pub fn deductible(material: &Material) -> i128 {
    let total: i128 = material
        .deductions
        .iter()
        .filter(|deduction| is_deductible(material, deduction))
        .map(|deduction| deduction.amount.wide())
        .sum();
    total.min(material.value.map_or(0, |value| value.wide()))
}

/// Whether the regional value content reaches `threshold`.
pub fn value_content(
    inquiry: &Inquiry<'_>,
    threshold: Ratio,
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let mut vnm_least = 0_i128;
    let mut vnm_most = Some(0_i128);
    let mut vom = 0_i128;
    let mut vom_complete = true;
    let mut deducted = 0_i128;
    let mut counted = MaterialIndexes::new();
    for entry in materials.iter().filter(|entry| !entry.is_disregarded()) {
        let gross = entry.material.value.map(|value| value.wide());
        if let Standing::Originating(_) = entry.effect.standing {
            vom_complete &= gross.is_some() && !entry.is_open_accessory();
            if !entry.is_open_accessory() {
                vom += gross.unwrap_or_default();
            }
            continue;
        }
        counted.push(entry.index);
        let less = deductible(entry.material);
        let net = gross.map(|gross| gross - less);
        vnm_most = vnm_most.zip(net).map(|(sum, net)| sum + net);
        if entry.effect.standing == Standing::NonOriginating {
            deducted += less;
            vnm_least += net.unwrap_or_default();
        } else {
            vom_complete = false;
        }
    }
    let elements = inquiry.production.costs.elements();
    let costs: i128 = elements
        .iter()
        .filter_map(|(_, amount)| *amount)
        .map(|amount| amount.wide())
        .sum();
    let costs_complete = elements.iter().all(|(_, amount)| amount.is_some());

    let fob = inquiry.positive_fob().map(|fob| fob.wide());
    // The parts of a price cannot exceed the price. A good sold for less than its
    // non-originating materials cost leaves nothing for the other parts.
    let contradictory = fob.is_some_and(|fob| vom + costs > (fob - vnm_least).max(0));
    let (build_down, build_up) = match fob {
        None => (Outcome::Unknown, Outcome::Unknown),
        Some(fob) => {
            let reached = |part| threshold.is_reached_by(part, fob);
            // What is not paid for non-originating materials is the most that
            // either formula can come to.
            let can_be_reached = reached(fob - vnm_least);
            let build_down = match vnm_most {
                Some(most) if reached(fob - most) => Outcome::Met,
                _ if can_be_reached => Outcome::Unknown,
                _ => Outcome::NotMet,
            };
            let build_up = if contradictory {
                Outcome::Unknown
            } else if reached(vom + costs) {
                Outcome::Met
            } else if (vom_complete && costs_complete) || !can_be_reached {
                Outcome::NotMet
            } else {
                Outcome::Unknown
            };
            (build_down, build_up)
        }
    };
    let outcome = build_down.or(build_up);
    if outcome == Outcome::Unknown {
        miss_values(inquiry, materials, fob.is_none(), record);
        let any_cost = elements.iter().any(|(_, amount)| amount.is_some());
        for (element, amount) in elements {
            if any_cost && amount.is_none() {
                record.miss(
                    inquiry.production_fact(ProductionField::Cost(element)),
                    Test::ValueContent,
                );
            }
        }
        if contradictory {
            record.miss(
                inquiry.production_fact(ProductionField::Costs),
                Test::ValueContent,
            );
        }
    }
    record.find_with(
        Test::ValueContent,
        outcome,
        inquiry.agreement.articles.value_content,
        Figures::ValueContent(ValueContentFigures {
            fob: fob.map(Balance),
            vnm: vnm_most.map(Balance),
            deducted: Balance(deducted),
            vom: Balance(vom),
            costs: Balance(costs),
            build_up_complete: vom_complete && costs_complete,
            build_down,
            build_up,
            threshold,
        }),
        counted,
    )
}

fn miss_values(
    inquiry: &Inquiry<'_>,
    materials: &Materials<'_>,
    fob_is_missing: bool,
    record: &mut Record,
) {
    if fob_is_missing {
        record.miss(inquiry.value_fact(), Test::ValueContent);
    }
    for entry in materials {
        if entry.may_be_non_originating() && entry.material.value.is_none() {
            record.miss(
                FactPath::Material(inquiry.material_path(entry.index), MaterialField::Value),
                Test::ValueContent,
            );
        }
        if entry.effect.standing == Standing::Undecided {
            entry.miss_standing(inquiry, record);
        }
    }
}
