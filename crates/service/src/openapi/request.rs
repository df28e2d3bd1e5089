//! The shape of a request, as the API document shows it. Requests are read by
//! `originis_exchange::Request`; a test keeps the two together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One good of one consignment. Every field that is left out, or null, is not
/// known. Amounts, weights and rates are decimal strings.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Request")]
#[serde(deny_unknown_fields)]
pub struct RequestDocument {
    /// `RCEP` or `APTA`; left out, every agreement that binds both countries on
    /// the date is decided.
    pub agreement: Option<String>,
    /// Exporting country, where the good is produced (ISO 3166-1 alpha-2).
    pub from: String,
    /// Importing country.
    pub to: String,
    /// Day of importation (ISO 8601).
    pub date: Option<String>,
    /// The good.
    pub good: GoodDocument,
    /// The letter of the ground of RCEP Article 3.3 or APTA Rule 2; null when
    /// not claimed.
    pub wholly_obtained: Option<String>,
    /// Materials; left out when not known, empty when none are used.
    pub materials: Option<Vec<MaterialDocument>>,
    /// Costs other than materials.
    pub costs: Option<CostsDocument>,
    /// What is done in the exporting country, in words.
    pub operations: Option<Vec<String>>,
    /// Whether a chemical reaction, as the law defines it, takes place.
    pub chemical_reaction: Option<bool>,
    /// The route.
    pub transport: Option<TransportDocument>,
    /// The proof of origin held.
    pub proof: Option<ProofDocument>,
}

/// The good itself.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Good")]
#[serde(deny_unknown_fields)]
pub struct GoodDocument {
    /// Its code, with or without dots; digits after the sixth are those of the
    /// importing country.
    pub hs: String,
    /// `2012`, `2017` or `2022`; 2022 when left out.
    pub hs_edition: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Value free on board.
    pub fob: Option<String>,
    /// Currency of every amount (ISO 4217).
    pub currency: Option<String>,
    /// Net weight in kilograms.
    pub weight_kg: Option<String>,
    /// The value duty is charged on in the importing country.
    pub customs_value: Option<String>,
    /// Which part of a rule split by product, from 1.
    pub part: Option<u8>,
}

/// A material, part, packing or accessory.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Material")]
#[serde(deny_unknown_fields)]
pub struct MaterialDocument {
    /// What it is called.
    pub name: Option<String>,
    /// Its code, of any level.
    pub hs: Option<String>,
    /// The edition of the code; that of the good when left out.
    pub hs_edition: Option<String>,
    /// Country of origin; of an originating material the Party where it became
    /// originating.
    pub origin: Option<String>,
    /// `originating`, `non_originating` or `unknown`.
    pub status: Option<String>,
    /// Its value; quantity times unit price when it is left out.
    pub value: Option<String>,
    /// How much of it goes into the good, in `unit`.
    pub quantity: Option<String>,
    /// The unit of the quantity, in your own words.
    pub unit: Option<String>,
    /// The price of one unit.
    pub unit_price: Option<String>,
    /// Its weight in the good, in kilograms.
    pub weight_kg: Option<String>,
    /// `material`, `retail_packing`, `transport_packing`, `accessory` or
    /// `indirect`.
    pub role: Option<String>,
    /// Expenses to be deducted from its value (RCEP Article 3.5.5).
    pub deductions: Option<Vec<DeductionDocument>>,
    /// Under which customs regime it was supplied: `free_circulation`,
    /// `processing_trade`, `border_trade` or `bonded_zone`.
    pub regime: Option<String>,
    /// For an accessory: whether it is invoiced with the good and customary.
    pub with_good: Option<bool>,
    /// Whether it is an active ingredient (rule of heading 38.08).
    pub active_ingredient: Option<bool>,
    /// Its own ground for being wholly obtained.
    pub wholly_obtained: Option<String>,
    /// Its own materials, when it is to be decided as an intermediate good.
    pub materials: Option<Vec<MaterialDocument>>,
    /// Its own costs.
    pub costs: Option<CostsDocument>,
    /// What is done to make it.
    pub operations: Option<Vec<String>>,
    /// Whether it is made by a chemical reaction.
    pub chemical_reaction: Option<bool>,
}

/// An expense to be deducted from the value of a material.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Deduction")]
#[serde(deny_unknown_fields)]
pub struct DeductionDocument {
    /// `transport`, `duties_paid`, `duties_recovered` or `waste`.
    pub kind: String,
    /// How much.
    pub amount: String,
    /// Whether it is shown by documents.
    pub proved: Option<bool>,
}

/// Costs other than materials.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Costs")]
#[serde(deny_unknown_fields)]
pub struct CostsDocument {
    /// Direct labour.
    pub labour: Option<String>,
    /// Direct overhead.
    pub overhead: Option<String>,
    /// Profit.
    pub profit: Option<String>,
    /// Other cost.
    pub other: Option<String>,
}

/// The route to the importing country.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Transport")]
#[serde(deny_unknown_fields)]
pub struct TransportDocument {
    /// Whether the good is carried straight from exporter to importer.
    pub direct: Option<bool>,
    /// Places passed on the way.
    pub via: Option<Vec<TransitDocument>>,
}

/// A place passed on the way.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Transit")]
#[serde(deny_unknown_fields)]
pub struct TransitDocument {
    /// Country or area.
    pub place: String,
    /// Whether the good stayed under customs control.
    pub customs_control: Option<bool>,
    /// What was done to it there, in words.
    pub operations: Option<Vec<String>>,
    /// Whether it was put into trade or consumption there.
    pub entered_into_trade: Option<bool>,
    /// Whether geography or transport alone explains the transit.
    pub justified_by_transport: Option<bool>,
    /// `bonded_zone` or `consolidation_hub`, where it was kept in one.
    pub facility: Option<String>,
}

/// A proof of origin.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Proof")]
#[serde(deny_unknown_fields)]
pub struct ProofDocument {
    /// `certificate`, `approved_exporter`, `exporter_declaration`,
    /// `importer_declaration`, `back_to_back` or `none`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The day it was issued or completed.
    pub issued: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_exchange::Request;

    /// Every field that this shape knows is read, and none that it does not:
    /// what the reader writes back fits the shape.
    #[test]
    fn the_shape_is_what_is_read() {
        let text = |text: &str| Some(text.to_owned());
        let leaf = || MaterialDocument {
            name: text("yarn"),
            hs: text("5108.10"),
            hs_edition: text("2022"),
            origin: text("MN"),
            status: text("non_originating"),
            value: text("10"),
            quantity: text("4"),
            unit: text("kg"),
            unit_price: text("2.5"),
            weight_kg: text("1"),
            role: text("accessory"),
            deductions: Some(vec![DeductionDocument {
                kind: "transport".to_owned(),
                amount: "1".to_owned(),
                proved: Some(true),
            }]),
            regime: text("bonded_zone"),
            with_good: Some(true),
            active_ingredient: Some(false),
            wholly_obtained: text("a"),
            materials: Some(Vec::new()),
            costs: Some(costs()),
            operations: Some(vec!["spinning".to_owned()]),
            chemical_reaction: Some(false),
        };
        fn costs() -> CostsDocument {
            let one = || Some("1".to_owned());
            CostsDocument {
                labour: one(),
                overhead: one(),
                profit: one(),
                other: one(),
            }
        }
        let full = RequestDocument {
            agreement: text("RCEP"),
            from: "CN".to_owned(),
            to: "JP".to_owned(),
            date: text("2026-07-15"),
            good: GoodDocument {
                hs: "6110.12".to_owned(),
                hs_edition: text("2022"),
                name: text("pullover"),
                fob: text("100"),
                currency: text("USD"),
                weight_kg: text("2"),
                customs_value: text("110"),
                part: Some(1),
            },
            wholly_obtained: text("a"),
            materials: Some(vec![leaf()]),
            costs: Some(costs()),
            operations: Some(vec!["knitting".to_owned()]),
            chemical_reaction: Some(false),
            transport: Some(TransportDocument {
                direct: Some(false),
                via: Some(vec![TransitDocument {
                    place: "HK".to_owned(),
                    customs_control: Some(true),
                    operations: Some(vec!["unloading".to_owned()]),
                    entered_into_trade: Some(false),
                    justified_by_transport: Some(true),
                    facility: text("bonded_zone"),
                }]),
            }),
            proof: Some(ProofDocument {
                kind: "certificate".to_owned(),
                issued: text("2026-07-01"),
            }),
        };
        let sent = serde_json::to_string(&full).unwrap();
        let read = Request::from_json(&sent).unwrap_or_else(|errors| panic!("{errors}"));
        let written = read.to_json();
        let back: RequestDocument = serde_json::from_value(written).unwrap();
        let material = back.materials.as_ref().unwrap().first().unwrap();
        assert_eq!(material.quantity.as_deref(), Some("4"));
        assert_eq!(material.unit.as_deref(), Some("kg"));
        assert_eq!(material.unit_price.as_deref(), Some("2.5"));
        assert_eq!(back.good.part, Some(1));
        assert_eq!(
            back.materials.unwrap()[0].regime.as_deref(),
            Some("bonded_zone")
        );
    }
}
