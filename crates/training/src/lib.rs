//! The case library that teaches, tests and demonstrates.
//!
//! A case states facts and asks a question; the key is never written down but
//! decided by the engine when it is needed ([`exercise`]). What the engine said
//! when a person last read a case is kept beside it, so that a change of a rule
//! or a rate shows as a case that moved ([`review`]).

pub mod clinic;
pub mod exercise;
pub mod library;
pub mod pack;
pub mod question;
pub mod review;
pub mod sheet;
