//! Direct consignment: RCEP Article 3.15, APTA Rule 5.

use super::Record;
use crate::agreement::{Agreement, AgreementBook};
use crate::determination::Test;
use crate::facts::{FactPath, Facts, TransitField, TransitOperation, TransitPlace};
use crate::outcome::Outcome;

/// Whether the good keeps its status on the way to the importing country.
pub fn direct_consignment(
    agreement: &AgreementBook,
    facts: &Facts,
    record: &mut Record,
) -> Outcome {
    let citation = agreement.articles.direct_consignment;
    let Some(transport) = &facts.transport else {
        record.miss(FactPath::Transport, Test::DirectConsignment);
        return record.find(Test::DirectConsignment, Outcome::Unknown, citation);
    };
    if transport.via.is_empty() {
        let outcome = if transport.direct == Some(true) {
            Outcome::Met
        } else {
            record.miss(FactPath::Transport, Test::DirectConsignment);
            Outcome::Unknown
        };
        return record.find(Test::DirectConsignment, outcome, citation);
    }
    let outcome = (0_u16..)
        .zip(&transport.via)
        .map(|(index, place)| match agreement.agreement {
            Agreement::Rcep => rcep_transit(agreement, index, place, record),
            Agreement::Apta => apta_transit(agreement, facts, index, place, record),
        })
        .fold(Outcome::Met, Outcome::and);
    for (index, place) in (0_u16..).zip(&transport.via) {
        if place.facility.is_some() {
            transit_facility(agreement, index, place, record);
        }
    }
    record.find(Test::DirectConsignment, outcome, citation)
}

/// 3.15(b): nothing but logistics, and customs control, in every place passed.
fn rcep_transit(
    agreement: &AgreementBook,
    index: u16,
    place: &TransitPlace,
    record: &mut Record,
) -> Outcome {
    handling(agreement, index, place, record).and(fact(
        place.customs_control,
        true,
        index,
        TransitField::CustomsControl,
        record,
    ))
}

/// Rule 5(b): through another Participating State freely; through a non-member
/// for reasons of geography or transport, not entered into trade, handling only.
fn apta_transit(
    agreement: &AgreementBook,
    facts: &Facts,
    index: u16,
    place: &TransitPlace,
    record: &mut Record,
) -> Outcome {
    if agreement.is_member(place.place, facts.date) == Outcome::Met {
        return Outcome::Met;
    }
    // Note 10: a good released from customs control has entered into trade.
    let released = match place.customs_control {
        Some(false) => Outcome::NotMet,
        Some(true) | None => Outcome::NotApplicable,
    };
    handling(agreement, index, place, record)
        .and(released)
        .and(fact(
            place.entered_into_trade,
            false,
            index,
            TransitField::EnteredIntoTrade,
            record,
        ))
        .and(fact(
            place.justified_by_transport,
            true,
            index,
            TransitField::JustifiedByTransport,
            record,
        ))
}

fn handling(
    agreement: &AgreementBook,
    index: u16,
    place: &TransitPlace,
    record: &mut Record,
) -> Outcome {
    match &place.operations {
        Some(operations) => Outcome::known(operations.iter().all(|operation| {
            *operation != TransitOperation::Other
                && agreement.transit_operations.contains(operation)
        })),
        None => {
            record.miss(
                FactPath::Transit(index, TransitField::Operations),
                Test::DirectConsignment,
            );
            Outcome::Unknown
        }
    }
}

/// A bonded zone or a consolidation hub keeps the status of the good only under
/// customs control and with nothing but logistics; the finding stands by itself
/// so that its evidence is not forgotten.
fn transit_facility(
    agreement: &AgreementBook,
    index: u16,
    place: &TransitPlace,
    record: &mut Record,
) {
    let outcome = handling(agreement, index, place, record)
        .and(fact(
            place.customs_control,
            true,
            index,
            TransitField::CustomsControl,
            record,
        ))
        .and(match place.entered_into_trade {
            Some(entered) => Outcome::known(!entered),
            None => Outcome::NotApplicable,
        });
    record.find(
        Test::TransitFacility,
        outcome,
        agreement.articles.direct_consignment,
    );
}

fn fact(
    stated: Option<bool>,
    wanted: bool,
    index: u16,
    field: TransitField,
    record: &mut Record,
) -> Outcome {
    match stated {
        Some(stated) => Outcome::known(stated == wanted),
        None => {
            record.miss(FactPath::Transit(index, field), Test::DirectConsignment);
            Outcome::Unknown
        }
    }
}
