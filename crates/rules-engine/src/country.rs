//! Countries and customs territories by ISO 3166-1 alpha-2 code.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use thiserror::Error;

/// A country or customs territory, ISO 3166-1 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// The text is not two letters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a country code: expected two letters (ISO 3166-1 alpha-2), such as CN or JP")]
pub struct CountryError(String);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        // INVARIANT: only ASCII letters are ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// One more than the largest [`Self::ordinal`].
    pub const COUNT: usize = 1 << 10;

    /// A number of the two letters, below [`Self::COUNT`], for tables indexed by
    /// country: five bits tell the letters apart.
    #[inline]
    pub const fn ordinal(self) -> u16 {
        let [first, second] = self.0;
        ((first & 31) as u16) << 5 | (second & 31) as u16
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        match text.trim().as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([
                    first.to_ascii_uppercase(),
                    second.to_ascii_uppercase(),
                ]))
            }
            _ => Err(CountryError(text.to_owned())),
        }
    }
}

/// The two letters, for programs and for stored tables alike.
impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_two_letters_of_either_case() {
        assert_eq!("cn".parse::<Country>().unwrap().as_str(), "CN");
        for text in ["", "C", "CHN", "1N", "中国"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
    }
}
