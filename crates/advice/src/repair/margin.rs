//! How far a qualifying good is from failing: by price, by the cost of its
//! foreign inputs (exchange rate, freight), by weight, and by the loss of the
//! status of a single material.

use originis_rules_engine::determination::{Criterion, Figures, Standing, Test};
use originis_rules_engine::facts::{Facts, OriginatingStatus};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Balance, Weight, percentage_for_display};

use super::price::{Measure, at_fob, milligrams, with_figure_changed};
use super::{Question, material_at_mut};

/// What would break a good that qualifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    /// The criterion relied on.
    pub criterion: Criterion,
    /// Whether the good qualifies by a criterion no price or weight can break.
    pub independent_of_figures: bool,
    /// The lowest FOB value at which it still qualifies, when one unit less
    /// breaks it.
    pub lowest_fob: Option<Balance>,
    /// Room for its foreign inputs to become dearer.
    pub content: Option<Headroom>,
    /// Room for the materials that did not change classification to weigh more.
    pub weight: Option<WeightHeadroom>,
    /// Originating materials without whose status the good would fail.
    pub depends_on: Vec<Dependence>,
}

/// Room in value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// The value of non-originating materials now.
    pub content: Balance,
    /// What may still be added, by freight or by a dearer currency.
    pub room: Balance,
    /// The same as a rise of the exchange rate when every foreign input is
    /// paid in foreign currency: in per cent, rounded down.
    pub exchange_rate_rise: Option<String>,
}

/// Room in weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightHeadroom {
    /// The weight now.
    pub weight: Weight,
    /// What may still be added.
    pub room: Weight,
}

/// A material whose originating status the good cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependence {
    /// Its index.
    pub material: u16,
    /// What the verdict would be without its status.
    pub outcome: Outcome,
}

pub(super) fn margin(question: Question<'_>, facts: &Facts) -> Option<Margin> {
    let present = question.decide(facts)?;
    let criterion = *present.origin.criteria.first()?;
    let mut lowest_fob: Option<i128> = None;
    let mut content: Option<(i128, i128, Vec<u16>)> = None;
    let mut weight: Option<(i128, i128, Vec<u16>)> = None;
    let mut widen = |part: i128, limit: i128, materials: &[u16]| {
        let room = limit - part;
        let wider = content
            .as_ref()
            .is_none_or(|(known_part, known_limit, _)| room > known_limit - known_part);
        if wider {
            content = Some((part, limit, materials.to_vec()));
        }
    };
    let mut lower = |least: Option<i128>| {
        if let Some(least) = least {
            lowest_fob = Some(lowest_fob.map_or(least, |known| known.min(least)));
        }
    };
    for finding in &present.origin.findings {
        if finding.outcome != Outcome::Met {
            continue;
        }
        let materials = finding.materials.as_slice();
        match finding.figures() {
            Figures::ValueContent(figures) => {
                if let (Some(fob), Some(vnm)) = (figures.fob, figures.vnm) {
                    let share = figures.threshold.remainder();
                    widen(vnm.0, share.largest_part(fob.0), materials);
                    lower(share.least_whole_for(vnm.0));
                }
            }
            Figures::ShareOfFob {
                part: Some(part),
                fob: Some(fob),
                threshold,
            } if finding.test != Test::AggregateContent => {
                widen(part.0, threshold.largest_part(fob.0), materials);
                lower(threshold.least_whole_for(part.0));
            }
            Figures::DeMinimis {
                value,
                fob,
                value_threshold,
                weight: by_weight,
            } => {
                if let (Some(value), Some(fob)) = (value, fob)
                    && value_threshold.is_not_exceeded_by(value.0, fob.0)
                {
                    widen(value.0, value_threshold.largest_part(fob.0), materials);
                    lower(value_threshold.least_whole_for(value.0));
                }
                if let Some((Some(part), Some(whole), threshold)) = by_weight
                    && threshold.is_not_exceeded_by(part.wide(), whole.wide())
                {
                    weight = Some((
                        part.wide(),
                        threshold.largest_part(whole.wide()),
                        materials.to_vec(),
                    ));
                }
            }
            _ => {}
        }
    }
    let independent_of_figures = is_independent(question, facts);
    let lowest_fob = lowest_fob.filter(|least| {
        let holds = at_fob(facts, *least).is_some_and(|at| question.originates(&at));
        let breaks = at_fob(facts, least - 1).is_some_and(|at| !question.originates(&at));
        holds && breaks
    });
    let content = content.and_then(|(part, limit, materials)| {
        let room = limit - part;
        let holds = with_figure_changed(facts, &materials, Measure::Value, room)?;
        let breaks = with_figure_changed(facts, &materials, Measure::Value, room + 1)?;
        (question.originates(&holds) && !question.originates(&breaks)).then(|| Headroom {
            content: Balance(part),
            room: Balance(room),
            exchange_rate_rise: percentage_for_display(room, part),
        })
    });
    let weight = weight.and_then(|(part, limit, materials)| {
        let room = limit - part;
        let holds = with_figure_changed(facts, &materials, Measure::Weight, room)?;
        let breaks = with_figure_changed(facts, &materials, Measure::Weight, room + 1)?;
        (question.originates(&holds) && !question.originates(&breaks)).then_some(WeightHeadroom {
            weight: milligrams(part)?,
            room: milligrams(room)?,
        })
    });
    Some(Margin {
        criterion,
        independent_of_figures,
        lowest_fob: lowest_fob.map(Balance),
        content,
        weight,
        depends_on: depends_on(question, facts),
    })
}

/// Whether the good still qualifies when no price is known at all: then no
/// price can break it.
fn is_independent(question: Question<'_>, facts: &Facts) -> bool {
    let mut changed = facts.clone();
    changed.good.fob = None;
    changed.good.weight = None;
    question.originates(&changed)
}

/// Takes the status of each originating material away in turn.
fn depends_on(question: Question<'_>, facts: &Facts) -> Vec<Dependence> {
    let Some(present) = question.decide(facts) else {
        return Vec::new();
    };
    (0_u16..)
        .zip(&present.origin.materials)
        .filter(|(_, effect)| matches!(effect.standing, Standing::Originating(_)))
        .filter_map(|(index, _)| {
            let mut changed = facts.clone();
            let material = material_at_mut(&mut changed.production, &[index])?;
            material.status = OriginatingStatus::NonOriginating;
            let outcome = question.decide(&changed)?.origin.outcome;
            (outcome != Outcome::Met).then_some(Dependence {
                material: index,
                outcome,
            })
        })
        .collect()
}
