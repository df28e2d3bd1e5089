//! The smallest sets of materials that, once originating, make the good
//! originating, and why no smaller set can.
//!
//! A good never loses by having one more originating material, so a set that
//! fails rules out all its subsets. Where every material counts by a figure of
//! its own (value or weight), exchanging a chosen material for one that counts
//! more never turns a pass into a failure: the sets of the highest figures are
//! then the only ones that need to be decided. Goods with intermediate goods or
//! with a proviso on weights are searched in full, size by size.

use std::cell::Cell;

use originis_rules_engine::agreement::ProductRule;
use originis_rules_engine::determination::{
    Criterion, Determination, Figures, MaterialEffect, OriginDecision, Standing, StandingReason,
};
use originis_rules_engine::facts::{Facts, Material, MaterialRole, Production};
use originis_rules_engine::law::value_content::deductible;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Balance;
use originis_rules_engine::rule::{Alternative, OriginRule, Requirement};

use super::kept::{Item, most_money_kept};
use super::{EXACT_UP_TO, Question, material_at, with_originating};

/// Materials that make the good originating once they are originating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialSet {
    /// Their paths of indexes through intermediate goods.
    pub paths: Vec<Vec<u16>>,
    /// Their value together; `None` when a value is missing.
    pub value: Option<Balance>,
    /// The criterion the changed good qualifies under.
    pub criterion: Criterion,
}

/// Why no smaller set works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Of every smaller size, the sets of the highest figures were decided and
    /// fail; exchanging materials cannot do better.
    HighestFigures {
        /// Goods decided.
        decided: usize,
    },
    /// Every smaller set was decided, or lies within one that was and fails.
    EverySet {
        /// Goods decided.
        decided: usize,
    },
    /// More than [`EXACT_UP_TO`] materials under a rule that needs a full
    /// search, which was stopped: no set smaller than `at_least` works.
    AtLeast {
        /// The lower bound shown.
        at_least: usize,
        /// Goods decided.
        decided: usize,
    },
    /// The good fails even with every material originating.
    NoSetWorks,
}

/// The smallest sets, and the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialRepairs {
    /// Materials that are not originating, or not known to be.
    pub blocking: Vec<Vec<u16>>,
    /// Sets that work and have no material to spare; the smallest first, then
    /// the least money.
    pub sets: Vec<MaterialSet>,
    /// The size of the smallest.
    pub smallest: Option<usize>,
    /// Why none is smaller.
    pub proof: Proof,
}

/// Sets of the same smallest size that are kept when there are very many.
const MOST_SETS: usize = 40;

/// Goods decided at most in looking for further sets of the smallest size.
const MOST_DECIDED_FOR_OTHERS: usize = 20_000;

/// Goods decided at most in a full search beyond [`EXACT_UP_TO`] materials.
const MOST_DECIDED_BEYOND: usize = 60_000;

struct Search<'a> {
    question: Question<'a>,
    facts: &'a Facts,
    candidates: Vec<Vec<u16>>,
    /// What each candidate counts within its bill; `None` for an intermediate
    /// good and where a figure is missing.
    strengths: Vec<Option<Strength>>,
    decided: Cell<usize>,
}

/// What a material counts within one bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Strength {
    bill: Vec<u16>,
    role: MaterialRole,
    standing: Standing,
    active_ingredient: Option<bool>,
    failed: bool,
    net: i128,
    gross: i128,
    weight: Option<i128>,
}

impl Strength {
    /// Whether originating status of this material does at least as much for
    /// the good as that of the other.
    fn covers(&self, other: &Self) -> bool {
        self.bill == other.bill
            && self.role == other.role
            && self.standing == other.standing
            && self.active_ingredient == other.active_ingredient
            && self.failed >= other.failed
            && self.net >= other.net
            && self.gross >= other.gross
            && self.weight.is_some() == other.weight.is_some()
            && self.weight >= other.weight
    }
}

/// Positions in [`Search::candidates`].
type Chosen = Vec<usize>;

impl Search<'_> {
    fn works(&self, chosen: &[usize]) -> bool {
        self.decided.set(self.decided.get() + 1);
        self.question.originates(&self.changed(chosen))
    }

    fn changed(&self, chosen: &[usize]) -> Facts {
        let paths = chosen
            .iter()
            .filter_map(|position| self.candidates.get(*position));
        with_originating(self.facts, paths)
    }

    fn value(&self, position: usize) -> Option<i128> {
        let path = self.candidates.get(position)?;
        let material = material_at(&self.facts.production, path)?;
        material.value.map(|value| value.wide())
    }

    fn set(&self, chosen: &[usize]) -> Option<MaterialSet> {
        let criterion = self.question.criterion(&self.changed(chosen))?;
        let value = chosen
            .iter()
            .map(|position| self.value(*position))
            .sum::<Option<i128>>()
            .map(Balance);
        Some(MaterialSet {
            paths: chosen
                .iter()
                .filter_map(|position| self.candidates.get(*position).cloned())
                .collect(),
            value,
            criterion,
        })
    }

    /// Leaves out every material that is not needed, the dearest first.
    fn without_spare(&self, mut chosen: Chosen) -> Chosen {
        let mut order = chosen.clone();
        order.sort_by_key(|position| {
            let value = self.value(*position);
            (value.is_some(), std::cmp::Reverse(value))
        });
        for position in order {
            let fewer: Chosen = chosen
                .iter()
                .copied()
                .filter(|kept| *kept != position)
                .collect();
            if self.works(&fewer) {
                chosen = fewer;
            }
        }
        chosen
    }
}

/// Finds the smallest sets for a good that is not originating.
pub(super) fn smallest_sets(
    question: Question<'_>,
    facts: &Facts,
    present: &Determination,
) -> MaterialRepairs {
    let mut found = Vec::new();
    collect(
        question,
        &facts.production,
        &present.origin,
        &mut Vec::new(),
        &mut found,
    );
    // The strongest first, so that the search meets them before the others.
    found.sort_by_key(|(path, strength)| {
        let gross = strength.as_ref().map(|strength| strength.gross);
        (std::cmp::Reverse(gross), path.clone())
    });
    let (candidates, strengths) = found.into_iter().unzip();
    let search = Search {
        question,
        facts,
        candidates,
        strengths,
        decided: Cell::new(0),
    };
    let everything: Chosen = (0..search.candidates.len()).collect();
    if everything.is_empty() || !search.works(&everything) {
        return MaterialRepairs {
            blocking: search.candidates,
            sets: Vec::new(),
            smallest: None,
            proof: Proof::NoSetWorks,
        };
    }
    let counts = figures(&search, present);
    let (mut found, proof) = match &counts {
        Some(counts) => by_highest_figures(&search, counts),
        None => by_full_search(&search),
    };
    let smallest = found.iter().map(Vec::len).min();
    if let Some(counts) = &counts {
        for chosen in cheapest(present, counts) {
            if search.works(&chosen) {
                found.push(search.without_spare(chosen));
            }
        }
    }
    for chosen in &mut found {
        chosen.sort_unstable();
    }
    found.sort();
    found.dedup();
    let mut sets: Vec<MaterialSet> = found
        .iter()
        .filter_map(|chosen| search.set(chosen))
        .collect();
    sets.sort_by_key(|set| (set.paths.len(), set.value.is_none(), set.value));
    MaterialRepairs {
        blocking: search.candidates,
        sets,
        smallest,
        proof,
    }
}

/// Every material that is not originating, through intermediate goods.
fn collect(
    question: Question<'_>,
    production: &Production,
    decision: &OriginDecision,
    path: &mut Vec<u16>,
    found: &mut Vec<(Vec<u16>, Option<Strength>)>,
) {
    let materials = production.materials.as_deref().unwrap_or_default();
    let shift_is_told = one_shift_at_most(question, decision);
    for (index, (material, effect)) in (0_u16..).zip(materials.iter().zip(&decision.materials)) {
        let blocks = !matches!(effect.standing, Standing::Originating(_))
            && effect.reason != StandingReason::Disregarded;
        if !blocks {
            continue;
        }
        let strength = shift_is_told
            .then(|| strength(path, material, effect))
            .flatten();
        path.push(index);
        found.push((path.clone(), strength));
        if let (Some(production), Some(intermediate)) = (&material.production, &effect.intermediate)
        {
            collect(question, production, intermediate, path, found);
        }
        path.pop();
    }
}

fn strength(bill: &[u16], material: &Material, effect: &MaterialEffect) -> Option<Strength> {
    if material.production.is_some() {
        return None;
    }
    let gross = material.value?.wide();
    Some(Strength {
        bill: bill.to_vec(),
        role: material.role,
        standing: effect.standing,
        active_ingredient: material.active_ingredient,
        failed: !matches!(effect.shift, Outcome::Met | Outcome::NotApplicable),
        net: gross - deductible(material),
        gross,
        weight: material.weight.map(|weight| weight.wide()),
    })
}

/// Whether the shift outcome noted for each material is the only one its rule
/// asks for: no split by product, and one change of classification at most.
fn one_shift_at_most(question: Question<'_>, decision: &OriginDecision) -> bool {
    let row = rule_of(question, decision);
    row.is_none_or(|row| match &row.rule {
        OriginRule::ByProduct(_) => false,
        OriginRule::Uniform(requirement) => shifts(requirement).len() <= 1,
    })
}

fn rule_of<'a>(question: Question<'a>, decision: &OriginDecision) -> Option<&'a ProductRule> {
    let tables = question.book.agreement(question.agreement)?;
    let applied = decision.rule?;
    tables
        .product_rules
        .get(applied.table)?
        .rules
        .get(applied.rule)
}

/// For each change of classification of a requirement, whether it has a proviso.
fn shifts(requirement: &Requirement) -> Vec<bool> {
    requirement
        .alternatives
        .iter()
        .filter_map(|alternative| match alternative {
            Alternative::TariffShift(shift) => Some(shift.proviso.is_some()),
            _ => None,
        })
        .collect()
}

/// What each candidate counts, by every figure a rule may look at. A material
/// that made its shift counts nothing where only the others do.
struct Counts {
    failed_value: Vec<i128>,
    failed_weight: Vec<i128>,
    net_value: Vec<i128>,
    gross_value: Vec<i128>,
}

/// The figures, when the good can be judged by them alone: no intermediate
/// goods, no proviso, no open product split, every value known.
fn figures(search: &Search<'_>, present: &Determination) -> Option<Counts> {
    if !judged_by_figures(search, present) {
        return None;
    }
    let materials = search.facts.production.materials.as_deref()?;
    let mut counts = Counts {
        failed_value: Vec::new(),
        failed_weight: Vec::new(),
        net_value: Vec::new(),
        gross_value: Vec::new(),
    };
    let weights_count = materials.iter().any(|material| material.weight.is_some());
    for path in &search.candidates {
        let &[index] = path.as_slice() else {
            return None;
        };
        let material: &Material = materials.get(usize::from(index))?;
        let effect: &MaterialEffect = present.origin.materials.get(usize::from(index))?;
        if material.production.is_some() {
            return None;
        }
        let value = material.value?.wide();
        let failed = !matches!(effect.shift, Outcome::Met | Outcome::NotApplicable);
        let weight = match material.weight {
            Some(weight) => weight.wide(),
            None if failed && weights_count => return None,
            None => 0,
        };
        // Among the failed ones a figure of nothing still counts as one
        // material, so one is added to each.
        counts.failed_value.push(if failed { value + 1 } else { 0 });
        counts
            .failed_weight
            .push(if failed { weight + 1 } else { 0 });
        counts.net_value.push(value - deductible(material));
        counts.gross_value.push(value);
    }
    Some(counts)
}

fn judged_by_figures(search: &Search<'_>, present: &Determination) -> bool {
    let Some(row) = rule_of(search.question, &present.origin) else {
        // Without a product rule only the value of all materials counts.
        return true;
    };
    let settled = match &row.rule {
        OriginRule::Uniform(_) => true,
        OriginRule::ByProduct(_) => search.facts.good.part.is_some(),
    };
    settled
        && row.rule.parts().iter().all(|(_, requirement)| {
            let shifts = shifts(requirement);
            shifts.len() <= 1 && !shifts.contains(&true)
        })
}

/// For each size the sets of the highest figures; the first size at which one
/// works is the smallest.
fn by_highest_figures(search: &Search<'_>, counts: &Counts) -> (Vec<Chosen>, Proof) {
    let orders: Vec<Chosen> = [
        &counts.failed_value,
        &counts.failed_weight,
        &counts.net_value,
        &counts.gross_value,
    ]
    .into_iter()
    .map(|figures| {
        let mut order: Chosen = (0..figures.len()).collect();
        order.sort_by_key(|position| std::cmp::Reverse(figures.get(*position).copied()));
        order
    })
    .collect();
    let mut decided = 0;
    for size in 1..=search.candidates.len() {
        let mut found: Vec<Chosen> = Vec::new();
        for order in &orders {
            let mut chosen: Chosen = order.iter().copied().take(size).collect();
            chosen.sort_unstable();
            if found.contains(&chosen) {
                continue;
            }
            decided += 1;
            if search.works(&chosen) {
                found.push(chosen);
            }
        }
        if !found.is_empty() {
            return (found, Proof::HighestFigures { decided });
        }
    }
    (Vec::new(), Proof::NoSetWorks)
}

/// Sets of any size that leave most money in place, one for each figure.
fn cheapest(present: &Determination, counts: &Counts) -> Vec<Chosen> {
    let mut found = Vec::new();
    let mut keep = |loads: &[i128], limit: i128, counted: &dyn Fn(usize) -> bool| {
        let positions: Vec<usize> = (0..loads.len()).filter(|index| counted(*index)).collect();
        let items: Vec<Item> = positions
            .iter()
            .filter_map(|position| {
                Some(Item {
                    load: *loads.get(*position)?,
                    money: *counts.gross_value.get(*position)?,
                })
            })
            .collect();
        let kept = most_money_kept(&items, limit, EXACT_UP_TO);
        found.push(
            positions
                .iter()
                .enumerate()
                .filter(|(index, _)| !kept.contains(index))
                .map(|(_, position)| *position)
                .collect(),
        );
    };
    let failed = |position: usize| counts.failed_value.get(position).is_some_and(|v| *v > 0);
    let without_the_one: Vec<i128> = counts.failed_value.iter().map(|v| v - 1).collect();
    let weights: Vec<i128> = counts.failed_weight.iter().map(|v| v - 1).collect();
    for finding in &present.origin.findings {
        match finding.figures() {
            Figures::DeMinimis {
                fob,
                value_threshold,
                weight,
                ..
            } => {
                if let Some(fob) = fob {
                    keep(
                        &without_the_one,
                        value_threshold.largest_part(fob.0),
                        &failed,
                    );
                }
                if let Some((_, Some(whole), threshold)) = weight {
                    keep(&weights, threshold.largest_part(whole.wide()), &failed);
                }
            }
            Figures::Shift { .. } => keep(&without_the_one, 0, &failed),
            Figures::ValueContent(figures) => {
                if let Some(fob) = figures.fob {
                    let limit = figures.threshold.remainder().largest_part(fob.0);
                    keep(&counts.net_value, limit, &|_| true);
                }
            }
            Figures::ShareOfFob {
                fob: Some(fob),
                threshold,
                ..
            } => keep(&counts.gross_value, threshold.largest_part(fob.0), &|_| {
                true
            }),
            _ => {}
        }
    }
    found
}

/// Decides the sets of each size in turn. Two kinds of branches are not
/// followed: those in which even all remaining materials together fail, and
/// those that take a material while leaving out one that counts at least as
/// much in the same bill, which would do at least as well in its place.
fn by_full_search(search: &Search<'_>) -> (Vec<Chosen>, Proof) {
    let count = search.candidates.len();
    for size in 1..=count {
        let decided_before = search.decided.get();
        let mut level = Level {
            search,
            size,
            strongest_only: true,
            most_decided: (count > EXACT_UP_TO).then_some(MOST_DECIDED_BEYOND),
            found: Vec::new(),
            stopped: false,
        };
        level.follow(&mut Vec::new(), 0);
        if level.stopped && level.found.is_empty() {
            return (
                vec![search.without_spare((0..count).collect())],
                Proof::AtLeast {
                    at_least: size,
                    decided: search.decided.get(),
                },
            );
        }
        if !level.found.is_empty() {
            // Other sets of this size may cost less: looked for within bounds,
            // as they prove nothing.
            let strongest = level.found;
            let mut all = Level {
                search,
                size,
                strongest_only: false,
                most_decided: Some(search.decided.get() + MOST_DECIDED_FOR_OTHERS),
                found: strongest,
                stopped: false,
            };
            all.follow(&mut Vec::new(), 0);
            return (
                all.found,
                Proof::EverySet {
                    decided: decided_before,
                },
            );
        }
    }
    (Vec::new(), Proof::NoSetWorks)
}

struct Level<'a, 'b> {
    search: &'a Search<'b>,
    size: usize,
    strongest_only: bool,
    most_decided: Option<usize>,
    found: Vec<Chosen>,
    stopped: bool,
}

impl Level<'_, '_> {
    fn follow(&mut self, chosen: &mut Chosen, from: usize) {
        if self.found.len() >= MOST_SETS || self.stopped {
            return;
        }
        if self
            .most_decided
            .is_some_and(|most| self.search.decided.get() >= most)
        {
            self.stopped = true;
            return;
        }
        let wanted = self.size - chosen.len();
        if wanted == 0 {
            if self.search.works(chosen) {
                self.found.push(chosen.clone());
            }
            return;
        }
        let count = self.search.candidates.len();
        if count - from < wanted {
            return;
        }
        // With all the rest as well: if that fails, so does every choice of it.
        if count - from > wanted {
            let mut all = chosen.clone();
            all.extend(from..count);
            if !self.search.works(&all) {
                return;
            }
        }
        for next in from..=count - wanted {
            if self.strongest_only && self.leaves_out_a_stronger(chosen, next) {
                continue;
            }
            chosen.push(next);
            self.follow(chosen, next + 1);
            chosen.pop();
        }
    }

    fn leaves_out_a_stronger(&self, chosen: &[usize], next: usize) -> bool {
        let strength = |position: usize| self.search.strengths.get(position)?.as_ref();
        let Some(own) = strength(next) else {
            return false;
        };
        (0..next).any(|earlier| {
            !chosen.contains(&earlier)
                && strength(earlier).is_some_and(|stronger| stronger.covers(own))
        })
    }
}
