//! Proof of origin held at the time of the claim: RCEP Articles 3.16 to 3.22,
//! APTA Rule 7.

use jiff::Span;
use jiff::civil::Date;

use super::Record;
use crate::agreement::{AgreementBook, ProofTerm, in_force};
use crate::country::Country;
use crate::determination::Test;
use crate::facts::{FactPath, Facts, GoodField, Proof, ProofType, TableNeeded};
use crate::outcome::Outcome;

/// Whether a usable and valid proof is held, or none is needed (Article 3.22).
pub fn proof(agreement: &AgreementBook, facts: &Facts, record: &mut Record) -> Outcome {
    let articles = &agreement.articles;
    let Some(proof) = &facts.proof else {
        if waived(agreement, facts) == Outcome::Met {
            return record.find(Test::Proof, Outcome::Met, articles.waiver);
        }
        record.miss(FactPath::Proof, Test::Proof);
        return record.find(Test::Proof, Outcome::Unknown, articles.proof);
    };
    if proof.proof == ProofType::None {
        let waiver = waived(agreement, facts);
        let (outcome, citation) = match waiver {
            Outcome::Met => (Outcome::Met, articles.waiver),
            Outcome::Unknown => {
                record.miss(FactPath::Good(GoodField::CustomsValue), Test::Proof);
                (Outcome::Unknown, articles.waiver)
            }
            Outcome::NotMet | Outcome::NotApplicable => (Outcome::NotMet, articles.proof),
        };
        return record.find(Test::Proof, outcome, citation);
    }
    let usable = usable(agreement, facts, proof, record);
    let valid = valid(agreement, facts, proof, record);
    record.find(Test::Proof, usable.and(valid), articles.proof)
}

/// The low-value waiver: customs value up to the threshold in US dollars.
/// A value in another currency is not converted, so whether it is low enough is
/// not known.
fn waived(agreement: &AgreementBook, facts: &Facts) -> Outcome {
    let Some(limit) = in_force(&agreement.thresholds.proof_waiver_usd, facts.date) else {
        return Outcome::NotApplicable;
    };
    match facts.good.customs_value {
        Some(value) if facts.good.in_us_dollars => Outcome::known(value <= limit.value),
        _ => Outcome::Unknown,
    }
}

/// The term on a type of proof between two countries on the day; a term that
/// names the Parties prevails over one for every Party. `None` when no term is
/// loaded.
pub fn proof_term(
    agreement: &AgreementBook,
    exporter: Country,
    importer: Country,
    day: Option<Date>,
    proof: ProofType,
) -> Option<&ProofTerm> {
    let applies = |side: Option<Country>, country| side.is_none_or(|named| named == country);
    agreement
        .proofs
        .iter()
        .filter(|term| {
            term.proof == proof
                && applies(term.exporter, exporter)
                && applies(term.importer, importer)
                && day.is_none_or(|day| term.usable.period.contains(day))
        })
        .max_by_key(|term| u8::from(term.exporter.is_some()) + u8::from(term.importer.is_some()))
}

fn usable(agreement: &AgreementBook, facts: &Facts, proof: &Proof, record: &mut Record) -> Outcome {
    let outcome = proof_term(
        agreement,
        facts.exporter,
        facts.importer,
        facts.date,
        proof.proof,
    )
    .map_or(Outcome::Unknown, |term| term.usable.value);
    if outcome == Outcome::Unknown {
        record.miss(FactPath::Table(TableNeeded::ProofTerms), Test::Proof);
    }
    outcome
}

fn valid(agreement: &AgreementBook, facts: &Facts, proof: &Proof, record: &mut Record) -> Outcome {
    let Some(months) = in_force(&agreement.thresholds.proof_validity_months, facts.date) else {
        record.miss(FactPath::Table(TableNeeded::Threshold), Test::Proof);
        return Outcome::Unknown;
    };
    let Some(issued) = proof.issued else {
        record.miss(FactPath::ProofIssued, Test::Proof);
        return Outcome::Unknown;
    };
    let Some(day) = facts.date else {
        record.miss(FactPath::Date, Test::Proof);
        return Outcome::Unknown;
    };
    Outcome::known(issued <= day && day <= last_valid_day(issued, months.value))
}

/// The last day a proof issued on `issued` may be relied on.
pub fn last_valid_day(issued: Date, months: u8) -> Date {
    // Every month has this day, so that nothing is to be looked up in a calendar.
    if issued.day() <= 28 {
        let months = i16::from(issued.month() - 1) + i16::from(months);
        let month = i8::try_from(months % 12 + 1);
        if let (Ok(month), Some(year)) = (month, issued.year().checked_add(months / 12))
            && let Ok(day) = Date::new(year, month, issued.day())
        {
            return day;
        }
    }
    issued.saturating_add(Span::new().months(i64::from(months)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_counted_as_the_calendar_does() {
        let mut issued = date(2023, 11, 1);
        for _ in 0..500 {
            for months in [0, 1, 11, 12, 13, 24, 255] {
                let expected = issued.saturating_add(Span::new().months(i64::from(months)));
                assert_eq!(last_valid_day(issued, months), expected);
            }
            issued = issued.tomorrow().unwrap();
        }
        assert_eq!(last_valid_day(date(2026, 1, 31), 1), date(2026, 2, 28));
        assert_eq!(last_valid_day(Date::MAX, 12), Date::MAX);
        assert_eq!(last_valid_day(date(9999, 12, 1), 12), Date::MAX);
    }
}
