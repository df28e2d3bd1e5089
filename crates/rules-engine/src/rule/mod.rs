//! Product-specific rules: the tree (`ast`), reading it from the treaty's
//! symbols (`parse`) and printing it back. Parsing and printing are inverse.

mod ast;
mod display;
mod parse;

pub use ast::{
    Alternative, Exclusion, ExclusionForm, HsUnit, OriginRule, ProductPart, Proviso, Requirement,
    ShiftLevel, TariffShift,
};
pub use parse::RuleError;
