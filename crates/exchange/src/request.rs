//! The request: one good, as people and programs describe it.

use jiff::civil::Date;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    Costs, Deduction, MaterialRole, OriginatingStatus, Proof, SupplyRegime, TransitFacility,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::{Amount, Quantity, Weight};

use crate::problem::RequestErrors;
use crate::reading;

/// One good of one consignment under one agreement, or under every agreement
/// that binds the two countries. `None` always means "not known".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The agreement to decide under; `None` for every agreement that binds the
    /// two countries on the date.
    pub agreement: Option<Agreement>,
    /// Exporting country, where the good is produced.
    pub from: Country,
    /// Importing country.
    pub to: Country,
    /// Day of importation.
    pub date: Option<Date>,
    /// The good.
    pub good: Good,
    /// How it is obtained or produced. Its fields stand at the top level of the
    /// JSON request.
    pub production: Production,
    /// How it travels.
    pub transport: Option<Transport>,
    /// The proof of origin held.
    pub proof: Option<Proof>,
}

/// The good itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// Its code.
    pub hs: HsCode,
    /// The edition of the code; HS 2022 unless stated.
    pub hs_edition: HsEdition,
    /// What it is called.
    pub name: Option<String>,
    /// Value free on board, in [`Self::currency`].
    pub fob: Option<Amount>,
    /// Currency of every amount of the request, ISO 4217.
    pub currency: Option<String>,
    /// Net weight.
    pub weight: Option<Weight>,
    /// The value duty is charged on in the importing country.
    pub customs_value: Option<Amount>,
    /// Which part of a rule split by product it falls under, from 1.
    pub part: Option<u8>,
}

/// How the good, or a material with a bill of materials of its own, is produced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Production {
    /// The letter of the ground on which it is claimed to be wholly obtained.
    pub wholly_obtained: Option<char>,
    /// Materials used; `Some` and empty when none were used.
    pub materials: Option<Vec<Material>>,
    /// Costs other than materials.
    pub costs: Costs,
    /// Words for what is done in the exporting country.
    pub operations: Option<Vec<String>>,
    /// Whether a chemical reaction, as the law defines it, takes place.
    pub chemical_reaction: Option<bool>,
}

/// A material, part, packing or accessory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What it is called.
    pub name: Option<String>,
    /// Its code, of any level.
    pub hs: Option<HsCode>,
    /// The edition of the code; that of the good unless stated.
    pub hs_edition: HsEdition,
    /// Country of origin; for an originating material the Party where it became
    /// originating.
    pub origin: Option<Country>,
    /// Originating status under the agreement.
    pub status: OriginatingStatus,
    /// Its value, in the currency of the good; quantity times unit price where it
    /// is not stated itself.
    pub value: Option<Amount>,
    /// How much of it is used, and at what price.
    pub usage: Usage,
    /// Its weight in the good.
    pub weight: Option<Weight>,
    /// What it is to the good.
    pub role: MaterialRole,
    /// Expenses to be deducted from its value (RCEP Article 3.5.5).
    pub deductions: Vec<Deduction>,
    /// For an accessory: whether it is invoiced with the good and customary in
    /// quantity and value (RCEP Article 3.9).
    pub with_good: Option<bool>,
    /// Whether it is an active ingredient (rule of heading 38.08).
    pub active_ingredient: Option<bool>,
    /// The customs regime it was brought in under.
    pub regime: Option<SupplyRegime>,
    /// How it is itself produced, when it is to be decided as an intermediate
    /// good (RCEP Article 3.12).
    pub production: Option<Production>,
}

/// How much of a material goes into the good, as a cost breakdown (成本明细单)
/// asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// The quantity used.
    pub quantity: Option<Quantity>,
    /// The unit it is measured in, in the user's own words.
    pub unit: Option<String>,
    /// The price of one unit, in the currency of the good.
    pub unit_price: Option<Quantity>,
}

impl Usage {
    /// Quantity times unit price; `None` unless both are known and the product is
    /// exact.
    pub fn value(&self) -> Option<Amount> {
        self.quantity?.at(self.unit_price?)
    }
}

impl Material {
    /// A material of which nothing is known but the edition its code is in.
    pub const fn unknown(hs_edition: HsEdition) -> Self {
        Self {
            name: None,
            hs: None,
            hs_edition,
            origin: None,
            status: OriginatingStatus::Unknown,
            value: None,
            usage: Usage {
                quantity: None,
                unit: None,
                unit_price: None,
            },
            weight: None,
            role: MaterialRole::Material,
            deductions: Vec::new(),
            with_good: None,
            active_ingredient: None,
            regime: None,
            production: None,
        }
    }
}

/// The route to the importing country.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transport {
    /// Whether the good is carried straight from exporter to importer.
    pub direct: Option<bool>,
    /// Places passed on the way.
    pub via: Vec<Transit>,
}

/// A country or territory passed in transit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transit {
    /// Where.
    pub place: Country,
    /// Whether the good stayed under customs control.
    pub customs_control: Option<bool>,
    /// Words for what was done to it there.
    pub operations: Option<Vec<String>>,
    /// Whether it was put into trade or consumption there.
    pub entered_into_trade: Option<bool>,
    /// Whether geography or transport alone explains the transit (APTA Rule 5).
    pub justified_by_transport: Option<bool>,
    /// The kind of place it was kept in.
    pub facility: Option<TransitFacility>,
}

impl Request {
    /// A request about which nothing is known but the code and the two countries.
    pub const fn new(from: Country, to: Country, hs: HsCode, hs_edition: HsEdition) -> Self {
        Self {
            agreement: None,
            from,
            to,
            date: None,
            good: Good {
                hs,
                hs_edition,
                name: None,
                fob: None,
                currency: None,
                weight: None,
                customs_value: None,
                part: None,
            },
            production: Production {
                wholly_obtained: None,
                materials: None,
                costs: Costs {
                    labour: None,
                    overhead: None,
                    profit: None,
                    other: None,
                },
                operations: None,
                chemical_reaction: None,
            },
            transport: None,
            proof: None,
        }
    }

    /// Reads a JSON request.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place: text that is no JSON,
    /// unknown fields, values of the wrong kind, impossible dates, negative or
    /// inexact numbers.
    pub fn from_json(text: &str) -> Result<Self, RequestErrors> {
        reading::read(text)
    }
}
