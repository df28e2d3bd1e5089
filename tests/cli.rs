//! The command line, driven as a user drives it.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot do its work must stop the test"
)]

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use originis_testkit::words::untold;
use serde_json::Value;

/// The binary with a clean environment: no locale, no cache, no tables of the
/// user.
fn originis(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_originis"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn run(arguments: &[&str]) -> Output {
    originis(arguments).output().unwrap()
}

fn run_with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = originis(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{:?}: {}",
        output.status,
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Cells of a terminal a line takes.
fn cells(line: &str) -> usize {
    originis_exchange::columns::width(line)
}

const PULLOVER: &str = "crates/exchange/testdata/pullover.json";
const LEAST: &str =
    r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15","good":{"hs":"6110.12"}}"#;

#[test]
fn the_readme_example_fits_one_screen_in_both_languages() {
    for lang in ["en", "zh"] {
        let example = "fixtures/cashmere-pullover.json";
        let output = run(&["check", example, "--format", "text", "--lang", lang]);
        let page = stdout(&output);
        assert!(page.lines().count() <= 50, "{page}");
        for line in page.lines() {
            assert!(cells(line) <= 80, "{line}");
        }
        assert_eq!(is_chinese(&page), lang == "zh");
        assert!(!page.contains('\u{1b}'), "colour outside a terminal");
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn the_text_answer_stays_as_people_know_it() {
    for lang in ["en", "zh"] {
        for (name, file) in [
            ("pullover", PULLOVER),
            (
                "open-questions",
                "crates/exchange/testdata/open-questions.json",
            ),
        ] {
            let page = stdout(&run(&["check", file, "--format", "text", "--lang", lang]));
            // Data date, fingerprint and identifier change with every table.
            let (page, _) = page
                .rsplit_once(if lang == "en" { "\nData" } else { "\n数据" })
                .unwrap();
            insta::assert_snapshot!(format!("check-{name}-{lang}"), page);
        }
    }
}

#[test]
fn json_is_written_where_no_terminal_is() {
    let answer = json(&run(&["check", PULLOVER]));
    let one = answer.get("results").map_or(&answer, |results| &results[0]);
    assert_eq!(one["agreement"], "RCEP");
    assert_eq!(one["rules"]["fingerprint"].as_str().unwrap().len(), 64);
}

#[test]
fn every_verdict_ends_with_zero_and_an_open_one_names_what_is_missing() {
    let answer = json(&run_with_input(&["check", "-"], LEAST));
    assert_eq!(answer["verdict"], "undetermined");
    assert!(!answer["missing"].as_array().unwrap().is_empty());
    let wrong = LEAST.replace("\"JP\"", "\"US\"");
    let answer = json(&run_with_input(&["check", "-"], &wrong));
    assert_eq!(answer["verdict"], "not_originating");
    assert_eq!(answer["claim"]["outcome"], "not_eligible");
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let first = run(&["check", PULLOVER]);
    let second = run(&["check", PULLOVER]);
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn without_an_agreement_every_one_is_decided_and_the_best_named() {
    let both = r#"{"from":"CN","to":"KR","date":"2026-07-15","good":{"hs":"3923.30","fob":"100",
        "customs_value":"110"},"materials":[{"hs":"3901.10","status":"non_originating",
        "origin":"US","value":"30"}],"operations":["blow moulding"]}"#;
    let decision = json(&run_with_input(&["check", "-"], both));
    let agreements: Vec<&str> = decision["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["agreement"].as_str().unwrap())
        .collect();
    assert_eq!(agreements, ["RCEP", "APTA"]);
    assert!(decision["best"]["why"].is_string());
    for lang in ["en", "zh"] {
        let output = run_with_input(&["check", "-", "--format", "text", "--lang", lang], both);
        let page = stdout(&output);
        assert!(page.starts_with(if lang == "en" {
            "Best choice: "
        } else {
            "最佳选择："
        }));
        assert!(page.contains("RCEP") && page.contains("APTA"), "{page}");
        assert!(page.lines().count() <= 50, "{page}");
        assert!(page.lines().all(|line| cells(line) <= 80), "{page}");
    }
}

#[test]
fn an_unknown_field_is_an_error_that_names_it() {
    let wrong = LEAST.replace("\"good\"", "\"colour\":\"red\",\"good\"");
    for (lang, words) in [("en", "unknown field `colour`"), ("zh", "未知字段“colour”")] {
        let output = run_with_input(&["check", "-", "--format", "text", "--lang", lang], &wrong);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(words));
        assert!(text(&output.stderr).contains("/colour"));
        assert!(output.stdout.is_empty());
    }
    let output = run_with_input(&["check", "-"], &wrong);
    let errors: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(errors["errors"][0]["pointer"], "/colour");
}

#[test]
fn impossible_facts_are_errors_with_their_place() {
    for (request, pointer, code) in [
        (LEAST.replace("07-15", "02-30"), "/date", "impossible_date"),
        (
            LEAST.replace("\"6110.12\"", "\"6110.12\",\"fob\":\"-1\""),
            "/good/fob",
            "negative_value",
        ),
        (
            LEAST.replace("6110.12", "9999.99"),
            "/good/hs",
            "unknown_hs_code",
        ),
        (
            LEAST.replace("6110.12", "61x"),
            "/good/hs",
            "not_an_hs_code",
        ),
        (
            LEAST.replace(
                "\"6110.12\"}",
                "\"6110.12\",\"weight_kg\":\"1\"},\"materials\":[{\"weight_kg\":\"2\"}]",
            ),
            "/materials/0/weight_kg",
            "weight_above_total",
        ),
    ] {
        let output = run_with_input(&["check", "-"], &request);
        assert_eq!(output.status.code(), Some(2), "{request}");
        let errors: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(errors["errors"][0]["pointer"], pointer);
        assert_eq!(errors["errors"][0]["code"], code);
    }
}

#[test]
fn a_code_of_a_former_edition_is_asked_about_with_candidates() {
    // Valid in HS 2017, divided in HS 2022.
    let former = LEAST.replace("6110.12", "8517.12");
    let answer = json(&run_with_input(&["check", "-"], &former));
    assert_eq!(answer["verdict"], "undetermined");
    let missing = answer["missing"].as_array().unwrap();
    let code = missing
        .iter()
        .find(|missing| missing["fact"] == "good.hs")
        .unwrap();
    assert_eq!(code["candidates"][0], "8517.13");
    assert_eq!(code["candidates"][1], "8517.14");
}

#[test]
fn wrong_usage_and_unreadable_input_end_with_two() {
    for arguments in [
        &["chek"][..],
        &["check"],
        &["check", "no-such-file.json"],
        &["check", "crates/cli"],
        &["rate", "6110.12", "--from", "CN"],
        &["rate", "61x", "--from", "CN", "--to", "JP"],
        &["rule", "6110.12", "--lang", "fr"],
        &["rules", "show", "no-such-table"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let output = run_with_input(&["check", "-"], "{");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn broken_tables_end_with_three_and_name_file_and_row() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken-tables");
    let tariffs = directory.join("tariffs");
    std::fs::create_dir_all(&tariffs).unwrap();
    std::fs::write(
        tariffs.join("nz.csv"),
        "code,season,conditional,mfn\n611012,,,ten\n",
    )
    .unwrap();
    std::fs::write(
        tariffs.join("nz.toml"),
        "[table]\ntitle_en = \"x\"\ntitle_zh = \"甲\"\nsource = \"x\"\nattribution = \"x\"\nas_of = 2026-01-01\nedition = \"2022\"\nimporter = \"NZ\"\nstatus = \"official\"\ncitation = \"x\"\ncoverage_en = \"x\"\ncoverage_zh = \"甲\"\n\n[[column]]\nname = \"mfn\"\nkind = \"general\"\n",
    )
    .unwrap();
    let directory = directory.to_str().unwrap();
    for arguments in [
        &["--rules", directory, "check", PULLOVER][..],
        &["--rules", directory, "rules", "lint", "--format", "text"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(said.contains("tariffs/nz.csv, row 2"), "{said}");
    }
    let output = originis(&["check", PULLOVER])
        .env("ORIGINIS_RULES", directory)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn every_refusal_is_told_in_both_languages() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    std::fs::create_dir_all(at("broken/tariffs")).unwrap();
    std::fs::write(at("broken/tariffs/nz.csv"), "code\n611012\n").unwrap();
    std::fs::write(at("broken/tariffs/nz.toml"), "[table]\ntitle = 1\n").unwrap();
    let tariff = "税则号列,协定税率\n61101200,5\n";
    std::fs::write(at("tariff.csv"), tariff).unwrap();
    std::fs::write(at("open.csv"), tariff.replace(",5", ",见附表")).unwrap();
    std::fs::write(at("part.csv"), format!("{tariff}85171300,见附表\n")).unwrap();
    std::fs::write(at("psr.csv"), "level,code,rule\nchapter,02,CC\n").unwrap();
    let (part, rules) = (at("part.csv"), at("psr.csv"));
    let (broken, nothing) = (at("broken"), at("nothing"));
    let (tariff, open, mine, data) = (at("tariff.csv"), at("open.csv"), at("mine"), at("data"));
    let sidecar = at("broken/tariffs/nz.toml");
    let (below_a_file, picture) = (at("tariff.csv/pack"), at("answer.pdf"));
    let plain = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let importing = |file: &str, map: &str| -> Vec<String> {
        let words = format!(
            "rules import {file} --into {mine} --id nz --importer NZ --hs-edition 2022 \
             --agreement RCEP --as-of 2026-01-01 --source x --map code=税则号列 --map {map} \
             --format text"
        );
        words.split_whitespace().map(str::to_owned).collect()
    };
    let replacing = |file: &str, map: &str| [importing(file, map), plain("--replace")].concat();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    // A table of this name is there already when it is imported again.
    let first = importing(&tariff, "rate=协定税率");
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    assert!(run(&first).status.success());
    for (line, code, kept) in [
        (
            plain(&format!("rules lint {broken} --format text")),
            3,
            "tariffs/nz.toml",
        ),
        (
            plain(&format!("--rules {broken} check {PULLOVER}")),
            3,
            "tariffs/nz.toml",
        ),
        (plain(&format!("rules lint {nothing}")), 3, nothing.as_str()),
        (plain(&format!("check {nothing}")), 2, &nothing),
        (plain("rules show nothing"), 2, "rcep/psr.hs2022"),
        (importing(&nothing, "rate=b"), 2, &nothing),
        (importing(&tariff, "rate=b"), 2, "`b`"),
        (importing(&tariff, "price=b"), 2, "`price=b`"),
        (importing(&open, "rate=协定税率"), 2, "`协定税率`"),
        (importing(&tariff, "rate=协定税率"), 2, "nz.csv"),
        (replacing(&part, "rate=协定税率"), 1, "`见附表`"),
        (
            plain(&format!(
                "rules import {tariff} --layout psr --out {nothing}"
            )),
            2,
            "`level`",
        ),
        (
            plain(&format!(
                "rules import {tariff} --layout tariff-schedule --out {nothing}"
            )),
            2,
            "nothing.toml",
        ),
        (
            plain(&format!(
                "rules import {rules} --layout psr --out {below_a_file}"
            )),
            2,
            &below_a_file,
        ),
        (
            plain(&format!("serve --bind {taken} --data {data}")),
            2,
            &taken,
        ),
        (
            plain(&format!("serve --bind 0.0.0.0:0 --data {data}")),
            2,
            "0.0.0.0:0",
        ),
        (
            plain(&format!("serve --data {below_a_file}")),
            2,
            &below_a_file,
        ),
        (
            plain(&format!("serve key revoke k1 --data {data}")),
            2,
            "`k1`",
        ),
        (
            plain(&format!(
                "serve records delete --before 2026-01-01 --data {data}"
            )),
            2,
            "--yes",
        ),
        (
            plain(&format!(
                "serve records delete --yes --before 2026-01-01 --data {data}"
            )),
            0,
            "0",
        ),
        (plain("learn lesson nothing"), 2, "tariff-shift"),
        (plain("learn pack --sector nothing"), 2, "dairy"),
        (
            plain(&format!("learn pack --sector dairy --out {below_a_file}")),
            2,
            &below_a_file,
        ),
        (
            plain(&format!("learn verify --reviewed {sidecar}")),
            2,
            &sidecar,
        ),
        (
            plain(&format!("learn verify --reviewed {nothing}")),
            2,
            &nothing,
        ),
        (
            plain(&format!("learn clinic {nothing} --date 2026-01-01")),
            2,
            &nothing,
        ),
        (
            plain(&format!("proof {PULLOVER} --details {tariff}")),
            2,
            "--details",
        ),
        (
            plain(&format!("compare {PULLOVER} --out {picture}")),
            2,
            &picture,
        ),
        (
            plain(&format!("compare {PULLOVER} --out {below_a_file}.txt")),
            2,
            &below_a_file,
        ),
        (plain(&format!("diff {PULLOVER}")), 2, "--before"),
        (plain(&format!("batch {nothing}")), 2, &nothing),
        (plain("rate 6110.12 --from C --to JP"), 2, "--from"),
        (plain("rule 61x"), 2, "61x"),
    ] {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let [en, zh] = ["en", "zh"].map(|lang| {
            let output = originis(&[&["--lang", lang], line.as_slice()].concat())
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(code), "{line:?}");
            let said = text(&output.stderr);
            // A report of problems is a result and goes to standard output.
            if said.is_empty() {
                text(&output.stdout)
            } else {
                said
            }
        });
        assert_eq!(untold(&en, &zh, &[kept]), None, "{line:?}");
    }
}

#[test]
fn shipped_tables_are_clean() {
    let page = stdout(&run(&["rules", "lint", "--format", "text"]));
    assert!(page.contains("no problem"), "{page}");
    let coverage = json(&run(&["rules", "coverage", "--importer", "JP"]));
    assert_eq!(coverage["agreements"][0]["agreement"], "RCEP");
    let shown = stdout(&run(&[
        "rules",
        "show",
        "rcep/psr.hs2022",
        "6110.12",
        "--format",
        "text",
    ]));
    assert!(shown.lines().last().unwrap().ends_with("CC"), "{shown}");
}

#[test]
fn a_tariff_of_the_user_behaves_like_a_shipped_one() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-tables");
    // What an earlier run left behind.
    let _ = std::fs::remove_dir_all(&directory);
    let published = directory.with_extension("csv");
    std::fs::write(
        &published,
        "New Zealand schedule\nTariff item,Base rate,Year 5\n6110.12.00,10%,6%\n6110.11.00,10%,see note\n",
    )
    .unwrap();
    let (own, published) = (directory.to_str().unwrap(), published.to_str().unwrap());
    let import = |more: &[&str]| {
        let mut arguments = vec![
            "rules",
            "import",
            published,
            "--into",
            own,
            "--id",
            "nz-rcep",
            "--importer",
            "NZ",
            "--hs-edition",
            "2022",
            "--agreement",
            "RCEP",
            "--source",
            "RCEP Annex I",
            "--as-of",
            "2026-01-01",
            "--map",
            "code=Tariff item",
            "--map",
            "base=Base rate",
            "--map",
            "rate@2026=Year 5",
        ];
        arguments.extend(more);
        run(&arguments)
    };
    let output = import(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["lines"], 1);
    let left_out = report["left_out"][0].as_str().unwrap();
    assert!(left_out.contains("row 4"), "{left_out}");
    // A table is never overwritten unasked.
    assert_eq!(import(&[]).status.code(), Some(2));
    assert_eq!(import(&["--replace"]).status.code(), Some(1));
    stdout(&run(&["--rules", own, "rules", "lint"]));
    let rates = json(&run(&[
        "--rules",
        own,
        "rate",
        "6110.12",
        "--from",
        "CN",
        "--to",
        "NZ",
        "--date",
        "2026-07-15",
    ]));
    assert_eq!(
        rates["agreements"][0]["path"][0]["rate"]["preferential"],
        "6"
    );
    let help = stdout(&run(&["rules", "import", "--help"]));
    assert!(help.contains("--map"), "{help}");
}

#[test]
fn a_rule_is_printed_as_in_the_table_and_in_words() {
    let page = stdout(&run(&["rule", "6110.12", "--format", "text"]));
    assert!(page.contains("\n  CC\n"), "{page}");
    assert!(page.contains("another chapter"), "{page}");
    let rules = json(&run(&["rule", "1601", "--agreement", "RCEP"]));
    let text = rules["agreements"][0]["rules"][0]["rule"]["text"]
        .as_str()
        .unwrap();
    assert!(text.starts_with("(1) "), "{text}");
    let unknown = run(&["rule", "9999.99", "--format", "text"]);
    assert_eq!(unknown.status.code(), Some(1));
    let former = text_of_former_code();
    assert!(former.contains("--hs-edition"), "{former}");
}

fn text_of_former_code() -> String {
    text(&run(&["rule", "8517.12", "--format", "text"]).stdout)
}

#[test]
fn a_rate_is_given_for_a_day_or_as_a_chart_over_the_years() {
    let rates = json(&run(&[
        "rate",
        "6110.12",
        "--from",
        "CN",
        "--to",
        "JP",
        "--date",
        "2026-07-15",
    ]));
    let rate = &rates["agreements"][0]["path"][0]["rate"];
    assert_eq!(rate["mfn"], "10.9");
    assert_eq!(rate["preferential"], "6.8");
    let chart = stdout(&run(&[
        "rate", "6110.12", "--from", "CN", "--to", "JP", "--format", "text",
    ]));
    assert!(chart.contains("6.8 %") && chart.contains('█'), "{chart}");
    let not_loaded = json(&run(&[
        "rate",
        "6110.12",
        "--from",
        "CN",
        "--to",
        "TH",
        "--date",
        "2026-07-15",
    ]));
    let rate = &not_loaded["agreements"][0]["path"][0]["rate"];
    assert_eq!(rate["status"], "not_loaded");
    assert_eq!(rate["mfn"], Value::Null);
    assert_eq!(rate["preferential"], Value::Null);
}

#[test]
fn help_teaches_with_examples_in_both_languages() {
    for command in [
        &[][..],
        &["check"],
        &["rule"],
        &["rate"],
        &["rules"],
        &["rules", "lint"],
    ] {
        let mut english = command.to_vec();
        english.push("--help");
        let page = stdout(&run(&english));
        assert!(page.contains("originis "), "{page}");
        assert!(page.contains("Usage:") && !is_chinese(&page), "{page}");
        let mut chinese = english.clone();
        chinese.extend(["--lang", "zh"]);
        let page = stdout(&run(&chinese));
        assert!(page.contains("用法") && page.contains("选项"), "{page}");
    }
    let page = originis(&["--help"])
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .unwrap();
    assert!(is_chinese(&text(&page.stdout)));
    assert!(stdout(&run(&["--version"])).starts_with("originis "));
}

#[test]
fn the_language_comes_from_the_locale_unless_given() {
    let in_locale = |name: &str, value: &str, lang: &[&str]| {
        let mut arguments = vec!["rule", "6110.12", "--format", "text"];
        arguments.extend(lang);
        let output = originis(&arguments).env(name, value).output().unwrap();
        is_chinese(&stdout(&output))
    };
    assert!(in_locale("LANG", "zh_CN.UTF-8", &[]));
    assert!(in_locale("LC_ALL", "zh_CN", &[]));
    assert!(!in_locale("LANG", "fr_FR.UTF-8", &[]));
    assert!(!in_locale("LANG", "zh_CN.UTF-8", &["--lang", "en"]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // The output is larger than a pipe holds, so that writing must fail.
    let mut child = originis(&["rules", "show", "jp-2026", "--format", "text"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = child.stdout.take().unwrap();
    let mut first = [0_u8; 16];
    reader.read_exact(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty());
}

/// A schedule of New Zealand as an overlay of the shipped tables: 6110.12 at a
/// rate of 2026.
fn new_zealand(directory: &std::path::Path, rate: &str) {
    // What an earlier run left behind.
    let _ = std::fs::remove_dir_all(directory);
    let published = directory.with_extension("csv");
    std::fs::write(
        &published,
        format!("Tariff item,Year 5\n6110.12.00,{rate}\n"),
    )
    .unwrap();
    let (into, published) = (directory.to_str().unwrap(), published.to_str().unwrap());
    let arguments = format!(
        "rules import {published} --into {into} --id nz-rcep --importer NZ --hs-edition 2022 \
         --agreement RCEP --source annex --as-of 2026-01-01"
    );
    let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
    arguments.extend(["--map", "code=Tariff item", "--map", "rate@2026=Year 5"]);
    stdout(&run(&arguments));
}

#[test]
fn two_versions_of_the_tables_are_compared() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (before, after) = (directory.join("version-1"), directory.join("version-2"));
    new_zealand(&before, "6%");
    new_zealand(&after, "5%");
    // The second version also asks for a value content where the first asks for a
    // change of chapter.
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/rcep");
    std::fs::create_dir_all(after.join("rcep")).unwrap();
    let rules = std::fs::read_to_string(shipped.join("psr.hs2022.csv")).unwrap();
    assert!(rules.contains("\nchapter,61,CC\n"));
    std::fs::write(
        after.join("rcep/psr.own.csv"),
        rules.replace("\nchapter,61,CC\n", "\nchapter,61,RVC40\n"),
    )
    .unwrap();
    let sidecar = std::fs::read_to_string(shipped.join("psr.hs2022.toml")).unwrap();
    std::fs::write(
        after.join("rcep/psr.own.toml"),
        sidecar.replace("[table]\n", "[table]\nreplaces = \"rcep/psr.hs2022.csv\"\n"),
    )
    .unwrap();
    let pullover = |to: &str, yarn: &str| {
        serde_json::json!({
            "agreement": "RCEP", "from": "CN", "to": to, "date": "2026-07-15",
            "good": {"hs": "6110.12", "fob": "1000.00", "customs_value": "1000.00", "currency": "USD"},
            "materials": [{"hs": "5108.10", "origin": "MN", "status": "non_originating", "value": yarn}],
            "operations": ["knitting"], "transport": {"direct": true},
            "proof": {"type": "certificate", "issued": "2026-07-01"},
        })
        .to_string()
    };
    // 60 % and, a cent dearer, just below 40 % of value content in China.
    let goods = [
        pullover("NZ", "400.00"),
        pullover("JP", "600.00"),
        pullover("JP", "600.01"),
    ]
    .join("\n");
    let sides = |first: &std::path::Path, second: &std::path::Path| {
        let arguments = [
            "diff",
            "-",
            "--before-rules",
            first.to_str().unwrap(),
            "--after-rules",
            second.to_str().unwrap(),
            "--format",
            "json",
        ];
        json(&run_with_input(&arguments, &goods))
    };
    let report = sides(&before, &after);
    assert_eq!(report["compared"], 3);
    let change = |position: usize| &report["changes"][position];
    for position in 0..3 {
        assert_eq!(change(position)["before"]["rule"], "CC");
        assert_eq!(change(position)["after"]["rule"], "RVC40");
    }
    let rates = |side: &str| change(0)[side]["rate"].clone();
    assert_eq!((rates("before"), rates("after")), ("6".into(), "5".into()));
    assert_eq!(change(0)["cost"], "-10.00");
    assert_eq!(change(1)["after"]["verdict"], "originating");
    assert_eq!(change(1)["cost"], "0.00");
    // Above the threshold the preference of 6.8 % gives way to 10.9 %.
    assert_eq!(change(2)["after"]["verdict"], "not_originating");
    assert_eq!(change(2)["cost"], "41.00");
    assert_eq!(report["cost"]["USD"], "31.00");
    // The other way round the sign turns, and a version beside itself is refused.
    assert_eq!(sides(&after, &before)["cost"]["USD"], "-31.00");
    let same = run_with_input(&["diff", "-"], "");
    assert_eq!(same.status.code(), Some(2));
}

#[test]
fn a_chapter_is_told_by_the_number_of_its_lines() {
    let of = |more: &[&str]| {
        let mut arguments = vec!["rate", "61", "--from", "CN", "--to", "JP"];
        arguments.extend(["--date", "2026-07-15"]);
        arguments.extend(more);
        run(&arguments)
    };
    let listed = json(&of(&["--format", "json"]));
    let lines = &listed["agreements"][0]["path"][0]["rate"]["lines"];
    let count = lines.as_array().unwrap().len();
    assert!(count > 100);
    for lang in ["en", "zh"] {
        let page = stdout(&of(&["--format", "text", "--lang", lang]));
        assert!(page.contains(&count.to_string()), "{page}");
        assert!(page.lines().count() < 16, "{page}");
    }
}
