//! RCEP country of origin, which decides the rate where the importing Party
//! treats Parties differently: Article 2.6.

use crate::agreement::{Status, in_force};
use crate::country::Country;
use crate::determination::Test;
use crate::determination::{
    CountryOfOrigin, CountryOfOriginBasis, Criterion, MaterialEffect, OriginDecision, Standing,
    StandingReason,
};
use crate::facts::{
    FactPath, Facts, GoodField, Material, MaterialField, ProductionField, TableNeeded,
};
use crate::hs::HsCode;
use crate::outcome::Outcome;

use super::minimal_operations::{Work, work_done};
use super::value_content::deductible;
use super::{Inquiry, Record};

/// The country of origin of an originating good.
pub fn country_of_origin(
    inquiry: &Inquiry<'_>,
    facts: &Facts,
    decision: &OriginDecision,
) -> CountryOfOrigin {
    let agreement = inquiry.agreement;
    let answer = |party, basis| CountryOfOrigin {
        party,
        basis,
        citation: agreement.articles.country_of_origin,
    };
    let differential = agreement
        .party(facts.importer)
        .is_some_and(|party| party.tariff_differentials);
    if !differential {
        return answer(Some(facts.exporter), CountryOfOriginBasis::NoDifferential);
    }
    let ordinary = outside_appendix(inquiry, facts, decision);
    match on_appendix(inquiry, facts) {
        Outcome::Met => {
            let (party, basis) = on_the_appendix(inquiry, facts, decision);
            answer(party, basis)
        }
        Outcome::NotMet | Outcome::NotApplicable => {
            let (party, basis) = ordinary;
            answer(party, basis)
        }
        // Where the list is not fully known, only an answer that holds either
        // way is given.
        Outcome::Unknown => {
            let appendix = on_the_appendix(inquiry, facts, decision);
            if appendix.0.is_some() && appendix.0 == ordinary.0 {
                answer(ordinary.0, ordinary.1)
            } else {
                answer(None, CountryOfOriginBasis::Unknown)
            }
        }
    }
}

/// 2.6.2: the exporting Party, except for a PE good that only underwent minimal
/// operations there.
fn outside_appendix(
    inquiry: &Inquiry<'_>,
    facts: &Facts,
    decision: &OriginDecision,
) -> (Option<Country>, CountryOfOriginBasis) {
    let acquired_there = decision
        .criteria
        .iter()
        .any(|criterion| *criterion != Criterion::ProducedExclusively);
    if acquired_there {
        return (Some(facts.exporter), CountryOfOriginBasis::ExportingParty);
    }
    match work_done(inquiry) {
        Work::Substantial => (Some(facts.exporter), CountryOfOriginBasis::ExportingParty),
        Work::Minimal => highest_contributor(facts, decision),
        Work::Open(_) => {
            // When the exporting Party also contributed most, both roads meet.
            let highest = highest_contributor(facts, decision);
            if highest.0 == Some(facts.exporter) {
                (highest.0, CountryOfOriginBasis::ExportingParty)
            } else {
                (None, CountryOfOriginBasis::Unknown)
            }
        }
    }
}

/// 2.6.3: the exporting Party if the domestic value condition is met there,
/// otherwise the highest contributor.
fn on_the_appendix(
    inquiry: &Inquiry<'_>,
    facts: &Facts,
    decision: &OriginDecision,
) -> (Option<Country>, CountryOfOriginBasis) {
    match domestic_value(inquiry, facts, decision) {
        Outcome::Met => (Some(facts.exporter), CountryOfOriginBasis::DomesticValueMet),
        Outcome::NotMet => highest_contributor(facts, decision),
        Outcome::Unknown | Outcome::NotApplicable => (None, CountryOfOriginBasis::Unknown),
    }
}

/// Whether the line is in the importing Party's appendix on the day. A partial
/// list never shows that a line is absent.
pub fn on_appendix(inquiry: &Inquiry<'_>, facts: &Facts) -> Outcome {
    let Some(table) = inquiry
        .agreement
        .appendices
        .iter()
        .find(|table| table.importer == facts.importer)
    else {
        return Outcome::Unknown;
    };
    let absent = if table.status == Status::Partial {
        Outcome::Unknown
    } else {
        Outcome::NotMet
    };
    let Some(code) = facts.good.hs.subheading() else {
        return Outcome::Unknown;
    };
    let candidates = inquiry
        .book
        .nomenclature
        .candidates(code, facts.good.edition, table.edition);
    let is_candidate =
        |line: HsCode| (line.subheading()).is_some_and(|line| candidates.contains(&line));
    table
        .lines
        .iter()
        .filter(|(line, _)| is_candidate(*line))
        .map(|(line, period)| {
            // Being in the same subheading as a listed line is not being that line.
            let same_line = table.edition == facts.good.edition && *line == facts.good.hs;
            let on_the_day = match (period, facts.date) {
                (Some(period), Some(day)) => period.contains(day),
                _ => false,
            };
            if same_line && on_the_day {
                Outcome::Met
            } else {
                Outcome::Unknown
            }
        })
        .reduce(Outcome::and)
        .unwrap_or(absent)
}

/// The domestic value added in the exporting Party, counting only its own
/// originating materials: `(FOB − everything else) / FOB`.
pub fn domestic_value(inquiry: &Inquiry<'_>, facts: &Facts, decision: &OriginDecision) -> Outcome {
    let Some(threshold) = in_force(&inquiry.agreement.thresholds.domestic_value, facts.date) else {
        return Outcome::Unknown;
    };
    // All of the value of a wholly obtained good is added where it is obtained.
    if decision.criteria.contains(&Criterion::WhollyObtained) {
        return Outcome::Met;
    }
    let (Some(fob), Some(foreign)) = (
        inquiry.positive_fob(),
        value_from_elsewhere(facts, decision),
    ) else {
        return Outcome::Unknown;
    };
    Outcome::known(
        threshold
            .value
            .is_reached_by(fob.wide() - foreign, fob.wide()),
    )
}

/// The value of materials that do not originate in the exporting Party, in minor
/// units, expenses deducted as Article 3.5 counts them; `None` when a value is
/// missing or the materials are not known.
pub fn value_from_elsewhere(facts: &Facts, decision: &OriginDecision) -> Option<i128> {
    let materials = facts.production.materials.as_ref()?;
    let mut sum = 0;
    for (material, effect) in materials.iter().zip(&decision.materials) {
        if effect.standing == Standing::Originating(facts.exporter)
            || effect.reason == StandingReason::Disregarded
        {
            continue;
        }
        let less = match effect.standing {
            Standing::Originating(_) => 0,
            Standing::NonOriginating | Standing::Undecided => deductible(material),
        };
        sum += material.value?.wide() - less;
    }
    Some(sum)
}

/// 2.6.4: the Party with the highest value of originating materials; none when
/// a value is missing or two Parties are level.
fn highest_contributor(
    facts: &Facts,
    decision: &OriginDecision,
) -> (Option<Country>, CountryOfOriginBasis) {
    let shares = contributions(
        facts.production.materials.as_deref().unwrap_or_default(),
        &decision.materials,
    );
    let highest = shares.as_ref().and_then(|shares| {
        let (party, value) = shares.iter().max_by_key(|(_, value)| *value)?;
        let tied = shares.iter().filter(|(_, other)| other == value).count() > 1;
        (!tied).then_some(*party)
    });
    match highest {
        Some(party) => (Some(party), CountryOfOriginBasis::HighestContributor),
        None => (None, CountryOfOriginBasis::Unknown),
    }
}

/// Value of originating materials by Party, in minor units; `None` when a value
/// is missing.
pub fn contributions(
    materials: &[Material],
    effects: &[MaterialEffect],
) -> Option<Vec<(Country, i128)>> {
    let mut shares: Vec<(Country, i128)> = Vec::new();
    for (material, effect) in materials.iter().zip(effects) {
        let Standing::Originating(party) = effect.standing else {
            continue;
        };
        // Indirect materials are originating "wherever produced", which names
        // no Party that contributes them.
        if effect.reason == StandingReason::Indirect {
            continue;
        }
        let value = material.value?.wide();
        match shares.iter_mut().find(|(known, _)| *known == party) {
            Some((_, sum)) => *sum += value,
            None => shares.push((party, value)),
        }
    }
    Some(shares)
}

/// Names the facts that would tell a country of origin which is still open.
pub fn miss_country_of_origin(inquiry: &Inquiry<'_>, facts: &Facts, record: &mut Record) {
    let mut miss = |fact| record.miss(fact, Test::CountryOfOrigin);
    if inquiry.positive_fob().is_none() {
        miss(FactPath::Good(GoodField::Fob));
    }
    match &facts.production.materials {
        None => miss(inquiry.production_fact(ProductionField::Materials)),
        Some(materials) => {
            for (index, material) in (0_u16..).zip(materials) {
                if material.value.is_none() {
                    miss(FactPath::Material(
                        inquiry.material_path(index),
                        MaterialField::Value,
                    ));
                }
            }
        }
    }
    if let Work::Open(fact) = work_done(inquiry) {
        miss(fact);
    }
    if on_appendix(inquiry, facts) == Outcome::Unknown {
        miss(FactPath::Table(TableNeeded::Appendix));
    }
}
