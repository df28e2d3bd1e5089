//! Minimal operations and processes: RCEP Article 3.6.

use super::materials::Materials;
use super::{Inquiry, Record};
use crate::agreement::Status;
use crate::determination::Test;
use crate::facts::{FactPath, Operation, ProductionField, TableNeeded};
use crate::outcome::Outcome;

/// What the operations performed amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// At least one goes beyond the list of minimal operations.
    Substantial,
    /// All of them are on the list.
    Minimal,
    /// It cannot be told without this fact or table.
    Open(FactPath),
}

impl Work {
    /// Whether more than minimal operations took place; `None` when open.
    pub const fn beyond_minimal(&self) -> Option<bool> {
        match self {
            Self::Substantial => Some(true),
            Self::Minimal => Some(false),
            Self::Open(_) => None,
        }
    }
}

/// What the operations performed amount to. Not stating any leaves it open, and
/// so does an operation that is minimal only when it is simple.
pub fn work_done(inquiry: &Inquiry<'_>) -> Work {
    let operations = inquiry.production.operations.as_deref().unwrap_or_default();
    let agreement = inquiry.agreement;
    let on_list = |operation: Operation| agreement.minimal_operation(operation).is_some();
    let confirmed = agreement.minimal_operations_status != Status::Unconfirmed;
    let mut to_be_qualified = false;
    // Whatever else was done: what is on no list goes beyond it.
    if operations.contains(&Operation::SUBSTANTIAL) {
        return Work::Substantial;
    }
    for operation in operations {
        match operation.simple_form() {
            Some(listed) if on_list(listed) || !confirmed => to_be_qualified = true,
            // Where the list is not confirmed, any word of the vocabulary may
            // prove to be on it.
            None if on_list(*operation) => {}
            None if !confirmed => {}
            _ => return Work::Substantial,
        }
    }
    if operations.is_empty() || to_be_qualified {
        Work::Open(inquiry.production_fact(ProductionField::Operations))
    } else if confirmed {
        Work::Minimal
    } else {
        Work::Open(FactPath::Table(TableNeeded::MinimalOperations))
    }
}

/// The veto: where non-originating materials are worked, something beyond the
/// listed operations must be done. Met means that no veto arises.
pub fn minimal_operations(
    inquiry: &Inquiry<'_>,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> Outcome {
    let works_originating_only =
        materials.is_some_and(|materials| !materials.any_may_be_non_originating());
    let outcome = if works_originating_only {
        Outcome::NotApplicable
    } else {
        match (work_done(inquiry), materials) {
            (Work::Substantial, _) => Outcome::Met,
            (Work::Minimal, Some(_)) => Outcome::NotMet,
            (Work::Minimal, None) => {
                let materials = inquiry.production_fact(ProductionField::Materials);
                record.miss(materials, Test::MinimalOperations);
                Outcome::Unknown
            }
            (Work::Open(fact), _) => {
                record.miss(fact, Test::MinimalOperations);
                Outcome::Unknown
            }
        }
    };
    record.find(
        Test::MinimalOperations,
        outcome,
        inquiry.agreement.articles.minimal_operations,
    )
}
