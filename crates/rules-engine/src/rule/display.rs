//! Prints a rule in the normalised text of the table.

use std::fmt::{self, Display};

use super::ast::{
    Alternative, Exclusion, ExclusionForm, HsUnit, OriginRule, Proviso, Requirement, ShiftLevel,
    TariffShift,
};
use crate::hs::HsCode;

impl Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform(requirement) => requirement.fmt(f),
            Self::ByProduct(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        f.write_str("; ")?;
                    }
                    write!(f, "({}) {}: {}", index + 1, part.product, part.requirement)?;
                }
                Ok(())
            }
        }
    }
}

impl Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, alternative) in self.alternatives.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            alternative.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhollyObtained => f.write_str("WO"),
            Self::TariffShift(shift) => shift.fmt(f),
            Self::ValueContent(threshold) => write!(f, "RVC{}", threshold.as_percent()),
            Self::ChemicalReaction => f.write_str("CR"),
        }
    }
}

impl Display for ShiftLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chapter => "CC",
            Self::Heading => "CTH",
            Self::Subheading => "CTSH",
        })
    }
}

impl Display for TariffShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.level.fmt(f)?;
        if let Some(exclusion) = &self.except {
            write!(f, " except from {exclusion}")?;
        }
        if let Some(proviso) = self.proviso {
            write!(f, " provided that {proviso}")?;
        }
        Ok(())
    }
}

impl Display for Proviso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OriginatingActiveIngredientWeight(ratio) => write!(
                f,
                "at least {} per cent of the total weight of the active ingredient(s) is originating",
                ratio.as_percent()
            ),
        }
    }
}

impl HsUnit {
    /// The word the table uses for one or for several codes.
    pub(super) const fn word(self, plural: bool) -> &'static str {
        match (self, plural) {
            (Self::Chapter, false) => "Chapter",
            (Self::Chapter, true) => "Chapters",
            (Self::Heading, false) => "heading",
            (Self::Heading, true) => "headings",
            (Self::Subheading, false) => "subheading",
            (Self::Subheading, true) => "subheadings",
        }
    }
}

impl Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            ExclusionForm::AnyOf(codes) => {
                write!(f, "{} ", self.unit.word(false))?;
                write_list(f, codes, "or")
            }
            ExclusionForm::AllOf(codes) => {
                write!(f, "{} ", self.unit.word(true))?;
                write_list(f, codes, "and")
            }
            ExclusionForm::Through(first, last) => {
                write!(f, "{} {first} through {last}", self.unit.word(true))
            }
        }
    }
}

/// "a", "a or b", "a, b or c".
fn write_list(f: &mut fmt::Formatter<'_>, codes: &[HsCode], conjunction: &str) -> fmt::Result {
    for (index, code) in codes.iter().enumerate() {
        if index > 0 && index + 1 == codes.len() {
            write!(f, " {conjunction} ")?;
        } else if index > 0 {
            f.write_str(", ")?;
        }
        code.fmt(f)?;
    }
    Ok(())
}
