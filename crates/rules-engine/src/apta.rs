//! Originating goods under APTA: Annex II, Rules 1 to 4 and 10.

use smallvec::SmallVec;

use crate::determination::{Criterion, OriginDecision, Standing, Test};
use crate::facts::{FactPath, ProductionField, TableNeeded};
use crate::hs::Subheading;
use crate::law::materials::{self, Classified, Materials};
use crate::law::minimal_operations::{Work, work_done};
use crate::law::non_originating_content::{self, NonOriginatingContent};
use crate::law::product_rule::{self, RuleLookup, RuleResult};
use crate::law::{Inquiry, Record, tariff_shift, wholly_obtained};
use crate::outcome::Outcome;
use crate::rcep::finish;
use crate::rule::{ShiftLevel, TariffShift};

/// Decides the origin of a good or of an intermediate good.
pub fn decide(inquiry: &Inquiry<'_>, mut record: Record) -> OriginDecision {
    let mut effects = std::mem::take(&mut record.effects);
    let materials = inquiry
        .production
        .materials
        .as_deref()
        .map(|list| materials::classify(inquiry, list, &mut effects, &mut record, decide));
    let materials = materials.as_ref();
    let described = materials.is_none_or(Materials::are_incorporated);

    let mut criteria: SmallVec<[Criterion; 4]> = SmallVec::new();
    let wholly =
        record.asking(|record| wholly_obtained::wholly_obtained(inquiry, materials, record));
    if wholly == Outcome::Met {
        criteria.push(Criterion::AptaWholly);
    }
    let mut result = RuleResult::bare(Outcome::NotApplicable);
    let by_content = record.asking(|record| {
        let Some(materials) = materials else {
            record.miss(
                inquiry.production_fact(ProductionField::Materials),
                Test::ValueContent,
            );
            let citation = inquiry.agreement.articles.value_content;
            return record.find(Test::ValueContent, Outcome::Unknown, citation);
        };
        // Without materials there is no content to measure: only Rule 2 is left.
        if !materials.are_incorporated() {
            return Outcome::NotApplicable;
        }
        result = sector_rule(inquiry, materials, record);
        let content = NonOriginatingContent::of(inquiry, materials);
        let ways = [
            (
                non_originating_content::rule_3a(inquiry, &content, materials, record),
                Criterion::AptaContent,
            ),
            (
                non_originating_content::rule_4(inquiry, &content, materials, record),
                Criterion::AptaAggregate,
            ),
            (
                non_originating_content::rule_10(inquiry, &content, materials, record),
                Criterion::AptaLeastDeveloped,
            ),
            (result.outcome, Criterion::AptaSector),
        ];
        let process = final_process(inquiry, materials, record);
        criteria.extend(
            ways.iter()
                .filter(|(outcome, _)| *outcome == Outcome::Met && process == Outcome::Met)
                .map(|(_, criterion)| *criterion),
        );
        ways.iter()
            .fold(Outcome::NotApplicable, |all, (way, _)| all.or(*way))
            .and(process)
    });
    let outcome = wholly.or(by_content);
    finish(
        inquiry, outcome, criteria, result, described, effects, record,
    )
}

/// Rule 3(b): the sector rule of the code, if one is listed. Where the list is
/// not fully loaded, a rule that may exist is a missing table, unless no change
/// of heading took place: every sector rule demands at least that.
fn sector_rule(
    inquiry: &Inquiry<'_>,
    materials: &Materials<'_>,
    record: &mut Record,
) -> RuleResult {
    match product_rule::look_up(inquiry, record) {
        RuleLookup::Found(table, applied) => {
            product_rule::apply(inquiry, table, applied, Some(materials), record)
        }
        RuleLookup::NoRule => RuleResult::bare(Outcome::NotApplicable),
        RuleLookup::CodeNotSettled => RuleResult::bare(Outcome::Unknown),
        RuleLookup::NotLoaded(subheading) => {
            let outcome = unseen_sector_rule(inquiry, subheading, materials, record);
            RuleResult::bare(outcome)
        }
    }
}

fn unseen_sector_rule(
    inquiry: &Inquiry<'_>,
    subheading: Option<Subheading>,
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let change_of_heading = TariffShift {
        level: ShiftLevel::Heading,
        except: None,
        proviso: None,
    };
    let excluded_by_any_rule = subheading
        .zip(inquiry.agreement.product_rules_on(inquiry.date))
        .is_some_and(|(good, table)| {
            let mut aside = Record::default();
            let edition = table.edition;
            tariff_shift::tariff_shift(
                inquiry,
                &change_of_heading,
                good,
                edition,
                materials,
                &mut aside,
            )
            .outcome()
                == Outcome::NotMet
        });
    let all_originating = !materials.any_may_be_non_originating();
    if excluded_by_any_rule || all_originating {
        Outcome::NotApplicable
    } else {
        product_rule::miss_table(inquiry, record)
    }
}

/// Rule 3(a): the final process of manufacture is performed in the exporting
/// State, and is more than the simple operations of Rule 3. Where everything
/// used already originates in that State, it was.
fn final_process(inquiry: &Inquiry<'_>, materials: &Materials<'_>, record: &mut Record) -> Outcome {
    let articles = &inquiry.agreement.articles;
    let of_that_state = |entry: &Classified<'_>| {
        entry.is_disregarded() || entry.effect.standing == Standing::Originating(inquiry.exporter)
    };
    if materials.iter().all(|entry| of_that_state(&entry)) {
        return record.find(Test::FinalProcess, Outcome::Met, articles.final_process);
    }
    match work_done(inquiry) {
        Work::Substantial => record.find(Test::FinalProcess, Outcome::Met, articles.final_process),
        Work::Minimal => record.find(
            Test::MinimalOperations,
            Outcome::NotMet,
            articles.minimal_operations,
        ),
        Work::Open(fact @ FactPath::Table(TableNeeded::MinimalOperations)) => {
            record.miss(fact, Test::MinimalOperations);
            record.find(
                Test::MinimalOperations,
                Outcome::Unknown,
                articles.minimal_operations,
            )
        }
        Work::Open(fact) => {
            record.miss(fact, Test::FinalProcess);
            record.find(Test::FinalProcess, Outcome::Unknown, articles.final_process)
        }
    }
}
