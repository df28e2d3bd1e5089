//! The answer: verdict, findings, missing facts, country of origin, rate, claim.
//!
//! Everything here is data. Wording in any language is made elsewhere from these
//! codes and figures.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::agreement::{Agreement, CitationId};
use crate::country::Country;
use crate::facts::FactPath;
use crate::hs::{HsCode, Subheading};
use crate::outcome::Outcome;
use crate::quantity::{Balance, Percent, Ratio, Weight};
use crate::rate::Rate;
use crate::rule::ShiftLevel;

/// Whether the good is originating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is, on the facts given.
    Originating,
    /// It is not, on the facts given.
    NotOriginating,
    /// The facts or tables do not tell; the missing ones are named.
    Undetermined,
}

impl Verdict {
    /// The name used in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Originating => "originating",
            Self::NotOriginating => "not_originating",
            Self::Undetermined => "undetermined",
        }
    }
}

/// The origin-conferring criterion that goes on the proof of origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Criterion {
    /// RCEP `WO`: wholly obtained (Article 3.2(a)).
    WhollyObtained,
    /// RCEP `PE`: produced exclusively from originating materials (3.2(b)).
    ProducedExclusively,
    /// RCEP `CTC`: change in tariff classification (3.2(c)).
    TariffShift,
    /// RCEP `RVC`: regional value content (3.2(c)).
    ValueContent,
    /// RCEP `CR`: chemical reaction (3.2(c)).
    ChemicalReaction,
    /// APTA `A`: wholly produced or obtained (Rule 2).
    AptaWholly,
    /// APTA `B`: non-originating content (Rule 3(a)).
    AptaContent,
    /// APTA `C`: aggregate content of Participating States (Rule 4).
    AptaAggregate,
    /// APTA `D`: least developed exporter (Rule 10).
    AptaLeastDeveloped,
    /// APTA `E`: sector rule (Rule 3(b)).
    AptaSector,
}

impl Criterion {
    /// The symbol printed on the proof of origin.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::WhollyObtained => "WO",
            Self::ProducedExclusively => "PE",
            Self::TariffShift => "CTC",
            Self::ValueContent => "RVC",
            Self::ChemicalReaction => "CR",
            Self::AptaWholly => "A",
            Self::AptaContent => "B",
            Self::AptaAggregate => "C",
            Self::AptaLeastDeveloped => "D",
            Self::AptaSector => "E",
        }
    }
}

/// A legal test with a finding of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each test is named as in the law and in `Articles`"
)]
pub enum Test {
    PartyInForce,
    HsEdition,
    UndeterminedOrigin,
    Cumulation,
    IntermediateGoods,
    Packing,
    Accessories,
    IndirectMaterials,
    SupplyRegime,
    WhollyObtained,
    ExclusivelyOriginating,
    TariffShift,
    DeMinimis,
    Proviso,
    ValueContent,
    AggregateContent,
    LeastDeveloped,
    ChemicalReaction,
    ProductPart,
    ProductRule,
    MinimalOperations,
    FinalProcess,
    CountryOfOrigin,
    DirectConsignment,
    TransitFacility,
    Proof,
    Concession,
}

impl Test {
    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PartyInForce => "party_in_force",
            Self::HsEdition => "hs_edition",
            Self::UndeterminedOrigin => "undetermined_origin",
            Self::Cumulation => "cumulation",
            Self::IntermediateGoods => "intermediate_goods",
            Self::Packing => "packing",
            Self::Accessories => "accessories",
            Self::IndirectMaterials => "indirect_materials",
            Self::SupplyRegime => "supply_regime",
            Self::WhollyObtained => "wholly_obtained",
            Self::ExclusivelyOriginating => "exclusively_originating",
            Self::TariffShift => "tariff_shift",
            Self::DeMinimis => "de_minimis",
            Self::Proviso => "proviso",
            Self::ValueContent => "value_content",
            Self::AggregateContent => "aggregate_content",
            Self::LeastDeveloped => "least_developed",
            Self::ChemicalReaction => "chemical_reaction",
            Self::ProductPart => "product_part",
            Self::ProductRule => "product_rule",
            Self::MinimalOperations => "minimal_operations",
            Self::FinalProcess => "final_process",
            Self::CountryOfOrigin => "country_of_origin",
            Self::DirectConsignment => "direct_consignment",
            Self::TransitFacility => "transit_facility",
            Self::Proof => "proof",
            Self::Concession => "concession",
        }
    }
}

/// Numbers a finding rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Figures {
    /// None.
    #[default]
    None,
    /// The level compared by a tariff shift.
    Shift {
        /// The level.
        level: ShiftLevel,
    },
    /// Regional value content by both formulas.
    ValueContent(ValueContentFigures),
    /// A share that may not be exceeded: de minimis by value, APTA Rule 3(a).
    ShareOfFob {
        /// Value of the materials counted; `None` when a value is missing.
        part: Option<Balance>,
        /// FOB.
        fob: Option<Balance>,
        /// The largest share allowed, or the least share required.
        threshold: Ratio,
    },
    /// De minimis by value and, in the chapters that allow it, by weight.
    DeMinimis {
        /// Value of the materials that did not shift.
        value: Option<Balance>,
        /// FOB.
        fob: Option<Balance>,
        /// Largest share of value.
        value_threshold: Ratio,
        /// Weight of those materials, weight of the good and the largest
        /// share, where the weight test is open.
        weight: Option<(Option<Weight>, Option<Weight>, Ratio)>,
    },
    /// A share of weight required of originating active ingredients.
    ShareOfWeight {
        /// Originating weight.
        part: Option<Weight>,
        /// Total weight.
        whole: Option<Weight>,
        /// Least share required.
        threshold: Ratio,
    },
}

/// The arithmetic of RCEP Article 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueContentFigures {
    /// FOB value of the good.
    pub fob: Option<Balance>,
    /// Value of non-originating materials, deductions made; `None` when a
    /// value is missing.
    pub vnm: Option<Balance>,
    /// Deductions made under 3.5.5.
    pub deducted: Balance,
    /// Value of originating materials known.
    pub vom: Balance,
    /// Direct labour, direct overhead, profit and other cost known.
    pub costs: Balance,
    /// Whether originating value and costs are complete.
    pub build_up_complete: bool,
    /// Outcome of `(FOB − VNM) / FOB`.
    pub build_down: Outcome,
    /// Outcome of `(VOM + costs) / FOB`.
    pub build_up: Outcome,
    /// The least share required.
    pub threshold: Ratio,
}

/// Indexes of materials, in the order of the request.
pub type MaterialIndexes = SmallVec<[u16; 8]>;

/// The figures of a finding as they are kept. Most findings rest on none, and a
/// list of findings is made for every decision: those that have numbers keep
/// them elsewhere, so that a finding stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
enum KeptFigures {
    None,
    Shift(ShiftLevel),
    Numbers(Box<Figures>),
}

/// One test applied, with its result and its place in the law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The test.
    pub test: Test,
    /// Its outcome.
    pub outcome: Outcome,
    /// The part of a rule split by product it belongs to.
    pub part: Option<u8>,
    /// The materials that decided it.
    pub materials: MaterialIndexes,
    /// Where it stands in the law.
    pub citation: CitationId,
    figures: KeptFigures,
}

impl Finding {
    /// A finding that belongs to no part of a split rule.
    pub fn new(
        test: Test,
        outcome: Outcome,
        citation: CitationId,
        figures: Figures,
        materials: MaterialIndexes,
    ) -> Self {
        let figures = match figures {
            Figures::None => KeptFigures::None,
            Figures::Shift { level } => KeptFigures::Shift(level),
            numbers => KeptFigures::Numbers(Box::new(numbers)),
        };
        Self {
            test,
            outcome,
            part: None,
            materials,
            citation,
            figures,
        }
    }

    /// A finding without figures or materials.
    #[inline]
    pub fn bare(test: Test, outcome: Outcome, citation: CitationId) -> Self {
        Self {
            test,
            outcome,
            part: None,
            materials: MaterialIndexes::new(),
            citation,
            figures: KeptFigures::None,
        }
    }

    /// The numbers it rests on.
    pub fn figures(&self) -> Figures {
        match &self.figures {
            KeptFigures::None => Figures::None,
            KeptFigures::Shift(level) => Figures::Shift { level: *level },
            KeptFigures::Numbers(numbers) => **numbers,
        }
    }
}

/// A fact that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub fact: FactPath,
    /// The test that asks for it.
    pub test: Test,
    /// Possible answers, for codes.
    pub candidates: Vec<HsCode>,
}

/// The product rule that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedRule {
    /// Index in [`crate::agreement::AgreementBook::product_rules`].
    pub table: usize,
    /// Index in [`crate::agreement::ProductRuleTable::rules`].
    pub rule: usize,
    /// The subheading of the good in the edition of the table.
    pub subheading: Subheading,
}

/// How a material entered the determination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Originating in the Party named.
    Originating(Country),
    /// Not originating.
    NonOriginating,
    /// One or the other, once a missing fact is known.
    Undecided,
}

/// Why a material has its standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StandingReason {
    /// As the request states it.
    Stated,
    /// Origin not known: treated as non-originating.
    UndeterminedOrigin,
    /// Stated as originating in a country for which the agreement is not in
    /// force: treated as non-originating.
    NotAParty,
    /// Stated as originating without naming the Party.
    PartyNotNamed,
    /// Decided from its own bill of materials.
    Intermediate,
    /// Stated as originating where it was brought in by border trade, which
    /// cannot be: its true origin is asked for.
    ImportedAtTheBorder,
    /// A non-originating accessory of which it is not known whether it is
    /// invoiced with the good and customary: it counts only then.
    AccessoryNotSettled,
    /// Indirect material: originating wherever produced.
    Indirect,
    /// Packing for transport: disregarded.
    Disregarded,
}

/// What one material did to the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialEffect {
    /// Its standing.
    pub standing: Standing,
    /// Why.
    pub reason: StandingReason,
    /// Whether it made the tariff shift demanded; `NotApplicable` when the
    /// rule has no shift or the material is not subject to it.
    pub shift: Outcome,
    /// Whether its value counts as non-originating.
    pub counted_as_non_originating: bool,
    /// The decision on an intermediate good.
    pub intermediate: Option<Box<OriginDecision>>,
}

/// The decision on origin alone, of a good or of an intermediate good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginDecision {
    /// Met: originating.
    pub outcome: Outcome,
    /// All criteria met, first the one for the proof.
    pub criteria: SmallVec<[Criterion; 4]>,
    /// Whether materials of another Party were cumulated (ACU).
    pub cumulation_used: bool,
    /// Whether de minimis was needed (DMI).
    pub de_minimis_used: bool,
    /// The product rule applied.
    pub rule: Option<AppliedRule>,
    /// Findings in the order of the tests.
    pub findings: Vec<Finding>,
    /// Facts the unknown findings ask for.
    pub missing: Vec<Missing>,
    /// One per material.
    pub materials: Vec<MaterialEffect>,
}

/// RCEP country of origin (Article 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryOfOrigin {
    /// The Party; `None` when it cannot be told.
    pub party: Option<Country>,
    /// The rule that gives it.
    pub basis: CountryOfOriginBasis,
    /// Where it stands in the law.
    pub citation: CitationId,
}

/// The paragraph of Article 2.6 that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountryOfOriginBasis {
    /// The importing Party applies one rate to all: the exporting Party.
    NoDifferential,
    /// 2.6.2: originating status was acquired in the exporting Party.
    ExportingParty,
    /// 2.6.3: an appendix line whose domestic value condition is met.
    DomesticValueMet,
    /// 2.6.4: the Party with the highest value of originating materials.
    HighestContributor,
    /// A fact or the appendix is missing.
    Unknown,
    /// The agreement knows no separate country of origin (APTA).
    OriginatingState,
}

/// One side of a duty comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// No table for it is loaded for the day.
    NotLoaded,
    /// The table prints no rate.
    NoRate,
    /// One rate for every candidate line.
    Rate(Rate),
    /// Different rates, depending on the national line.
    OneOf(Vec<Option<Rate>>),
    /// A margin of preference on a duty that is not loaded or no single
    /// percentage.
    Margin(Percent),
    /// Different margins, depending on the national line or the product; `None`
    /// where there is none.
    OneOfMargins(Vec<Option<Percent>>),
}

/// What is known of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateStatus {
    /// The preferential rate is one stated rate.
    Known,
    /// It depends on the national line, the product or the season.
    Conditional,
    /// The table lists no preference for the line.
    NoConcession,
    /// The table prints the line as outside the concession.
    Excluded,
    /// No table is loaded.
    NotLoaded,
}

impl RateStatus {
    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Conditional => "conditional",
            Self::NoConcession => "no_concession",
            Self::Excluded => "excluded",
            Self::NotLoaded => "not_loaded",
        }
    }
}

/// The rate at which the good may enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateAnswer {
    /// What is known.
    pub status: RateStatus,
    /// Index in [`crate::rulebook::RuleBook::tariffs`] of the table with the
    /// preference, when one is loaded.
    pub table: Option<usize>,
    /// Index of the table with the most-favoured-nation rate.
    pub mfn_table: Option<usize>,
    /// National lines the code may fall under.
    pub lines: SmallVec<[HsCode; 2]>,
    /// The most-favoured-nation duty that binds.
    pub mfn: Duty,
    /// The preferential duty.
    pub preferential: Duty,
    /// Duty saved on the customs value, when both rates are percentages and the
    /// value is known.
    pub saving: Option<Balance>,
    /// Whether the most-favoured-nation duty is as low as the preference or
    /// lower (RCEP Article 2.4.2); unknown when they cannot be compared.
    pub mfn_is_as_good: Outcome,
}

/// Origin, consignment, proof and concession together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Met: eligible.
    pub outcome: Outcome,
    /// The tests that stand in the way.
    pub blockers: SmallVec<[Test; 4]>,
}

/// The answer for one good under one agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Determination {
    /// The agreement decided under.
    pub agreement: Agreement,
    /// The verdict on origin.
    pub verdict: Verdict,
    /// The decision on origin with its findings, and after them the findings
    /// on consignment, proof and concession.
    pub origin: OriginDecision,
    /// RCEP country of origin, only for an originating good.
    pub country_of_origin: Option<CountryOfOrigin>,
    /// The rate, which goods of one code and route have in common.
    pub rate: Arc<RateAnswer>,
    /// Whether the preference can be claimed.
    pub claim: Claim,
}

impl Determination {
    /// The finding on a test, the first when there are several.
    pub fn finding(&self, test: Test) -> Option<&Finding> {
        self.origin
            .findings
            .iter()
            .find(|finding| finding.test == test)
    }
}
