//! The facts a determination is made from. An absent fact is `None`: it never
//! counts as zero, as "no" or as "none used".

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::country::Country;
use crate::hs::{HsCode, HsEdition};
use crate::quantity::{Amount, Weight};

/// One good of one consignment. All amounts are in the currency of the good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Exporting country, where the good is produced.
    pub exporter: Country,
    /// Importing country.
    pub importer: Country,
    /// Day of importation, on which law and rates are read.
    pub date: Option<Date>,
    /// The good.
    pub good: Good,
    /// How it was obtained or produced in the exporting country.
    pub production: Production,
    /// How it travels.
    pub transport: Option<Transport>,
    /// The proof of origin held.
    pub proof: Option<Proof>,
}

/// The good itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// Its code, at least six digits; more digits select the tariff line.
    pub hs: HsCode,
    /// The edition of the code.
    pub edition: HsEdition,
    /// Value free on board (RCEP Article 3.1(e)).
    pub fob: Option<Amount>,
    /// Whether the currency of the amounts is the US dollar, which the
    /// low-value waiver of RCEP Article 3.22 is stated in.
    pub in_us_dollars: bool,
    /// Net weight.
    pub weight: Option<Weight>,
    /// The value duty is charged on in the importing country.
    pub customs_value: Option<Amount>,
    /// The part of a rule that is split by product within the code, from 1.
    pub part: Option<u8>,
}

/// How a good or an intermediate material was obtained or produced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Production {
    /// The ground on which it is claimed to be wholly obtained; `None` when
    /// that is not claimed.
    pub wholly_obtained: Option<char>,
    /// Materials used; `None` when not known, empty when none were used.
    pub materials: Option<Vec<Material>>,
    /// Costs other than materials.
    pub costs: Costs,
    /// Operations performed; `None` when not known.
    pub operations: Option<Vec<Operation>>,
    /// Whether a chemical reaction as the law defines it took place.
    pub chemical_reaction: Option<bool>,
}

/// Elements of the build-up formula (RCEP Article 3.5.1(b)) and of APTA Rule 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Direct labour.
    pub labour: Option<Amount>,
    /// Direct overhead.
    pub overhead: Option<Amount>,
    /// Profit.
    pub profit: Option<Amount>,
    /// Other cost.
    pub other: Option<Amount>,
}

impl Costs {
    /// The four elements with their names in the request.
    pub const fn elements(&self) -> [(CostElement, Option<Amount>); 4] {
        [
            (CostElement::Labour, self.labour),
            (CostElement::Overhead, self.overhead),
            (CostElement::Profit, self.profit),
            (CostElement::Other, self.other),
        ]
    }
}

/// One element of [`Costs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the fields of `Costs`")]
pub enum CostElement {
    Labour,
    Overhead,
    Profit,
    Other,
}

/// A material, part, packing or accessory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its code, of any level from chapter down.
    pub hs: Option<HsCode>,
    /// The edition of the code.
    pub edition: HsEdition,
    /// Country of origin; for an originating material the Party where it
    /// became originating.
    pub origin: Option<Country>,
    /// Its originating status under the agreement.
    pub status: OriginatingStatus,
    /// Its value (RCEP Article 3.5.3; APTA Rule 3(a)).
    pub value: Option<Amount>,
    /// Expenses deducted from the value of a non-originating material (3.5.5).
    pub deductions: Vec<Deduction>,
    /// Its weight in the good.
    pub weight: Option<Weight>,
    /// What it is to the good.
    pub role: MaterialRole,
    /// For an accessory: whether it is invoiced with the good and customary
    /// (Article 3.9); `None` when not known.
    pub accessory_with_good: Option<bool>,
    /// Whether it is an active ingredient (proviso of heading 38.08).
    pub active_ingredient: Option<bool>,
    /// The customs regime it was brought in under; `None` when not stated.
    pub regime: Option<SupplyRegime>,
    /// How it was itself produced, when it is decided by the same rules as an
    /// intermediate good.
    pub production: Option<Box<Production>>,
}

/// Originating status as the user states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OriginatingStatus {
    /// Originating in the country named as its origin.
    Originating,
    /// Not originating.
    NonOriginating,
    /// Not known: treated as non-originating, visibly (RCEP Article 3.5.4).
    Unknown,
}

/// What a material is to the good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MaterialRole {
    /// Incorporated material or part.
    Material,
    /// Packing for retail sale, classified with the good.
    RetailPacking,
    /// Packing for transport.
    TransportPacking,
    /// Accessory, spare part, tool or manual.
    Accessory,
    /// Indirect material, not incorporated.
    Indirect,
}

/// The customs regime under which a material reached the producer. It never
/// confers origin; it tells whether duty was borne, which Article 3.5.5(b) asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplyRegime {
    /// Released to free circulation, duty paid.
    FreeCirculation,
    /// Processing trade: duty suspended, or refunded on export.
    ProcessingTrade,
    /// Trade of border residents, and the processing of such imports where
    /// they land: exempt from duty within its limits.
    BorderTrade,
    /// Used inside a bonded zone: not released to free circulation.
    BondedZone,
}

impl SupplyRegime {
    /// Whether the duty on the material is borne by the producer.
    pub const fn bears_duty(self) -> bool {
        matches!(self, Self::FreeCirculation)
    }
}

/// An expense that may be deducted from the value of non-originating materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deduction {
    /// Which expense.
    pub kind: DeductionKind,
    /// How much.
    pub amount: Amount,
    /// Whether it is shown by documents; unproved expenses are not deducted.
    pub proved: bool,
}

/// The expenses RCEP Article 3.5.5 lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeductionKind {
    /// (a) freight, insurance, packing and other transport cost.
    Transport,
    /// (b) duties, taxes and brokerage that were not waived, refunded or recovered.
    DutiesPaid,
    /// (b) duties or taxes that were waived, refunded or otherwise recovered:
    /// these may not be deducted.
    DutiesRecovered,
    /// (c) waste and spillage, less the value of scrap.
    Waste,
}

/// An operation, as the number of a word in the loaded vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Operation(pub u16);

impl Operation {
    /// Any process that is on no list of minimal operations.
    pub const SUBSTANTIAL: Self = Self(0);

    /// Set in the number of a process of which only the simple form is listed,
    /// when it is not said whether it is simple.
    const UNQUALIFIED: u16 = 1 << 15;

    /// The process whose simple form this is, named without saying whether it
    /// is simple: plain cutting, where simple cutting is listed.
    #[must_use]
    pub const fn unqualified(self) -> Self {
        Self(self.0 | Self::UNQUALIFIED)
    }

    /// The listed simple form of a process named without saying whether it is
    /// simple; `None` for every other operation.
    pub const fn simple_form(self) -> Option<Self> {
        if self.0 & Self::UNQUALIFIED == 0 {
            None
        } else {
            Some(Self(self.0 & !Self::UNQUALIFIED))
        }
    }
}

/// The route to the importing country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// Whether the good is carried straight from exporter to importer.
    pub direct: Option<bool>,
    /// Places passed on the way.
    pub via: Vec<TransitPlace>,
}

/// A country or territory passed in transit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitPlace {
    /// Where.
    pub place: Country,
    /// Whether the good stayed under customs control.
    pub customs_control: Option<bool>,
    /// What was done to it there; `None` when not known.
    pub operations: Option<Vec<TransitOperation>>,
    /// Whether it was put into trade or consumption there.
    pub entered_into_trade: Option<bool>,
    /// Whether geography or transport alone explains the transit (APTA Rule 5).
    pub justified_by_transport: Option<bool>,
    /// The kind of place the good was kept in; `None` when not stated.
    pub facility: Option<TransitFacility>,
}

/// A place in transit that calls for evidence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransitFacility {
    /// A bonded zone or bonded warehouse.
    BondedZone,
    /// A hub where consignments are brought together before they go on.
    ConsolidationHub,
}

/// Something done to a good in transit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TransitOperation {
    /// Unloading.
    Unloading,
    /// Reloading.
    Reloading,
    /// Storing.
    Storing,
    /// Preserving in good condition.
    Preserving,
    /// Whatever else is needed to transport the good.
    Transporting,
    /// Anything else.
    Other,
}

/// A proof of origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proof {
    /// What kind.
    pub proof: ProofType,
    /// The day it was issued or completed.
    pub issued: Option<Date>,
}

/// Types of proof of origin (RCEP Articles 3.16 to 3.19; APTA Rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofType {
    /// Certificate issued by an authorised body.
    Certificate,
    /// Declaration by an approved exporter.
    ApprovedExporter,
    /// Declaration by any exporter or producer.
    ExporterDeclaration,
    /// Declaration by the importer.
    ImporterDeclaration,
    /// Back-to-back proof issued by an intermediate Party.
    BackToBack,
    /// No proof is held.
    None,
}

/// The indexes of materials that lead to one of them through intermediate goods;
/// empty for the good itself. Kept in place: an empty list that stands nowhere is
/// slow to compare on processors that compare with masks.
pub type MaterialPath = SmallVec<[u16; 8]>;

/// Where in the request a fact stands, for naming what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FactPath {
    /// `date`.
    Date,
    /// `good.<field>`.
    Good(GoodField),
    /// A fact about production of the good, or of the intermediate material
    /// reached by following the material indexes.
    Production(MaterialPath, ProductionField),
    /// `materials[i].<field>`, the indexes leading through intermediate goods.
    Material(MaterialPath, MaterialField),
    /// `transport`.
    Transport,
    /// `transport.via[i].<field>`.
    Transit(u16, TransitField),
    /// `proof`.
    Proof,
    /// `proof.issued`.
    ProofIssued,
    /// A table that is not loaded or not confirmed.
    Table(TableNeeded),
}

/// A field of the good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the fields of `Good`")]
pub enum GoodField {
    Hs,
    Fob,
    Weight,
    CustomsValue,
    Part,
}

/// A field of [`Production`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the fields of `Production`")]
pub enum ProductionField {
    WhollyObtained,
    Materials,
    Cost(CostElement),
    Costs,
    Operations,
    ChemicalReaction,
}

/// A field of [`Material`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the fields of `Material`")]
pub enum MaterialField {
    Hs,
    Origin,
    Status,
    Value,
    Weight,
    AccessoryWithGood,
    ActiveIngredient,
}

/// A field of [`TransitPlace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the fields of `TransitPlace`")]
pub enum TransitField {
    CustomsControl,
    Operations,
    EnteredIntoTrade,
    JustifiedByTransport,
}

/// A table or term of law the answer would need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableNeeded {
    /// The product-rule row for the good.
    ProductRule,
    /// Whether the agreement binds the two countries.
    PartyStanding,
    /// The status as a least developed country.
    LeastDevelopedStatus,
    /// The list of minimal operations.
    MinimalOperations,
    /// The tariff of the importing country.
    Tariff,
    /// Whether the proof type is in use between the two countries.
    ProofTerms,
    /// A threshold in force on the day.
    Threshold,
    /// The importing Party's appendix under RCEP Article 2.6.3.
    Appendix,
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date => f.write_str("date"),
            Self::Good(field) => write!(
                f,
                "good.{}",
                match field {
                    GoodField::Hs => "hs",
                    GoodField::Fob => "fob",
                    GoodField::Weight => "weight_kg",
                    GoodField::CustomsValue => "customs_value",
                    GoodField::Part => "part",
                }
            ),
            Self::Production(path, field) => {
                write_path(f, path)?;
                if !path.is_empty() {
                    f.write_str(".")?;
                }
                f.write_str(match field {
                    ProductionField::WhollyObtained => "wholly_obtained",
                    ProductionField::Materials => "materials",
                    ProductionField::Cost(CostElement::Labour) => "costs.labour",
                    ProductionField::Cost(CostElement::Overhead) => "costs.overhead",
                    ProductionField::Cost(CostElement::Profit) => "costs.profit",
                    ProductionField::Cost(CostElement::Other) => "costs.other",
                    ProductionField::Costs => "costs",
                    ProductionField::Operations => "operations",
                    ProductionField::ChemicalReaction => "chemical_reaction",
                })
            }
            Self::Material(path, field) => {
                write_path(f, path)?;
                f.write_str(match field {
                    MaterialField::Hs => ".hs",
                    MaterialField::Origin => ".origin",
                    MaterialField::Status => ".status",
                    MaterialField::Value => ".value",
                    MaterialField::Weight => ".weight_kg",
                    MaterialField::AccessoryWithGood => ".with_good",
                    MaterialField::ActiveIngredient => ".active_ingredient",
                })
            }
            Self::Transport => f.write_str("transport"),
            Self::Transit(index, field) => write!(
                f,
                "transport.via[{index}].{}",
                match field {
                    TransitField::CustomsControl => "customs_control",
                    TransitField::Operations => "operations",
                    TransitField::EnteredIntoTrade => "entered_into_trade",
                    TransitField::JustifiedByTransport => "justified_by_transport",
                }
            ),
            Self::Proof => f.write_str("proof"),
            Self::ProofIssued => f.write_str("proof.issued"),
            Self::Table(table) => write!(
                f,
                "rules.{}",
                match table {
                    TableNeeded::ProductRule => "product_rule",
                    TableNeeded::PartyStanding => "party_standing",
                    TableNeeded::LeastDevelopedStatus => "least_developed_status",
                    TableNeeded::MinimalOperations => "minimal_operations",
                    TableNeeded::Tariff => "tariff",
                    TableNeeded::ProofTerms => "proof_terms",
                    TableNeeded::Threshold => "threshold",
                    TableNeeded::Appendix => "appendix_2_6",
                }
            ),
        }
    }
}

fn write_path(f: &mut fmt::Formatter<'_>, path: &[u16]) -> fmt::Result {
    for (depth, index) in path.iter().enumerate() {
        if depth > 0 {
            f.write_str(".")?;
        }
        write!(f, "materials[{index}]")?;
    }
    Ok(())
}
