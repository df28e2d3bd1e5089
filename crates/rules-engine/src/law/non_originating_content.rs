//! Content rules of APTA: Rule 3(a) (non-originating content), Rule 4
//! (aggregate content) and Rule 10 (least developed exporters).

use super::materials::Materials;
use super::{Inquiry, Record};
use crate::agreement::{CitationId, Dated, in_force};
use crate::determination::{Figures, MaterialIndexes, Standing, StandingReason, Test};
use crate::facts::{FactPath, MaterialField, ProductionField, TableNeeded};
use crate::outcome::Outcome;
use crate::quantity::{Balance, Ratio};

/// Value of materials from non-members or of undetermined origin.
#[derive(Debug)]
pub struct NonOriginatingContent {
    /// What is non-originating for sure, in minor units.
    least: i128,
    /// What may be; `None` when a value is missing.
    most: Option<i128>,
    fob: Option<i128>,
    counted: MaterialIndexes,
}

impl NonOriginatingContent {
    /// Sums the materials.
    pub fn of(inquiry: &Inquiry<'_>, materials: &Materials<'_>) -> Self {
        let mut content = Self {
            least: 0,
            most: Some(0),
            fob: inquiry.positive_fob().map(|fob| fob.wide()),
            counted: MaterialIndexes::new(),
        };
        for entry in materials {
            if !entry.may_be_non_originating() {
                continue;
            }
            content.counted.push(entry.index);
            let value = entry.material.value.map(|value| value.wide());
            content.most = content.most.zip(value).map(|(sum, value)| sum + value);
            if entry.effect.standing == Standing::NonOriginating {
                content.least += value.unwrap_or_default();
            }
        }
        content
    }

    /// Whether the content stays within a threshold.
    fn within(&self, threshold: Ratio) -> Outcome {
        match (self.fob, self.most) {
            // Nothing is no share of any price.
            (None, Some(0)) => Outcome::Met,
            (Some(fob), Some(most)) if threshold.is_not_exceeded_by(most, fob) => Outcome::Met,
            (Some(fob), _) if !threshold.is_not_exceeded_by(self.least, fob) => Outcome::NotMet,
            _ => Outcome::Unknown,
        }
    }

    fn figures(&self, threshold: Ratio) -> Figures {
        Figures::ShareOfFob {
            part: self.most.map(Balance),
            fob: self.fob.map(Balance),
            threshold,
        }
    }
}

/// Asks for the values and standings that leave the content open.
fn miss_content(inquiry: &Inquiry<'_>, materials: &Materials<'_>, test: Test, record: &mut Record) {
    if inquiry.positive_fob().is_none() {
        record.miss(inquiry.value_fact(), test);
    }
    for entry in materials {
        if entry.may_be_non_originating() && entry.material.value.is_none() {
            record.miss(
                FactPath::Material(inquiry.material_path(entry.index), MaterialField::Value),
                test,
            );
        }
        if entry.effect.standing == Standing::Undecided {
            entry.miss_standing(inquiry, record);
        }
    }
}

fn threshold_or_miss<'a>(
    rows: &'a [Dated<Ratio>],
    inquiry: &Inquiry<'_>,
    test: Test,
    record: &mut Record,
) -> Option<&'a Dated<Ratio>> {
    let row = in_force(rows, inquiry.date);
    if row.is_none() {
        record.miss(FactPath::Table(TableNeeded::Threshold), test);
    }
    row
}

/// Rule 3(a): the non-originating content does not exceed the threshold.
pub fn rule_3a(
    inquiry: &Inquiry<'_>,
    content: &NonOriginatingContent,
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let rows = &inquiry.agreement.thresholds.non_originating_content;
    let Some(threshold) = threshold_or_miss(rows, inquiry, Test::ValueContent, record) else {
        return Outcome::Unknown;
    };
    let outcome = content.within(threshold.value);
    if outcome == Outcome::Unknown {
        miss_content(inquiry, materials, Test::ValueContent, record);
    }
    record.find_with(
        Test::ValueContent,
        outcome,
        threshold.citation,
        content.figures(threshold.value),
        MaterialIndexes::from_slice(&content.counted),
    )
}

/// Whether the exporting State is least developed on the day (Rule 10).
fn least_developed(inquiry: &Inquiry<'_>) -> (Outcome, CitationId) {
    let none = (
        Outcome::NotApplicable,
        inquiry.agreement.articles.least_developed,
    );
    inquiry
        .agreement
        .party(inquiry.exporter)
        .and_then(|party| in_force(&party.least_developed, inquiry.date))
        .map_or(none, |row| (row.value, row.citation))
}

/// Rule 10: the wider thresholds of a least developed exporter, for the
/// non-originating and for the aggregate content. Not applicable to others.
pub fn rule_10(
    inquiry: &Inquiry<'_>,
    content: &NonOriginatingContent,
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let (status, citation) = least_developed(inquiry);
    if status == Outcome::NotApplicable || status == Outcome::NotMet {
        return Outcome::NotApplicable;
    }
    let thresholds = &inquiry.agreement.thresholds;
    let rows = &thresholds.non_originating_content_least_developed;
    let Some(threshold) = threshold_or_miss(rows, inquiry, Test::LeastDeveloped, record) else {
        return Outcome::Unknown;
    };
    let within = content.within(threshold.value);
    let outcome = status.and(within);
    if status == Outcome::Unknown && outcome == Outcome::Unknown {
        record.miss(
            FactPath::Table(TableNeeded::LeastDevelopedStatus),
            Test::LeastDeveloped,
        );
    }
    if within == Outcome::Unknown {
        miss_content(inquiry, materials, Test::LeastDeveloped, record);
    }
    let found = record.find_with(
        Test::LeastDeveloped,
        outcome,
        if status == Outcome::Unknown {
            citation
        } else {
            threshold.citation
        },
        content.figures(threshold.value),
        MaterialIndexes::from_slice(&content.counted),
    );
    let rows = &thresholds.aggregate_content_least_developed;
    let aggregate = in_force(rows, inquiry.date).map_or(Outcome::NotApplicable, |threshold| {
        aggregate_content(inquiry, content, materials, threshold, record)
    });
    match aggregate {
        Outcome::NotApplicable => found,
        aggregate => found.or(status.and(aggregate)),
    }
}

/// Rule 4: products of one State used in another, where the content of all
/// Participating States reaches the threshold.
pub fn rule_4(
    inquiry: &Inquiry<'_>,
    content: &NonOriginatingContent,
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let rows = &inquiry.agreement.thresholds.aggregate_content;
    match threshold_or_miss(rows, inquiry, Test::AggregateContent, record) {
        Some(threshold) => aggregate_content(inquiry, content, materials, threshold, record),
        None => Outcome::Unknown,
    }
}

/// Whether originating materials and the value added in the exporting State
/// reach a threshold. Not applicable when no material comes from another State.
fn aggregate_content(
    inquiry: &Inquiry<'_>,
    content: &NonOriginatingContent,
    materials: &Materials<'_>,
    threshold: &Dated<Ratio>,
    record: &mut Record,
) -> Outcome {
    let from_other_states = materials.iter().any(
        |entry| matches!(entry.effect.standing, Standing::Originating(state) if state != inquiry.exporter),
    );
    if !from_other_states {
        return Outcome::NotApplicable;
    }
    let mut numerator = 0_i128;
    let mut complete = true;
    for entry in materials {
        match entry.effect.standing {
            // No rule of APTA makes an indirect material originating.
            _ if entry.effect.reason == StandingReason::Indirect => {}
            Standing::Originating(_) => {
                let value = entry.material.value.map(|value| value.wide());
                numerator += value.unwrap_or_default();
                complete &= value.is_some();
            }
            Standing::Undecided => complete = false,
            Standing::NonOriginating => {}
        }
    }
    for (_, amount) in inquiry.production.costs.elements() {
        numerator += amount.map_or(0, |amount| amount.wide());
        complete &= amount.is_some();
    }
    let outcome = match content.fob {
        None => Outcome::Unknown,
        // What is paid for non-originating materials is not content of the States.
        Some(fob) if !threshold.value.is_reached_by(fob - content.least, fob) => Outcome::NotMet,
        Some(fob) if numerator > fob - content.least => Outcome::Unknown,
        Some(fob) if threshold.value.is_reached_by(numerator, fob) => Outcome::Met,
        Some(_) if complete => Outcome::NotMet,
        Some(_) => Outcome::Unknown,
    };
    if outcome == Outcome::Unknown {
        record.miss(
            inquiry.production_fact(ProductionField::Costs),
            Test::AggregateContent,
        );
        miss_content(inquiry, materials, Test::AggregateContent, record);
    }
    record.find_with(
        Test::AggregateContent,
        outcome,
        threshold.citation,
        Figures::ShareOfFob {
            part: complete.then_some(Balance(numerator)),
            fob: content.fob.map(Balance),
            threshold: threshold.value,
        },
        MaterialIndexes::new(),
    )
}
