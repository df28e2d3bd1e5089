//! What would make a good qualify, and what would make a qualifying good fail.
//!
//! Everything here works on facts and decides every changed good again with the
//! engine; arithmetic only proposes, it never concludes.

mod claim;
mod kept;
mod margin;
mod materials;
mod price;
mod report;
#[cfg(test)]
mod tests;

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Criterion, Determination, Verdict};
use originis_rules_engine::facts::{Facts, Material, Operation, OriginatingStatus, Production};
use originis_rules_engine::quantity::{Balance, Weight};
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{determine, rule};

pub use claim::{ClaimChange, ClaimRepair, ClaimRepairs, TransitStep, claim_repairs};
pub use margin::{Dependence, Headroom, Margin, WeightHeadroom};
pub use materials::{MaterialRepairs, MaterialSet, Proof};
pub use report::{RepairReport, repair};

/// The number of blocking materials up to which the smallest sets are exact
/// whatever the rule.
pub const EXACT_UP_TO: usize = 25;

/// One good under one agreement, to be decided with changed facts.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub book: &'a RuleBook,
    pub agreement: Agreement,
}

impl Question<'_> {
    pub fn decide(&self, facts: &Facts) -> Option<Determination> {
        determine(self.book, facts, self.agreement)
    }

    pub fn originates(&self, facts: &Facts) -> bool {
        self.decide(facts)
            .is_some_and(|answer| answer.verdict == Verdict::Originating)
    }

    /// The criterion the good is originating under, if it is.
    pub fn criterion(&self, facts: &Facts) -> Option<Criterion> {
        self.decide(facts)
            .filter(|answer| answer.verdict == Verdict::Originating)
            .and_then(|answer| answer.origin.criteria.first().copied())
    }
}

/// A change that makes the good originating, verified by deciding the changed
/// good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These materials, by their paths, become originating: bought from a
    /// Party, or shown by a proof to be originating already.
    MaterialsOriginating(MaterialSet),
    /// The FOB value is at least this.
    FobAtLeast {
        /// The least value that passes.
        fob: Balance,
        /// How far it is above the present one.
        increase: Balance,
    },
    /// The value of non-originating materials is at most this.
    ForeignContentAtMost {
        /// The highest value that passes.
        content: Balance,
        /// What has to be cut.
        cut: Balance,
    },
    /// The materials that do not change classification weigh at most this.
    WeightAtMost {
        /// The highest weight that passes.
        weight: Weight,
        /// What has to be cut.
        cut: Weight,
    },
    /// Something beyond the listed minimal operations is done in the exporting
    /// country.
    SubstantialProcess,
    /// A chemical reaction as the law defines it takes place there.
    ChemicalReaction,
}

/// A change with what it costs to make it, in the only terms known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairOption {
    /// What is changed.
    pub change: Change,
    /// The criterion the changed good qualifies under.
    pub criterion: Criterion,
    /// Money touched: the value of the materials replaced or certified, or the
    /// difference of price; zero for a change of process.
    pub money: Option<Balance>,
    /// Materials touched.
    pub materials: usize,
}

/// What is known about repairing a good that does not qualify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repairs {
    /// Every verified change, the least money first, then the fewest materials.
    pub options: Vec<RepairOption>,
    /// The smallest sets of materials, with the proof that none is smaller.
    pub materials: MaterialRepairs,
    /// The criterion nearest to passing: the first of the fewest materials.
    pub nearest: Option<Criterion>,
}

/// Looks for every change that makes the good originating. `None` when the
/// agreement is not loaded or the good is originating already.
pub fn repairs(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Option<Repairs> {
    let question = Question { book, agreement };
    let present = question.decide(facts)?;
    if present.verdict == Verdict::Originating {
        return None;
    }
    let materials = materials::smallest_sets(question, facts, &present);
    let mut options: Vec<RepairOption> = materials
        .sets
        .iter()
        .map(|set| RepairOption {
            criterion: set.criterion,
            money: set.value,
            materials: set.paths.len(),
            change: Change::MaterialsOriginating(set.clone()),
        })
        .collect();
    options.extend(price::options(question, facts, &present));
    options.extend(process_options(question, facts, &present));
    options.sort_by_key(|option| {
        (
            option.money.is_none(),
            option.money,
            option.materials,
            option.criterion,
        )
    });
    let nearest = options
        .iter()
        .min_by_key(|option| (option.materials, option.money.is_none(), option.money))
        .map(|option| option.criterion);
    Some(Repairs {
        options,
        materials,
        nearest,
    })
}

/// What would break a good that qualifies. `None` when it does not.
pub fn margin(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Option<Margin> {
    margin::margin(Question { book, agreement }, facts)
}

/// Changes of what is done rather than of what is bought.
fn process_options(
    question: Question<'_>,
    facts: &Facts,
    present: &Determination,
) -> Vec<RepairOption> {
    let mut found = Vec::new();
    let mut try_change = |change: Change, changed: &Facts| {
        if let Some(criterion) = question.criterion(changed) {
            found.push(RepairOption {
                change,
                criterion,
                money: Some(Balance(0)),
                materials: 0,
            });
        }
    };
    if facts.production.operations.is_some() {
        let mut changed = facts.clone();
        changed.production.operations = Some(vec![Operation::SUBSTANTIAL]);
        try_change(Change::SubstantialProcess, &changed);
    }
    if rule_has_chemical_reaction(question, present)
        && facts.production.chemical_reaction == Some(false)
    {
        let mut changed = facts.clone();
        changed.production.chemical_reaction = Some(true);
        try_change(Change::ChemicalReaction, &changed);
    }
    found
}

fn rule_has_chemical_reaction(question: Question<'_>, present: &Determination) -> bool {
    present
        .origin
        .rule
        .zip(question.book.agreement(question.agreement))
        .and_then(|(applied, tables)| {
            tables
                .product_rules
                .get(applied.table)?
                .rules
                .get(applied.rule)
        })
        .is_some_and(|row| {
            row.rule.parts().iter().any(|(_, requirement)| {
                requirement
                    .alternatives
                    .contains(&rule::Alternative::ChemicalReaction)
            })
        })
}

/// The material at a path of indexes through intermediate goods.
pub(crate) fn material_at<'a>(production: &'a Production, path: &[u16]) -> Option<&'a Material> {
    let (first, rest) = path.split_first()?;
    let material = production.materials.as_ref()?.get(usize::from(*first))?;
    if rest.is_empty() {
        Some(material)
    } else {
        material_at(material.production.as_deref()?, rest)
    }
}

/// The same, to be changed.
pub(crate) fn material_at_mut<'a>(
    production: &'a mut Production,
    path: &[u16],
) -> Option<&'a mut Material> {
    let (first, rest) = path.split_first()?;
    let material = production
        .materials
        .as_mut()?
        .get_mut(usize::from(*first))?;
    if rest.is_empty() {
        Some(material)
    } else {
        material_at_mut(material.production.as_deref_mut()?, rest)
    }
}

/// The good with the materials at these paths originating in the exporting
/// country.
pub(crate) fn with_originating<'p>(
    facts: &Facts,
    paths: impl IntoIterator<Item = &'p Vec<u16>>,
) -> Facts {
    let mut changed = facts.clone();
    for path in paths {
        if let Some(material) = material_at_mut(&mut changed.production, path) {
            material.status = OriginatingStatus::Originating;
            material.origin = Some(facts.exporter);
            material.production = None;
            material.regime = None;
        }
    }
    changed
}
