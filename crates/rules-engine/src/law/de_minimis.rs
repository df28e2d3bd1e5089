//! De minimis: RCEP Article 3.7. It repairs a tariff shift and nothing else.

use super::materials::Materials;
use super::tariff_shift::ShiftResult;
use super::{Inquiry, Record};
use crate::agreement::in_force;
use crate::determination::{Figures, MaterialIndexes, Test};
use crate::facts::{FactPath, Material, MaterialField, TableNeeded};
use crate::outcome::Outcome;
use crate::quantity::{Balance, Ratio, Weight};

/// Sums over the materials that failed and over those that may have failed.
struct Sum {
    /// Total of the failed ones whose figure is known: no true total is lower.
    least: i128,
    /// Total of all, when every figure is known: no true total is higher.
    most: Option<i128>,
}

fn sum(
    materials: &Materials<'_>,
    shift: &ShiftResult,
    figure: impl Fn(&Material) -> Option<i128>,
) -> Sum {
    let mut total = Sum {
        least: 0,
        most: Some(0),
    };
    for entry in materials {
        let shifted = shift.outcome_of(entry.index);
        if shifted == Outcome::Met {
            continue;
        }
        let known = figure(entry.material);
        if shifted == Outcome::NotMet {
            total.least += known.unwrap_or_default();
        }
        total.most = total.most.zip(known).map(|(most, known)| most + known);
    }
    total
}

fn share_outcome(total: &Sum, whole: Option<i128>, threshold: Ratio) -> Outcome {
    match whole {
        Some(whole) if whole > 0 => match total.most {
            Some(most) if threshold.is_not_exceeded_by(most, whole) => Outcome::Met,
            _ if !threshold.is_not_exceeded_by(total.least, whole) => Outcome::NotMet,
            _ => Outcome::Unknown,
        },
        _ => Outcome::Unknown,
    }
}

/// Whether the materials that did not shift stay within the tolerance: by
/// value, or in the textile chapters by value or by weight.
pub fn de_minimis(
    inquiry: &Inquiry<'_>,
    chapter: u8,
    materials: &Materials<'_>,
    shift: &ShiftResult,
    record: &mut Record,
) -> Outcome {
    let citation = inquiry.agreement.articles.de_minimis;
    let thresholds = &inquiry.agreement.thresholds;
    let Some(by_value) = in_force(&thresholds.de_minimis_value, inquiry.date) else {
        record.miss(FactPath::Table(TableNeeded::Threshold), Test::DeMinimis);
        return record.find(Test::DeMinimis, Outcome::Unknown, citation);
    };
    let value = sum(materials, shift, |material| {
        material.value.map(|value| value.wide())
    });
    let fob = inquiry.positive_fob().map(|fob| fob.wide());
    let value_outcome = share_outcome(&value, fob, by_value.value);

    let weight_is_open = thresholds
        .de_minimis_weight_chapters
        .is_some_and(|(first, last)| (first..=last).contains(&chapter));
    let by_weight = in_force(&thresholds.de_minimis_weight, inquiry.date)
        .filter(|_| weight_is_open)
        .map(|threshold| {
            let weight = sum(materials, shift, |material| {
                material.weight.map(|weight| weight.wide())
            });
            let whole = inquiry.weight.map(|weight| weight.wide());
            let outcome = share_outcome(&weight, whole, threshold.value);
            (weight, outcome, threshold)
        });
    let weight_outcome = by_weight
        .as_ref()
        .map_or(Outcome::NotApplicable, |(_, outcome, _)| *outcome);
    let outcome = value_outcome.or(weight_outcome);

    if outcome == Outcome::Unknown {
        if value_outcome == Outcome::Unknown {
            if fob.is_none() {
                record.miss(inquiry.value_fact(), Test::DeMinimis);
            }
            miss_figures(inquiry, materials, shift, MaterialField::Value, record);
        }
        if weight_outcome == Outcome::Unknown {
            if inquiry.weight.is_none() {
                record.miss(inquiry.weight_fact(), Test::DeMinimis);
            }
            miss_figures(inquiry, materials, shift, MaterialField::Weight, record);
        }
    }
    let deciding: MaterialIndexes = shift.failed.iter().chain(&shift.unknown).copied().collect();
    record.find_with(
        Test::DeMinimis,
        outcome,
        match &by_weight {
            Some((_, Outcome::Met, threshold)) if value_outcome != Outcome::Met => {
                threshold.citation
            }
            _ => by_value.citation,
        },
        Figures::DeMinimis {
            value: value.most.map(Balance),
            fob: fob.map(Balance),
            value_threshold: by_value.value,
            weight: by_weight.map(|(weight, _, threshold)| {
                let total = weight
                    .most
                    .and_then(|total| i64::try_from(total).ok())
                    .and_then(Weight::from_milligrams);
                (total, inquiry.weight, threshold.value)
            }),
        },
        deciding,
    )
}

fn miss_figures(
    inquiry: &Inquiry<'_>,
    materials: &Materials<'_>,
    shift: &ShiftResult,
    field: MaterialField,
    record: &mut Record,
) {
    for entry in materials {
        let counted = shift.outcome_of(entry.index) != Outcome::Met;
        let absent = match field {
            MaterialField::Weight => entry.material.weight.is_none(),
            _ => entry.material.value.is_none(),
        };
        if counted && absent {
            record.miss(
                FactPath::Material(inquiry.material_path(entry.index), field),
                Test::DeMinimis,
            );
        }
    }
}
