//! The whole question, in the order a customs officer asks it: does the
//! agreement bind the two countries, is the good originating, which country of
//! origin and rate follow, and can the preference be claimed.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::agreement::{Agreement, AgreementBook};
use crate::determination::{
    Claim, CountryOfOrigin, CountryOfOriginBasis, Determination, Duty, Missing, OriginDecision,
    RateAnswer, RateStatus, Test, Verdict,
};
use crate::facts::{FactPath, Facts, GoodField, TableNeeded};
use crate::law::concession::{self, RateQuestion};
use crate::law::country_of_origin::{country_of_origin, miss_country_of_origin};
use crate::law::direct_consignment::direct_consignment;
use crate::law::proof::proof;
use crate::law::{Inquiry, Record};
use crate::outcome::Outcome;
use crate::rulebook::RuleBook;
use crate::{apta, rcep};

/// Decides one good under one agreement. Total: missing or contradictory facts
/// lead to an undetermined answer, never to an error. `None` when the tables of
/// the agreement are not loaded.
pub fn determine(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Option<Determination> {
    let duties = |question: &RateQuestion| concession::rate(book, agreement, question);
    determine_in(Record::with_room(), book, facts, agreement, duties)
}

/// [`determine`] for callers who decide one good after the other: in the room of a
/// decision that has been read, which [`Record::in_place_of`] gives back, and with
/// the duties looked up by the caller, who may remember them, because unlike origin
/// they do not depend on how the good was made.
pub fn determine_in<Duties: Into<Arc<RateAnswer>>>(
    mut record: Record,
    book: &RuleBook,
    facts: &Facts,
    agreement: Agreement,
    duties: impl FnOnce(&RateQuestion) -> Duties,
) -> Option<Determination> {
    let tables = book.agreement(agreement)?;
    let inquiry = Inquiry::of_good(book, tables, facts);
    let binds = party_in_force(tables, facts, &mut record);
    let mut origin = match agreement {
        Agreement::Rcep => rcep::decide(&inquiry, record),
        Agreement::Apta => apta::decide(&inquiry, record),
    };
    origin.outcome = match binds {
        // Without a day it is not known which law applies.
        Outcome::Unknown if facts.date.is_none() => Outcome::Unknown,
        binds => binds.and(origin.outcome),
    };
    if origin.outcome != Outcome::Met {
        origin.criteria.clear();
        origin.cumulation_used = false;
        origin.de_minimis_used = false;
    }
    match binds {
        Outcome::NotMet => origin.missing.clear(),
        Outcome::Unknown if origin.outcome == Outcome::Unknown => {
            origin.missing.insert(0, missing_standing(facts));
        }
        _ => {}
    }
    let verdict = match origin.outcome {
        Outcome::Met => Verdict::Originating,
        Outcome::NotMet | Outcome::NotApplicable => Verdict::NotOriginating,
        Outcome::Unknown => Verdict::Undetermined,
    };
    let country_of_origin = (verdict == Verdict::Originating).then(|| match agreement {
        Agreement::Rcep => country_of_origin(&inquiry, facts, &origin),
        Agreement::Apta => CountryOfOrigin {
            party: Some(facts.exporter),
            basis: CountryOfOriginBasis::OriginatingState,
            citation: tables.articles.country_of_origin,
        },
    });
    let mut claim_record = Record {
        findings: std::mem::take(&mut origin.findings),
        ..Record::default()
    };
    if country_of_origin.is_some_and(|origin| origin.party.is_none()) {
        miss_country_of_origin(&inquiry, facts, &mut claim_record);
    }
    let rate = rate_of(facts, binds, country_of_origin, duties);
    let claim = claim(tables, facts, binds, &mut origin, &rate, &mut claim_record);
    Some(Determination {
        agreement,
        verdict,
        origin,
        country_of_origin,
        rate,
        claim,
    })
}

/// The agreements that bind both countries on the day, or may do so.
pub fn agreements_between(book: &RuleBook, facts: &Facts) -> SmallVec<[Agreement; 2]> {
    book.agreements
        .iter()
        .filter(|tables| {
            tables.binds(facts.exporter, facts.importer, facts.date) != Outcome::NotMet
                && facts.exporter != facts.importer
        })
        .map(|tables| tables.agreement)
        .collect()
}

/// RCEP Article 20.6 and APTA membership: in force between the two on the day.
fn party_in_force(tables: &AgreementBook, facts: &Facts, record: &mut Record) -> Outcome {
    let binds = if facts.exporter == facts.importer {
        Outcome::NotMet
    } else {
        tables.binds(facts.exporter, facts.importer, facts.date)
    };
    record.find(Test::PartyInForce, binds, tables.articles.party_in_force)
}

/// What would tell whether the agreement binds the two countries.
fn missing_standing(facts: &Facts) -> Missing {
    Missing {
        fact: match facts.date {
            None => FactPath::Date,
            Some(_) => FactPath::Table(TableNeeded::PartyStanding),
        },
        test: Test::PartyInForce,
        candidates: Vec::new(),
    }
}

/// The rate for the country of origin. Where that cannot be told and the
/// importing Party treats Parties differently, no single rate is known.
fn rate_of<Duties: Into<Arc<RateAnswer>>>(
    facts: &Facts,
    binds: Outcome,
    country_of_origin: Option<CountryOfOrigin>,
    duties: impl FnOnce(&RateQuestion) -> Duties,
) -> Arc<RateAnswer> {
    let Some(day) = facts.date else {
        return Arc::new(concession::not_loaded());
    };
    let party = country_of_origin.and_then(|origin| origin.party);
    let mut answer: Arc<RateAnswer> = duties(&RateQuestion {
        importer: facts.importer,
        origin: party.unwrap_or(facts.exporter),
        code: facts.good.hs,
        edition: facts.good.edition,
        day,
        value: facts.good.customs_value,
    })
    .into();
    if binds == Outcome::NotMet {
        let answer = Arc::make_mut(&mut answer);
        answer.status = RateStatus::NoConcession;
        answer.preferential = Duty::NoRate;
        answer.table = None;
        answer.saving = None;
        answer.mfn_is_as_good = Outcome::NotApplicable;
    }
    let origin_is_open = country_of_origin.is_some() && party.is_none();
    if origin_is_open && answer.status == RateStatus::Known {
        let answer = Arc::make_mut(&mut answer);
        answer.status = RateStatus::Conditional;
        answer.saving = None;
        answer.mfn_is_as_good = Outcome::Unknown;
    }
    answer
}

/// Origin, consignment, proof and concession together.
fn claim(
    tables: &AgreementBook,
    facts: &Facts,
    binds: Outcome,
    origin: &mut OriginDecision,
    rate: &RateAnswer,
    record: &mut Record,
) -> Claim {
    let consignment = direct_consignment(tables, facts, record);
    let proof = proof(tables, facts, record);
    let concession = concession::concession(rate);
    if concession == Outcome::Unknown {
        if rate.status == RateStatus::NotLoaded {
            record.miss(FactPath::Table(TableNeeded::Tariff), Test::Concession);
        } else {
            // Some of the lines the code covers have the preference.
            record.miss(FactPath::Good(GoodField::Hs), Test::Concession);
        }
    }
    record.find(Test::Concession, concession, tables.articles.concession);
    let outcome = binds
        .and(origin.outcome)
        .and(consignment)
        .and(proof)
        .and(concession);
    let mut blockers: SmallVec<[Test; 4]> = SmallVec::new();
    // Where the agreement does not bind, that is the reason: neither the product
    // rule nor the list of concessions stands in the way.
    let is_bound = binds != Outcome::NotMet;
    for (test, outcome, is_reason) in [
        (Test::PartyInForce, binds, true),
        (Test::ProductRule, origin.outcome, is_bound),
        (Test::DirectConsignment, consignment, true),
        (Test::Proof, proof, true),
        (Test::Concession, concession, is_bound),
    ] {
        if outcome == Outcome::NotMet && is_reason {
            blockers.push(test);
        }
    }
    origin.findings = std::mem::take(&mut record.findings);
    // What would not change a refused claim is not asked.
    if outcome != Outcome::NotMet {
        for missing in record.missing.drain(..) {
            if !origin
                .missing
                .iter()
                .any(|known| known.fact == missing.fact)
            {
                origin.missing.push(missing);
            }
        }
    }
    Claim { outcome, blockers }
}

/// Whether a test concerns the claim rather than the verdict on origin.
pub const fn is_claim_question(test: Test) -> bool {
    matches!(
        test,
        Test::DirectConsignment
            | Test::TransitFacility
            | Test::Proof
            | Test::Concession
            | Test::CountryOfOrigin
    )
}
