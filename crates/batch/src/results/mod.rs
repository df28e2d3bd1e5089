//! The result columns of a line: which of them are wanted, and how they are
//! written.

mod columns;
mod texts;
mod writer;

pub use columns::{NoResultColumn, ResultColumn, ResultColumns, bare};
pub use texts::{KeptTexts, ResultTexts, Texts};
pub use writer::{Decided, ResultWriter, Summary, comparable_rates};
