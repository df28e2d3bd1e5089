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
        match finding.figures() {
            Figures::ValueContent(figures) => {
                if let (Some(fob), Some(vnm)) = (figures.fob, figures.vnm) {
                    let share = figures.threshold.remainder();
                    add(fob_at_least(question, facts, share.least_whole_for(vnm.0)));
                    add(at_most(
                        question,
                        facts,
                        materials,
                        Measure::Value,
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
                add(at_most(
                    question,
                    facts,
                    materials,
                    Measure::Value,
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
                    add(at_most(
                        question,
                        facts,
                        materials,
                        Measure::Value,
                        value.0,
                        value_threshold.largest_part(fob.0),
                    ));
                }
                if let Some((Some(part), Some(whole), threshold)) = weight {
                    add(at_most(
                        question,
                        facts,
                        materials,
                        Measure::Weight,
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

/// A figure of the materials a limit may be set on.
#[derive(Clone, Copy)]
pub(super) enum Measure {
    /// Their value, in the smallest unit of money.
    Value,
    /// Their weight, in milligrams.
    Weight,
}

impl Measure {
    fn of(self, material: &Material) -> i128 {
        match self {
            Self::Value => material.value.map_or(0, Amount::wide),
            Self::Weight => material.weight.map_or(0, Weight::wide),
        }
    }

    /// Gives the material another figure; `None` when it is out of range.
    fn set(self, material: &mut Material, figure: i128) -> Option<()> {
        let figure = i64::try_from(figure).ok()?;
        match self {
            Self::Value => material.value = Some(Amount::from_minor(figure)?),
            Self::Weight => material.weight = Some(Weight::from_milligrams(figure)?),
        }
        Some(())
    }

    /// Packing for transport is not priced; it may still be made lighter.
    fn may_change(self, material: &Material) -> bool {
        match self {
            Self::Value => material.role != MaterialRole::TransportPacking,
            Self::Weight => true,
        }
    }

    /// The change that keeps the figure within the limit.
    fn change(self, limit: i128, cut: i128) -> Option<Change> {
        Some(match self {
            Self::Value => Change::ForeignContentAtMost {
                content: Balance(limit),
                cut: Balance(cut),
            },
            Self::Weight => Change::WeightAtMost {
                weight: milligrams(limit)?,
                cut: milligrams(cut)?,
            },
        })
    }
}

/// A weight of so many milligrams; `None` when it is out of range.
pub(super) fn milligrams(figure: i128) -> Option<Weight> {
    i64::try_from(figure).ok().and_then(Weight::from_milligrams)
}

/// The highest figure of these materials that passes: one unit more fails.
fn at_most(
    question: Question<'_>,
    facts: &Facts,
    materials: &[u16],
    measure: Measure,
    present: i128,
    limit: i128,
) -> Option<RepairOption> {
    let cut = present - limit;
    if cut <= 0 || limit <= 0 {
        return None;
    }
    let criterion = question.criterion(&with_figure_changed(facts, materials, measure, -cut)?)?;
    let one_unit_more = with_figure_changed(facts, materials, measure, 1 - cut)?;
    if question.originates(&one_unit_more) {
        return None;
    }
    Some(RepairOption {
        change: measure.change(limit, cut)?,
        criterion,
        // Weight has no price here.
        money: match measure {
            Measure::Value => Some(Balance(cut)),
            Measure::Weight => None,
        },
        materials: materials_for_cut(facts, materials, measure, cut),
    })
}

/// The named materials from the highest figure down.
fn from_the_highest(facts: &Facts, materials: &[u16], measure: Measure) -> Vec<(u16, i128)> {
    let list = facts.production.materials.as_deref().unwrap_or_default();
    let mut found: Vec<(u16, i128)> = materials
        .iter()
        .filter_map(|index| Some((*index, measure.of(list.get(usize::from(*index))?))))
        .collect();
    found.sort_by_key(|(_, figure)| std::cmp::Reverse(*figure));
    found
}

fn materials_for_cut(facts: &Facts, materials: &[u16], measure: Measure, cut: i128) -> usize {
    let mut left = cut;
    from_the_highest(facts, materials, measure)
        .iter()
        .take_while(|(_, figure)| {
            let needed = left > 0;
            left -= figure;
            needed
        })
        .count()
}

/// The good with a figure of some materials raised or cut in sum, taken from
/// the highest down. `None` when there is not so much to cut.
pub(super) fn with_figure_changed(
    facts: &Facts,
    materials: &[u16],
    measure: Measure,
    change: i128,
) -> Option<Facts> {
    let mut changed = facts.clone();
    let mut left = change;
    for (index, figure) in from_the_highest(facts, materials, measure) {
        let part = left.max(-figure);
        let material = changed
            .production
            .materials
            .as_mut()?
            .get_mut(usize::from(index))?;
        if !measure.may_change(material) {
            continue;
        }
        measure.set(material, figure + part)?;
        left -= part;
    }
    (left == 0).then_some(changed)
}
