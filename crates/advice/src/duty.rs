//! Duty in money: what a rate takes of a shipment, where that can be told.

use originis_rules_engine::agreement::{AgreementBook, Dated, DutyBasis, ImporterTerm};
use originis_rules_engine::determination::Duty;
use originis_rules_engine::facts::Facts;
use originis_rules_engine::quantity::{Amount, Balance, Weight};
use originis_rules_engine::rate::{Rate, SpecificRate};
use serde::Serialize;

/// What duty is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Shipment<'a> {
    /// The value duty is charged on; `None` when not known.
    pub value: Option<Amount>,
    /// Net weight, for duties by the kilogram.
    pub weight: Option<Weight>,
    /// Currency of the value.
    pub currency: Option<&'a str>,
}

/// Why a duty cannot be told in money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// No table for it is loaded.
    RateNotLoaded,
    /// The table prints no rate, or excludes the line.
    NoRate,
    /// The rate depends on the product and not every possible one is stated.
    DependsOnProduct,
    /// The table states only part of the rate.
    PartlyStated,
    /// Only a margin is known, not the duty it is taken from.
    OnlyMargin,
    /// The value duty is charged on is missing.
    ValueMissing,
    /// The weight is missing.
    WeightMissing,
    /// The duty is in another currency than the good, and no exchange rate is
    /// part of the facts.
    OtherCurrency,
    /// The duty is charged on a unit that is not among the facts.
    OtherUnit,
}

/// The least and the most the duty can be; equal when it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Least.
    pub least: Balance,
    /// Most.
    pub most: Balance,
}

impl Span {
    const fn exactly(duty: Balance) -> Self {
        Self {
            least: duty,
            most: duty,
        }
    }

    /// The duty when only one is possible.
    pub fn known(self) -> Option<Balance> {
        (self.least == self.most).then_some(self.least)
    }
}

/// The duty a stated duty takes.
///
/// # Errors
/// The reason why it cannot be told.
pub fn duty_in_money(duty: &Duty, shipment: Shipment<'_>) -> Result<Span, Untold> {
    match duty {
        Duty::NotLoaded => Err(Untold::RateNotLoaded),
        Duty::NoRate => Err(Untold::NoRate),
        Duty::Margin(_) | Duty::OneOfMargins(_) => Err(Untold::OnlyMargin),
        Duty::Rate(rate) => rate_in_money(rate, shipment),
        Duty::OneOf(rates) => widest(
            rates
                .iter()
                .map(|rate| rate.as_ref().ok_or(Untold::NoRate))
                .map(|rate| rate.and_then(|rate| rate_in_money(rate, shipment))),
        ),
    }
}

fn rate_in_money(rate: &Rate, shipment: Shipment<'_>) -> Result<Span, Untold> {
    match rate {
        Rate::AdValorem(percent) if percent.thousandths() == 0 => {
            Ok(Span::exactly(Balance::default()))
        }
        Rate::AdValorem(percent) => Ok(Span::exactly(
            percent.of(shipment.value.ok_or(Untold::ValueMissing)?),
        )),
        Rate::Specific(specific) => specific_in_money(specific, shipment).map(Span::exactly),
        Rate::Compound(percent, specific) => {
            let by_value = percent.of(shipment.value.ok_or(Untold::ValueMissing)?);
            let by_unit = specific_in_money(specific, shipment)?;
            Ok(Span::exactly(Balance(by_value.0 + by_unit.0)))
        }
        Rate::PartlyStated(_) => Err(Untold::PartlyStated),
        Rate::Excluded => Err(Untold::NoRate),
        Rate::HigherOf(rates) => combine(rates, shipment, std::cmp::max),
        Rate::LowerOf(rates) => combine(rates, shipment, std::cmp::min),
        // One listed rate under a condition leaves the other case unstated.
        Rate::DependsOnProduct(rates) if rates.len() < 2 => Err(Untold::DependsOnProduct),
        Rate::DependsOnProduct(rates) => {
            widest(rates.iter().map(|rate| rate_in_money(rate, shipment)))
        }
    }
}

fn combine(
    rates: &[Rate],
    shipment: Shipment<'_>,
    choose: fn(Balance, Balance) -> Balance,
) -> Result<Span, Untold> {
    let mut spans = Vec::with_capacity(rates.len());
    for rate in rates {
        spans.push(rate_in_money(rate, shipment)?);
    }
    spans
        .into_iter()
        .reduce(|one, other| Span {
            least: choose(one.least, other.least),
            most: choose(one.most, other.most),
        })
        .ok_or(Untold::DependsOnProduct)
}

fn widest(spans: impl Iterator<Item = Result<Span, Untold>>) -> Result<Span, Untold> {
    let mut whole: Option<Span> = None;
    for span in spans {
        let span = span?;
        whole = Some(whole.map_or(span, |known: Span| Span {
            least: known.least.min(span.least),
            most: known.most.max(span.most),
        }));
    }
    whole.ok_or(Untold::RateNotLoaded)
}

/// A duty by the kilogram, in the currency of the good.
fn specific_in_money(specific: &SpecificRate, shipment: Shipment<'_>) -> Result<Balance, Untold> {
    if shipment.currency != Some(specific.currency.as_str()) {
        return Err(Untold::OtherCurrency);
    }
    if specific.per != "kg" {
        return Err(Untold::OtherUnit);
    }
    let weight = shipment.weight.ok_or(Untold::WeightMissing)?;
    let scale = 10_i128.pow(Weight::PLACES);
    let product = specific.amount.wide() * weight.wide();
    Ok(Balance((product * 2 + scale) / (2 * scale)))
}

/// The value duty is charged on: as stated, or the FOB value where the
/// importing country charges on FOB. Never a FOB value in place of CIF.
pub fn dutiable_value(agreement: &AgreementBook, facts: &Facts) -> Option<Amount> {
    facts.good.customs_value.or_else(|| {
        let basis = duty_basis(agreement, facts)?;
        (basis.value == DutyBasis::Fob)
            .then_some(facts.good.fob)
            .flatten()
    })
}

/// Whether the importing country charges duty on CIF or FOB; `None` where that
/// is not loaded.
pub fn duty_basis<'a>(agreement: &'a AgreementBook, facts: &Facts) -> Option<&'a Dated<DutyBasis>> {
    ImporterTerm::in_force(
        &agreement.formalities.duty_basis,
        facts.importer,
        facts.date,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_testkit::facts::{amount, weight};

    fn money(rate: &str) -> Result<(String, String), Untold> {
        duty_in_money(
            &Duty::Rate(rate.parse().unwrap()),
            Shipment {
                value: Some(amount("1000")),
                weight: Some(weight("12.5")),
                currency: Some("JPY"),
            },
        )
        .map(|span| (span.least.to_string(), span.most.to_string()))
    }

    fn exactly(text: &str) -> Result<(String, String), Untold> {
        Ok((text.to_owned(), text.to_owned()))
    }

    #[test]
    fn every_nature_of_rate_keeps_its_nature() {
        assert_eq!(money("6.8%"), exactly("68.00"));
        assert_eq!(money("63 JPY/kg"), exactly("787.50"));
        assert_eq!(money("25% + 63 JPY/kg"), exactly("1037.50"));
        assert_eq!(money("higher(15%, 125 JPY/kg)"), exactly("1562.50"));
        assert_eq!(money("lower(15%, 125 JPY/kg)"), exactly("150.00"));
        assert_eq!(
            money("depends(free, 5%)"),
            Ok(("0.00".to_owned(), "50.00".to_owned()))
        );
    }

    #[test]
    fn what_cannot_be_told_is_never_a_number() {
        assert_eq!(money("63 USD/kg"), Err(Untold::OtherCurrency));
        assert_eq!(money("63 JPY/head"), Err(Untold::OtherUnit));
        assert_eq!(money("10% + ?"), Err(Untold::PartlyStated));
        assert_eq!(money("depends(?)"), Err(Untold::DependsOnProduct));
        assert_eq!(money("depends(free)"), Err(Untold::DependsOnProduct));
        assert_eq!(money("excluded"), Err(Untold::NoRate));
        let unknown = Shipment {
            value: None,
            weight: None,
            currency: None,
        };
        let duty = |rate: &str| duty_in_money(&Duty::Rate(rate.parse().unwrap()), unknown);
        assert_eq!(duty("6.8%"), Err(Untold::ValueMissing));
        assert_eq!(duty("free").unwrap().known(), Some(Balance(0)));
        assert_eq!(
            duty_in_money(&Duty::NotLoaded, unknown),
            Err(Untold::RateNotLoaded)
        );
    }

    #[test]
    fn different_national_lines_give_a_span() {
        let duty = Duty::OneOf(vec![
            Some("2%".parse().unwrap()),
            Some("9%".parse().unwrap()),
        ]);
        let shipment = Shipment {
            value: Some(amount("1000")),
            weight: None,
            currency: None,
        };
        let span = duty_in_money(&duty, shipment).unwrap();
        assert_eq!(
            (span.least.to_string(), span.most.to_string()),
            ("20.00".to_owned(), "90.00".to_owned())
        );
        assert_eq!(span.known(), None);
        let open = Duty::OneOf(vec![Some("2%".parse().unwrap()), None]);
        assert_eq!(duty_in_money(&open, shipment), Err(Untold::NoRate));
    }
}
