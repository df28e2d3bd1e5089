//! Reads a rule from the treaty's symbols.
//!
//! ```text
//! rule        := requirement | part ("; " part)+
//! part        := "(" number ") " product ": " requirement
//! requirement := alternative (" or " alternative)*
//! alternative := "WO" | "CR" | "RVC" number | shift
//! shift       := ("CC" | "CTH" | "CTSH") [" except from " exclusion] [" provided that " proviso]
//! exclusion   := unit codes("or") | units codes("and") | units code " through " code
//! ```

use std::str::FromStr;

use thiserror::Error;

use super::ast::{
    Alternative, Exclusion, ExclusionForm, HsUnit, OriginRule, ProductPart, Proviso, Requirement,
    ShiftLevel, TariffShift,
};
use crate::hs::HsCode;
use crate::quantity::Ratio;

/// Why a rule text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// The rule or one of its alternatives is empty.
    #[error("the rule is empty where an alternative was expected")]
    Empty,
    /// No symbol of the vocabulary stands where one is expected.
    #[error(
        "`{0}` is not a rule symbol: expected WO, CC, CTH, CTSH, RVC followed by a whole percentage, or CR"
    )]
    Symbol(String),
    /// The codes of an exclusion cannot be read.
    #[error("`{0}` is not an exclusion: expected a word such as `heading` and its codes")]
    Exclusion(String),
    /// A proviso outside the vocabulary.
    #[error("`{0}` is not a known proviso")]
    Proviso(String),
    /// A product split that is not numbered (1), (2), … or has an empty part.
    #[error("`{0}` is not a numbered product part such as `(1) of insects: CC`")]
    Part(String),
}

impl FromStr for OriginRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.starts_with('(') {
            parse_parts(text).map(Self::ByProduct)
        } else {
            text.parse().map(Self::Uniform)
        }
    }
}

fn parse_parts(text: &str) -> Result<Vec<ProductPart>, RuleError> {
    let mut parts = Vec::new();
    for (number, part) in (1..).zip(text.split("; ")) {
        let bad_part = || RuleError::Part(part.to_owned());
        let rest = part
            .strip_prefix(&format!("({number}) "))
            .ok_or_else(bad_part)?;
        let (product, requirement) = rest.rsplit_once(": ").ok_or_else(bad_part)?;
        if product.is_empty() {
            return Err(bad_part());
        }
        parts.push(ProductPart {
            product: product.to_owned(),
            requirement: requirement.parse()?,
        });
    }
    if parts.len() < 2 {
        return Err(RuleError::Part(text.to_owned()));
    }
    Ok(parts)
}

impl FromStr for Requirement {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        // A word that opens an alternative begins a new one; "or" inside an
        // exclusion is followed by a code and continues it.
        let mut pieces: Vec<String> = Vec::new();
        for word in text.split(" or ") {
            match pieces.last_mut() {
                Some(open) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                    open.push_str(" or ");
                    open.push_str(word);
                }
                _ => pieces.push(word.to_owned()),
            }
        }
        let alternatives = pieces
            .iter()
            .map(|piece| piece.parse())
            .collect::<Result<Vec<_>, _>>()?;
        if alternatives.is_empty() {
            return Err(RuleError::Empty);
        }
        Ok(Self { alternatives })
    }
}

impl FromStr for Alternative {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        match text {
            "" => Err(RuleError::Empty),
            "WO" => Ok(Self::WhollyObtained),
            "CR" => Ok(Self::ChemicalReaction),
            _ => match text.strip_prefix("RVC") {
                Some(percent) => percent
                    .parse::<u8>()
                    .ok()
                    .filter(|value| *value <= 100 && value.to_string() == percent)
                    .map(|value| Self::ValueContent(Ratio::percent(value)))
                    .ok_or_else(|| RuleError::Symbol(text.to_owned())),
                None => text.parse().map(Self::TariffShift),
            },
        }
    }
}

impl FromStr for TariffShift {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (text, proviso) = match text.split_once(" provided that ") {
            Some((before, proviso)) => (before, Some(proviso.parse()?)),
            None => (text, None),
        };
        let (symbol, except) = match text.split_once(" except from ") {
            Some((symbol, exclusion)) => (symbol, Some(exclusion.parse()?)),
            None => (text, None),
        };
        let level = match symbol {
            "CC" => ShiftLevel::Chapter,
            "CTH" => ShiftLevel::Heading,
            "CTSH" => ShiftLevel::Subheading,
            _ => return Err(RuleError::Symbol(symbol.to_owned())),
        };
        Ok(Self {
            level,
            except,
            proviso,
        })
    }
}

impl FromStr for Proviso {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        text.strip_prefix("at least ")
            .and_then(|rest| {
                rest.strip_suffix(
                    " per cent of the total weight of the active ingredient(s) is originating",
                )
            })
            .and_then(|percent| percent.parse::<u8>().ok())
            .filter(|percent| *percent <= 100)
            .map(|percent| Self::OriginatingActiveIngredientWeight(Ratio::percent(percent)))
            .ok_or_else(|| RuleError::Proviso(text.to_owned()))
    }
}

impl FromStr for Exclusion {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let bad = || RuleError::Exclusion(text.to_owned());
        let (word, codes) = text.split_once(' ').ok_or_else(bad)?;
        let (unit, plural) = [HsUnit::Chapter, HsUnit::Heading, HsUnit::Subheading]
            .into_iter()
            .flat_map(|unit| [(unit, false), (unit, true)])
            .find(|(unit, plural)| unit.word(*plural) == word)
            .ok_or_else(bad)?;
        let code = |text: &str| -> Result<HsCode, RuleError> {
            text.parse::<HsCode>()
                .ok()
                .filter(|code| code.digit_count() == unit.digits() && code.to_string() == text)
                .ok_or_else(bad)
        };
        let list = |conjunction: &str| -> Result<Vec<HsCode>, RuleError> {
            let (head, last) = match codes.rsplit_once(conjunction) {
                Some((head, last)) => (Some(head), last),
                None => (None, codes),
            };
            head.into_iter()
                .flat_map(|head| head.split(", "))
                .chain([last])
                .map(code)
                .collect()
        };
        let form = match (plural, codes.split_once(" through ")) {
            (true, Some((first, last))) => {
                let (first, last) = (code(first)?, code(last)?);
                if first >= last {
                    return Err(bad());
                }
                ExclusionForm::Through(first, last)
            }
            (true, None) => ExclusionForm::AllOf(list(" and ")?),
            (false, None) => ExclusionForm::AnyOf(list(" or ")?),
            (false, Some(_)) => return Err(bad()),
        };
        Ok(Self { unit, form })
    }
}

impl HsUnit {
    const fn digits(self) -> u8 {
        match self {
            Self::Chapter => 2,
            Self::Heading => 4,
            Self::Subheading => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hs::Subheading;

    fn shift(text: &str) -> TariffShift {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints_every_kind_of_form() {
        for text in [
            "WO",
            "CC except from Chapter 01",
            "CTH except from headings 55.09 through 55.11",
            "CTH except from heading 72.08 or 72.09 or RVC40",
            "CTSH except from subheading 8504.31, 8504.32 or 8504.34 or RVC40",
            "CTSH except from subheadings 2204.22 and 2204.29",
            "CTH or RVC40 or CR",
            "CTSH provided that at least 50 per cent of the total weight of the active ingredient(s) is originating or RVC40",
            "(1) of insects: CC or RVC40; (2) all other goods: CC",
        ] {
            assert_eq!(text.parse::<OriginRule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for text in [
            "",
            "CTX",
            "RVC",
            "RVC040",
            "RVC101",
            "CTH or",
            "CTH except from 72.08",
            "CTH except from heading 7208",
            "CTH except from headings 72.15 through 72.08",
            "CTH provided that the moon is full",
            "(1) of insects: CC",
            "(2) of insects: CC; (1) all other goods: CC",
        ] {
            assert!(text.parse::<OriginRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_exclusion_catches_members_and_range_ends() {
        let caught = |text: &str, code: u32| {
            shift(text)
                .except
                .unwrap()
                .catches(Subheading::new(code).unwrap())
        };
        let range = "CTH except from headings 72.08 through 72.15";
        assert!(caught(range, 720_851) && caught(range, 721_590));
        assert!(!caught(range, 720_712) && !caught(range, 721_610));
        assert!(caught("CC except from Chapter 01", 10_121));
        assert!(!caught(
            "CTSH except from subheading 8504.22 or 8504.23",
            850_421
        ));
    }
}
