//! Decides whether a good is originating under a trade agreement, and at which
//! rate it may enter: facts and compiled tables in, determination out.
//!
//! The crate is pure. It opens no file, reads no clock and knows neither CSV nor
//! JSON; [`rulebook::RuleBook`] is built by `originis-rule-tables`. Each legal
//! test lives in a module named after it in the law.

pub mod agreement;
pub mod apta;
pub mod country;
pub mod determination;
pub mod determine;
pub mod facts;
pub mod hs;
pub mod law;
pub mod nomenclature;
pub mod outcome;
pub mod quantity;
pub mod rate;
pub mod rcep;
pub mod rule;
pub mod rulebook;
pub mod settle;
pub mod tariff;
pub mod turning_days;

pub use determine::{agreements_between, determine, determine_in};
