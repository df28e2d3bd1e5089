//! What the tests of every crate share: a small rule book, short ways to state
//! facts, a reference evaluator written from the law and not from the engine,
//! and generators of facts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a wrong constant of the test data must stop the test that uses it"
)]

mod book;
pub mod browser;
pub mod case;
pub mod facts;
pub mod generate;
pub mod http;
pub mod reference;
pub mod words;

pub use book::{book, with_product_rule};
