//! Facts of the paper rather than of the good: names, transport document,
//! invoice, the original of a back-to-back proof. All may be absent.

use jiff::civil::Date;
use originis_exchange::{RequestError, RequestErrors, wording};
use originis_rules_engine::country::Country;
use serde::Deserialize;

/// What a certificate prints beside the facts of the good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Details {
    /// Name, address and country of the exporter.
    pub exporter: Option<String>,
    /// Name, address and country of the importer or consignee.
    pub importer: Option<String>,
    /// Name, address and country of the producer.
    pub producer: Option<String>,
    /// Day of shipment (departure).
    pub shipped: Option<Date>,
    /// Vessel, flight or other means of transport.
    pub conveyance: Option<String>,
    /// Port or place of loading.
    pub loaded_at: Option<String>,
    /// Port or place of discharge.
    pub discharged_at: Option<String>,
    /// Marks and numbers of packages.
    pub marks: Option<String>,
    /// Number and kind of packages.
    pub packages: Option<String>,
    /// Quantity with its unit.
    pub quantity: Option<String>,
    /// Number of the invoice.
    pub invoice_number: Option<String>,
    /// Day of the invoice.
    pub invoice_date: Option<Date>,
    /// Company and country of an invoice issued in a third country.
    pub third_party: Option<ThirdParty>,
    /// Day the certificate was, or will be, issued.
    pub issued: Option<Date>,
    /// Number of the certificate.
    pub number: Option<String>,
    /// Days on which offices were closed between shipment and issue, besides
    /// Saturdays and Sundays; absent when not known.
    pub public_holidays: Option<Vec<Date>>,
    /// Price ex works, for the cost breakdown.
    pub ex_works: Option<String>,
    /// Model or specification, for the cost breakdown.
    pub model: Option<String>,
    /// Person to contact, for the cost breakdown.
    pub contact: Option<String>,
    /// The original of a back-to-back proof.
    pub original: Option<Original>,
}

/// A company in a third country that invoices the good.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdParty {
    /// Its name.
    pub company: String,
    /// Where it is.
    #[serde(deserialize_with = "crate::wording::read_country")]
    pub country: Country,
}

/// The original proof behind a back-to-back proof.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Original {
    /// Its number.
    pub number: Option<String>,
    /// The Party that issued it, where the good was exported first.
    #[serde(deserialize_with = "crate::wording::read_country")]
    pub party: Country,
    /// The intermediate Party that issues the back-to-back proof.
    #[serde(deserialize_with = "crate::wording::read_country")]
    pub intermediate: Country,
    /// The day it was issued.
    pub issued: Option<Date>,
    /// Whether the original or a certified copy is held.
    pub held: Option<bool>,
    /// The quantity it covers, as a decimal number.
    pub quantity: Option<String>,
    /// The quantities of all lots issued from it before this one.
    #[serde(default)]
    pub earlier_lots: Option<Vec<String>>,
    /// The quantity of this lot.
    pub this_lot: Option<String>,
    /// What was done to the good in the intermediate Party; absent when not
    /// known.
    pub operations: Option<Vec<String>>,
    /// The last day the back-to-back proof is stated to be valid.
    pub stated_valid_until: Option<Date>,
}

impl Details {
    /// Reads the details from JSON.
    ///
    /// # Errors
    /// Text that is no JSON, a field that does not exist, a value of the wrong
    /// kind.
    pub fn from_json(text: &str) -> Result<Self, RequestErrors> {
        serde_json::from_str(text).map_err(|error| not_readable("/details", &error))
    }
}

/// Puts a reading error in words.
pub(crate) fn not_readable(pointer: &str, error: &serde_json::Error) -> RequestErrors {
    RequestErrors(vec![RequestError {
        pointer: pointer.to_owned(),
        code: "not_readable",
        detail_en: format!("{error}: correct or remove this part"),
        detail_zh: format!("无法读取：{}；请更正或删去该部分", wording::not_read(error)),
    }])
}
