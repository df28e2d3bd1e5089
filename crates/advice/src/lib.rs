//! From verdict to best decision: which origin and agreement give the lowest
//! lawful duty, what would make a failing good qualify, and what paper to hold.

pub mod bill;
pub mod comparison;
#[cfg(test)]
mod comparison_tests;
mod decide;
pub mod diff;
pub mod document;
pub mod duty;
pub mod origin;
pub mod proof;
pub mod repair;
pub mod scenario;
mod topic;
mod wording;
pub mod workbook;

pub use decide::{Decision, Several, decide};
pub use topic::{Advice, Topic, advise};
