//! Minimal operations and processes: RCEP Article 3.6.

use super::materials::Classified;
use super::{Inquiry, Record};
use crate::agreement::Status;
use crate::determination::Test;
use crate::facts::{Operation, ProductionField, TableNeeded};
use crate::outcome::Outcome;

/// Whether anything beyond the listed operations is done: `None` when the
/// operations are not known or none is named.
pub fn beyond_minimal(inquiry: &Inquiry<'_>) -> Option<bool> {
    inquiry
        .production
        .operations
        .as_deref()
        .filter(|operations| !operations.is_empty())
        .map(|operations| {
            operations
                .iter()
                .any(|operation| !is_minimal(inquiry, *operation))
        })
}

fn is_minimal(inquiry: &Inquiry<'_>, operation: Operation) -> bool {
    inquiry.agreement.minimal_operation(operation).is_some()
}

/// The veto: where non-originating materials are worked, something beyond the
/// listed operations must be done. Met means that no veto arises.
pub fn minimal_operations(
    inquiry: &Inquiry<'_>,
    materials: Option<&[Classified<'_>]>,
    record: &mut Record,
) -> Outcome {
    let citation = inquiry.agreement.articles.minimal_operations;
    let works_non_originating = materials.map(|materials| {
        materials
            .iter()
            .any(|entry| entry.may_be_non_originating() && !entry.is_disregarded())
    });
    let operations = || inquiry.production_fact(ProductionField::Operations);
    let outcome = match (works_non_originating, beyond_minimal(inquiry)) {
        (Some(false), _) => Outcome::NotApplicable,
        (_, Some(true)) => Outcome::Met,
        (Some(true), Some(false)) => {
            if inquiry.agreement.minimal_operations_status == Status::Unconfirmed {
                record.miss(
                    crate::facts::FactPath::Table(TableNeeded::MinimalOperations),
                    Test::MinimalOperations,
                );
                Outcome::Unknown
            } else {
                Outcome::NotMet
            }
        }
        (Some(true), None) => {
            record.miss(operations(), Test::MinimalOperations);
            Outcome::Unknown
        }
        (None, _) => {
            record.miss(operations(), Test::MinimalOperations);
            Outcome::Unknown
        }
    };
    record.find(Test::MinimalOperations, outcome, citation)
}
