//! Rebuilds the crate when a table under `rules/` changes or is added.

fn main() {
    println!("cargo:rerun-if-changed=../../rules");
    println!("cargo:rerun-if-changed=build.rs");
}
