//! Reads, checks, imports and compiles the rule tables under `rules/`.
//!
//! [`shipped`] gives the tables inside the program, [`with_overlays`] adds
//! directories of the user, [`load_dir`] reads one directory alone. A table that
//! is wrong in any way is refused with its file, row and column.

mod agreement_file;
mod appendix_file;
pub mod bilingual;
mod citations;
mod concurrent;
pub mod coverage;
mod csv_rows;
pub mod image;
pub mod import;
pub mod lint;
mod load;
mod nomenclature_file;
mod operations_file;
pub mod problem;
mod product_rules_file;
pub mod show;
pub mod sidecar;
pub mod sources;
pub mod tariff_file;
pub mod toml_values;

use std::path::{Path, PathBuf};

use originis_rules_engine::rulebook::RuleBook;

pub use image::Cache;
pub use load::load;
pub use problem::{LoadError, Problem};
pub use sources::Sources;

/// The tables inside the program.
///
/// # Errors
/// [`LoadError`] when a shipped table is broken.
pub fn shipped() -> Result<RuleBook, LoadError> {
    load(&Sources::shipped())
}

/// The tables inside the program and those of further directories.
///
/// # Errors
/// [`LoadError`] when a table is broken or contradicts another one.
pub fn with_overlays(directories: &[PathBuf]) -> Result<RuleBook, LoadError> {
    open(directories, &Cache::none())
}

/// The same as [`with_overlays`], from a compiled image where the cache has one.
///
/// # Errors
/// [`LoadError`] when a table is broken or contradicts another one.
pub fn open(directories: &[PathBuf], cache: &Cache) -> Result<RuleBook, LoadError> {
    cache.load(&Sources::with_overlays(directories)?)
}

/// The tables of one directory, without the shipped ones.
///
/// # Errors
/// [`LoadError`] when the directory cannot be read or a table is broken.
pub fn load_dir(directory: &Path) -> Result<RuleBook, LoadError> {
    load(&Sources::directory(directory).map_err(LoadError::new)?)
}
