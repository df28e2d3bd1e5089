//! The product-specific rule of a good and its alternatives: RCEP Article
//! 3.2(c) and Annex 3A, APTA Rule 3(b).

use smallvec::SmallVec;

use super::materials::{Classified, Materials};
use super::tariff_shift::ShiftOutcomes;
use super::{Inquiry, Record, de_minimis, tariff_shift, value_content};
use crate::agreement::{ProductRuleTable, Status};
use crate::determination::{AppliedRule, Criterion, Figures, MaterialIndexes, Standing, Test};
use crate::facts::{FactPath, GoodField, MaterialField, ProductionField, TableNeeded};
use crate::hs::{HsCode, HsEdition, Subheading};
use crate::nomenclature::Nomenclature;
use crate::outcome::Outcome;
use crate::quantity::{Ratio, Weight};
use crate::rule::{Alternative, OriginRule, Proviso, Requirement, TariffShift};

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
    let tables = inquiry.agreement.numbered_product_rules_on(inquiry.date);
    let Some((position, table)) = tables else {
        return RuleLookup::NotLoaded(None);
    };
    let Some(code) = inquiry.hs else {
        record.miss(inquiry.code_fact(), Test::ProductRule);
        return RuleLookup::CodeNotSettled;
    };
    let nomenclature = &inquiry.book.nomenclature;
    let codes = nomenclature.edition(table.edition);
    let ordinal_of = |subheading| codes.and_then(|codes| codes.ordinal(subheading));
    // The usual case: the code is already in the edition.
    let as_stated = code
        .subheading()
        .filter(|_| inquiry.edition == table.edition)
        .and_then(|subheading| Some((subheading, ordinal_of(subheading)?)));
    let (subheading, ordinal) = if let Some((subheading, ordinal)) = as_stated {
        (subheading, Some(ordinal))
    } else {
        let candidates = nomenclature.subheadings_of(code, inquiry.edition, table.edition);
        let &[subheading] = candidates.as_slice() else {
            record.find(Test::HsEdition, Outcome::Unknown, articles.hs_edition);
            record.miss_with(
                inquiry.code_fact(),
                Test::HsEdition,
                possible_codes(nomenclature, code, inquiry.edition, table.edition),
            );
            return RuleLookup::CodeNotSettled;
        };
        (subheading, ordinal_of(subheading))
    };
    if inquiry.edition != table.edition {
        record.find(Test::HsEdition, Outcome::Met, articles.hs_edition);
    }
    match ordinal.and_then(|ordinal| table.by_subheading.get(ordinal).copied().flatten()) {
        Some(rule) => RuleLookup::Found(
            table,
            AppliedRule {
                table: position,
                rule: usize::from(rule),
                subheading,
            },
        ),
        None if is_complete_for(table, subheading) => RuleLookup::NoRule,
        None => RuleLookup::NotLoaded(Some(subheading)),
    }
}

/// Records that a rule may exist which is not loaded.
pub fn miss_table(inquiry: &Inquiry<'_>, record: &mut Record) -> Outcome {
    record.miss(FactPath::Table(TableNeeded::ProductRule), Test::ProductRule);
    record.find(
        Test::ProductRule,
        Outcome::Unknown,
        inquiry.agreement.articles.product_rule,
    )
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

/// What the product rule of a good came to.
#[derive(Debug)]
pub struct RuleResult {
    /// The rule, where one was found.
    pub rule: Option<AppliedRule>,
    /// Whether any alternative is met; not applicable when every material is
    /// originating, so that Article 3.2(b) decides.
    pub outcome: Outcome,
    /// The alternatives that are met, as criteria.
    pub met: SmallVec<[Criterion; 4]>,
    /// Whether the tariff shift is met only through de minimis.
    pub by_de_minimis: bool,
    /// Shift outcome of each material it is demanded of, by its index.
    pub shifts: ShiftOutcomes,
}

impl RuleResult {
    /// A result that rests on no alternative.
    pub fn bare(outcome: Outcome) -> Self {
        Self {
            rule: None,
            outcome,
            met: SmallVec::new(),
            by_de_minimis: false,
            shifts: ShiftOutcomes::new(),
        }
    }

    /// What two parts of a split rule have in common, for a good of which the
    /// part is not known.
    fn in_common(mut self, other: &Self) -> Self {
        if self.outcome != other.outcome {
            self.outcome = Outcome::Unknown;
        }
        self.met.retain(|criterion| other.met.contains(criterion));
        self.by_de_minimis |= other.by_de_minimis;
        self
    }
}

/// Applies the rule of a row: the part of a split rule that covers the good, or
/// every part where that is not known, so that only what all agree on holds.
pub fn apply(
    inquiry: &Inquiry<'_>,
    table: &ProductRuleTable,
    applied: AppliedRule,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> RuleResult {
    let mut result = apply_parts(inquiry, table, applied, materials, record);
    result.rule = Some(applied);
    result
}

fn apply_parts(
    inquiry: &Inquiry<'_>,
    table: &ProductRuleTable,
    applied: AppliedRule,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> RuleResult {
    let good = applied.subheading;
    let result = match table.rules.get(applied.rule).map(|row| &row.rule) {
        Some(OriginRule::Uniform(uniform)) => {
            return requirement(inquiry, uniform, table, good, materials, record);
        }
        Some(OriginRule::ByProduct(parts)) => (1..)
            .zip(parts)
            .filter(|(number, _)| inquiry.part.is_none_or(|part| part == *number))
            .map(|(number, part)| {
                let from = record.findings.len();
                let result =
                    requirement(inquiry, &part.requirement, table, good, materials, record);
                for finding in record.findings.iter_mut().skip(from) {
                    finding.part = Some(number);
                }
                result
            })
            .reduce(|left, right| left.in_common(&right)),
        None => None,
    };
    // No part has the number stated, or the parts do not agree.
    let part_is_open = result.is_none() || inquiry.part.is_none();
    let result = result.unwrap_or_else(|| RuleResult::bare(Outcome::Unknown));
    if part_is_open && result.outcome == Outcome::Unknown {
        record.miss(part_fact(inquiry), Test::ProductPart);
        record.find(
            Test::ProductPart,
            Outcome::Unknown,
            inquiry.agreement.articles.product_rule,
        );
    }
    result
}

/// Evaluates every alternative of a requirement; one is enough.
fn requirement(
    inquiry: &Inquiry<'_>,
    requirement: &Requirement,
    table: &ProductRuleTable,
    good: Subheading,
    materials: Option<&Materials<'_>>,
    record: &mut Record,
) -> RuleResult {
    let mut result = RuleResult::bare(Outcome::NotApplicable);
    for alternative in &requirement.alternatives {
        let outcome = record.asking(|record| {
            let outcome = one_way(
                inquiry,
                alternative,
                table,
                good,
                materials,
                &mut result,
                record,
            );
            if outcome == Outcome::Met {
                criterion_of(alternative)
                    .into_iter()
                    .for_each(|criterion| result.met.push(criterion));
            }
            outcome
        });
        result.outcome = result.outcome.or(outcome);
    }
    result
}

/// Evaluates one alternative.
fn one_way(
    inquiry: &Inquiry<'_>,
    alternative: &Alternative,
    table: &ProductRuleTable,
    good: Subheading,
    materials: Option<&Materials<'_>>,
    result: &mut RuleResult,
    record: &mut Record,
) -> Outcome {
    let articles = &inquiry.agreement.articles;
    let (test, citation) = match alternative {
        // Articles 3.2(a) and (b) answer a `WO` rule themselves (head-note 7);
        // it opens no further way.
        Alternative::WhollyObtained => return Outcome::NotMet,
        Alternative::TariffShift(_) => (Test::TariffShift, table.citation),
        Alternative::ValueContent(_) => (Test::ValueContent, articles.value_content),
        Alternative::ChemicalReaction => (Test::ChemicalReaction, articles.chemical_reaction),
    };
    let Some(materials) = materials else {
        record.miss(inquiry.production_fact(ProductionField::Materials), test);
        return record.find(test, Outcome::Unknown, citation);
    };
    // Without non-originating materials Article 3.2(b) decides, not the rule.
    if !materials.any_may_be_non_originating() {
        return record.find(test, Outcome::NotApplicable, citation);
    }
    match alternative {
        Alternative::WhollyObtained => Outcome::NotMet,
        Alternative::TariffShift(shift) => {
            shift_alternative(inquiry, shift, table, good, materials, result, record)
        }
        Alternative::ValueContent(threshold) => {
            value_content::value_content(inquiry, *threshold, materials, record)
        }
        Alternative::ChemicalReaction => chemical_reaction(inquiry, record),
    }
}

const fn criterion_of(alternative: &Alternative) -> Option<Criterion> {
    match alternative {
        Alternative::WhollyObtained => None,
        Alternative::TariffShift(_) => Some(Criterion::TariffShift),
        Alternative::ValueContent(_) => Some(Criterion::ValueContent),
        Alternative::ChemicalReaction => Some(Criterion::ChemicalReaction),
    }
}

/// A tariff shift with its de minimis and its proviso.
fn shift_alternative(
    inquiry: &Inquiry<'_>,
    shift: &TariffShift,
    table: &ProductRuleTable,
    good: Subheading,
    materials: &Materials<'_>,
    result: &mut RuleResult,
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
    result.shifts.extend_from_slice(&shifted.shifts);
    let has_tolerance = !inquiry.agreement.thresholds.de_minimis_value.is_empty();
    let mut outcome = plain;
    if has_tolerance && plain != Outcome::Met {
        let tolerated =
            de_minimis::de_minimis(inquiry, good.chapter(), materials, &shifted, record);
        result.by_de_minimis = tolerated == Outcome::Met;
        outcome = plain.or(tolerated);
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
    materials: &Materials<'_>,
    record: &mut Record,
) -> Outcome {
    let mut originating = 0_i128;
    let mut total = Some(0_i128);
    let mut complete = true;
    let mut counted = MaterialIndexes::new();
    let ingredients = || materials.iter().filter(|entry| entry.is_subject_to_shift());
    let fact = |entry: Classified<'_>, field| {
        FactPath::Material(inquiry.material_path(entry.index), field)
    };
    for entry in ingredients() {
        match entry.material.active_ingredient {
            Some(false) => continue,
            None => {
                complete = false;
                record.miss(fact(entry, MaterialField::ActiveIngredient), Test::Proviso);
                continue;
            }
            Some(true) => counted.push(entry.index),
        }
        let weight = entry.material.weight.map(Weight::wide);
        if weight.is_none() {
            record.miss(fact(entry, MaterialField::Weight), Test::Proviso);
        }
        total = total.zip(weight).map(|(sum, weight)| sum + weight);
        match entry.effect.standing {
            Standing::Originating(_) => originating += weight.unwrap_or_default(),
            Standing::NonOriginating => {}
            Standing::Undecided => {
                complete = false;
                entry.miss_standing(inquiry, record);
            }
        }
    }
    let outcome = match total {
        Some(total) if complete && total > 0 => {
            Outcome::known(least.is_reached_by(originating, total))
        }
        _ => Outcome::Unknown,
    };
    // No ingredient is named as active, or none weighs anything.
    if complete && total == Some(0) {
        for entry in ingredients() {
            record.miss(fact(entry, MaterialField::ActiveIngredient), Test::Proviso);
            if counted.contains(&entry.index) {
                record.miss(fact(entry, MaterialField::Weight), Test::Proviso);
            }
        }
    }
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
fn chemical_reaction(inquiry: &Inquiry<'_>, record: &mut Record) -> Outcome {
    let outcome = match inquiry.production.chemical_reaction {
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
fn part_fact(inquiry: &Inquiry<'_>) -> FactPath {
    if inquiry.path.is_empty() {
        FactPath::Good(GoodField::Part)
    } else {
        inquiry.code_fact()
    }
}
