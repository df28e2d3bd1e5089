//! The examples of the README are run: what it shows is what the program says.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::path::Path;
use std::process::Command;

/// The console blocks of a file, as (arguments of `originis`, output shown).
fn examples(file: &str) -> Vec<(Vec<String>, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    text.split("```console\n")
        .skip(1)
        .map(|block| {
            let block = block.split("```").next().unwrap();
            let (command, output) = block.split_once('\n').unwrap();
            let arguments = command.strip_prefix("$ cargo run -q -- ").unwrap();
            (
                arguments.split(' ').map(str::to_owned).collect(),
                output.to_owned(),
            )
        })
        .collect()
}

#[test]
fn every_example_prints_what_the_readme_shows() {
    for file in ["README.md", "README.zh.md"] {
        let examples = examples(file);
        assert!(!examples.is_empty(), "{file} shows no example");
        for (arguments, shown) in examples {
            let output = Command::new(env!("CARGO_BIN_EXE_originis"))
                .args(&arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .env("LC_ALL", "C")
                .env_remove("ORIGINIS_RULES")
                .output()
                .unwrap();
            assert!(output.status.success());
            let printed = String::from_utf8(output.stdout).unwrap();
            assert_eq!(printed, shown, "{file}: {arguments:?}");
        }
    }
}

#[test]
fn the_decision_cited_is_the_one_shown() {
    let (_, shown) = examples("README.md").remove(0);
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let cited = text.split("> Originis, decision ").nth(1).unwrap();
    let id = cited.split(',').next().unwrap();
    assert!(shown.contains(id), "{id} is not in the example");
    let tables = cited.split("tables ").nth(1).unwrap();
    let fingerprint = tables.split(' ').next().unwrap();
    assert!(
        shown.contains(fingerprint),
        "{fingerprint} is not in the example"
    );
}
