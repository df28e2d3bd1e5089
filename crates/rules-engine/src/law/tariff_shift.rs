//! Change in tariff classification: RCEP Annex 3A head-notes 5 to 7.

use smallvec::SmallVec;

use super::materials::{Classified, Materials};
use super::{Inquiry, Record};
use crate::determination::{MaterialIndexes, Standing, Test};
use crate::facts::{FactPath, MaterialField};
use crate::hs::{HsEdition, Subheading};
use crate::law::product_rule::possible_codes;
use crate::nomenclature::EditionCodes;
use crate::outcome::Outcome;
use crate::rule::TariffShift;

/// Whether each material of which a tariff shift is demanded made it, by its
/// index.
pub type ShiftOutcomes = SmallVec<[(u16, Outcome); 8]>;

/// What the materials did under one tariff shift.
#[derive(Debug, Default)]
pub struct ShiftResult {
    /// What each of them did.
    pub shifts: ShiftOutcomes,
    /// Non-originating materials that did not make the change.
    pub failed: MaterialIndexes,
    /// Materials of which it cannot be told.
    pub unknown: MaterialIndexes,
}

impl ShiftResult {
    /// Met when every non-originating material made the change.
    pub fn outcome(&self) -> Outcome {
        if !self.failed.is_empty() {
            Outcome::NotMet
        } else if !self.unknown.is_empty() {
            Outcome::Unknown
        } else {
            Outcome::Met
        }
    }

    /// What one of the materials did of which the change is demanded.
    pub fn outcome_of(&self, index: u16) -> Outcome {
        if self.failed.contains(&index) {
            Outcome::NotMet
        } else if self.unknown.contains(&index) {
            Outcome::Unknown
        } else {
            Outcome::Met
        }
    }

    /// The materials that decided a result other than met.
    pub fn deciding(&self) -> MaterialIndexes {
        MaterialIndexes::from_slice(if self.failed.is_empty() {
            &self.unknown
        } else {
            &self.failed
        })
    }
}

/// Applies the shift to every non-originating material.
pub fn tariff_shift(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    good: Subheading,
    edition: HsEdition,
    materials: &Materials<'_>,
    record: &mut Record,
) -> ShiftResult {
    let mut result = ShiftResult::default();
    let codes = inquiry.book.nomenclature.edition(edition);
    for entry in materials {
        if !entry.may_be_non_originating() || !entry.is_subject_to_shift() {
            continue;
        }
        let outcome = match (
            material_shift(inquiry, shift, good, edition, codes, &entry),
            entry.effect.standing,
        ) {
            (Outcome::Met | Outcome::NotApplicable, _) => Outcome::Met,
            (Outcome::NotMet, Standing::NonOriginating) => {
                result.failed.push(entry.index);
                Outcome::NotMet
            }
            // An undecided material that does not shift may still prove to be
            // originating.
            (Outcome::NotMet, _) => {
                result.unknown.push(entry.index);
                entry.miss_standing(inquiry, record);
                Outcome::Unknown
            }
            (Outcome::Unknown, _) => {
                result.unknown.push(entry.index);
                let candidates = entry.material.hs.map_or_else(Vec::new, |code| {
                    let nomenclature = &inquiry.book.nomenclature;
                    possible_codes(nomenclature, code, entry.material.edition, edition)
                });
                record.miss_with(
                    FactPath::Material(inquiry.material_path(entry.index), MaterialField::Hs),
                    Test::TariffShift,
                    candidates,
                );
                Outcome::Unknown
            }
        };
        result.shifts.push((entry.index, outcome));
    }
    result
}

/// Whether one material makes the change: told only when every subheading its
/// code may stand for in the edition of the rule gives the same answer.
fn material_shift(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    good: Subheading,
    edition: HsEdition,
    codes: Option<&EditionCodes>,
    entry: &Classified<'_>,
) -> Outcome {
    let Some(code) = entry.material.hs else {
        return Outcome::Unknown;
    };
    let shifts = |subheading| Outcome::known(subheading_shifts(shift, good, subheading));
    // The usual case, without collecting the subheadings of a group.
    if entry.material.edition == edition
        && let Some(subheading) = code.subheading()
        && codes.is_some_and(|codes| codes.ordinal(subheading).is_some())
    {
        return shifts(subheading);
    }
    inquiry
        .book
        .nomenclature
        .subheadings_of(code, entry.material.edition, edition)
        .into_iter()
        .map(shifts)
        .reduce(|left, right| {
            if left == right {
                left
            } else {
                Outcome::Unknown
            }
        })
        .unwrap_or(Outcome::Unknown)
}

/// Whether a material of one subheading becomes a good of another by the change
/// demanded; an excluded material never does.
fn subheading_shifts(shift: &TariffShift, good: Subheading, material: Subheading) -> bool {
    let excluded = shift
        .except
        .as_ref()
        .is_some_and(|exclusion| exclusion.catches(material));
    shift.level.part_of(material) != shift.level.part_of(good) && !excluded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifts(rule: &str, good: u32, material: u32) -> bool {
        subheading_shifts(
            &rule.parse().unwrap(),
            Subheading::new(good).unwrap(),
            Subheading::new(material).unwrap(),
        )
    }

    #[test]
    fn the_level_matters() {
        assert!(shifts("CC", 611_012, 510_810));
        assert!(!shifts("CC", 510_810, 510_211));
        assert!(shifts("CTH", 510_810, 510_211));
        assert!(!shifts("CTH", 844_332, 844_399));
        assert!(shifts("CTSH", 844_332, 844_399));
    }

    #[test]
    fn an_excluded_material_has_not_shifted() {
        let rule = "CC except from Chapter 01";
        assert!(!shifts(rule, 20_130, 10_229));
        assert!(shifts(rule, 20_130, 50_400));
        let range = "CTH except from headings 72.08 through 72.15";
        assert!(!shifts(range, 721_710, 720_851));
        assert!(shifts(range, 721_710, 720_711));
    }
}
