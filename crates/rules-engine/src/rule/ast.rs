//! The tree of a product-specific rule (RCEP Annex 3A and APTA sector rules).

use serde::{Deserialize, Serialize};

use crate::hs::{HsCode, Subheading};
use crate::quantity::Ratio;

/// The rule of one code: alone, or split by product within the code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OriginRule {
    /// One requirement for every good of the code.
    Uniform(Requirement),
    /// Different requirements for different products of the same code; which
    /// one applies is a fact about the good.
    ByProduct(Vec<ProductPart>),
}

/// One part of a within-code split.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductPart {
    /// The products of this part, in the words of the table.
    pub product: String,
    /// What they must meet.
    pub requirement: Requirement,
}

/// Alternatives joined by "or": one is enough (Annex 3A, head-note 4), and the
/// exporter chooses which (head-note 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Requirement {
    /// At least one alternative, in the order of the table.
    pub alternatives: Vec<Alternative>,
}

/// One way of meeting a product-specific rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alternative {
    /// `WO`: wholly obtained; met as well by goods made exclusively from
    /// originating materials (head-note 7).
    WhollyObtained,
    /// `CC`, `CTH`, `CTSH`: change in tariff classification.
    TariffShift(TariffShift),
    /// `RVC40`: regional value content of not less than the percentage.
    ValueContent(Ratio),
    /// `CR`: chemical reaction rule.
    ChemicalReaction,
}

/// A change in tariff classification demanded of every non-originating material
/// (head-note 5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TariffShift {
    /// The level at which the codes must differ.
    pub level: ShiftLevel,
    /// Codes no non-originating material may come from (head-note 6).
    pub except: Option<Exclusion>,
    /// A further condition on the materials.
    pub proviso: Option<Proviso>,
}

/// The level of a change in tariff classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ShiftLevel {
    /// `CC`, at the two-digit level.
    Chapter,
    /// `CTH`, at the four-digit level.
    Heading,
    /// `CTSH`, at the six-digit level.
    Subheading,
}

impl ShiftLevel {
    /// Digits compared.
    pub const fn digits(self) -> u8 {
        match self {
            Self::Chapter => 2,
            Self::Heading => 4,
            Self::Subheading => 6,
        }
    }

    /// The part of `code` compared at this level.
    pub const fn part_of(self, code: Subheading) -> u32 {
        match self {
            Self::Chapter => code.chapter() as u32,
            Self::Heading => code.heading() as u32,
            Self::Subheading => code.as_number(),
        }
    }
}

/// "except from …": the codes a tariff shift may not start from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exclusion {
    /// What kind of codes are listed.
    pub unit: HsUnit,
    /// How the table lists them.
    pub form: ExclusionForm,
}

/// The kind of code an exclusion names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HsUnit {
    /// Two digits.
    Chapter,
    /// Four digits.
    Heading,
    /// Six digits.
    Subheading,
}

/// How an exclusion lists its codes. The forms mean the same for the test and
/// differ only in the words of the table, which printing must give back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExclusionForm {
    /// "heading 52.05 or 52.06".
    AnyOf(Vec<HsCode>),
    /// "headings 52.05 and 52.06".
    AllOf(Vec<HsCode>),
    /// "headings 72.08 through 72.15", ends included.
    Through(HsCode, HsCode),
}

impl Exclusion {
    /// Whether a material of this subheading is caught by the exclusion.
    pub fn catches(&self, material: Subheading) -> bool {
        let code = material.code();
        match &self.form {
            ExclusionForm::AnyOf(codes) | ExclusionForm::AllOf(codes) => {
                codes.iter().any(|excluded| code.is_within(*excluded))
            }
            ExclusionForm::Through(first, last) => {
                code.prefix(first.digit_count()).is_some_and(|part| {
                    (first.as_number()..=last.as_number()).contains(&part.as_number())
                })
            }
        }
    }

    /// The codes named, the ends only for a range.
    pub fn named_codes(&self) -> Vec<HsCode> {
        match &self.form {
            ExclusionForm::AnyOf(codes) | ExclusionForm::AllOf(codes) => codes.clone(),
            ExclusionForm::Through(first, last) => vec![*first, *last],
        }
    }
}

/// A condition attached to a tariff shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Proviso {
    /// The originating share of the total weight of the active ingredients is
    /// at least this ratio (heading 38.08).
    OriginatingActiveIngredientWeight(Ratio),
}

impl OriginRule {
    /// Every requirement with its one-based part number, `None` when the rule
    /// is not split.
    pub fn parts(&self) -> Vec<(Option<u8>, &Requirement)> {
        match self {
            Self::Uniform(requirement) => vec![(None, requirement)],
            Self::ByProduct(parts) => (1..)
                .zip(parts)
                .map(|(number, part)| (Some(number), &part.requirement))
                .collect(),
        }
    }
}
