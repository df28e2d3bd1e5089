//! Goods produced exclusively from originating materials: RCEP Article 3.2(b).

use super::materials::Materials;
use super::{Inquiry, Record};
use crate::determination::{Figures, MaterialIndexes, Standing, Test};
use crate::facts::{MaterialRole, ProductionField};
use crate::outcome::Outcome;

/// Whether every material is originating. Packing for retail sale is
/// disregarded (Article 3.8.2); accessories are part of the good (3.9). A good
/// without materials is not produced from originating ones.
pub fn exclusively_originating(
    inquiry: &Inquiry<'_>,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> Outcome {
    let citation = inquiry.agreement.articles.exclusively_originating;
    let Some(materials) = materials else {
        record.miss(
            inquiry.production_fact(ProductionField::Materials),
            Test::ExclusivelyOriginating,
        );
        return record.find(Test::ExclusivelyOriginating, Outcome::Unknown, citation);
    };
    let mut against = MaterialIndexes::new();
    let mut undecided = MaterialIndexes::new();
    for entry in materials {
        if entry.is_disregarded() || entry.material.role == MaterialRole::RetailPacking {
            continue;
        }
        match entry.effect.standing {
            Standing::Originating(_) => {}
            Standing::NonOriginating => against.push(entry.index),
            Standing::Undecided => undecided.push(entry.index),
        }
    }
    let (outcome, deciding) = if !materials.are_incorporated() {
        (Outcome::NotApplicable, MaterialIndexes::new())
    } else if !against.is_empty() {
        (Outcome::NotMet, against)
    } else if !undecided.is_empty() {
        for entry in materials {
            if undecided.contains(&entry.index) {
                entry.miss_standing(inquiry, record);
            }
        }
        (Outcome::Unknown, undecided)
    } else {
        (Outcome::Met, MaterialIndexes::new())
    };
    record.find_with(
        Test::ExclusivelyOriginating,
        outcome,
        citation,
        Figures::None,
        deciding,
    )
}
