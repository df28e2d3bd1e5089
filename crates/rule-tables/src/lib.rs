//! Reads, checks, imports and compiles the rule tables under `rules/`.
//!
//! [`shipped`] gives the tables inside the program, [`with_overlays`] adds
//! directories of the user, [`load_dir`] reads one directory alone. A table that
//! is wrong in any way is refused with its file, row and column.

mod agreement_file;
mod appendix_file;
mod citations;
mod csv_rows;
pub mod import;
mod load;
mod nomenclature_file;
mod operations_file;
pub mod problem;
mod product_rules_file;
pub mod sidecar;
pub mod sources;
pub mod toml_values;

use std::path::{Path, PathBuf};

use originis_rules_engine::rulebook::RuleBook;

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
    let mut sources = Sources::shipped();
    let mut problems = Vec::new();
    for directory in directories {
        let added = Sources::directory(directory).and_then(|overlay| sources.overlay(overlay));
        if let Err(found) = added {
            problems.extend(found);
        }
    }
    if problems.is_empty() {
        load(&sources)
    } else {
        Err(LoadError::new(problems))
    }
}

/// The tables of one directory, without the shipped ones.
///
/// # Errors
/// [`LoadError`] when the directory cannot be read or a table is broken.
pub fn load_dir(directory: &Path) -> Result<RuleBook, LoadError> {
    load(&Sources::directory(directory).map_err(LoadError::new)?)
}
