//! Exact quantities: money, weight, percentages. No floats anywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuantityError {
    /// Not a plain decimal number.
    #[error(
        "`{0}` is not a decimal number: expected digits with at most one decimal point, such as 1200.50"
    )]
    NotDecimal(String),
    /// Below zero.
    #[error("`{0}` is negative: amounts, weights and percentages are zero or more")]
    Negative(String),
    /// More decimal places than can be held exactly.
    #[error("`{text}` has more than {places} decimal places: round it as your accounts do")]
    TooPrecise {
        /// The text as given.
        text: String,
        /// The decimal places kept.
        places: u32,
    },
    /// Too large to hold exactly.
    #[error("`{0}` is too large to be held exactly")]
    TooLarge(String),
}

/// Reads a non-negative decimal into an integer scaled by `10^places`.
fn parse_scaled(text: &str, places: u32) -> Result<i64, QuantityError> {
    let trimmed = text.trim();
    let not_decimal = || QuantityError::NotDecimal(text.to_owned());
    if let Some(rest) = trimmed.strip_prefix('-') {
        return match parse_scaled(rest, places) {
            Ok(0) => Ok(0),
            Ok(_) => Err(QuantityError::Negative(text.to_owned())),
            Err(_) => Err(not_decimal()),
        };
    }
    let (whole, fraction) = trimmed.split_once('.').unwrap_or((trimmed, ""));
    if whole.is_empty() || (fraction.is_empty() && trimmed.contains('.')) {
        return Err(not_decimal());
    }
    let significant = fraction.trim_end_matches('0');
    let mut value = 0_i64;
    let mut decimals = 0_u32;
    for (digit, is_fraction) in whole
        .chars()
        .map(|c| (c, false))
        .chain(significant.chars().map(|c| (c, true)))
    {
        let digit = digit.to_digit(10).ok_or_else(not_decimal)?;
        if is_fraction {
            decimals += 1;
            if decimals > places {
                // Keep reading so that `1.23456x` is reported as no number at all.
                continue;
            }
        }
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(i64::from(digit)))
            .ok_or_else(|| QuantityError::TooLarge(text.to_owned()))?;
    }
    if decimals > places {
        return Err(QuantityError::TooPrecise {
            text: text.to_owned(),
            places,
        });
    }
    value
        .checked_mul(10_i64.pow(places - decimals))
        .ok_or_else(|| QuantityError::TooLarge(text.to_owned()))
}

/// Writes an integer scaled by `10^places`, with at least `least` decimals.
pub(crate) fn write_scaled(
    f: &mut fmt::Formatter<'_>,
    value: i128,
    places: u32,
    least: usize,
) -> fmt::Result {
    let scale = 10_i128.pow(places);
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.abs();
    let fraction = format!(
        "{:0width$}",
        magnitude % scale,
        width = usize::try_from(places).unwrap_or_default()
    );
    let kept = fraction.trim_end_matches('0').len().max(least);
    let fraction = fraction.get(..kept).unwrap_or(&fraction);
    write!(f, "{sign}{}", magnitude / scale)?;
    if !fraction.is_empty() {
        write!(f, ".{fraction}")?;
    }
    Ok(())
}

/// A non-negative amount of money in minor units of one ten-thousandth of the
/// currency unit: declarations print prices with four decimals.
///
/// All amounts of one determination are in the currency of the good.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Amount(i64);

impl Amount {
    /// Decimal places held.
    pub const PLACES: u32 = 4;

    /// Builds an amount from minor units; `None` below zero.
    pub const fn from_minor(minor: i64) -> Option<Self> {
        if minor < 0 { None } else { Some(Self(minor)) }
    }

    /// Minor units (ten-thousandths of the currency unit).
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Minor units, wide enough to be summed and cross-multiplied.
    pub const fn wide(self) -> i128 {
        self.0 as i128
    }
}

impl FromStr for Amount {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        parse_scaled(text, Self::PLACES).map(Self)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.wide(), Self::PLACES, 2)
    }
}

/// A sum or difference of amounts in the same minor units; may be negative.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Balance(pub i128);

impl From<Amount> for Balance {
    fn from(amount: Amount) -> Self {
        Self(amount.wide())
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.0, Amount::PLACES, 2)
    }
}

/// A weight in milligrams.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Weight(i64);

impl Weight {
    /// Decimal places of a kilogram held.
    pub const PLACES: u32 = 6;

    /// Builds a weight from milligrams; `None` below zero.
    pub const fn from_milligrams(milligrams: i64) -> Option<Self> {
        if milligrams < 0 {
            None
        } else {
            Some(Self(milligrams))
        }
    }

    /// Milligrams, wide enough to be summed and cross-multiplied.
    pub const fn wide(self) -> i128 {
        self.0 as i128
    }
}

/// Reads kilograms.
impl FromStr for Weight {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        parse_scaled(text, Self::PLACES).map(Self)
    }
}

/// Prints kilograms.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.wide(), Self::PLACES, 0)
    }
}

/// A quantity in any unit of measure, or a price for one of it, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// Decimal places held.
    pub const PLACES: u32 = 6;

    /// The money this quantity costs at a price for one; `None` where four
    /// decimals do not hold it exactly, in which case no figure is invented.
    pub fn at(self, price: Self) -> Option<Amount> {
        let product = i128::from(self.0).checked_mul(i128::from(price.0))?;
        let scale = 10_i128.pow(2 * Self::PLACES - Amount::PLACES);
        if product % scale != 0 {
            return None;
        }
        i64::try_from(product / scale)
            .ok()
            .and_then(Amount::from_minor)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        parse_scaled(text, Self::PLACES).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, i128::from(self.0), Self::PLACES, 0)
    }
}

/// A non-negative percentage in thousandths of a per cent, as tariffs print
/// rates (`10.9` is 10 900).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Percent(u32);

impl Percent {
    /// Decimal places held.
    pub const PLACES: u32 = 3;
    /// Thousandths of a per cent in the whole.
    pub const WHOLE: i128 = 100_000;
    /// Duty free.
    pub const ZERO: Self = Self(0);

    /// Builds a percentage from thousandths of a per cent.
    pub const fn from_thousandths(thousandths: u32) -> Self {
        Self(thousandths)
    }

    /// Thousandths of a per cent.
    pub const fn thousandths(self) -> u32 {
        self.0
    }

    /// The duty this rate takes of `value`, rounded half up at the minor unit.
    pub fn of(self, value: Amount) -> Balance {
        percent_of(i128::from(self.0), value)
    }

    /// The duty saved when `preferential` replaces this rate, rounded half up
    /// at the minor unit; zero when `preferential` is not lower.
    pub fn saving_on(self, value: Amount, preferential: Self) -> Balance {
        percent_of(i128::from(self.0.saturating_sub(preferential.0)), value)
    }

    /// This rate reduced by a margin of preference: `rate × (1 − margin)`.
    ///
    /// `None` when the margin is above 100 % or the result does not fit three
    /// decimals exactly, in which case no figure is invented.
    pub fn less_margin(self, margin: Self) -> Option<Self> {
        let whole = u64::try_from(Self::WHOLE).ok()?;
        let left = whole.checked_sub(u64::from(margin.0))?;
        let product = u64::from(self.0) * left;
        if product % whole == 0 {
            u32::try_from(product / whole).ok().map(Self)
        } else {
            None
        }
    }
}

fn percent_of(thousandths: i128, value: Amount) -> Balance {
    let product = value.wide() * thousandths;
    Balance((product * 2 + Percent::WHOLE) / (2 * Percent::WHOLE))
}

impl FromStr for Percent {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let scaled = parse_scaled(text, Self::PLACES)?;
        u32::try_from(scaled)
            .map(Self)
            .map_err(|_| QuantityError::TooLarge(text.to_owned()))
    }
}

/// Prints the number without a per cent sign.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, i128::from(self.0), Self::PLACES, 0)
    }
}

/// A legal threshold as a fraction, compared by cross-multiplication and never
/// by division: 39.996 % is below 40 %, exactly one third is one third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ratio {
    numerator: i32,
    denominator: i32,
}

impl Ratio {
    /// A threshold of `percent` hundredths.
    pub const fn percent(percent: u8) -> Self {
        Self {
            numerator: percent as i32,
            denominator: 100,
        }
    }

    /// Whether `part / whole` is at least this ratio. `whole` must be positive.
    pub fn is_reached_by(self, part: i128, whole: i128) -> bool {
        part * i128::from(self.denominator) >= whole * i128::from(self.numerator)
    }

    /// Whether `part / whole` does not exceed this ratio. `whole` must be positive.
    pub fn is_not_exceeded_by(self, part: i128, whole: i128) -> bool {
        part * i128::from(self.denominator) <= whole * i128::from(self.numerator)
    }

    /// The largest part of `whole` that does not exceed this ratio.
    pub const fn largest_part(self, whole: i128) -> i128 {
        (whole * self.numerator as i128).div_euclid(self.denominator as i128)
    }

    /// The smallest part of `whole` that reaches this ratio.
    pub const fn least_part(self, whole: i128) -> i128 {
        -(-whole * self.numerator as i128).div_euclid(self.denominator as i128)
    }

    /// The smallest whole of which `part` does not exceed this ratio; `None`
    /// for a ratio of zero.
    pub const fn least_whole_for(self, part: i128) -> Option<i128> {
        if self.numerator <= 0 {
            return None;
        }
        Some(-(-part * self.denominator as i128).div_euclid(self.numerator as i128))
    }

    /// What is left to others when this ratio must be reached: a required 40 %
    /// leaves at most 60 %.
    #[must_use]
    pub const fn remainder(self) -> Self {
        Self {
            numerator: self.denominator - self.numerator,
            denominator: self.denominator,
        }
    }

    /// The threshold in whole per cent, rounded down.
    pub const fn as_percent(self) -> i32 {
        self.numerator * 100 / self.denominator
    }
}

/// `part / whole` in per cent with two decimals for people to read, rounded
/// toward the lower side so that a value below a threshold never prints as the
/// threshold. Never used to decide. `None` when `whole` is not positive.
pub fn percentage_for_display(part: i128, whole: i128) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let hundredths = (part * 10_000).div_euclid(whole);
    Some(Hundredths(hundredths).to_string())
}

struct Hundredths(i128);

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.0, 2, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_at_a_price_is_exact_or_nothing() {
        let value = |quantity: &str, price: &str| {
            let read = |text: &str| text.parse::<Quantity>().unwrap();
            read(quantity)
                .at(read(price))
                .map(|value| value.to_string())
        };
        assert_eq!(value("0.95", "12.5").as_deref(), Some("11.875"));
        assert_eq!(value("0.333333", "3"), None);
        assert_eq!(value("0.3333", "3").as_deref(), Some("0.9999"));
        assert_eq!(value("0", "3").as_deref(), Some("0.00"));
        assert_eq!(value("9000000000000", "9000000000000"), None);
    }

    #[test]
    fn amounts_are_exact_and_round_trip() {
        for (text, printed) in [
            ("1200.00", "1200.00"),
            ("0.0035", "0.0035"),
            ("7", "7.00"),
            ("-0", "0.00"),
            ("1.50000", "1.50"),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn each_defect_has_its_own_error() {
        assert!(matches!(
            "-1".parse::<Amount>(),
            Err(QuantityError::Negative(_))
        ));
        assert!(matches!(
            "1.23456".parse::<Amount>(),
            Err(QuantityError::TooPrecise { .. })
        ));
        assert!(matches!(
            "1e9".parse::<Amount>(),
            Err(QuantityError::NotDecimal(_))
        ));
        assert!(matches!(
            ".5".parse::<Amount>(),
            Err(QuantityError::NotDecimal(_))
        ));
        assert!(matches!(
            "5.".parse::<Amount>(),
            Err(QuantityError::NotDecimal(_))
        ));
        assert!(matches!(
            "99999999999999999999".parse::<Amount>(),
            Err(QuantityError::TooLarge(_))
        ));
    }

    #[test]
    fn thresholds_compare_exactly() {
        let forty = Ratio::percent(40);
        assert!(forty.is_reached_by(40, 100));
        assert!(!forty.is_reached_by(39_996, 100_000));
        assert!(Ratio::percent(10).is_not_exceeded_by(10, 100));
        assert!(!Ratio::percent(10).is_not_exceeded_by(100_001, 1_000_000));
    }

    #[test]
    fn bounds_of_a_ratio_are_exact_at_the_minor_unit() {
        let forty = Ratio::percent(40);
        for whole in [1_i128, 3, 99, 100, 1_000_001] {
            let least = forty.least_part(whole);
            assert!(forty.is_reached_by(least, whole) && !forty.is_reached_by(least - 1, whole));
            let ten = Ratio::percent(10);
            let largest = ten.largest_part(whole);
            assert!(ten.is_not_exceeded_by(largest, whole));
            assert!(!ten.is_not_exceeded_by(largest + 1, whole));
            let base = ten.least_whole_for(whole).unwrap();
            assert!(ten.is_not_exceeded_by(whole, base));
            assert!(!ten.is_not_exceeded_by(whole, base - 1));
        }
        assert_eq!(forty.remainder(), Ratio::percent(60));
        assert_eq!(Ratio::percent(0).least_whole_for(1), None);
    }

    #[test]
    fn display_never_rounds_up_to_a_threshold() {
        assert_eq!(percentage_for_display(39_999, 100_000).unwrap(), "39.99");
        assert_eq!(percentage_for_display(-1, 3).unwrap(), "-33.34");
        assert_eq!(percentage_for_display(1, 0), None);
    }

    #[test]
    fn saving_is_the_difference_of_rates() {
        let (mfn, preferential) = ("10.9".parse::<Percent>().unwrap(), "6.8".parse().unwrap());
        let value = "1260.00".parse().unwrap();
        assert_eq!(mfn.saving_on(value, preferential).to_string(), "51.66");
        assert_eq!(preferential.saving_on(value, mfn).to_string(), "0.00");
    }

    #[test]
    fn margin_of_preference_is_exact_or_absent() {
        let rate = |text: &str| text.parse::<Percent>().unwrap();
        assert_eq!(rate("10").less_margin(rate("40")), Some(rate("6")));
        assert_eq!(rate("7.5").less_margin(rate("33.333")), None);
        assert_eq!(rate("10").less_margin(rate("101")), None);
    }
}
