//! Reads, checks, imports and compiles the rule tables under `rules/`.

pub mod problem;

pub use problem::{LoadError, Problem};
