//! The product-specific rule of a good and its alternatives: RCEP Article
//! 3.2(c) and Annex 3A, APTA Rule 3(b).

use smallvec::SmallVec;

use super::materials::Classified;
use super::{Inquiry, Record, de_minimis, tariff_shift, value_content};
use crate::agreement::{ProductRuleTable, Status};
use crate::determination::{AppliedRule, Criterion, Figures, MaterialIndexes, Standing, Test};
use crate::facts::{FactPath, GoodField, MaterialField, ProductionField, TableNeeded};
use crate::hs::{HsCode, HsEdition, Subheading};
use crate::nomenclature::Nomenclature;
use crate::outcome::Outcome;
use crate::quantity::{Ratio, Weight};
use crate::rule::{Alternative, Proviso, Requirement, TariffShift};

/// The rule found for a good.
#[derive(Debug, Clone, Copy)]
pub enum RuleLookup<'a> {
    /// The table governing the day and the row of the good.
    Found(&'a ProductRuleTable, AppliedRule),
    /// The table is complete here and lists no rule.
    NoRule,
    /// The code of the good does not select one subheading.
    CodeNotSettled,
    /// No table, or an incomplete one, is loaded for the day and code.
    NotLoaded(Option<Subheading>),
}

/// Codes of edition `to` that a code may stand for: its correlated codes; for a
/// code not valid as stated, its successors from any edition that has it, and
/// otherwise the subheadings of its heading.
pub fn possible_codes(
    nomenclature: &Nomenclature,
    code: HsCode,
    stated: HsEdition,
    to: HsEdition,
) -> Vec<HsCode> {
    let Some(subheading) = code.subheading() else {
        return siblings(nomenclature, code, to);
    };
    let mut found = nomenclature.candidates(subheading, stated, to);
    if found.is_empty() {
        for edition in HsEdition::ALL {
            found.extend(nomenclature.candidates(subheading, edition, to));
        }
        found.sort_unstable();
        found.dedup();
    }
    if found.is_empty() {
        siblings(nomenclature, code, to)
    } else {
        found.into_iter().map(Subheading::code).collect()
    }
}

/// How many codes are offered when a heading or an unknown code is given.
const MOST_CANDIDATES: usize = 40;

fn siblings(nomenclature: &Nomenclature, code: HsCode, edition: HsEdition) -> Vec<HsCode> {
    let Some(codes) = nomenclature.edition(edition) else {
        return Vec::new();
    };
    let group = code.prefix(code.digit_count().min(4)).unwrap_or(code);
    let from = codes
        .codes()
        .partition_point(|candidate| candidate.code() < group);
    codes
        .codes()
        .get(from..)
        .unwrap_or_default()
        .iter()
        .map(|candidate| candidate.code())
        .take_while(|candidate| candidate.is_within(group))
        .take(MOST_CANDIDATES)
        .collect()
}

/// Finds the rule of the good in the table that is the law on the day, reading
/// the code in the edition of the table. An ambiguous conversion is asked about,
/// never resolved by guess.
pub fn look_up<'a>(inquiry: &Inquiry<'a>, record: &mut Record) -> RuleLookup<'a> {
    let articles = &inquiry.agreement.articles;
    let Some(table) = inquiry.agreement.product_rules_on(inquiry.date) else {
        record.miss(FactPath::Table(TableNeeded::ProductRule), Test::ProductRule);
        return RuleLookup::NotLoaded(None);
    };
    let Some(code) = inquiry.hs else {
        record.miss(inquiry.code_fact(), Test::ProductRule);
        return RuleLookup::CodeNotSettled;
    };
    let nomenclature = &inquiry.book.nomenclature;
    let candidates = match code.subheading() {
        Some(subheading) => same_edition(nomenclature, subheading, inquiry.edition, table.edition)
            .unwrap_or_else(|| {
                SmallVec::from_vec(nomenclature.candidates(
                    subheading,
                    inquiry.edition,
                    table.edition,
                ))
            }),
        None => SmallVec::new(),
    };
    let &[subheading] = candidates.as_slice() else {
        record.find(Test::HsEdition, Outcome::Unknown, articles.hs_edition);
        record.miss_with(
            inquiry.code_fact(),
            Test::HsEdition,
            possible_codes(nomenclature, code, inquiry.edition, table.edition),
        );
        return RuleLookup::CodeNotSettled;
    };
    if inquiry.edition != table.edition {
        record.find(Test::HsEdition, Outcome::Met, articles.hs_edition);
    }
    let row = nomenclature
        .edition(table.edition)
        .and_then(|codes| codes.ordinal(subheading))
        .and_then(|ordinal| table.by_subheading.get(ordinal).copied().flatten());
    match row {
        Some(rule) => {
            let position = inquiry
                .agreement
                .product_rules
                .iter()
                .position(|candidate| std::ptr::eq(candidate, table))
                .unwrap_or_default();
            RuleLookup::Found(
                table,
                AppliedRule {
                    table: position,
                    rule: usize::from(rule),
                    subheading,
                },
            )
        }
        None if is_complete_for(table, subheading) => RuleLookup::NoRule,
        None => RuleLookup::NotLoaded(Some(subheading)),
    }
}

/// The usual case without allocation: the code is already in the edition.
fn same_edition(
    nomenclature: &Nomenclature,
    code: Subheading,
    stated: HsEdition,
    wanted: HsEdition,
) -> Option<SmallVec<[Subheading; 1]>> {
    let valid = stated == wanted && nomenclature.edition(wanted)?.ordinal(code).is_some();
    valid.then(|| SmallVec::from_buf([code]))
}

/// Whether the table is known to list every rule there is for a subheading, so
/// that no row means that no rule exists.
pub fn is_complete_for(table: &ProductRuleTable, subheading: Subheading) -> bool {
    if table.complete_within.is_empty() {
        return table.status != Status::Partial;
    }
    table.complete_within.iter().any(|(first, last)| {
        let part = |group: &HsCode| subheading.code().prefix(group.digit_count());
        part(first).is_some_and(|code| code >= *first)
            && part(last).is_some_and(|code| code <= *last)
    })
}

/// What a requirement came to.
#[derive(Debug, Default)]
pub struct RequirementResult {
    /// The alternatives that are met, as criteria.
    pub met: SmallVec<[Criterion; 4]>,
    /// All alternatives together.
    pub outcome: Option<Outcome>,
    /// Whether the tariff shift is met only through de minimis.
    pub by_de_minimis: bool,
    /// Shift outcome of each material, by its index.
    pub shifts: Vec<(u16, Outcome)>,
}

/// Evaluates every alternative of a requirement; one is enough.
///
/// `wholly_or_exclusively` is the outcome of Articles 3.2(a) and (b), which also
/// answers a `WO` rule (head-note 7).
pub fn requirement(
    inquiry: &Inquiry<'_>,
    requirement: &Requirement,
    table: &ProductRuleTable,
    good: Subheading,
    materials: Option<&[Classified<'_>]>,
    wholly_or_exclusively: Outcome,
    record: &mut Record,
) -> RequirementResult {
    let mut result = RequirementResult::default();
    let mut outcome = Outcome::NotApplicable;
    for alternative in &requirement.alternatives {
        let one = match (alternative, materials) {
            (Alternative::WhollyObtained, _) => {
                if wholly_or_exclusively == Outcome::Unknown {
                    Outcome::Unknown
                } else {
                    Outcome::known(wholly_or_exclusively == Outcome::Met)
                }
            }
            (_, None) => {
                record.miss(
                    inquiry.production_fact(ProductionField::Materials),
                    test_of(alternative),
                );
                record.find(
                    test_of(alternative),
                    Outcome::Unknown,
                    citation_of(inquiry, table, alternative),
                )
            }
            (Alternative::TariffShift(shift), Some(materials)) => {
                shift_alternative(inquiry, shift, table, good, materials, &mut result, record)
            }
            (Alternative::ValueContent(threshold), Some(materials)) => {
                if materials.iter().any(Classified::may_be_non_originating) {
                    value_content::value_content(inquiry, *threshold, materials, record)
                } else {
                    record.find(
                        Test::ValueContent,
                        Outcome::NotApplicable,
                        inquiry.agreement.articles.value_content,
                    )
                }
            }
            (Alternative::ChemicalReaction, Some(materials)) => {
                chemical_reaction(inquiry, materials, record)
            }
        };
        if one == Outcome::Met {
            let criterion = match alternative {
                Alternative::WhollyObtained => None,
                Alternative::TariffShift(_) => Some(Criterion::TariffShift),
                Alternative::ValueContent(_) => Some(Criterion::ValueContent),
                Alternative::ChemicalReaction => Some(Criterion::ChemicalReaction),
            };
            result.met.extend(criterion);
        }
        outcome = outcome.or(one);
    }
    result.outcome = Some(outcome);
    result
}

const fn test_of(alternative: &Alternative) -> Test {
    match alternative {
        Alternative::WhollyObtained => Test::WhollyObtained,
        Alternative::TariffShift(_) => Test::TariffShift,
        Alternative::ValueContent(_) => Test::ValueContent,
        Alternative::ChemicalReaction => Test::ChemicalReaction,
    }
}

fn citation_of(
    inquiry: &Inquiry<'_>,
    table: &ProductRuleTable,
    alternative: &Alternative,
) -> crate::agreement::CitationId {
    match alternative {
        Alternative::TariffShift(_) => table.citation,
        Alternative::ValueContent(_) => inquiry.agreement.articles.value_content,
        Alternative::ChemicalReaction => inquiry.agreement.articles.chemical_reaction,
        Alternative::WhollyObtained => inquiry.agreement.articles.wholly_obtained,
    }
}

/// A tariff shift with its de minimis and its proviso.
fn shift_alternative(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    table: &ProductRuleTable,
    good: Subheading,
    materials: &[Classified<'_>],
    result: &mut RequirementResult,
    record: &mut Record,
) -> Outcome {
    let shifted =
        tariff_shift::tariff_shift(inquiry, shift, good, table.edition, materials, record);
    let plain = record.find_with(
        Test::TariffShift,
        shifted.outcome(),
        table.citation,
        Figures::Shift { level: shift.level },
        shifted.deciding(),
    );
    for entry in materials {
        let subject = entry.may_be_non_originating()
            && !entry.is_disregarded()
            && entry.is_subject_to_shift();
        if subject {
            let one = if shifted.failed.contains(&entry.index) {
                Outcome::NotMet
            } else if shifted.unknown.contains(&entry.index) {
                Outcome::Unknown
            } else {
                Outcome::Met
            };
            result.shifts.push((entry.index, one));
        }
    }
    let has_tolerance = !inquiry.agreement.thresholds.de_minimis_value.is_empty();
    let mut outcome = plain;
    if has_tolerance && matches!(plain, Outcome::NotMet | Outcome::Unknown) {
        let tolerated =
            de_minimis::de_minimis(inquiry, good.chapter(), materials, &shifted, record);
        result.by_de_minimis = tolerated == Outcome::Met;
        outcome = plain.or(tolerated);
    }
    if outcome == Outcome::NotApplicable {
        return outcome;
    }
    match shift.proviso {
        Some(Proviso::OriginatingActiveIngredientWeight(least)) => {
            outcome.and(active_ingredients(inquiry, least, materials, record))
        }
        None => outcome,
    }
}

/// The proviso of heading 38.08: the originating share of the weight of the
/// active ingredients.
fn active_ingredients(
    inquiry: &Inquiry<'_>,
    least: Ratio,
    materials: &[Classified<'_>],
    record: &mut Record,
) -> Outcome {
    let mut originating = 0_i128;
    let mut total = Some(0_i128);
    let mut complete = true;
    let mut counted = MaterialIndexes::new();
    for entry in materials {
        match entry.material.active_ingredient {
            Some(false) => {}
            None => {
                complete = false;
                record.miss(
                    FactPath::Material(
                        inquiry.material_path(entry.index),
                        MaterialField::ActiveIngredient,
                    ),
                    Test::Proviso,
                );
            }
            Some(true) => {
                counted.push(entry.index);
                let weight = entry.material.weight.map(Weight::wide);
                if weight.is_none() {
                    record.miss(
                        FactPath::Material(
                            inquiry.material_path(entry.index),
                            MaterialField::Weight,
                        ),
                        Test::Proviso,
                    );
                }
                total = total.zip(weight).map(|(sum, weight)| sum + weight);
                match entry.standing {
                    Standing::Originating(_) => originating += weight.unwrap_or_default(),
                    Standing::NonOriginating => {}
                    Standing::Undecided => complete = false,
                }
            }
        }
    }
    let outcome = match total {
        Some(total) if complete && total > 0 => {
            Outcome::known(least.is_reached_by(originating, total))
        }
        _ => {
            if counted.is_empty() && complete {
                record.miss(
                    inquiry.production_fact(ProductionField::Materials),
                    Test::Proviso,
                );
            }
            Outcome::Unknown
        }
    };
    let weight = |milligrams: i128| {
        i64::try_from(milligrams)
            .ok()
            .and_then(Weight::from_milligrams)
    };
    record.find_with(
        Test::Proviso,
        outcome,
        inquiry.agreement.articles.proviso,
        Figures::ShareOfWeight {
            part: weight(originating),
            whole: total.and_then(weight),
            threshold: least,
        },
        counted,
    )
}

/// The chemical reaction rule (Annex 3A head-note 7), a fact about production.
fn chemical_reaction(
    inquiry: &Inquiry<'_>,
    materials: &[Classified<'_>],
    record: &mut Record,
) -> Outcome {
    let uses_non_originating = materials.iter().any(Classified::may_be_non_originating);
    let outcome = match inquiry.production.chemical_reaction {
        _ if !uses_non_originating => Outcome::NotApplicable,
        Some(took_place) => Outcome::known(took_place),
        None => {
            record.miss(
                inquiry.production_fact(ProductionField::ChemicalReaction),
                Test::ChemicalReaction,
            );
            Outcome::Unknown
        }
    };
    record.find(
        Test::ChemicalReaction,
        outcome,
        inquiry.agreement.articles.chemical_reaction,
    )
}

/// The code of the good, for the part of a split rule that is missing.
pub fn part_fact(inquiry: &Inquiry<'_>) -> FactPath {
    if inquiry.path.is_empty() {
        FactPath::Good(GoodField::Part)
    } else {
        inquiry.code_fact()
    }
}
