//! Wholly obtained or produced goods: RCEP Articles 3.2(a) and 3.3, APTA Rule 2.

use super::materials::Materials;
use super::{Inquiry, Record};
use crate::determination::{Figures, MaterialIndexes, Standing, Test};
use crate::facts::{MaterialRole, ProductionField};
use crate::outcome::Outcome;

/// Whether the ground claimed exists, fits the good, and is not contradicted by
/// the materials. Not applicable when no ground is claimed.
pub fn wholly_obtained(
    inquiry: &Inquiry<'_>,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> Outcome {
    let articles = &inquiry.agreement.articles;
    let Some(letter) = inquiry.production.wholly_obtained else {
        return record.find(
            Test::WhollyObtained,
            Outcome::NotApplicable,
            articles.wholly_obtained,
        );
    };
    let claim = inquiry.production_fact(ProductionField::WhollyObtained);
    let Some(ground) = inquiry
        .agreement
        .grounds
        .iter()
        .find(|ground| ground.letter.eq_ignore_ascii_case(&letter))
    else {
        record.miss(claim, Test::WhollyObtained);
        return record.find(
            Test::WhollyObtained,
            Outcome::Unknown,
            articles.wholly_obtained,
        );
    };
    let fits = ground.covers.is_empty()
        || inquiry
            .hs
            .is_some_and(|code| ground.covers.iter().any(|group| code.is_within(*group)));
    if !fits {
        record.miss(claim, Test::WhollyObtained);
        return record.find(Test::WhollyObtained, Outcome::Unknown, ground.citation);
    }
    // What is not known to be free of foreign materials is not wholly obtained.
    let Some(materials) = materials else {
        record.miss(
            inquiry.production_fact(ProductionField::Materials),
            Test::WhollyObtained,
        );
        return record.find(Test::WhollyObtained, Outcome::Unknown, ground.citation);
    };
    // A good made solely of wholly obtained goods is made of something.
    let made_of_something = materials
        .iter()
        .any(|entry| entry.material.role == MaterialRole::Material);
    if ground.derived && !made_of_something {
        record.miss(
            inquiry.production_fact(ProductionField::Materials),
            Test::WhollyObtained,
        );
        return record.find(Test::WhollyObtained, Outcome::Unknown, ground.citation);
    }
    let mut outcome = Outcome::Met;
    let mut deciding = MaterialIndexes::new();
    for entry in materials {
        let is_part = matches!(
            entry.material.role,
            MaterialRole::Material | MaterialRole::Accessory
        );
        if !is_part || entry.is_disregarded() {
            continue;
        }
        let one = match entry.effect.standing {
            // "In a Party": materials of another Party make it PE, not WO.
            Standing::Originating(party) => Outcome::known(party == inquiry.exporter),
            Standing::NonOriginating => Outcome::NotMet,
            Standing::Undecided => {
                entry.miss_standing(inquiry, record);
                Outcome::Unknown
            }
        };
        if one != Outcome::Met {
            deciding.push(entry.index);
        }
        outcome = outcome.and(one);
    }
    record.find_with(
        Test::WhollyObtained,
        outcome,
        ground.citation,
        Figures::None,
        deciding,
    )
}
