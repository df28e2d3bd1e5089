//! Originating goods under APTA: Annex II, Rules 1 to 4 and 10.

use smallvec::SmallVec;

use crate::determination::{Criterion, OriginDecision, Test};
use crate::facts::{FactPath, ProductionField, TableNeeded};
use crate::hs::Subheading;
use crate::law::materials::{self, Classified};
use crate::law::non_originating_content::{self, NonOriginatingContent};
use crate::law::product_rule::{self, RequirementResult, RuleLookup};
use crate::law::tariff_shift;
use crate::law::{Inquiry, Record, minimal_operations, wholly_obtained};
use crate::outcome::Outcome;
use crate::rcep::finish;
use crate::rule::{ShiftLevel, TariffShift};

/// Decides the origin of a good or of an intermediate good.
pub fn decide(inquiry: &Inquiry<'_>) -> OriginDecision {
    let mut record = Record {
        findings: Vec::with_capacity(12),
        missing: Vec::new(),
    };
    let classified = inquiry
        .production
        .materials
        .as_deref()
        .map(|list| materials::classify(inquiry, list, &mut record, decide));
    let wholly = wholly_obtained::wholly_obtained(inquiry, classified.as_deref(), &mut record);
    let lookup = product_rule::look_up(inquiry, &mut record);
    let mut criteria: SmallVec<[Criterion; 4]> = SmallVec::new();
    if wholly == Outcome::Met {
        criteria.push(Criterion::AptaWholly);
    }
    let mut rule = None;
    let mut requirement = RequirementResult::default();
    let content_outcome = match classified.as_deref() {
        None => {
            record.miss(
                inquiry.production_fact(ProductionField::Materials),
                Test::ValueContent,
            );
            record.find(
                Test::ValueContent,
                Outcome::Unknown,
                inquiry.agreement.articles.value_content,
            )
        }
        // Without materials there is no content to measure: only Rule 2 is left.
        Some([]) => Outcome::NotApplicable,
        Some(materials) => {
            let sector = sector_rule(
                inquiry,
                lookup,
                materials,
                &mut rule,
                &mut requirement,
                &mut record,
            );
            let content = NonOriginatingContent::of(inquiry, materials, &mut record);
            let rule_3a = non_originating_content::rule_3a(inquiry, &content, &mut record);
            let rule_4 = non_originating_content::rule_4(inquiry, &content, materials, &mut record);
            let rule_10 = non_originating_content::rule_10(inquiry, &content, &mut record);
            let process = final_process(inquiry, materials, &mut record);
            for (outcome, criterion) in [
                (rule_3a, Criterion::AptaContent),
                (rule_4, Criterion::AptaAggregate),
                (rule_10, Criterion::AptaLeastDeveloped),
                (sector, Criterion::AptaSector),
            ] {
                if outcome.and(process) == Outcome::Met {
                    criteria.push(criterion);
                }
            }
            rule_3a.or(rule_4).or(rule_10).or(sector).and(process)
        }
    };
    let nothing_used = classified.as_deref().is_some_and(<[_]>::is_empty);
    let outcome = match wholly.or(content_outcome) {
        Outcome::NotApplicable | Outcome::NotMet if nothing_used && wholly != Outcome::NotMet => {
            record.miss(
                inquiry.production_fact(ProductionField::WhollyObtained),
                Test::WhollyObtained,
            );
            Outcome::Unknown
        }
        Outcome::NotApplicable => Outcome::NotMet,
        outcome => outcome,
    };
    finish(
        inquiry,
        outcome,
        criteria,
        rule,
        requirement,
        classified,
        record,
    )
}

/// Rule 3(b): the sector rule of the code, if one is listed. Where the list is
/// not fully loaded, a rule that may exist is a missing table, unless no change
/// of heading took place: every sector rule demands at least that.
fn sector_rule(
    inquiry: &Inquiry<'_>,
    lookup: RuleLookup<'_>,
    materials: &[Classified<'_>],
    rule: &mut Option<crate::determination::AppliedRule>,
    requirement: &mut RequirementResult,
    record: &mut Record,
) -> Outcome {
    match lookup {
        RuleLookup::Found(table, applied) => {
            *rule = Some(applied);
            let Some(row) = table.rules.get(applied.rule) else {
                return Outcome::Unknown;
            };
            let mut outcome = Outcome::NotApplicable;
            for (_, part) in row.rule.parts() {
                *requirement = product_rule::requirement(
                    inquiry,
                    part,
                    table,
                    applied.subheading,
                    Some(materials),
                    Outcome::NotMet,
                    record,
                );
                outcome = outcome.or(requirement.outcome.unwrap_or(Outcome::NotApplicable));
            }
            outcome
        }
        RuleLookup::NoRule => Outcome::NotApplicable,
        RuleLookup::CodeNotSettled => Outcome::Unknown,
        RuleLookup::NotLoaded(subheading) => {
            unseen_sector_rule(inquiry, subheading, materials, record)
        }
    }
}

fn unseen_sector_rule(
    inquiry: &Inquiry<'_>,
    subheading: Option<Subheading>,
    materials: &[Classified<'_>],
    record: &mut Record,
) -> Outcome {
    let change_of_heading = TariffShift {
        level: ShiftLevel::Heading,
        except: None,
        proviso: None,
    };
    let outcome = match (subheading, inquiry.agreement.product_rules_on(inquiry.date)) {
        (Some(good), Some(table)) => {
            let mut aside = Record::default();
            let shift = tariff_shift::tariff_shift(
                inquiry,
                &change_of_heading,
                good,
                table.edition,
                materials,
                &mut aside,
            );
            if shift.failed.is_empty() && shift.any_non_originating {
                Outcome::Unknown
            } else {
                Outcome::NotApplicable
            }
        }
        _ => Outcome::Unknown,
    };
    if outcome == Outcome::Unknown {
        record.miss(FactPath::Table(TableNeeded::ProductRule), Test::ProductRule);
        record.find(
            Test::ProductRule,
            Outcome::Unknown,
            inquiry.agreement.articles.product_rule,
        );
    }
    outcome
}

/// Rule 3(a): the final process of manufacture is performed in the exporting
/// State, and is more than the simple operations of Rule 3.
fn final_process(
    inquiry: &Inquiry<'_>,
    materials: &[Classified<'_>],
    record: &mut Record,
) -> Outcome {
    let works_others = materials
        .iter()
        .any(|entry| entry.may_be_non_originating() && !entry.is_disregarded());
    let outcome = match minimal_operations::beyond_minimal(inquiry) {
        Some(true) => Outcome::Met,
        Some(false) if !works_others => Outcome::Met,
        // The list of simple operations decides, and it may not be confirmed.
        Some(false) => {
            return minimal_operations::minimal_operations(inquiry, Some(materials), record);
        }
        None => {
            record.miss(
                inquiry.production_fact(ProductionField::Operations),
                Test::FinalProcess,
            );
            Outcome::Unknown
        }
    };
    record.find(
        Test::FinalProcess,
        outcome,
        inquiry.agreement.articles.final_process,
    )
}
