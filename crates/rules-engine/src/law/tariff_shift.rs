//! Change in tariff classification: RCEP Annex 3A head-notes 5 to 7.

use super::materials::Classified;
use super::{Inquiry, Record};
use crate::determination::{MaterialIndexes, Standing, Test};
use crate::facts::{FactPath, MaterialField};
use crate::hs::{HsCode, HsEdition, Subheading};
use crate::outcome::Outcome;
use crate::rule::{Exclusion, ExclusionForm, TariffShift};

/// What the materials did under one tariff shift.
#[derive(Debug, Default)]
pub struct ShiftResult {
    /// Non-originating materials that did not make the change.
    pub failed: MaterialIndexes,
    /// Materials of which it cannot be told.
    pub unknown: MaterialIndexes,
    /// Whether any material is, or may be, non-originating at all.
    pub any_non_originating: bool,
}

impl ShiftResult {
    /// Met when every non-originating material made the change. Not applicable
    /// when there is none: such a good is judged by Article 3.2(a) or (b).
    pub fn outcome(&self) -> Outcome {
        if !self.any_non_originating {
            Outcome::NotApplicable
        } else if !self.failed.is_empty() {
            Outcome::NotMet
        } else if !self.unknown.is_empty() {
            Outcome::Unknown
        } else {
            Outcome::Met
        }
    }

    /// The materials that decided a result other than met.
    pub fn deciding(&self) -> MaterialIndexes {
        if self.failed.is_empty() {
            self.unknown.clone()
        } else {
            self.failed.clone()
        }
    }
}

/// Applies the shift to every non-originating material.
pub fn tariff_shift(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    good: Subheading,
    edition: HsEdition,
    materials: &[Classified<'_>],
    record: &mut Record,
) -> ShiftResult {
    let mut result = ShiftResult::default();
    for entry in materials {
        if !entry.may_be_non_originating() || entry.is_disregarded() {
            continue;
        }
        result.any_non_originating = true;
        if !entry.is_subject_to_shift() {
            continue;
        }
        let (outcome, candidates) = material_shift(inquiry, shift, good, edition, entry);
        match (outcome, entry.standing) {
            (Outcome::Met | Outcome::NotApplicable, _) => {}
            (Outcome::NotMet, Standing::NonOriginating) => result.failed.push(entry.index),
            // An undecided material that does not shift may still prove to be
            // originating; what is missing for that is already on record.
            (Outcome::NotMet, _) => result.unknown.push(entry.index),
            (Outcome::Unknown, _) => {
                result.unknown.push(entry.index);
                record.miss_with(
                    FactPath::Material(inquiry.material_path(entry.index), MaterialField::Hs),
                    Test::TariffShift,
                    candidates,
                );
            }
        }
    }
    result
}

/// Whether one material makes the change, with the codes it may stand for when
/// that cannot be told.
pub fn material_shift(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    good: Subheading,
    edition: HsEdition,
    entry: &Classified<'_>,
) -> (Outcome, Vec<HsCode>) {
    let Some(code) = entry.material.hs else {
        return (Outcome::Unknown, Vec::new());
    };
    let nomenclature = &inquiry.book.nomenclature;
    let stated = entry.material.edition;
    let Some(subheading) = code.subheading() else {
        // A chapter or heading is compared only in the edition of the rule:
        // the correlation speaks of subheadings.
        let known = stated == edition
            && nomenclature
                .edition(edition)
                .is_some_and(|codes| codes.has_group(code));
        let outcome = if known {
            code_shifts(shift, good, code)
        } else {
            Outcome::Unknown
        };
        return (outcome, Vec::new());
    };
    if stated == edition {
        let valid = nomenclature
            .edition(edition)
            .is_some_and(|codes| codes.ordinal(subheading).is_some());
        if valid {
            return (code_shifts(shift, good, subheading.code()), Vec::new());
        }
    }
    let candidates =
        crate::law::product_rule::possible_codes(nomenclature, subheading.code(), stated, edition);
    let valid_as_stated = nomenclature
        .edition(stated)
        .is_some_and(|codes| codes.ordinal(subheading).is_some());
    let outcome = if valid_as_stated {
        candidates
            .iter()
            .filter_map(|candidate| candidate.subheading())
            .map(|candidate| code_shifts(shift, good, candidate.code()))
            .reduce(|left, right| {
                if left == right {
                    left
                } else {
                    Outcome::Unknown
                }
            })
            .unwrap_or(Outcome::Unknown)
    } else {
        Outcome::Unknown
    };
    (outcome, candidates)
}

/// Whether a material of `code` becomes `good` by the change demanded. A code
/// shorter than the level decides only when its digits already differ.
fn code_shifts(shift: &TariffShift, good: Subheading, code: HsCode) -> Outcome {
    let level = shift.level.digits();
    let compared = code.digit_count().min(level);
    let moved = match (code.prefix(compared), good.code().prefix(compared)) {
        (Some(material), Some(of_good)) if material != of_good => Outcome::Met,
        _ if compared == level => Outcome::NotMet,
        _ => Outcome::Unknown,
    };
    let allowed = shift
        .except
        .as_ref()
        .map_or(Outcome::NotApplicable, |exclusion| {
            not_excluded(exclusion, code)
        });
    moved.and(allowed)
}

/// Whether a code is outside an exclusion; unknown when it is too short to tell.
fn not_excluded(exclusion: &Exclusion, code: HsCode) -> Outcome {
    if let Some(subheading) = code.subheading() {
        return Outcome::known(!exclusion.catches(subheading));
    }
    let one = |excluded: HsCode| {
        if code.is_within(excluded) {
            Outcome::NotMet
        } else if excluded.is_within(code) {
            Outcome::Unknown
        } else {
            Outcome::Met
        }
    };
    match &exclusion.form {
        ExclusionForm::AnyOf(codes) | ExclusionForm::AllOf(codes) => codes
            .iter()
            .map(|excluded| one(*excluded))
            .fold(Outcome::Met, Outcome::and),
        ExclusionForm::Through(first, last) => {
            let compared = code.digit_count().min(first.digit_count());
            match (
                code.prefix(compared),
                first.prefix(compared),
                last.prefix(compared),
            ) {
                (Some(code), Some(first), Some(last)) if code < first || code > last => {
                    Outcome::Met
                }
                _ if compared == first.digit_count() => Outcome::NotMet,
                _ => Outcome::Unknown,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifts(rule: &str, good: u32, material: &str) -> Outcome {
        code_shifts(
            &rule.parse().unwrap(),
            Subheading::new(good).unwrap(),
            material.parse().unwrap(),
        )
    }

    #[test]
    fn the_level_matters() {
        assert_eq!(shifts("CC", 611_012, "5108.10"), Outcome::Met);
        assert_eq!(shifts("CC", 510_810, "5102.11"), Outcome::NotMet);
        assert_eq!(shifts("CTH", 510_810, "5102.11"), Outcome::Met);
        assert_eq!(shifts("CTH", 844_332, "8443.99"), Outcome::NotMet);
        assert_eq!(shifts("CTSH", 844_332, "8443.99"), Outcome::Met);
    }

    #[test]
    fn a_short_code_decides_only_when_it_can() {
        assert_eq!(shifts("CC", 200_791, "08"), Outcome::Met);
        assert_eq!(shifts("CTH", 200_791, "20"), Outcome::Unknown);
        assert_eq!(shifts("CTH", 200_791, "2009"), Outcome::Met);
        assert_eq!(shifts("CTSH", 200_791, "2007"), Outcome::Unknown);
    }

    #[test]
    fn an_excluded_material_has_not_shifted() {
        let rule = "CC except from Chapter 01";
        assert_eq!(shifts(rule, 20_130, "0102.29"), Outcome::NotMet);
        assert_eq!(shifts(rule, 20_130, "0504.00"), Outcome::Met);
        let range = "CTH except from headings 72.08 through 72.15";
        assert_eq!(shifts(range, 721_710, "72"), Outcome::Unknown);
        assert_eq!(shifts(range, 721_710, "7208"), Outcome::NotMet);
        assert_eq!(shifts(range, 721_710, "7207"), Outcome::Met);
    }
}
