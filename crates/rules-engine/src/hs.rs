//! Harmonized System codes: chapter (2 digits), heading (4), subheading (6) and
//! the longer national tariff lines, each read in a named HS edition.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The edition of the Harmonized System a code is written in.
///
/// A code means nothing without its edition: the same six digits may name
/// different goods in HS 2012 and HS 2022.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HsEdition {
    /// HS 2012, the edition the treaty text and its schedules were written in.
    Hs2012,
    /// HS 2017.
    Hs2017,
    /// HS 2022, the edition of the product-specific rules since 2023-01-01.
    Hs2022,
}

impl HsEdition {
    /// Every edition, oldest first.
    pub const ALL: [Self; 3] = [Self::Hs2012, Self::Hs2017, Self::Hs2022];

    /// The year that names the edition, such as `"2022"`.
    pub const fn year(self) -> &'static str {
        match self {
            Self::Hs2012 => "2012",
            Self::Hs2017 => "2017",
            Self::Hs2022 => "2022",
        }
    }
}

impl fmt::Display for HsEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.year())
    }
}

impl FromStr for HsEdition {
    type Err = HsError;

    fn from_str(text: &str) -> Result<Self, HsError> {
        Self::ALL
            .into_iter()
            .find(|edition| edition.year() == text)
            .ok_or_else(|| HsError::Edition(text.to_owned()))
    }
}

/// Why a text is not an HS code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HsError {
    /// Something other than digits, dots, spaces and hyphens.
    #[error("`{0}` is not an HS code: only digits, dots, spaces and hyphens are allowed")]
    Characters(String),
    /// A length no level of the nomenclature has.
    #[error("`{0}` is not an HS code: expected 2, 4 or 6 to 12 digits")]
    Length(String),
    /// Not one of the loaded editions.
    #[error("`{0}` is not a known HS edition: expected 2012, 2017 or 2022")]
    Edition(String),
}

/// A code of any level from chapter to national tariff line, as digits.
///
/// Ordering is by the digits read as text, so a heading sorts before its
/// subheadings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HsCode {
    digits: u64,
    len: u8,
}

/// The longest national line accepted, in digits.
const LONGEST: u8 = 12;

/// Codes are compared and cut many times for each decision, and a table is
/// several times faster than a power.
const POWERS_OF_TEN: [u64; LONGEST as usize + 1] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
];

fn power_of_ten(exponent: u8) -> u64 {
    POWERS_OF_TEN
        .get(usize::from(exponent))
        .copied()
        .unwrap_or(u64::MAX)
}

/// The number without its last digits. A code is cut for every material under
/// every rule, and to divide by a number known beforehand takes no division.
#[inline]
const fn without_last(digits: u64, count: u8) -> u64 {
    match count {
        0 => digits,
        1 => digits / 10,
        2 => digits / 100,
        3 => digits / 1_000,
        4 => digits / 10_000,
        5 => digits / 100_000,
        6 => digits / 1_000_000,
        7 => digits / 10_000_000,
        8 => digits / 100_000_000,
        9 => digits / 1_000_000_000,
        10 => digits / 10_000_000_000,
        _ => 0,
    }
}

impl HsCode {
    /// Builds a code from its numeric value and number of digits.
    ///
    /// # Errors
    /// [`HsError::Length`] when no level has `len` digits or `digits` needs more.
    pub fn new(digits: u64, len: u8) -> Result<Self, HsError> {
        let level_exists = matches!(len, 2 | 4 | 6..=LONGEST);
        if level_exists && digits < power_of_ten(len) {
            Ok(Self { digits, len })
        } else {
            Err(HsError::Length(digits.to_string()))
        }
    }

    /// Number of digits.
    pub const fn digit_count(self) -> u8 {
        self.len
    }

    /// The digits as a number, without leading zeros.
    pub const fn as_number(self) -> u64 {
        self.digits
    }

    /// The first `len` digits, or `None` when the code is shorter.
    #[inline]
    pub fn prefix(self, len: u8) -> Option<Self> {
        let drop = self.len.checked_sub(len)?;
        // INVARIANT: the quotient has at most `len` digits, so only the level can
        // be wrong.
        matches!(len, 2 | 4 | 6..=LONGEST).then(|| Self {
            digits: without_last(self.digits, drop),
            len,
        })
    }

    /// The six-digit subheading, or `None` for a chapter or heading.
    #[inline]
    pub fn subheading(self) -> Option<Subheading> {
        let code = self.prefix(6)?;
        u32::try_from(code.digits).ok().map(Subheading)
    }

    /// The chapter, 1 to 99.
    pub fn chapter(self) -> u8 {
        self.prefix(2)
            .and_then(|code| u8::try_from(code.digits).ok())
            .unwrap_or_default()
    }

    /// Whether `prefix` names this code or a group it belongs to.
    #[inline]
    pub fn is_within(self, prefix: Self) -> bool {
        self.prefix(prefix.len) == Some(prefix)
    }

    /// Whether a national code stands for its whole subheading: tariffs print
    /// zeros after the sixth digit where they do not divide it.
    pub fn is_undivided(self) -> bool {
        self.len > 6
            && without_last(self.digits, self.len - 6) * power_of_ten(self.len - 6) == self.digits
    }

    /// The digits without dots, leading zeros kept.
    pub fn compact(self) -> String {
        format!("{:0width$}", self.digits, width = usize::from(self.len))
    }
}

impl Ord for HsCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let padded = |code: &Self| code.digits * power_of_ten(LONGEST.saturating_sub(code.len));
        padded(self)
            .cmp(&padded(other))
            .then(self.len.cmp(&other.len))
    }
}

impl PartialOrd for HsCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for HsCode {
    type Err = HsError;

    fn from_str(text: &str) -> Result<Self, HsError> {
        let mut digits = 0_u64;
        let mut len = 0_u8;
        for character in text.trim().chars() {
            match character {
                '.' | ' ' | '-' => {}
                '0'..='9' => {
                    if len >= LONGEST {
                        return Err(HsError::Length(text.to_owned()));
                    }
                    let digit = u64::from(character.to_digit(10).unwrap_or_default());
                    digits = digits * 10 + digit;
                    len += 1;
                }
                _ => return Err(HsError::Characters(text.to_owned())),
            }
        }
        Self::new(digits, len).map_err(|_| HsError::Length(text.to_owned()))
    }
}

/// Prints `61`, `61.10`, `6110.12` and `6110.12.100`: the dots of the treaty
/// for chapters, headings and subheadings, then the national digits.
impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.compact();
        let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
        match digits.len() {
            2 => f.write_str(&digits),
            4 => write!(f, "{}.{}", part(0..2), part(2..4)),
            6 => write!(f, "{}.{}", part(0..4), part(4..6)),
            len => write!(f, "{}.{}.{}", part(0..4), part(4..6), part(6..len)),
        }
    }
}

impl fmt::Debug for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HsCode({self})")
    }
}

/// A six-digit subheading, the level at which product-specific rules are laid down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subheading(u32);

impl Subheading {
    /// Builds a subheading from its six digits; `None` above 999999.
    pub const fn new(digits: u32) -> Option<Self> {
        if digits < 1_000_000 {
            Some(Self(digits))
        } else {
            None
        }
    }

    /// The six digits as a number.
    pub const fn as_number(self) -> u32 {
        self.0
    }

    /// The chapter (first two digits).
    pub const fn chapter(self) -> u8 {
        // INVARIANT: the value is below 1_000_000, so the quotient is below 100.
        (self.0 / 10_000) as u8
    }

    /// The heading (first four digits).
    pub const fn heading(self) -> u16 {
        // INVARIANT: the value is below 1_000_000, so the quotient is below 10_000.
        (self.0 / 100) as u16
    }

    /// The same code as an [`HsCode`] of six digits.
    pub const fn code(self) -> HsCode {
        HsCode {
            digits: self.0 as u64,
            len: 6,
        }
    }
}

impl fmt::Display for Subheading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

impl fmt::Debug for Subheading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subheading({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> HsCode {
        text.parse().unwrap()
    }

    #[test]
    fn dots_spaces_and_hyphens_do_not_matter() {
        assert_eq!(code("6110.12"), code("611012"));
        assert_eq!(code("6110 12-100"), code("611012100"));
        assert_eq!(code("0101.21").compact(), "010121");
    }

    #[test]
    fn prints_each_level_as_the_treaty_does() {
        for text in ["01", "51.08", "6110.12", "6110.12.100"] {
            assert_eq!(code(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_lengths_no_level_has() {
        for text in ["", "1", "123", "12345", "1234567890123"] {
            assert!(matches!(text.parse::<HsCode>(), Err(HsError::Length(_))));
        }
        assert!(matches!(
            "61x0".parse::<HsCode>(),
            Err(HsError::Characters(_))
        ));
    }

    #[test]
    fn a_group_sorts_before_its_members() {
        let mut codes = [code("611012"), code("61"), code("6110"), code("6109")];
        codes.sort();
        assert_eq!(
            codes.map(|c| c.to_string()),
            ["61", "61.09", "61.10", "6110.12"]
        );
        assert!(code("611012100").is_within(code("6110")));
        assert!(!code("61").is_within(code("6110")));
    }
}
