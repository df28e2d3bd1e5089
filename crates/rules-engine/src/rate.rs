//! Duty rates as tariffs state them, and their one-line text form.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::quantity::{Amount, Percent};

/// A duty rate that keeps the nature it has in the tariff.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rate {
    /// `free` or `10.9%`: a percentage of the value.
    AdValorem(Percent),
    /// `63 JPY/kg`: an amount for each unit.
    Specific(SpecificRate),
    /// `25% + 63 JPY/kg`: both together.
    Compound(Percent, SpecificRate),
    /// `10% + ?`: the table gives the percentage and says that a specific part
    /// exists, but not its amount.
    PartlyStated(Percent),
    /// `higher(10%, 125 JPY/kg)`: whichever duty is higher.
    HigherOf(Vec<Rate>),
    /// `lower(10%, 1.22 AUD/kg)`: whichever duty is lower.
    LowerOf(Vec<Rate>),
    /// `depends(free, 5%)`: one of these, depending on the product; `depends(?)`
    /// when the table states a condition or formula without rates to list.
    DependsOnProduct(Vec<Rate>),
    /// `excluded`: the table prints the line as outside the concession.
    Excluded,
}

/// An amount of duty for each unit of quantity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SpecificRate {
    /// The duty.
    pub amount: Amount,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// The unit it is charged on, such as `kg`, `head` or `m2`.
    pub per: String,
}

impl Rate {
    /// Duty free.
    pub const FREE: Self = Self::AdValorem(Percent::ZERO);

    /// The percentage when that is the whole rate.
    pub const fn ad_valorem(&self) -> Option<Percent> {
        match self {
            Self::AdValorem(percent) => Some(*percent),
            _ => None,
        }
    }

    /// Whether the rate is a single stated duty, independent of facts about the
    /// product that a tariff line does not carry.
    pub fn is_unconditional(&self) -> bool {
        match self {
            Self::AdValorem(_) | Self::Specific(_) | Self::Compound(..) => true,
            Self::HigherOf(rates) | Self::LowerOf(rates) => {
                rates.iter().all(Self::is_unconditional)
            }
            Self::PartlyStated(_) | Self::DependsOnProduct(_) | Self::Excluded => false,
        }
    }

    /// Whether this duty can never exceed `other`, whatever the value and the
    /// quantity of the shipment; `false` where that cannot be told.
    pub fn is_never_above(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::DependsOnProduct(_) | Self::Excluded | Self::PartlyStated(_), _)
            | (_, Self::Excluded) => false,
            (&Self::FREE, _) => true,
            (_, Self::HigherOf(rates)) if rates.iter().any(|rate| self.is_never_above(rate)) => {
                true
            }
            (Self::LowerOf(rates), _) if rates.iter().any(|rate| rate.is_never_above(other)) => {
                true
            }
            (_, Self::LowerOf(rates)) => rates.iter().all(|rate| self.is_never_above(rate)),
            (Self::HigherOf(rates), _) => rates.iter().all(|rate| rate.is_never_above(other)),
            // A single rate under a condition says nothing of the other goods.
            (_, Self::DependsOnProduct(rates)) => {
                rates.len() > 1 && rates.iter().all(|rate| self.is_never_above(rate))
            }
            (Self::AdValorem(left), Self::AdValorem(right) | Self::Compound(right, _)) => {
                left <= right
            }
            (Self::Specific(left), Self::Specific(right) | Self::Compound(_, right)) => {
                left.is_at_most(right)
            }
            (Self::Compound(left, each), Self::Compound(right, other_each)) => {
                left <= right && each.is_at_most(other_each)
            }
            _ => false,
        }
    }

    /// The lower of two duties. A condition on the product stays a condition;
    /// [`Rate::LowerOf`] stands where only the value or quantity of the shipment
    /// can tell.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        match (self, other) {
            // No binding, so no limit.
            (Self::Excluded, rate) | (rate, Self::Excluded) => rate,
            (left, right) if left == right || left.is_never_above(&right) => left,
            (left, right) if right.is_never_above(&left) => right,
            (Self::DependsOnProduct(rates), rate) | (rate, Self::DependsOnProduct(rates))
                if !rates.is_empty() =>
            {
                // One rate under a condition leaves the other goods at `rate`.
                let others = (rates.len() == 1).then(|| rate.clone());
                let lowered = rates.into_iter().map(|one| one.lower(rate.clone()));
                Self::one_of(lowered.chain(others))
            }
            (left, right) => Self::LowerOf(vec![left, right]),
        }
    }

    /// One of several rates, depending on the product; the rate itself when they
    /// are all the same.
    pub fn one_of(rates: impl IntoIterator<Item = Self>) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        let mut pending: Vec<Self> = rates.into_iter().collect();
        pending.reverse();
        while let Some(rate) = pending.pop() {
            match rate {
                Self::DependsOnProduct(inner) if !inner.is_empty() => {
                    pending.extend(inner.into_iter().rev());
                }
                rate if distinct.contains(&rate) => {}
                rate => distinct.push(rate),
            }
        }
        match distinct.len() {
            1 => distinct.swap_remove(0),
            _ => Self::DependsOnProduct(distinct),
        }
    }
}

impl SpecificRate {
    /// Whether the amount is at most that of `other`, per the same unit and in
    /// the same currency.
    fn is_at_most(&self, other: &Self) -> bool {
        self.currency == other.currency && self.per == other.per && self.amount <= other.amount
    }
}

impl Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdValorem(Percent::ZERO) => f.write_str("free"),
            Self::AdValorem(percent) => write!(f, "{percent}%"),
            Self::Specific(specific) => specific.fmt(f),
            Self::Compound(percent, specific) => write!(f, "{percent}% + {specific}"),
            Self::PartlyStated(percent) => write!(f, "{percent}% + ?"),
            Self::HigherOf(rates) => write_call(f, "higher", rates),
            Self::LowerOf(rates) => write_call(f, "lower", rates),
            Self::DependsOnProduct(rates) => write_call(f, "depends", rates),
            Self::Excluded => f.write_str("excluded"),
        }
    }
}

fn write_call(f: &mut fmt::Formatter<'_>, name: &str, rates: &[Rate]) -> fmt::Result {
    write!(f, "{name}(")?;
    if rates.is_empty() {
        f.write_str("?")?;
    }
    for (index, rate) in rates.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        rate.fmt(f)?;
    }
    f.write_str(")")
}

impl Display for SpecificRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printed = self.amount.to_string();
        let short = printed.strip_suffix(".00").unwrap_or(&printed);
        write!(f, "{short} {}/{}", self.currency, self.per)
    }
}

/// The text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a rate: expected free, 10.9%, 63 JPY/kg, 25% + 63 JPY/kg, 10% + ?, higher(…), lower(…), depends(…) or excluded"
)]
pub struct RateError(String);

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let text = text.trim();
        match text {
            "free" => return Ok(Self::FREE),
            "excluded" => return Ok(Self::Excluded),
            "depends(?)" => return Ok(Self::DependsOnProduct(Vec::new())),
            _ => {}
        }
        if let Some(inner) = call(text, "higher") {
            return arguments(inner).map(Self::HigherOf);
        }
        if let Some(inner) = call(text, "lower") {
            return arguments(inner).map(Self::LowerOf);
        }
        if let Some(inner) = call(text, "depends") {
            return arguments(inner).map(Self::DependsOnProduct);
        }
        match text.split_once(" + ") {
            Some((percent, "?")) => parse_percent(percent).map(Self::PartlyStated),
            Some((percent, specific)) => {
                Ok(Self::Compound(parse_percent(percent)?, specific.parse()?))
            }
            None if text.ends_with('%') => parse_percent(text).map(Self::AdValorem),
            None => text.parse().map(Self::Specific),
        }
    }
}

fn parse_percent(text: &str) -> Result<Percent, RateError> {
    text.trim()
        .strip_suffix('%')
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| RateError(text.to_owned()))
}

fn call<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

/// Splits at the commas outside brackets.
fn arguments(inner: &str) -> Result<Vec<Rate>, RateError> {
    let mut rates = Vec::new();
    let mut depth = 0_i32;
    let mut start = 0;
    for (position, character) in inner.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                rates.push(inner.get(start..position).unwrap_or_default().parse()?);
                start = position + 1;
            }
            _ => {}
        }
    }
    rates.push(inner.get(start..).unwrap_or_default().parse()?);
    Ok(rates)
}

impl FromStr for SpecificRate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let bad = || RateError(text.to_owned());
        let (amount, rest) = text.trim().split_once(' ').ok_or_else(bad)?;
        let (currency, per) = rest.split_once('/').ok_or_else(bad)?;
        let currency_is_iso =
            currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
        if !currency_is_iso || per.is_empty() || per.contains(['(', ')', ',']) {
            return Err(bad());
        }
        Ok(Self {
            amount: amount.parse().map_err(|_| bad())?,
            currency: currency.to_owned(),
            per: per.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn every_nature_of_rate_round_trips() {
        for text in [
            "free",
            "10.9%",
            "4000000 JPY/head",
            "25% + 63 JPY/kg",
            "10% + ?",
            "higher(15%, 125 JPY/kg)",
            "lower(40%, higher(5%, 1.22 AUD/kg TSS))",
            "depends(free, 5%, excluded)",
            "depends(?)",
            "excluded",
        ] {
            assert_eq!(rate(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_no_rate() {
        for text in ["", "10", "%", "ten%", "63 yen/kg", "higher()", "63 JPY/"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_lower_rate_is_told_only_where_it_can_be() {
        assert_eq!(rate("5%").lower(rate("3%")), rate("3%"));
        assert_eq!(rate("45 JPY/kg").lower(rate("free")), Rate::FREE);
        assert_eq!(
            rate("45 JPY/kg").lower(rate("38 JPY/kg")),
            rate("38 JPY/kg")
        );
        assert_eq!(
            rate("5%").lower(rate("38 JPY/kg")),
            rate("lower(5%, 38 JPY/kg)")
        );
        let compound = "36% + 130 JPY/kg";
        assert_eq!(rate(compound).lower(rate("36%")), rate("36%"));
        assert_eq!(
            rate(compound).lower(rate("29.8% + 396 JPY/kg")),
            rate("lower(36% + 130 JPY/kg, 29.8% + 396 JPY/kg)")
        );
        assert_eq!(
            rate("higher(9.6%, 160 JPY/m2)").lower(rate("9.6%")),
            rate("9.6%")
        );
    }

    #[test]
    fn a_condition_on_the_product_survives_the_comparison() {
        assert_eq!(
            rate("5%").lower(rate("depends(3%, 6%)")),
            rate("depends(3%, 5%)")
        );
        assert_eq!(rate("3%").lower(rate("depends(3%, 6%)")), rate("3%"));
        // Goods outside the condition keep the rate without it.
        assert_eq!(
            rate("5%").lower(rate("depends(3%)")),
            rate("depends(3%, 5%)")
        );
        assert_eq!(
            rate("depends(free, 7%)").lower(rate("depends(2%, excluded)")),
            rate("depends(free, 2%, 7%)")
        );
        assert_eq!(
            rate("5%").lower(rate("depends(?)")),
            rate("lower(5%, depends(?))")
        );
        assert_eq!(rate("free").lower(rate("depends(?)")), Rate::FREE);
        assert_eq!(rate("20% + ?").lower(rate("free")), Rate::FREE);
    }

    #[test]
    fn one_rate_is_never_above_another_only_where_no_shipment_can_differ() {
        for (left, right) in [
            ("3%", "3%"),
            ("3%", "3% + 5 JPY/kg"),
            ("5 JPY/kg", "higher(3%, 6 JPY/kg)"),
            ("lower(3%, 5 JPY/kg)", "4%"),
            ("free", "depends(?)"),
            ("3%", "depends(3%, 6%)"),
        ] {
            assert!(rate(left).is_never_above(&rate(right)), "{left} {right}");
        }
        for (left, right) in [
            ("3%", "5 JPY/kg"),
            ("3% + 5 JPY/kg", "3%"),
            ("5 JPY/kg", "6 USD/kg"),
            ("5 JPY/kg", "6 JPY/l"),
            ("3%", "depends(6%)"),
            ("depends(1%, 2%)", "6%"),
            ("3% + ?", "6%"),
            ("excluded", "6%"),
        ] {
            assert!(!rate(left).is_never_above(&rate(right)), "{left} {right}");
        }
    }
}
