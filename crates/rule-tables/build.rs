//! Rebuilds the crate when a table under `rules/` changes or is added, and
//! numbers the format of compiled images.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=../../rules");
    println!("cargo:rerun-if-changed=build.rs");
    let mut sources = Vec::new();
    for directory in ["../rules-engine/src", "src"] {
        println!("cargo:rerun-if-changed={directory}");
        list(Path::new(directory), &mut sources)?;
    }
    sources.sort();
    // An image is laid out as the types of the engine are and holds what the
    // loader made of the tables. A change to either is a new format.
    let mut hasher = DefaultHasher::new();
    for source in sources {
        std::fs::read(source)?.hash(&mut hasher);
    }
    println!(
        "cargo:rustc-env=ORIGINIS_IMAGE_FORMAT={:016x}",
        hasher.finish()
    );
    Ok(())
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
