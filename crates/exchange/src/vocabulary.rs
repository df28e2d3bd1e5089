//! The closed word lists of the request and the answer, and their engine types.

use originis_rules_engine::facts::{
    DeductionKind, MaterialRole, OriginatingStatus, ProofType, SupplyRegime, TransitFacility,
    TransitOperation,
};
use originis_rules_engine::outcome::Outcome;

/// Words of a closed list, in the order they are offered.
pub(crate) type Words<T> = [(&'static str, T)];

/// `materials[].status`.
pub(crate) const STATUS: &Words<OriginatingStatus> = &[
    ("originating", OriginatingStatus::Originating),
    ("non_originating", OriginatingStatus::NonOriginating),
    ("unknown", OriginatingStatus::Unknown),
];

/// `materials[].role`.
pub(crate) const ROLE: &Words<MaterialRole> = &[
    ("material", MaterialRole::Material),
    ("retail_packing", MaterialRole::RetailPacking),
    ("transport_packing", MaterialRole::TransportPacking),
    ("accessory", MaterialRole::Accessory),
    ("indirect", MaterialRole::Indirect),
];

/// `materials[].deductions[].kind`.
pub(crate) const DEDUCTION: &Words<DeductionKind> = &[
    ("transport", DeductionKind::Transport),
    ("duties_paid", DeductionKind::DutiesPaid),
    ("duties_recovered", DeductionKind::DutiesRecovered),
    ("waste", DeductionKind::Waste),
];

/// `materials[].regime`.
pub(crate) const REGIME: &Words<SupplyRegime> = &[
    ("free_circulation", SupplyRegime::FreeCirculation),
    ("processing_trade", SupplyRegime::ProcessingTrade),
    ("border_trade", SupplyRegime::BorderTrade),
    ("bonded_zone", SupplyRegime::BondedZone),
];

/// `transport.via[].facility`.
pub(crate) const FACILITY: &Words<TransitFacility> = &[
    ("bonded_zone", TransitFacility::BondedZone),
    ("consolidation_hub", TransitFacility::ConsolidationHub),
];

/// `proof.type`.
pub(crate) const PROOF: &Words<ProofType> = &[
    ("certificate", ProofType::Certificate),
    ("approved_exporter", ProofType::ApprovedExporter),
    ("exporter_declaration", ProofType::ExporterDeclaration),
    ("importer_declaration", ProofType::ImporterDeclaration),
    ("back_to_back", ProofType::BackToBack),
    ("none", ProofType::None),
];

/// `transport.via[].operations[]`; any other word is an operation the law does
/// not name.
const TRANSIT: &Words<TransitOperation> = &[
    ("unloading", TransitOperation::Unloading),
    ("reloading", TransitOperation::Reloading),
    ("storing", TransitOperation::Storing),
    ("storage", TransitOperation::Storing),
    ("preserving", TransitOperation::Preserving),
    ("transporting", TransitOperation::Transporting),
];

/// Looks a word up.
pub(crate) fn value_of<T: Copy>(words: &Words<T>, word: &str) -> Option<T> {
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| *value)
}

/// The word for a value.
pub(crate) fn word_of<T: Copy + PartialEq>(words: &Words<T>, value: T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(word, _)| *word)
}

/// What a word for handling in transit means.
pub(crate) fn transit_operation(word: &str) -> TransitOperation {
    value_of(TRANSIT, &normal_word(word)).unwrap_or(TransitOperation::Other)
}

/// The form in which words are compared: a capital letter, a space or a hyphen
/// must not turn a minimal operation into a substantial process.
pub(crate) fn normal_word(word: &str) -> String {
    word.trim()
        .to_lowercase()
        .split(|c: char| c.is_whitespace() || c == '-' || c == '_')
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// The name of an outcome in answers.
pub const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::NotMet => "not_met",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "not_applicable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_change_an_operation() {
        for word in ["simple_sorting", "Simple sorting", " SIMPLE-sorting "] {
            assert_eq!(normal_word(word), "simple_sorting");
        }
        assert_eq!(transit_operation("Unloading"), TransitOperation::Unloading);
        assert_eq!(transit_operation("repainting"), TransitOperation::Other);
    }
}
