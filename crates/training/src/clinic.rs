//! Company clinic: where a firm leaves a preference unused, ranked by the duty
//! it would save, with the lesson that fits each product.

use jiff::civil::Date;
use originis_batch::codes::{Codes, CountryNumbers};
use originis_batch::columns::Field;
use originis_batch::number::Decimal;
use originis_batch::small_table::{self, Row, TableError};
use originis_exchange::{Lang, Request};
use originis_rules_engine::quantity::Amount;
use originis_rules_engine::rulebook::RuleBook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::exercise::{list_at, text_at};
use crate::library::Library;

/// One product of a firm's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its HS code.
    pub hs: String,
    /// Where it is made.
    pub from: String,
    /// Where it is sold.
    pub to: String,
    /// Customs value of a year's trade, a decimal; empty when not known.
    pub yearly_value: String,
    /// Whether a preference is claimed today; `None` when not known.
    pub claimed: Option<bool>,
}

/// What the clinic says of one product under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ClinicAdvice")]
pub struct Advice {
    /// The product.
    pub product: Product,
    /// The agreement with the greatest saving, or the only one.
    pub agreement: Option<String>,
    /// The rule to be met.
    pub rule: Option<String>,
    /// Most-favoured-nation rate in per cent.
    pub mfn: Option<String>,
    /// Preferential rate in per cent.
    pub preferential: Option<String>,
    /// Duty a year's trade would save, when both rates and the value are known.
    pub yearly_saving: Option<String>,
    /// How the product stands.
    pub standing: ProductStanding,
    /// The lesson that fits, its id.
    pub lesson: Option<String>,
    /// Why the product cannot be looked at.
    pub problem: Option<String>,
}

/// How a product stands, worth most attention first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductStanding {
    /// A preference is unused and would save duty.
    Unused,
    /// A preference may save duty, but its rate depends on the product.
    Conditional,
    /// The rates that would tell are not loaded.
    NotLoaded,
    /// A preference is claimed already.
    Claimed,
    /// No agreement gives a lower rate.
    NothingToGain,
    /// The row cannot be used.
    Unusable,
}

/// Reads a product list with the headings of a declaration: CSV in UTF-8 or
/// GB18030, XLSX or NDJSON.
///
/// # Errors
/// [`TableError`] when the file is no table with headings that are understood.
pub fn products(bytes: Vec<u8>) -> Result<Vec<Product>, TableError> {
    let codes = Codes::new(CountryNumbers::default());
    let rows = small_table::read(bytes)?;
    Ok(rows.iter().map(|row| product(row, &codes)).collect())
}

fn product(row: &Row, codes: &Codes) -> Product {
    let first = |fields: &[Field]| {
        fields
            .iter()
            .map(|field| row.get(*field))
            .find(|cell| !cell.is_empty())
            .unwrap_or_default()
    };
    let country = |fields: &[Field]| {
        let cell = first(fields);
        codes
            .country(cell)
            .map_or_else(|| cell.to_owned(), |known| known.value.to_string())
    };
    let value = first(&[Field::CustomsValue, Field::Total, Field::Fob]);
    let value = Decimal::read(value.as_bytes())
        .ok()
        .flatten()
        .and_then(Decimal::amount)
        .map_or_else(|| value.to_owned(), |amount| amount.to_string());
    Product {
        name: row.get(Field::Name).to_owned(),
        hs: row.get(Field::Hs).to_owned(),
        from: country(&[Field::From, Field::OriginCountry]),
        to: country(&[Field::To, Field::DestinationCountry]),
        yearly_value: value,
        claimed: match first(&[Field::AgreementCode, Field::Agreement]) {
            "" => None,
            _ => Some(true),
        },
    }
}

/// Looks at every product and ranks them: greatest yearly saving first.
pub fn clinic(
    book: &RuleBook,
    library: &Library,
    products: &[Product],
    date: Date,
    lang: Lang,
) -> Vec<Advice> {
    let mut advice: Vec<Advice> = products
        .iter()
        .map(|product| advise(book, library, product, date, lang))
        .collect();
    // Ties keep the order of the list.
    advice.sort_by_key(|one| (one.standing, std::cmp::Reverse(saving(one))));
    advice
}

fn saving(advice: &Advice) -> Option<Amount> {
    advice.yearly_saving.as_ref()?.parse().ok()
}

fn advise(book: &RuleBook, library: &Library, product: &Product, date: Date, lang: Lang) -> Advice {
    let mut advice = Advice {
        product: product.clone(),
        agreement: None,
        rule: None,
        mfn: None,
        preferential: None,
        yearly_saving: None,
        standing: ProductStanding::Unusable,
        lesson: None,
        problem: None,
    };
    let value = Some(&product.yearly_value).filter(|value| !value.is_empty());
    let good = json!({"hs": product.hs, "name": product.name, "customs_value": value});
    let request = json!({
        "from": product.from, "to": product.to, "date": date.to_string(), "good": good,
    });
    let decision = Request::from_json(&request.to_string())
        .and_then(|request| originis_advice::decide(book, &request, lang))
        .map_err(|errors| {
            errors
                .0
                .first()
                .map_or_else(String::new, |error| error.detail(lang).to_owned())
        })
        .and_then(|decision| serde_json::to_value(&decision).map_err(|error| error.to_string()));
    let decision = match decision {
        Ok(decision) => decision,
        Err(problem) => {
            advice.problem = Some(problem);
            return advice;
        }
    };
    let answers: Vec<&Value> = if decision.get("results").is_some() {
        list_at(&decision, "/results").collect()
    } else {
        vec![&decision]
    };
    let Some((standing, best)) = answers
        .into_iter()
        .map(|answer| (standing(product, answer), answer))
        .min_by_key(|(standing, answer)| {
            let saving = text_at(answer, "/rate/saving").parse::<Amount>().ok();
            (*standing, std::cmp::Reverse(saving))
        })
    else {
        advice.standing = ProductStanding::NothingToGain;
        return advice;
    };
    let text = |pointer: &str| Some(text_at(best, pointer).to_owned()).filter(|t| !t.is_empty());
    advice.standing = standing;
    advice.agreement = text("/agreement");
    advice.rule = text("/rule/text");
    advice.mfn = text("/rate/mfn");
    advice.preferential = text("/rate/preferential");
    advice.yearly_saving = text("/rate/saving");
    advice.lesson = advice
        .rule
        .as_deref()
        .and_then(|rule| fitting_lesson(library, rule));
    advice
}

fn standing(product: &Product, answer: &Value) -> ProductStanding {
    let percent = |pointer: &str| {
        text_at(answer, pointer)
            .parse::<originis_rules_engine::quantity::Percent>()
            .ok()
    };
    let gain = match (percent("/rate/mfn"), percent("/rate/preferential")) {
        (Some(mfn), _) if mfn == originis_rules_engine::quantity::Percent::ZERO => Some(false),
        (Some(mfn), Some(preferential)) => Some(preferential < mfn),
        _ => None,
    };
    match (gain, text_at(answer, "/rate/status")) {
        (Some(false), _) | (_, "no_concession" | "excluded") => ProductStanding::NothingToGain,
        _ if product.claimed == Some(true) => ProductStanding::Claimed,
        (Some(true), _) => ProductStanding::Unused,
        (None, "not_loaded") => ProductStanding::NotLoaded,
        (None, _) => ProductStanding::Conditional,
    }
}

/// The first lesson that explains the first symbol of a rule.
pub fn fitting_lesson(library: &Library, rule: &str) -> Option<String> {
    library
        .lessons
        .iter()
        .find(|lesson| lesson.fits.iter().any(|symbol| rule.starts_with(symbol)))
        .map(|lesson| lesson.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn product(name: &str, hs: &str, to: &str, value: &str) -> Product {
        Product {
            name: name.to_owned(),
            hs: hs.to_owned(),
            from: "CN".to_owned(),
            to: to.to_owned(),
            yearly_value: value.to_owned(),
            claimed: None,
        }
    }

    #[test]
    fn the_greatest_unused_saving_comes_first() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        let mut claimed = product("claimed pullover", "6110.12", "JP", "900000");
        claimed.claimed = Some(true);
        let list = [
            product("plastic box", "3923.10", "JP", "500000"),
            product("carbon black", "2803.00", "JP", "100000"),
            product("pullover", "6110.12", "JP", "100000"),
            claimed,
            product("no such code", "9999.99", "JP", "1"),
        ];
        let advice = clinic(&book, &library, &list, date(2026, 7, 15), Lang::En);
        let names: Vec<(&str, ProductStanding)> = advice
            .iter()
            .map(|one| (one.product.name.as_str(), one.standing))
            .collect();
        assert_eq!(
            names,
            [
                ("pullover", ProductStanding::Unused),
                ("carbon black", ProductStanding::Unused),
                ("claimed pullover", ProductStanding::Claimed),
                ("plastic box", ProductStanding::NothingToGain),
                ("no such code", ProductStanding::Unusable),
            ]
        );
        assert_eq!(advice[0].yearly_saving.as_deref(), Some("4100.00"));
        assert_eq!(advice[1].yearly_saving.as_deref(), Some("2100.00"));
        assert_eq!(advice[0].lesson.as_deref(), Some("tariff-shift"));
        assert!(advice[4].problem.is_some() || advice[4].rule.is_none());
    }
}
