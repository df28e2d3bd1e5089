//! The agreements, their Parties and their dated terms.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::country::Country;
use crate::facts::{Operation, ProofType, TransitOperation};
use crate::hs::{HsCode, HsEdition};
use crate::outcome::Outcome;
use crate::quantity::{Amount, Ratio};
use crate::rule::OriginRule;

/// A trade agreement the engine decides under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Agreement {
    /// Regional Comprehensive Economic Partnership.
    Rcep,
    /// Asia-Pacific Trade Agreement (formerly Bangkok Agreement).
    Apta,
}

impl Agreement {
    /// Every agreement, in the order results are listed.
    pub const ALL: [Self; 2] = [Self::Rcep, Self::Apta];

    /// The short name used in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rcep => "RCEP",
            Self::Apta => "APTA",
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no agreement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not an agreement: expected RCEP or APTA")]
pub struct AgreementError(String);

impl FromStr for Agreement {
    type Err = AgreementError;

    fn from_str(text: &str) -> Result<Self, AgreementError> {
        Self::ALL
            .into_iter()
            .find(|agreement| agreement.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| AgreementError(text.to_owned()))
    }
}

/// A span of days, both ends included; an open end has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Period {
    /// Whether `day` lies in the period.
    #[inline]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether the two periods share a day.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.from, b.to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }
}

/// How sure a row of law is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read in the official publication.
    Official,
    /// Transcribed from an official text and to be confirmed against it.
    Transcribed,
    /// Only part of the official table is loaded.
    Partial,
    /// Read in a secondary source only.
    Secondary,
    /// Not confirmed; never presented as certain.
    Unconfirmed,
}

impl Status {
    /// The word used in tables and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Transcribed => "transcribed",
            Self::Partial => "partial",
            Self::Secondary => "secondary",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// The number of a citation in [`crate::rulebook::RuleBook::citation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CitationId(pub u16);

/// A value of law with the days it holds and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// When it holds.
    pub period: Period,
    /// Where it stands.
    pub citation: CitationId,
    /// How sure it is.
    pub status: Status,
}

/// The row in force on `day`; the latest row when the day is not known.
#[inline]
pub fn in_force<T>(rows: &[Dated<T>], day: Option<Date>) -> Option<&Dated<T>> {
    match day {
        Some(day) => rows.iter().find(|row| row.period.contains(day)),
        None => rows.iter().max_by_key(|row| row.period.from),
    }
}

/// A Party (RCEP) or Participating State (APTA) and what is particular to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The country.
    pub country: Country,
    /// Membership with entry into force.
    pub membership: Dated<()>,
    /// Month in which a new year of tariff commitments begins (1 or 4).
    pub year_starts_in_month: u8,
    /// Whether it applies different rates to different Parties (Article 2.6).
    pub tariff_differentials: bool,
    /// Periods in which it is a least developed country for the agreement;
    /// [`Outcome::Unknown`] where the status is not confirmed.
    pub least_developed: Vec<Dated<Outcome>>,
}

/// The Parties of an agreement, each found by its country in one step: the
/// standing of two countries is asked for with every good and every material.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<Party>", into = "Vec<Party>")]
pub struct Parties {
    list: Vec<Party>,
    /// For each country its position in the list, or [`NO_PARTY`].
    positions: Box<[u16]>,
    /// For each country the first and the last day of its membership, as
    /// [`day_number`]s; the last before the first for one that is no Party.
    memberships: Box<[(i32, i32)]>,
}

/// A number that grows with the days, quicker to compare than a date.
#[inline]
fn day_number(day: Date) -> i32 {
    i32::from(day.year()) << 9 | i32::from(day.month()) << 5 | i32::from(day.day())
}

/// Marks a country that is not a Party.
const NO_PARTY: u16 = u16::MAX;

impl Parties {
    /// The Party of a country.
    #[inline]
    pub fn of(&self, country: Country) -> Option<&Party> {
        let position = self.positions.get(usize::from(country.ordinal()))?;
        // The list is shorter than the position that marks the absence of a Party.
        self.list.get(usize::from(*position))
    }

    /// Whether the agreement is in force for `country` on `day`.
    #[inline]
    fn is_member(&self, country: Country, day: Date) -> bool {
        let day = day_number(day);
        self.memberships
            .get(usize::from(country.ordinal()))
            .is_some_and(|(first, last)| *first <= day && day <= *last)
    }
}

impl From<Vec<Party>> for Parties {
    fn from(list: Vec<Party>) -> Self {
        let mut positions = vec![NO_PARTY; Country::COUNT].into_boxed_slice();
        let mut memberships = vec![(i32::MAX, i32::MIN); Country::COUNT].into_boxed_slice();
        for (position, party) in (0..NO_PARTY).zip(&list) {
            let ordinal = usize::from(party.country.ordinal());
            if let (Some(known), Some(membership)) =
                (positions.get_mut(ordinal), memberships.get_mut(ordinal))
                && *known == NO_PARTY
            {
                *known = position;
                let Period { from, to } = party.membership.period;
                *membership = (
                    from.map_or(i32::MIN, day_number),
                    to.map_or(i32::MAX, day_number),
                );
            }
        }
        Self {
            list,
            positions,
            memberships,
        }
    }
}

impl From<Parties> for Vec<Party> {
    fn from(parties: Parties) -> Self {
        parties.list
    }
}

impl Deref for Parties {
    type Target = [Party];

    fn deref(&self) -> &[Party] {
        &self.list
    }
}

/// Whether the agreement binds two Parties toward each other, where that
/// differs from their membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairStanding {
    /// One Party of the pair; the pair is unordered.
    pub first: Country,
    /// The other Party.
    pub second: Country,
    /// Met, not met, or unknown, with dates and source.
    pub standing: Dated<Outcome>,
}

/// The pairs whose standing differs from membership. Few Parties have any, and
/// the others are told from them at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<PairStanding>", into = "Vec<PairStanding>")]
pub struct Pairs {
    list: Vec<PairStanding>,
    /// For each country whether pairs are kept with it. Every pair of the list is
    /// kept with the one of its two countries that stands in more of them.
    kept_with: Box<[bool]>,
}

impl Pairs {
    #[inline]
    fn are_kept_with(&self, country: Country) -> bool {
        self.kept_with
            .get(usize::from(country.ordinal()))
            .is_some_and(|kept| *kept)
    }

    /// The standing of two countries on a day; `None` where it does not differ
    /// from membership.
    #[inline]
    pub fn between(&self, first: Country, second: Country, day: Date) -> Option<&PairStanding> {
        if !self.are_kept_with(first) && !self.are_kept_with(second) {
            return None;
        }
        self.list.iter().find(|pair| {
            let named = (pair.first, pair.second);
            (named == (first, second) || named == (second, first))
                && pair.standing.period.contains(day)
        })
    }
}

impl From<Vec<PairStanding>> for Pairs {
    fn from(list: Vec<PairStanding>) -> Self {
        let stands_in = |country: Country| {
            let named = |pair: &&PairStanding| pair.first == country || pair.second == country;
            list.iter().filter(named).count()
        };
        let mut kept_with = vec![false; Country::COUNT].into_boxed_slice();
        for pair in &list {
            let keeper = if stands_in(pair.first) >= stands_in(pair.second) {
                pair.first
            } else {
                pair.second
            };
            if let Some(kept) = kept_with.get_mut(usize::from(keeper.ordinal())) {
                *kept = true;
            }
        }
        Self { list, kept_with }
    }
}

impl From<Pairs> for Vec<PairStanding> {
    fn from(pairs: Pairs) -> Self {
        pairs.list
    }
}

impl Deref for Pairs {
    type Target = [PairStanding];

    fn deref(&self) -> &[PairStanding] {
        &self.list
    }
}

/// Whether one Party issues or accepts a type of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofTerm {
    /// The exporting Party, `None` for every Party.
    pub exporter: Option<Country>,
    /// The importing Party, `None` for every Party.
    pub importer: Option<Country>,
    /// The type of proof.
    pub proof: ProofType,
    /// Whether it may be used between them; unknown where not confirmed.
    pub usable: Dated<Outcome>,
}

/// A ground on which a good is wholly obtained (RCEP Article 3.3, APTA Rule 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhollyObtainedGround {
    /// The letter in the law.
    pub letter: char,
    /// Where it stands.
    pub citation: CitationId,
    /// Chapters or codes the ground can speak of; empty when not limited.
    pub covers: Vec<HsCode>,
    /// Whether the ground is a good made solely from other wholly obtained goods.
    pub derived: bool,
}

/// The legal tests an answer cites, one citation each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is the citation of the test it is named after"
)]
pub struct Articles {
    pub party_in_force: CitationId,
    pub wholly_obtained: CitationId,
    pub exclusively_originating: CitationId,
    pub product_rule: CitationId,
    pub tariff_shift: CitationId,
    pub value_content: CitationId,
    pub chemical_reaction: CitationId,
    pub proviso: CitationId,
    pub undetermined_origin: CitationId,
    pub cumulation: CitationId,
    pub de_minimis: CitationId,
    pub minimal_operations: CitationId,
    pub packing: CitationId,
    pub accessories: CitationId,
    pub indirect_materials: CitationId,
    pub intermediate_goods: CitationId,
    pub final_process: CitationId,
    pub direct_consignment: CitationId,
    pub proof: CitationId,
    pub waiver: CitationId,
    pub country_of_origin: CitationId,
    pub concession: CitationId,
    pub hs_edition: CitationId,
    pub least_developed: CitationId,
}

/// Numbers of law, each dated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// RCEP 3.7.1(a): share of FOB of materials that did not shift.
    pub de_minimis_value: Vec<Dated<Ratio>>,
    /// RCEP 3.7.1(b): share of the good's weight, for the chapters below.
    pub de_minimis_weight: Vec<Dated<Ratio>>,
    /// Chapters in which the weight test is open, ends included.
    pub de_minimis_weight_chapters: Option<(u8, u8)>,
    /// APTA R3(a): largest non-originating share of FOB.
    pub non_originating_content: Vec<Dated<Ratio>>,
    /// APTA R4: least aggregate content of Participating States.
    pub aggregate_content: Vec<Dated<Ratio>>,
    /// APTA R10: largest non-originating share for a least developed exporter.
    pub non_originating_content_least_developed: Vec<Dated<Ratio>>,
    /// APTA R10: least aggregate content for a least developed exporter.
    pub aggregate_content_least_developed: Vec<Dated<Ratio>>,
    /// RCEP appendices under Article 2.6.3: least domestic value added.
    pub domestic_value: Vec<Dated<Ratio>>,
    /// RCEP 3.16: months a proof of origin is valid.
    pub proof_validity_months: Vec<Dated<u8>>,
    /// RCEP 3.22: customs value in USD up to which no proof is needed.
    pub proof_waiver_usd: Vec<Dated<Amount>>,
}

/// What the duty of an importing country is charged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyBasis {
    /// Cost, insurance and freight to the importing country.
    Cif,
    /// Free on board in the exporting country.
    Fob,
}

/// A term that holds for one importing country, or for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImporterTerm<T> {
    /// The importing country, `None` for every one.
    pub importer: Option<Country>,
    /// The term.
    pub term: Dated<T>,
}

/// The codes by which an importer declares a choice of RCEP Article 2.6.6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginChoiceCodes {
    /// The mark on the proof of origin: `*` for the highest rate among the
    /// contributing Parties, `**` for the highest among all.
    pub mark: String,
    /// The numeric country code of the declaration.
    pub numeric: String,
    /// The letter country code of the declaration.
    pub letters: String,
}

/// Dates, limits and handling of proofs of origin. An empty list means that the
/// term is not loaded, never that there is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Formalities {
    /// Months after shipment within which a certificate may be issued late
    /// (RCEP 3.17).
    pub late_issue_months: Vec<Dated<u8>>,
    /// Months after the original was issued within which a certified copy may
    /// be made (RCEP 3.17).
    pub certified_copy_months: Vec<Dated<u8>>,
    /// Working days after shipment within which a certificate must be issued
    /// (APTA).
    pub issue_working_days: Vec<Dated<u8>>,
    /// Years for which records are kept (RCEP 3.27).
    pub record_years: Vec<Dated<u8>>,
    /// Whether a certificate may be issued late at all.
    pub late_issue: Vec<Dated<Outcome>>,
    /// Whether an intermediate Party may issue a back-to-back proof (RCEP 3.19).
    pub back_to_back: Vec<Dated<Outcome>>,
    /// What may be done to a good under a back-to-back proof, as words.
    pub back_to_back_operations: Vec<String>,
    /// Whether an invoice from a third country is accepted (RCEP 3.20).
    pub third_party_invoice: Vec<ImporterTerm<Outcome>>,
    /// What duty is charged on.
    pub duty_basis: Vec<ImporterTerm<DutyBasis>>,
    /// Codes for the importer's choices under RCEP Article 2.6.6.
    pub origin_choice_codes: Vec<ImporterTerm<OriginChoiceCodes>>,
}

impl<T> ImporterTerm<T> {
    /// The term in force for an importer on `day`; one that names the importer
    /// prevails over one for every importer.
    pub fn in_force(rows: &[Self], importer: Country, day: Option<Date>) -> Option<&Dated<T>> {
        rows.iter()
            .filter(|row| row.importer.is_none_or(|named| named == importer))
            .filter(|row| day.is_none_or(|day| row.term.period.contains(day)))
            .max_by_key(|row| row.importer.is_some())
            .map(|row| &row.term)
    }
}

/// One rule of a product-rule table and the group of codes it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRule {
    /// The chapter, heading or subheading the table prints the rule on.
    pub code: HsCode,
    /// The rule text exactly as in the table.
    pub text: String,
    /// The parsed rule; prints back to `text`.
    pub rule: OriginRule,
}

/// A table of product-specific rules in one HS edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProductRuleTable {
    /// The edition of its codes.
    pub edition: HsEdition,
    /// The days on which the table is the law.
    pub period: Period,
    /// Where it stands.
    pub citation: CitationId,
    /// How sure it is.
    pub status: Status,
    /// The rules in code order.
    pub rules: Vec<ProductRule>,
    /// For each subheading ordinal of the edition, the rule that governs it;
    /// `None` where the table has no row.
    pub by_subheading: Vec<Option<u16>>,
    /// Groups of codes for which the table is known to be complete; a code
    /// outside them with no row is "not loaded", inside them "no rule exists".
    /// Empty means complete everywhere.
    pub complete_within: Vec<(HsCode, HsCode)>,
}

/// Everything one agreement says, compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgreementBook {
    /// Which agreement.
    pub agreement: Agreement,
    /// Its members.
    pub parties: Parties,
    /// Pairs whose standing differs from membership.
    pub pairs: Pairs,
    /// Product-specific rules (RCEP Annex 3A; APTA sector rules), by period.
    pub product_rules: Vec<ProductRuleTable>,
    /// Wholly obtained grounds.
    pub grounds: Vec<WhollyObtainedGround>,
    /// Operations that never confer origin on non-originating materials.
    pub minimal_operations: Vec<(Operation, CitationId)>,
    /// Whether the list of minimal operations is complete.
    pub minimal_operations_status: Status,
    /// Operations a good may undergo in transit without losing its status.
    pub transit_operations: Vec<TransitOperation>,
    /// Proof types by Party.
    pub proofs: Vec<ProofTerm>,
    /// Dated numbers.
    pub thresholds: Thresholds,
    /// Dates, limits and handling of proofs of origin.
    pub formalities: Formalities,
    /// Citations of the tests.
    pub articles: Articles,
    /// Appendix lines with an additional domestic value condition (Article 2.6.3).
    pub appendices: Vec<AppendixTable>,
}

/// One importing Party's appendix under RCEP Article 2.6.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppendixTable {
    /// The importing Party.
    pub importer: Country,
    /// The edition of its codes.
    pub edition: HsEdition,
    /// Lines with the days they hold; an unread period is unknown.
    pub lines: Vec<(HsCode, Option<Period>)>,
    /// Partial tables never prove that a line is absent.
    pub status: Status,
    /// Where it stands.
    pub citation: CitationId,
}

impl AgreementBook {
    /// The Party, whether or not it is in force on a given day.
    #[inline]
    pub fn party(&self, country: Country) -> Option<&Party> {
        self.parties.of(country)
    }

    /// Whether the agreement is in force for `country` on `day`.
    #[inline]
    pub fn is_member(&self, country: Country, day: Option<Date>) -> Outcome {
        match day {
            Some(day) => Outcome::known(self.parties.is_member(country, day)),
            None if self.party(country).is_some() => Outcome::Unknown,
            None => Outcome::NotMet,
        }
    }

    /// Whether the agreement binds two countries toward each other on `day`
    /// (RCEP Article 20.6; APTA membership).
    pub fn binds(&self, first: Country, second: Country, day: Option<Date>) -> Outcome {
        let members = self.is_member(first, day).and(self.is_member(second, day));
        if members != Outcome::Met {
            return members;
        }
        let Some(day) = day else {
            return Outcome::Unknown;
        };
        self.pairs
            .between(first, second, day)
            .map_or(Outcome::Met, |pair| pair.standing.value)
    }

    /// The product-rule table that is the law on `day`.
    pub fn product_rules_on(&self, day: Option<Date>) -> Option<&ProductRuleTable> {
        self.numbered_product_rules_on(day).map(|(_, table)| table)
    }

    /// [`Self::product_rules_on`] with the position of the table.
    pub fn numbered_product_rules_on(
        &self,
        day: Option<Date>,
    ) -> Option<(usize, &ProductRuleTable)> {
        let mut tables = self.product_rules.iter().enumerate();
        match day {
            Some(day) => tables.find(|(_, table)| table.period.contains(day)),
            None => tables.next_back(),
        }
    }

    /// The citation of the minimal operation, or `None` when the operation is
    /// not on the list.
    pub fn minimal_operation(&self, operation: Operation) -> Option<CitationId> {
        self.minimal_operations
            .iter()
            .find(|(listed, _)| *listed == operation)
            .map(|(_, citation)| *citation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_period_includes_both_ends() {
        let period = Period {
            from: Some(date(2026, 1, 1)),
            to: Some(date(2026, 3, 31)),
        };
        assert!(period.contains(date(2026, 1, 1)) && period.contains(date(2026, 3, 31)));
        assert!(!period.contains(date(2025, 12, 31)) && !period.contains(date(2026, 4, 1)));
        let next = Period {
            from: Some(date(2026, 3, 31)),
            to: None,
        };
        assert!(period.overlaps(&next) && next.overlaps(&period));
    }
}
