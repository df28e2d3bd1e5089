//! The standing of each material: originating, non-originating or undecided.
//!
//! RCEP Article 3.4 (only materials that are themselves originating cumulate),
//! 3.5.4 (undetermined origin is non-originating), 3.8 (packing), 3.9
//! (accessories), 3.10 (indirect materials), 3.12 (intermediate goods roll up).

use std::{iter, slice};

use super::{Inquiry, Record};
use crate::agreement::{Agreement, CitationId};
use crate::country::Country;
use crate::determination::{
    Figures, MaterialEffect, MaterialIndexes, OriginDecision, Standing, StandingReason, Test,
};
use crate::facts::{
    DeductionKind, FactPath, Material, MaterialField, MaterialRole, OriginatingStatus,
    SupplyRegime, TableNeeded,
};
use crate::law::value_content::is_deductible;
use crate::outcome::Outcome;

/// The decision procedure of an agreement, adding to what is on record.
pub type Decide = fn(&Inquiry<'_>, Record) -> OriginDecision;

/// The materials of a good with their standing, ready for the tests.
#[derive(Debug, Clone, Copy)]
pub struct Materials<'a> {
    stated: &'a [Material],
    effects: &'a [MaterialEffect],
    are_incorporated: bool,
    any_may_be_non_originating: bool,
}

impl<'a> Materials<'a> {
    /// Whether the good is made of any material at all: packing, accessories and
    /// indirect materials alone do not describe how it comes to be.
    pub const fn are_incorporated(&self) -> bool {
        self.are_incorporated
    }

    /// Whether any of them is part of the good and may be non-originating.
    pub const fn any_may_be_non_originating(&self) -> bool {
        self.any_may_be_non_originating
    }

    /// Each of them, in the order of the request.
    pub fn iter(&self) -> MaterialsInOrder<'a> {
        MaterialsInOrder {
            next: 0,
            stated: self.stated.iter(),
            effects: self.effects.iter(),
        }
    }
}

impl<'a> IntoIterator for &Materials<'a> {
    type Item = Classified<'a>;
    type IntoIter = MaterialsInOrder<'a>;

    fn into_iter(self) -> MaterialsInOrder<'a> {
        self.iter()
    }
}

/// The materials of a good, one after the other.
#[derive(Debug, Clone)]
pub struct MaterialsInOrder<'a> {
    next: u16,
    stated: slice::Iter<'a, Material>,
    effects: slice::Iter<'a, MaterialEffect>,
}

impl<'a> Iterator for MaterialsInOrder<'a> {
    type Item = Classified<'a>;

    #[inline]
    fn next(&mut self) -> Option<Classified<'a>> {
        let (material, effect) = (self.stated.next()?, self.effects.next()?);
        let index = self.next;
        // Every material was given a number when it was classified.
        self.next = index.wrapping_add(1);
        Some(Classified {
            index,
            material,
            effect,
        })
    }
}

/// A material with its standing.
#[derive(Debug, Clone, Copy)]
pub struct Classified<'a> {
    /// Position in the request.
    pub index: u16,
    /// The material.
    pub material: &'a Material,
    /// Its standing, and what it rests on.
    pub effect: &'a MaterialEffect,
}

impl Classified<'_> {
    /// Whether the material is part of the good and may be non-originating.
    pub fn may_be_non_originating(&self) -> bool {
        may_be_non_originating(self.effect)
    }

    /// Whether a tariff shift is demanded of it: packing and accessories are
    /// disregarded (RCEP Articles 3.8.2 and 3.9).
    pub fn is_subject_to_shift(&self) -> bool {
        self.material.role == MaterialRole::Material
    }

    /// Whether it is disregarded altogether, or is not part of the good.
    pub fn is_disregarded(&self) -> bool {
        self.effect.reason == StandingReason::Disregarded
    }

    /// Whether it is an accessory of which it is not known whether it is
    /// invoiced with the good and customary.
    pub fn is_open_accessory(&self) -> bool {
        is_open_accessory(self.material)
    }

    /// Asks for what would decide a standing that is undecided.
    pub fn miss_standing(&self, inquiry: &Inquiry<'_>, record: &mut Record) {
        let fact = |field| FactPath::Material(inquiry.material_path(self.index), field);
        let mut inside_is_open = false;
        if let Some(decision) = &self.effect.intermediate
            && decision.outcome == Outcome::Unknown
        {
            inside_is_open = true;
            for missing in &decision.missing {
                record.miss_with(
                    missing.fact.clone(),
                    Test::IntermediateGoods,
                    missing.candidates.clone(),
                );
            }
        }
        match self.effect.reason {
            StandingReason::AccessoryNotSettled => {
                record.miss(fact(MaterialField::AccessoryWithGood), Test::Accessories);
            }
            StandingReason::PartyNotNamed => {
                record.miss(fact(MaterialField::Origin), Test::Cumulation);
            }
            StandingReason::ImportedAtTheBorder => {
                record.miss(fact(MaterialField::Origin), Test::SupplyRegime);
            }
            _ if inside_is_open => {}
            _ if inquiry.date.is_none() => record.miss(FactPath::Date, Test::Cumulation),
            _ => record.miss(
                FactPath::Table(TableNeeded::PartyStanding),
                Test::Cumulation,
            ),
        }
    }
}

/// Whether originating materials of `party` may be cumulated in the good:
/// the agreement must bind it with both the exporting and the importing Party.
fn may_cumulate(inquiry: &Inquiry<'_>, party: Country) -> Outcome {
    let toward = |other: Country| {
        if party == other {
            inquiry.agreement.is_member(party, inquiry.date)
        } else {
            inquiry.agreement.binds(party, other, inquiry.date)
        }
    };
    toward(inquiry.exporter).and(toward(inquiry.importer))
}

/// Gives every material its standing and records what that rests on.
///
/// `decide` is the decision procedure of the agreement, applied to intermediate
/// goods. `effects` receives what each material does to the result; whether it
/// made a tariff shift is still to be filled in.
pub fn classify<'a>(
    inquiry: &Inquiry<'_>,
    materials: &'a [Material],
    effects: &'a mut Vec<MaterialEffect>,
    record: &mut Record,
    decide: Decide,
) -> Materials<'a> {
    effects.reserve_exact(materials.len());
    let from = record.findings.len();
    let (mut are_incorporated, mut any_may_be_non_originating) = (false, false);
    for (index, material) in (0_u16..).zip(materials) {
        // Made where it stays, as findings are.
        effects.extend(iter::once_with(|| {
            classify_one(inquiry, index, material, record, decide)
        }));
        let Some(effect) = effects.last() else {
            continue;
        };
        are_incorporated |= material.role == MaterialRole::Material;
        any_may_be_non_originating |= may_be_non_originating(effect);
        let entry = Classified {
            index,
            material,
            effect,
        };
        note(inquiry, &entry, from, record);
    }
    // One for each rule, in the order of the tests.
    if let Some(noted @ [_, _, ..]) = record.findings.get_mut(from..) {
        noted.sort_by_key(|finding| finding.test);
    }
    Materials {
        stated: materials,
        effects,
        are_incorporated,
        any_may_be_non_originating,
    }
}

const fn may_be_non_originating(effect: &MaterialEffect) -> bool {
    !matches!(effect.standing, Standing::Originating(_))
        && !matches!(effect.reason, StandingReason::Disregarded)
}

fn classify_one(
    inquiry: &Inquiry<'_>,
    index: u16,
    material: &Material,
    record: &mut Record,
    decide: Decide,
) -> MaterialEffect {
    let mut intermediate = None;
    let (mut standing, mut reason) = match (material.role, material.status, &material.production) {
        // APTA Rule 6 has no such exception: packing is one whole with the good.
        (MaterialRole::TransportPacking, ..) if inquiry.agreement.agreement == Agreement::Rcep => {
            (Standing::NonOriginating, StandingReason::Disregarded)
        }
        // An accessory invoiced separately is a good of its own (Article 3.9).
        (MaterialRole::Accessory, ..) if material.accessory_with_good == Some(false) => {
            (Standing::NonOriginating, StandingReason::Disregarded)
        }
        (MaterialRole::Indirect, ..) => (
            Standing::Originating(inquiry.exporter),
            StandingReason::Indirect,
        ),
        (_, OriginatingStatus::NonOriginating, _) => {
            (Standing::NonOriginating, StandingReason::Stated)
        }
        (_, _, Some(production)) => {
            let producer = material.origin.unwrap_or(inquiry.exporter);
            let path = inquiry.material_path(index);
            let inside = Inquiry {
                exporter: producer,
                hs: material.hs,
                edition: material.edition,
                fob: material.value,
                weight: material.weight,
                part: None,
                production,
                path: &path,
                ..*inquiry
            };
            let decision = decide(&inside, Record::with_room());
            let standing = match (decision.outcome, standing_of_party(inquiry, producer).0) {
                (Outcome::NotMet | Outcome::NotApplicable, _) => Standing::NonOriginating,
                // Outside the Parties nothing becomes originating.
                (_, Standing::NonOriginating) => Standing::NonOriginating,
                (Outcome::Met, of_party) => of_party,
                (Outcome::Unknown, _) => Standing::Undecided,
            };
            intermediate = Some(Box::new(decision));
            // It was decided as if made in the exporting Party, to show what
            // else is open; where it was made is not for us to suppose.
            if material.origin.is_none() {
                (Standing::Undecided, StandingReason::PartyNotNamed)
            } else {
                (standing, StandingReason::Intermediate)
            }
        }
        (_, OriginatingStatus::Unknown, None) => {
            record.miss(
                FactPath::Material(inquiry.material_path(index), MaterialField::Status),
                Test::UndeterminedOrigin,
            );
            (Standing::NonOriginating, StandingReason::UndeterminedOrigin)
        }
        (_, OriginatingStatus::Originating, None) => match material.origin {
            // What border residents bring in does not originate where it lands,
            // nor by being processed there (Article 3.4 knows only goods that
            // are themselves originating).
            Some(party)
                if party == inquiry.exporter
                    && material.regime == Some(SupplyRegime::BorderTrade) =>
            {
                (Standing::Undecided, StandingReason::ImportedAtTheBorder)
            }
            Some(party) => standing_of_party(inquiry, party),
            None => (Standing::Undecided, StandingReason::PartyNotNamed),
        },
    };
    // Sold separately it would not count against the good at all.
    if is_open_accessory(material) && standing == Standing::NonOriginating {
        standing = Standing::Undecided;
        reason = StandingReason::AccessoryNotSettled;
    }
    MaterialEffect {
        standing,
        reason,
        shift: Outcome::NotApplicable,
        counted_as_non_originating: standing == Standing::NonOriginating
            && reason != StandingReason::Disregarded,
        intermediate,
    }
}

fn is_open_accessory(material: &Material) -> bool {
    material.role == MaterialRole::Accessory && material.accessory_with_good.is_none()
}

fn standing_of_party(inquiry: &Inquiry<'_>, party: Country) -> (Standing, StandingReason) {
    // Membership of the exporter itself is the question of `party_in_force`.
    if party == inquiry.exporter && inquiry.path.is_empty() {
        return (Standing::Originating(party), StandingReason::Stated);
    }
    match may_cumulate(inquiry, party) {
        Outcome::Met => (Standing::Originating(party), StandingReason::Stated),
        Outcome::Unknown => (Standing::Undecided, StandingReason::Stated),
        Outcome::NotMet | Outcome::NotApplicable => {
            (Standing::NonOriginating, StandingReason::NotAParty)
        }
    }
}

/// Records the rules that gave a material its standing: one finding for each, which
/// names the materials it holds for. The findings of the materials begin at `from`.
fn note(inquiry: &Inquiry<'_>, entry: &Classified<'_>, from: usize, record: &mut Record) {
    if is_unremarkable(inquiry, entry) {
        return;
    }
    remarks(inquiry, entry, |(test, outcome, citation)| {
        let noted = record
            .findings
            .iter_mut()
            .skip(from)
            .find(|finding| finding.test == test && finding.outcome == outcome);
        match noted {
            Some(finding) => finding.materials.push(entry.index),
            None => {
                let materials = MaterialIndexes::from_slice(&[entry.index]);
                record.find_with(test, outcome, citation, Figures::None, materials);
            }
        }
    });
}

/// Whether nothing is to be said of a material, as of most: it counts as stated,
/// and no other Party is involved.
fn is_unremarkable(inquiry: &Inquiry<'_>, entry: &Classified<'_>) -> bool {
    entry.effect.reason == StandingReason::Stated
        && entry.material.role == MaterialRole::Material
        && entry.material.regime.is_none()
        && match entry.effect.standing {
            Standing::NonOriginating => true,
            Standing::Originating(party) => party == inquiry.exporter,
            Standing::Undecided => false,
        }
}

/// Says what is to be said of the standing of one material.
fn remarks(
    inquiry: &Inquiry<'_>,
    entry: &Classified<'_>,
    mut say: impl FnMut((Test, Outcome, CitationId)),
) {
    let articles = &inquiry.agreement.articles;
    let outcome = match entry.effect.standing {
        Standing::Originating(_) => Outcome::Met,
        Standing::NonOriginating => Outcome::NotMet,
        Standing::Undecided => Outcome::Unknown,
    };
    match entry.effect.reason {
        StandingReason::UndeterminedOrigin => say((
            Test::UndeterminedOrigin,
            Outcome::NotMet,
            articles.undetermined_origin,
        )),
        StandingReason::NotAParty => {
            say((Test::Cumulation, Outcome::NotMet, articles.cumulation));
        }
        StandingReason::Stated | StandingReason::PartyNotNamed
            if entry.effect.standing == Standing::Undecided =>
        {
            say((Test::Cumulation, Outcome::Unknown, articles.cumulation));
        }
        StandingReason::Intermediate => {
            say((
                Test::IntermediateGoods,
                outcome,
                articles.intermediate_goods,
            ));
        }
        _ => {}
    }
    if matches!(entry.effect.standing, Standing::Originating(party) if party != inquiry.exporter) {
        say((Test::Cumulation, Outcome::Met, articles.cumulation));
    }
    let accessory = if entry.is_open_accessory() {
        Outcome::Unknown
    } else {
        Outcome::NotApplicable
    };
    let not_applicable = Outcome::NotApplicable;
    let of_role = match entry.material.role {
        MaterialRole::Material => None,
        MaterialRole::RetailPacking | MaterialRole::TransportPacking => {
            Some((Test::Packing, not_applicable, articles.packing))
        }
        MaterialRole::Accessory => Some((Test::Accessories, accessory, articles.accessories)),
        MaterialRole::Indirect => Some((
            Test::IndirectMaterials,
            not_applicable,
            articles.indirect_materials,
        )),
    };
    of_role.into_iter().for_each(&mut say);
    supply_regime(inquiry, entry).into_iter().for_each(say);
}

/// What the customs regime of a material means for it.
fn supply_regime(
    inquiry: &Inquiry<'_>,
    entry: &Classified<'_>,
) -> Option<(Test, Outcome, CitationId)> {
    let articles = &inquiry.agreement.articles;
    let regime = entry.material.regime?;
    let claims_unborne_duty = entry.material.deductions.iter().any(|deduction| {
        deduction.kind == DeductionKind::DutiesPaid && !is_deductible(entry.material, deduction)
    });
    let (outcome, citation) = if entry.effect.reason == StandingReason::ImportedAtTheBorder {
        (Outcome::Unknown, articles.cumulation)
    } else if claims_unborne_duty {
        (Outcome::NotMet, articles.value_content)
    } else if regime.bears_duty() {
        return None;
    } else {
        (Outcome::NotApplicable, articles.cumulation)
    };
    Some((Test::SupplyRegime, outcome, citation))
}
