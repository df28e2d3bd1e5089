//! The lowest price, the highest foreign content and the highest weight that
//! pass, to the last unit: one unit less, or more, fails.

use originis_rules_engine::determination::{Determination, Figures, Test};
use originis_rules_engine::facts::{Facts, Material, MaterialRole};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Balance, Weight};

use super::{Change, Question, RepairOption};

/// Changes of price, content and weight that make the good originating.
pub(super) fn options(
    question: Question<'_>,
    facts: &Facts,
    present: &Determination,
) -> Vec<RepairOption> {
    let mut found: Vec<RepairOption> = Vec::new();
    let mut add = |option: Option<RepairOption>| {
        if let Some(option) = option
            && !found.iter().any(|known| known.change == option.change)
        {
            found.push(option);
        }
    };
    for finding in &present.origin.findings {
        if !matches!(finding.outcome, Outcome::NotMet | Outcome::Unknown) {
            continue;
        }
        let materials = finding.materials.as_slice();
        match finding.figures {
            Figures::ValueContent(figures) => {
                if let (Some(fob), Some(vnm)) = (figures.fob, figures.vnm) {
                    let share = figures.threshold.remainder();
                    add(fob_at_least(question, facts, share.least_whole_for(vnm.0)));
                    add(content_at_most(
                        question,
                        facts,
                        materials,
                        vnm.0,
                        share.largest_part(fob.0),
                    ));
                }
            }
            Figures::ShareOfFob {
                part: Some(part),
                fob: Some(fob),
                threshold,
            } if finding.test != Test::AggregateContent => {
                add(fob_at_least(
                    question,
                    facts,
                    threshold.least_whole_for(part.0),
                ));
                add(content_at_most(
                    question,
                    facts,
                    materials,
                    part.0,
                    threshold.largest_part(fob.0),
                ));
            }
            Figures::DeMinimis {
                value,
                fob,
                value_threshold,
                weight,
            } => {
                if let (Some(value), Some(fob)) = (value, fob) {
                    add(fob_at_least(
                        question,
                        facts,
                        value_threshold.least_whole_for(value.0),
                    ));
                    add(content_at_most(
                        question,
                        facts,
                        materials,
                        value.0,
                        value_threshold.largest_part(fob.0),
                    ));
                }
                if let Some((Some(part), Some(whole), threshold)) = weight {
                    add(weight_at_most(
                        question,
                        facts,
                        materials,
                        part.wide(),
                        threshold.largest_part(whole.wide()),
                    ));
                }
            }
            _ => {}
        }
    }
    found
}

/// The good at another price.
pub(super) fn at_fob(facts: &Facts, minor: i128) -> Option<Facts> {
    let fob = i64::try_from(minor).ok().and_then(Amount::from_minor)?;
    let mut changed = facts.clone();
    changed.good.fob = Some(fob);
    Some(changed)
}

fn fob_at_least(
    question: Question<'_>,
    facts: &Facts,
    least: Option<i128>,
) -> Option<RepairOption> {
    let present = facts.good.fob?.wide();
    let least = least.filter(|least| *least > present)?;
    let criterion = question.criterion(&at_fob(facts, least)?)?;
    let one_unit_less_fails = !question.originates(&at_fob(facts, least - 1)?);
    one_unit_less_fails.then_some(RepairOption {
        change: Change::FobAtLeast {
            fob: Balance(least),
            increase: Balance(least - present),
        },
        criterion,
        money: Some(Balance(least - present)),
        materials: 0,
    })
}

fn content_at_most(
    question: Question<'_>,
    facts: &Facts,
    materials: &[u16],
    present: i128,
    limit: i128,
) -> Option<RepairOption> {
    let cut = present - limit;
    if cut <= 0 || limit <= 0 {
        return None;
    }
    let criterion = question.criterion(&with_content_changed(facts, materials, -cut)?)?;
    let one_unit_more = with_content_changed(facts, materials, 1 - cut)?;
    if question.originates(&one_unit_more) {
        return None;
    }
    let touched = materials_for_cut(facts, materials, cut, value_of);
    Some(RepairOption {
        change: Change::ForeignContentAtMost {
            content: Balance(limit),
            cut: Balance(cut),
        },
        criterion,
        money: Some(Balance(cut)),
        materials: touched,
    })
}

fn weight_at_most(
    question: Question<'_>,
    facts: &Facts,
    materials: &[u16],
    present: i128,
    limit: i128,
) -> Option<RepairOption> {
    let cut = present - limit;
    if cut <= 0 || limit <= 0 {
        return None;
    }
    let criterion = question.criterion(&with_weight_changed(facts, materials, -cut)?)?;
    if question.originates(&with_weight_changed(facts, materials, 1 - cut)?) {
        return None;
    }
    let weight = |milligrams: i128| {
        i64::try_from(milligrams)
            .ok()
            .and_then(Weight::from_milligrams)
    };
    Some(RepairOption {
        change: Change::WeightAtMost {
            weight: weight(limit)?,
            cut: weight(cut)?,
        },
        criterion,
        // Weight has no price here.
        money: None,
        materials: materials_for_cut(facts, materials, cut, weight_of),
    })
}

fn value_of(material: &Material) -> i128 {
    material.value.map_or(0, Amount::wide)
}

fn weight_of(material: &Material) -> i128 {
    material.weight.map_or(0, Weight::wide)
}

/// The named materials from the highest figure down.
fn from_the_highest(
    facts: &Facts,
    materials: &[u16],
    figure: fn(&Material) -> i128,
) -> Vec<(u16, i128)> {
    let list = facts.production.materials.as_deref().unwrap_or_default();
    let mut found: Vec<(u16, i128)> = materials
        .iter()
        .filter_map(|index| Some((*index, figure(list.get(usize::from(*index))?))))
        .collect();
    found.sort_by_key(|(_, figure)| std::cmp::Reverse(*figure));
    found
}

fn materials_for_cut(
    facts: &Facts,
    materials: &[u16],
    cut: i128,
    figure: fn(&Material) -> i128,
) -> usize {
    let mut left = cut;
    from_the_highest(facts, materials, figure)
        .iter()
        .take_while(|(_, figure)| {
            let needed = left > 0;
            left -= figure;
            needed
        })
        .count()
}

/// The good with the value of some materials raised or cut in sum, taken from
/// the highest down. `None` when there is not so much to cut.
pub(super) fn with_content_changed(
    facts: &Facts,
    materials: &[u16],
    change: i128,
) -> Option<Facts> {
    let mut changed = facts.clone();
    let mut left = change;
    for (index, value) in from_the_highest(facts, materials, value_of) {
        let part = left.max(-value);
        let material = changed
            .production
            .materials
            .as_mut()?
            .get_mut(usize::from(index))?;
        // Packing for transport and goods with their own bill are not priced.
        if material.role == MaterialRole::TransportPacking {
            continue;
        }
        material.value = Some(Amount::from_minor(i64::try_from(value + part).ok()?)?);
        left -= part;
    }
    (left == 0).then_some(changed)
}

/// The same for weights.
pub(super) fn with_weight_changed(facts: &Facts, materials: &[u16], change: i128) -> Option<Facts> {
    let mut changed = facts.clone();
    let mut left = change;
    for (index, weight) in from_the_highest(facts, materials, weight_of) {
        let part = left.max(-weight);
        let material = changed
            .production
            .materials
            .as_mut()?
            .get_mut(usize::from(index))?;
        material.weight = Some(Weight::from_milligrams(i64::try_from(weight + part).ok()?)?);
        left -= part;
    }
    (left == 0).then_some(changed)
}
