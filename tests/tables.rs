//! The rule tables: complete, exact, and refused when anything is wrong.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::collections::{BTreeMap, BTreeSet};

use originis_rule_tables::coverage::{Coverage, GapKind, Scope};
use originis_rule_tables::{Problem, Sources, load};
use originis_rules_engine::agreement::{Agreement, ProductRuleTable};
use originis_rules_engine::hs::{HsCode, HsEdition, Subheading};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rule::OriginRule;
use originis_rules_engine::rulebook::RuleBook;
use originis_testkit::words::untold;

fn book() -> RuleBook {
    originis_rule_tables::shipped().unwrap()
}

fn annex_3a(book: &RuleBook) -> &ProductRuleTable {
    let tables = &book.agreement(Agreement::Rcep).unwrap().product_rules;
    assert_eq!(tables.len(), 1);
    &tables[0]
}

fn rule_of(book: &RuleBook, code: Subheading) -> &str {
    let table = annex_3a(book);
    let ordinal = book
        .nomenclature
        .edition(table.edition)
        .unwrap()
        .ordinal(code)
        .unwrap();
    &table.rules[usize::from(table.by_subheading[ordinal].unwrap())].text
}

#[test]
fn annex_3a_governs_each_subheading_exactly_once() {
    let book = book();
    let table = annex_3a(&book);
    assert_eq!(table.edition, HsEdition::Hs2022);
    let codes = book.nomenclature.edition(HsEdition::Hs2022).unwrap();
    assert_eq!(codes.codes().len(), 5_612);
    // Counted from the rows alone, without the index the loader builds.
    let mut governing: BTreeMap<Subheading, Vec<HsCode>> = BTreeMap::new();
    for code in codes.codes() {
        for rule in &table.rules {
            if code.code().is_within(rule.code) {
                governing.entry(*code).or_default().push(rule.code);
            }
        }
    }
    assert_eq!(governing.len(), 5_612);
    for (code, rules) in &governing {
        assert_eq!(rules.len(), 1, "{code} is governed by {rules:?}");
    }
    let levels = |digits: u8| {
        table
            .rules
            .iter()
            .filter(|rule| rule.code.digit_count() == digits)
            .count()
    };
    assert_eq!((levels(2), levels(4), levels(6)), (33, 544, 1_611));
}

#[test]
fn every_form_of_rule_prints_back_as_it_was_read() {
    let book = book();
    let forms: BTreeSet<&str> = annex_3a(&book)
        .rules
        .iter()
        .map(|rule| rule.text.as_str())
        .collect();
    assert_eq!(forms.len(), 63);
    for text in forms {
        let rule: OriginRule = text.parse().unwrap();
        assert_eq!(rule.to_string(), text);
        assert_eq!(rule.to_string().parse::<OriginRule>().unwrap(), rule);
    }
}

/// The English text is in HS 2012, so each of its rows is carried to HS 2022
/// through the correlation, within its own heading.
#[test]
fn annex_3a_agrees_with_the_english_sample() {
    let book = book();
    let sample = include_str!("data/rcep-annex-3a-hs2012-sample.csv");
    let old = book.nomenclature.edition(HsEdition::Hs2012).unwrap();
    let mut compared_rows = 0;
    let mut differing = Vec::new();
    for row in sample.lines().skip(1) {
        let (_level, rest) = row.split_once(',').unwrap();
        let (code, rule) = rest.split_once(',').unwrap();
        let group: HsCode = code.parse().unwrap();
        let mut compared = 0;
        for code in old
            .codes()
            .iter()
            .filter(|code| code.code().is_within(group))
        {
            for newer in book
                .nomenclature
                .candidates(*code, HsEdition::Hs2012, HsEdition::Hs2022)
            {
                if newer.heading() != code.heading() {
                    continue;
                }
                compared += 1;
                if rule_of(&book, newer) != rule {
                    differing.push(format!(
                        "{newer}: {} instead of {rule}",
                        rule_of(&book, newer)
                    ));
                }
            }
        }
        assert!(compared > 0, "{code} has no counterpart in HS 2022");
        compared_rows += 1;
    }
    assert_eq!(compared_rows, 59);
    // The one row the table itself declares to be in doubt.
    assert_eq!(
        differing,
        ["1302.14: CC instead of CC except from subheading 1211.20"]
    );
    let doubts = &book
        .tables
        .iter()
        .find(|table| table.path == "rcep/psr.hs2022.csv")
        .unwrap()
        .doubts;
    assert!(
        doubts
            .iter()
            .any(|doubt| doubt.code.to_string() == "1302.14")
    );
    assert_eq!(doubts.len(), 9);
}

#[test]
fn before_2023_no_product_rules_are_loaded() {
    let book = book();
    let rcep = book.agreement(Agreement::Rcep).unwrap();
    assert!(
        rcep.product_rules_on(Some("2022-12-31".parse().unwrap()))
            .is_none()
    );
    assert!(
        rcep.product_rules_on(Some("2023-01-01".parse().unwrap()))
            .is_some()
    );
}

#[test]
fn the_parties_are_bound_from_their_own_day() {
    let book = book();
    let rcep = book.agreement(Agreement::Rcep).unwrap();
    let binds = |first: &str, second: &str, day: &str| {
        rcep.binds(
            first.parse().unwrap(),
            second.parse().unwrap(),
            Some(day.parse().unwrap()),
        )
    };
    assert_eq!(rcep.parties.len(), 15);
    for (first, second, day, outcome) in [
        ("CN", "JP", "2022-01-01", Outcome::Met),
        ("CN", "JP", "2021-12-31", Outcome::NotMet),
        ("CN", "KR", "2022-01-31", Outcome::NotMet),
        ("KR", "CN", "2022-02-01", Outcome::Met),
        ("CN", "PH", "2023-06-01", Outcome::NotMet),
        ("PH", "CN", "2023-06-02", Outcome::Met),
        ("CN", "MM", "2026-07-01", Outcome::Met),
        ("MM", "NZ", "2026-07-01", Outcome::NotMet),
        ("MM", "JP", "2026-07-01", Outcome::Unknown),
        ("CN", "MN", "2026-07-01", Outcome::NotMet),
    ] {
        assert_eq!(binds(first, second, day), outcome, "{first} {second} {day}");
    }
    // Every pair with Myanmar has a standing of its own.
    assert_eq!(rcep.pairs.len(), 14);
}

#[test]
fn what_is_not_confirmed_is_open_in_the_tables() {
    let book = book();
    let apta = book.agreement(Agreement::Apta).unwrap();
    let bangladesh = apta.party("BD".parse().unwrap()).unwrap();
    let least_developed = |day: &str| {
        originis_rules_engine::agreement::in_force(
            &bangladesh.least_developed,
            Some(day.parse().unwrap()),
        )
        .unwrap()
        .value
    };
    assert_eq!(least_developed("2026-11-23"), Outcome::Met);
    assert_eq!(least_developed("2026-11-24"), Outcome::Unknown);
    let rcep = Scope {
        agreement: Some(Agreement::Rcep),
        ..Scope::default()
    };
    let coverage = Coverage::of(&book, rcep);
    assert_eq!(coverage.agreements.len(), 1);
    let kinds: Vec<GapKind> = coverage.agreements[0]
        .gaps
        .iter()
        .map(|gap| gap.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            GapKind::ProductRulePeriod,
            GapKind::PartyStanding,
            GapKind::ProofTerms
        ]
    );
    let text = coverage.text();
    assert!(
        text.en
            .contains("not loaded: product rules 2022-01-01 to 2022-12-31")
    );
    assert!(
        text.zh
            .contains("未载入：2022-01-01至2022-12-31的产品特定规则")
    );
}

#[test]
fn importers_without_a_schedule_are_named() {
    let book = book();
    let coverage = Coverage::of(&book, Scope::default());
    let without: BTreeSet<&str> = coverage
        .agreements
        .iter()
        .filter(|agreement| agreement.agreement == "RCEP")
        .flat_map(|agreement| &agreement.importers)
        .filter(|importer| {
            importer
                .gaps
                .iter()
                .any(|gap| gap.kind == GapKind::NoSchedule)
        })
        .map(|importer| importer.importer.as_str())
        .collect();
    for importer in [
        "BN", "ID", "KH", "LA", "MM", "MY", "NZ", "PH", "SG", "TH", "VN",
    ] {
        assert!(without.contains(importer), "{importer} has no schedule");
    }
}

#[test]
fn the_fingerprint_follows_every_byte_of_every_table() {
    let shipped = Sources::shipped();
    let mut changed = shipped.clone();
    let text = shipped.get("operations.toml").unwrap();
    changed.insert("operations.toml", format!("{text}\n"));
    assert_ne!(changed.fingerprint(), shipped.fingerprint());
    assert_eq!(book().fingerprint, shipped.fingerprint());
}

/// A table directory of a few codes in which nothing is wrong.
fn small_tables() -> Sources {
    let articles: String = [
        "party_in_force",
        "wholly_obtained",
        "exclusively_originating",
        "product_rule",
        "tariff_shift",
        "value_content",
        "chemical_reaction",
        "proviso",
        "undetermined_origin",
        "cumulation",
        "de_minimis",
        "minimal_operations",
        "packing",
        "accessories",
        "indirect_materials",
        "intermediate_goods",
        "final_process",
        "direct_consignment",
        "proof",
        "waiver",
        "country_of_origin",
        "concession",
        "hs_edition",
        "least_developed",
    ]
    .iter()
    .map(|test| format!("{test} = \"law\"\n"))
    .collect();
    let mut sources = Sources::default();
    sources.insert("nomenclature/hs2022.csv", "code\n010121\n010129\n020110\n");
    sources.insert("nomenclature/hs2022.toml", sidecar("edition = \"2022\""));
    sources.insert("nomenclature/hs2017.csv", "code\n010121\n010129\n");
    sources.insert("nomenclature/hs2017.toml", sidecar("edition = \"2017\""));
    sources.insert(
        "nomenclature/hs2017-hs2022.csv",
        "from,to,relation\n010121,010121,1:1\n010129,010129,1:n\n010129,020110,1:n\n",
    );
    sources.insert(
        "nomenclature/hs2017-hs2022.toml",
        sidecar("edition = \"2022\""),
    );
    sources.insert(
        "rcep/psr.csv",
        "level,code,rule\nheading,0101,WO\nchapter,02,CC except from Chapter 01\n",
    );
    sources.insert(
        "rcep/psr.toml",
        sidecar("edition = \"2022\"\nvalid_from = 2023-01-01"),
    );
    sources.insert(
        "rcep/appendix.csv",
        "importer,code,first_year,last_year,source\nCN,0101.21,1,,annex\n",
    );
    sources.insert("rcep/appendix.toml", sidecar("edition = \"2022\""));
    sources.insert(
        "rcep/agreement.toml",
        format!(
            "first_year = 2022\n{}[citations]\nlaw = \"RCEP\"\n[articles]\n{articles}{}",
            sidecar("agreement = \"RCEP\""),
            r#"
[[party]]
country = "CN"
from = 2022-01-01
cite = "law"
status = "official"
[[party]]
country = "JP"
cite = "law"
status = "official"
[[threshold]]
name = "de_minimis_value"
percent = 10
to = 2025-12-31
cite = "law"
status = "official"
[[ground]]
letter = "a"
cite = "law"
[minimal_operations]
status = "official"
[transit]
operations = ["unloading"]
cite = "law"
"#
        ),
    );
    sources.insert(
        "operations.toml",
        "[[operation]]\nword = \"packaging\"\nlabel_en = \"packaging\"\nlabel_zh = \"包装\"\nlists = { RCEP = \"RCEP\" }\n",
    );
    sources
}

fn sidecar(more: &str) -> String {
    format!(
        "[table]\ntitle_en = \"a\"\ntitle_zh = \"a\"\nsource = \"a\"\nattribution = \"a\"\nas_of = 2026-01-01\nstatus = \"official\"\ncitation = \"RCEP\"\ncoverage_en = \"a\"\ncoverage_zh = \"a\"\n{more}\n"
    )
}

/// The problems after one text of one file is replaced.
fn problems_after(file: &str, old: &str, new: &str) -> Vec<Problem> {
    let mut sources = small_tables();
    let text = sources.get(file).unwrap().to_owned();
    assert!(text.contains(old), "{file} does not contain {old}");
    sources.insert(file, text.replacen(old, new, 1));
    problems_of(&sources)
}

/// The problems of tables, each told in both languages with its file, row and
/// column.
fn problems_of(sources: &Sources) -> Vec<Problem> {
    let problems = load(sources).unwrap_err().problems;
    assert_told(&problems);
    problems
}

fn assert_told(problems: &[Problem]) {
    for problem in problems {
        let text = problem.text();
        assert_eq!(text.en, problem.to_string());
        let row = problem.row.map(|row| row.to_string());
        let kept: Vec<&str> = [Some(&problem.file), row.as_ref(), problem.column.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        assert_eq!(untold(&text.en, &text.zh, &kept), None);
    }
}

/// The line of the small agreement file on which `text` first stands.
fn agreement_line(text: &str) -> usize {
    let sources = small_tables();
    let file = sources.get("rcep/agreement.toml").unwrap();
    1 + file.lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn the_small_tables_are_sound() {
    let book = load(&small_tables()).unwrap();
    assert_eq!(book.tables.len(), 6);
    assert_eq!(book.agreements.len(), 1);
}

#[test]
fn each_fault_of_a_row_is_named_with_file_row_and_column() {
    for (file, old, new, row, column, says) in [
        // Duplicate, overlapping, unreachable and unknown codes.
        (
            "rcep/psr.csv",
            "heading,0101,WO",
            "heading,0101,WO\nheading,0101,CC",
            3,
            "code",
            "already governed by row 2",
        ),
        (
            "rcep/psr.csv",
            "heading,0101,WO",
            "heading,0101,WO\nsubheading,010121,CC",
            3,
            "code",
            "already governed by row 2",
        ),
        (
            "rcep/psr.csv",
            "chapter,02",
            "chapter,02,WO\nheading,0299",
            4,
            "code",
            "HS 2022 has no code 02.99",
        ),
        (
            "rcep/psr.csv",
            "Chapter 01",
            "Chapter 88",
            3,
            "rule",
            "HS 2022 has no code 88",
        ),
        (
            "rcep/psr.csv",
            "heading,0101",
            "heading,01O1",
            2,
            "code",
            "is not an HS code",
        ),
        (
            "rcep/psr.csv",
            "heading,0101",
            "chapter,0101",
            2,
            "level",
            "does not fit the code",
        ),
        // Rules and rates that cannot be read, or not in one way only.
        (
            "rcep/psr.csv",
            "CC except from Chapter 01",
            "CX",
            3,
            "rule",
            "is not a rule symbol",
        ),
        (
            "rcep/psr.csv",
            "CC except from Chapter 01",
            "CC except from chapter 01",
            3,
            "rule",
            "is not an exclusion",
        ),
        // Code lists and correlations.
        (
            "nomenclature/hs2022.csv",
            "010129",
            "010121",
            3,
            "code",
            "repeated or out of order",
        ),
        (
            "nomenclature/hs2022.csv",
            "010129",
            "0101",
            3,
            "code",
            "expected six digits",
        ),
        (
            "nomenclature/hs2017-hs2022.csv",
            "010121,010121",
            "010121,010122",
            2,
            "to",
            "HS 2022 has no code 0101.22",
        ),
        (
            "nomenclature/hs2017-hs2022.csv",
            "020110,1:n",
            "020110,1:1",
            4,
            "relation",
            "make it `1:n`",
        ),
        // Appendix lines.
        (
            "rcep/appendix.csv",
            "CN,",
            "US,",
            2,
            "importer",
            "US is no Party",
        ),
        (
            "rcep/appendix.csv",
            "0101.21",
            "9999.99",
            2,
            "code",
            "HS 2022 has no code 9999.99",
        ),
        (
            "rcep/appendix.csv",
            ",1,,",
            ",5,3,",
            2,
            "last_year",
            "ends before it begins",
        ),
        (
            "rcep/appendix.csv",
            ",1,,",
            ",one,,",
            2,
            "first_year",
            "is not a year",
        ),
        (
            "rcep/appendix.csv",
            ",annex",
            ",",
            2,
            "source",
            "has no source",
        ),
        (
            "rcep/appendix.csv",
            "annex\n",
            "annex\nCN,0101.21,1,,annex\n",
            3,
            "code",
            "listed twice",
        ),
        // Sidecars.
        (
            "rcep/psr.toml",
            "source = \"a\"",
            "source = \" \"",
            4,
            "source",
            "is empty",
        ),
        (
            "rcep/psr.toml",
            "status = \"official\"",
            "status = \"sure\"",
            7,
            "status",
            "is not a status",
        ),
        (
            "rcep/psr.toml",
            "\"2022\"",
            "\"2021\"",
            11,
            "edition",
            "is not a known HS edition",
        ),
        // Vocabulary.
        (
            "operations.toml",
            "\"packaging\"",
            "\"Packaging\"",
            2,
            "word",
            "lowercase",
        ),
        (
            "operations.toml",
            "RCEP =",
            "CPTPP =",
            5,
            "lists",
            "is not an agreement",
        ),
    ] {
        let problems = problems_after(file, old, new);
        let found = problems.iter().find(|problem| {
            problem.file == file
                && problem.row == Some(row)
                && problem.column.as_deref() == Some(column)
                && problem.message.en.contains(says)
        });
        assert!(
            found.is_some(),
            "{file} row {row} column {column} {says}: {problems:#?}"
        );
    }
}

#[test]
fn each_fault_of_an_agreement_is_named_with_its_line() {
    let file = "rcep/agreement.toml";
    for (old, new, line, column, says) in [
        (
            "country = \"JP\"",
            "country = \"CN\"",
            "country = \"JP\"",
            "country",
            "listed twice",
        ),
        (
            "country = \"JP\"",
            "country = \"Japan\"",
            "country = \"JP\"",
            "country",
            "is not a country code",
        ),
        (
            "cite = \"law\"\nstatus = \"official\"\n[[party]]",
            "cite = \"nowhere\"\nstatus = \"official\"\n[[party]]",
            "cite = \"law\"",
            "cite",
            "not a citation of this file",
        ),
        (
            "law = \"RCEP\"\n",
            "law = \"RCEP\"\nunused = \"RCEP\"\n",
            "[articles]",
            "citations",
            "no row refers to",
        ),
        (
            "operations = [\"unloading\"]",
            "operations = [\"repainting\"]",
            "operations = [",
            "transit.operations",
            "not a transit operation",
        ),
        (
            "letter = \"a\"",
            "letter = \"ab\"",
            "letter = \"a\"",
            "letter",
            "not one lowercase letter",
        ),
        (
            "name = \"de_minimis_value\"",
            "name = \"tolerance\"",
            "name = \"de_minimis_value\"",
            "name",
            "is not a threshold",
        ),
        (
            "to = 2025-12-31",
            "from = 2026-01-01\nto = 2025-12-31",
            "to = 2025-12-31",
            "to",
            "ends before it begins",
        ),
    ] {
        let row = agreement_line(line);
        let problems = problems_after(file, old, new);
        let found = problems.iter().find(|problem| {
            problem.file == file
                && problem.row.is_some_and(|found| found.abs_diff(row) <= 2)
                && problem.column.as_deref() == Some(column)
                && problem.message.en.contains(says)
        });
        assert!(found.is_some(), "{column} {says} near {row}: {problems:#?}");
    }
}

#[test]
fn each_further_fault_of_a_table_is_told_in_both_languages() {
    let agreement = "rcep/agreement.toml";
    for (file, old, new, says) in [
        // The form of a file.
        ("rcep/psr.csv", "level,code", "tier,code", "the heading is"),
        (
            "rcep/psr.csv",
            "heading,0101,WO",
            "heading,0101",
            "the row has 2 cells",
        ),
        (
            "nomenclature/hs2017-hs2022.csv",
            "010121,010121,1:1\n010129,010129,1:n\n010129,020110,1:n\n",
            "",
            "the table has no rows",
        ),
        (
            "rcep/psr.toml",
            "source = \"a\"\n",
            "",
            "missing field `source`",
        ),
        (
            "rcep/psr.toml",
            "source =",
            "author =",
            "unknown field `author`",
        ),
        (
            "rcep/psr.toml",
            "source = \"a\"",
            "source = 1",
            "invalid type",
        ),
        (
            "rcep/psr.toml",
            "source = \"a\"",
            "source = \"a",
            "invalid basic string",
        ),
        (
            "rcep/psr.toml",
            "2026-01-01",
            "\"May\"",
            "`May` is not a date",
        ),
        (
            "rcep/psr.toml",
            "source = \"a\"",
            "source = \" \"",
            "is empty",
        ),
        (
            "rcep/psr.toml",
            "\"official\"",
            "\"sure\"",
            "is not a status",
        ),
        (
            "rcep/psr.toml",
            "valid_from",
            "valid_to = 2022-01-01\nvalid_from",
            "the table ends before it begins",
        ),
        (
            "rcep/psr.toml",
            "edition = \"2022\"",
            "",
            "names no HS edition",
        ),
        (
            "rcep/psr.toml",
            "edition = \"2022\"",
            "edition = \"2012\"",
            "the code list of HS 2012 is not loaded",
        ),
        // Codes and rules.
        (
            "nomenclature/hs2017.csv",
            "010129",
            "010120",
            "out of order",
        ),
        (
            "nomenclature/hs2017.csv",
            "010129",
            "0101",
            "is not a subheading",
        ),
        (
            "nomenclature/hs2017-hs2022.csv",
            "010121,010121,1:1",
            "010121,010121,n:n",
            "the relation is `n:n`",
        ),
        (
            "nomenclature/hs2017-hs2022.csv",
            "010121,010121,1:1",
            "010121,010121,1:1\n010121,010121,1:1",
            "is already in row 2",
        ),
        (
            "rcep/psr.csv",
            "CC except",
            "CC  except",
            "is not a rule symbol",
        ),
        (
            "rcep/psr.toml",
            "coverage_zh = \"a\"\n",
            "coverage_zh = \"a\"\n[[doubt]]\ncode = \"0102\"\nnote_en = \"a\"\nnote_zh = \"甲\"\n[table.x]\n",
            "unknown field `x`",
        ),
        // Operations and the appendix.
        (
            "operations.toml",
            "label_zh = \"包装\"",
            "label_zh = \"\"",
            "has a label in both",
        ),
        (
            "operations.toml",
            "[[operation]]",
            "[[operation]]\nword = \"packaging\"\nlabel_en = \"a\"\nlabel_zh = \"甲\"\nlists = {}\n[[operation]]",
            "is listed twice",
        ),
        (
            "rcep/appendix.csv",
            "CN,0101.21,1,,annex",
            "CN,0101.21,1,,annex\nCN,0101.21,2,,annex",
            "is listed twice for CN",
        ),
        ("rcep/appendix.csv", ",annex", ",", "the row has no source"),
        ("rcep/appendix.csv", "CN,", "US,", "US is no Party"),
        (
            "rcep/appendix.csv",
            ",1,,",
            ",one,,",
            "is not a year of tariff commitments",
        ),
        (
            "rcep/appendix.csv",
            ",1,,",
            ",5,2,",
            "the line ends before it begins",
        ),
        (
            agreement,
            "first_year = 2022\n",
            "",
            "which calendar year is year 1",
        ),
        // The terms of an agreement.
        (
            agreement,
            "agreement = \"RCEP\"",
            "",
            "the table names no agreement",
        ),
        (
            agreement,
            "agreement = \"RCEP\"",
            "agreement = \"APTA\"",
            "the file states the terms of APTA",
        ),
        (
            agreement,
            "percent = 10",
            "percent = 110",
            "is stated in `percent`",
        ),
        (
            agreement,
            "country = \"JP\"",
            "country = \"JP\"\nyear_starts_in_month = 13",
            "13 is not a month",
        ),
        (
            agreement,
            "letter = \"a\"\ncite = \"law\"",
            "letter = \"a\"\ncite = \"law\"\n[[ground]]\nletter = \"a\"\ncite = \"law\"",
            "ground (a) is listed twice",
        ),
        (
            agreement,
            "[articles]\n",
            "[articles]\nwaste = \"law\"\n",
            "is not a legal test",
        ),
        (
            agreement,
            "de_minimis = \"law\"\n",
            "",
            "[articles] does not cite de_minimis",
        ),
        (
            agreement,
            "name = \"de_minimis_value\"",
            "name = \"de_minimis_weight\"",
            "names its chapters",
        ),
    ] {
        let problems = problems_after(file, old, new);
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.en.contains(says)),
            "{file} {says}: {problems:#?}"
        );
    }
    for (row, says) in [
        (
            "[[limit]]\nname = \"days\"\nvalue = 3\n",
            "`days` is not a limit",
        ),
        (
            "[[allowance]]\nname = \"gifts\"\noutcome = \"met\"\n",
            "`gifts` is not an allowance",
        ),
        (
            "[[allowance]]\nname = \"late_issue\"\noutcome = \"maybe\"\n",
            "`maybe` is not an outcome",
        ),
        (
            "[[proof]]\nproof = \"letter\"\noutcome = \"met\"\n",
            "`letter` is not a proof",
        ),
        ("[[duty_basis]]\nbasis = \"exw\"\n", "is not a duty basis"),
        (
            "[[pair]]\nfirst = \"CN\"\nsecond = \"US\"\noutcome = \"met\"\n",
            "US is not among the parties",
        ),
        (
            "[[threshold]]\nname = \"proof_waiver_usd\"\nusd = \"-1\"\n",
            "is negative",
        ),
    ] {
        let row = format!("{row}cite = \"law\"\nstatus = \"official\"\n[[ground]]\n");
        let problems = problems_after(agreement, "[[ground]]\n", &row);
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.en.contains(says)),
            "{says}: {problems:#?}"
        );
    }
}

#[test]
fn rows_about_the_same_days_are_refused() {
    let second = "\n[[threshold]]\nname = \"de_minimis_value\"\npercent = 15\nfrom = 2025-12-31\ncite = \"law\"\nstatus = \"official\"\n[[ground]]";
    let problems = problems_after("rcep/agreement.toml", "[[ground]]", second);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(
        problems[0]
            .message
            .en
            .contains("says something about the same days")
    );
    // The day after, both may stand.
    let mut sources = small_tables();
    let text = sources.get("rcep/agreement.toml").unwrap().to_owned();
    sources.insert(
        "rcep/agreement.toml",
        text.replacen("[[ground]]", &second.replace("2025-12-31", "2026-01-01"), 1),
    );
    assert!(load(&sources).is_ok());
}

#[test]
fn a_file_that_is_no_table_or_has_no_sidecar_is_refused() {
    for (file, text, says) in [
        ("rcep/notes.csv", "a\n1\n", "the table has no sidecar"),
        (
            "tariffs/xx.toml",
            "[table]\n",
            "the sidecar describes no table",
        ),
        (
            "cptpp/agreement.toml",
            "[table]\n",
            "no table belongs at this path",
        ),
        (
            "nomenclature/hs2023.csv",
            "code\n010121\n",
            "the table has no sidecar",
        ),
    ] {
        let mut sources = small_tables();
        sources.insert(file, text);
        let problems = problems_of(&sources);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].file, file);
        assert!(problems[0].message.en.contains(says), "{}", problems[0]);
    }
}

#[test]
fn a_subheading_without_a_rule_is_refused_unless_the_table_is_partial() {
    let problems = problems_after("rcep/psr.csv", "chapter,02,CC except from Chapter 01\n", "");
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0]
            .message
            .en
            .contains("no row governs 0201.10 of HS 2022")
    );
    let mut sources = small_tables();
    sources.insert("rcep/psr.csv", "level,code,rule\nheading,0101,WO\n");
    let sidecar = sources
        .get("rcep/psr.toml")
        .unwrap()
        .replace("official", "partial");
    sources.insert("rcep/psr.toml", sidecar);
    assert!(load(&sources).is_ok());
}

#[test]
fn two_tables_for_the_same_days_are_refused() {
    let mut sources = small_tables();
    let (rows, sidecar) = (
        sources.get("rcep/psr.csv").unwrap().to_owned(),
        sources.get("rcep/psr.toml").unwrap().to_owned(),
    );
    sources.insert("rcep/psr-2.csv", rows);
    sources.insert("rcep/psr-2.toml", sidecar);
    let problems = problems_of(&sources);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].message.en.contains("hold on the same days"));
}

/// A tariff of Japan for the small tables.
fn add_tariff(sources: &mut Sources, id: &str, columns: &str, rows: &str) {
    sources.insert(format!("tariffs/{id}.csv"), rows);
    sources.insert(
        format!("tariffs/{id}.toml"),
        format!(
            "{}{columns}",
            sidecar("edition = \"2022\"\nimporter = \"JP\"\nvalid_from = 2026-04-01")
        ),
    );
}

const GENERAL: &str = "[[column]]\nname = \"mfn\"\nkind = \"general\"\n";
const RCEP_CN: &str = "[[column]]\nname = \"rcep\"\nkind = \"preference\"\nagreement = \"RCEP\"\norigins = [\"CN\"]\n";

#[test]
fn a_second_table_with_the_same_preference_is_refused() {
    let rows = "code,season,conditional,rcep\n010121000,,,5%\n";
    let mut sources = small_tables();
    add_tariff(&mut sources, "jp-a", RCEP_CN, rows);
    assert!(load(&sources).is_ok());
    add_tariff(&mut sources, "jp-b", RCEP_CN, rows);
    let problems = problems_of(&sources);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].file, "tariffs/jp-b.csv");
    assert_eq!(problems[0].column.as_deref(), Some("rcep"));
    assert!(
        problems[0].message.en.contains("tariffs/jp-a.csv"),
        "{}",
        problems[0]
    );
    // For other days, another origin or another kind of rate both may stand.
    for columns in [
        RCEP_CN.replace("kind", "valid_to = 2026-03-31\nkind"),
        GENERAL.replace("mfn", "rcep"),
    ] {
        let mut sources = small_tables();
        add_tariff(&mut sources, "jp-a", RCEP_CN, rows);
        add_tariff(&mut sources, "jp-b", &columns, rows);
        let earlier = sources
            .get("tariffs/jp-b.toml")
            .unwrap()
            .replace("2026-04-01", "2025-04-01");
        sources.insert("tariffs/jp-b.toml", earlier);
        assert!(load(&sources).is_ok(), "{columns}");
    }
}

#[test]
fn columns_that_can_never_be_used_are_refused() {
    let rows = "code,season,conditional,rcep\n010121000,,,5%\n";
    for (columns, says) in [
        (RCEP_CN.replace("CN", "US"), "US is no Party of RCEP"),
        (
            RCEP_CN.replace("CN", "JP"),
            "is the importing country itself",
        ),
        (
            RCEP_CN.replace("RCEP", "APTA"),
            "the terms of APTA are not loaded",
        ),
        (
            RCEP_CN.replace("kind", "valid_to = 2026-03-31\nkind"),
            "only on days outside the table",
        ),
    ] {
        let mut sources = small_tables();
        add_tariff(&mut sources, "jp-a", &columns, rows);
        let problems = problems_of(&sources);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].file, "tariffs/jp-a.toml");
        assert_eq!(problems[0].column.as_deref(), Some("rcep"));
        assert!(problems[0].message.en.contains(says), "{}", problems[0]);
    }
}

#[test]
fn each_fault_of_a_tariff_row_is_named_with_file_row_and_column() {
    for (row, column, says) in [
        ("010121000,,,5 percent", "rcep", "is not a rate"),
        ("010122000,,,5%", "code", "is not in HS 2022"),
        ("010121000,spring,,5%", "season", "is not a season"),
        ("010121000,,maybe,5%", "conditional", "is no mark"),
        (
            "010121000,,,5%\n010121000,,,6%",
            "code",
            "already stands in row 2",
        ),
    ] {
        let mut sources = small_tables();
        let line = 1 + row.lines().count();
        add_tariff(
            &mut sources,
            "jp-a",
            RCEP_CN,
            &format!("code,season,conditional,rcep\n{row}\n"),
        );
        let problems = problems_of(&sources);
        let found = problems.iter().find(|problem| {
            problem.file == "tariffs/jp-a.csv"
                && problem.row == Some(line)
                && problem.column.as_deref() == Some(column)
                && problem.message.en.contains(says)
        });
        assert!(found.is_some(), "{row}: {problems:#?}");
    }
}

#[test]
fn an_overlay_replaces_a_table_only_where_it_says_so() {
    let rules = "level,code,rule\nheading,0101,CC\nchapter,02,CC\n";
    let overlay = |more: &str| {
        let mut overlay = Sources::default();
        overlay.insert("rcep/psr-own.csv", rules);
        overlay.insert(
            "rcep/psr-own.toml",
            sidecar(&format!(
                "edition = \"2022\"\nvalid_from = 2023-01-01\n{more}"
            )),
        );
        overlay
    };
    let mut sources = small_tables();
    sources.overlay(overlay("")).unwrap();
    let problems = problems_of(&sources);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.en.contains("hold on the same days"));

    let mut sources = small_tables();
    sources
        .overlay(overlay("replaces = \"rcep/psr.csv\""))
        .unwrap();
    let book = load(&sources).unwrap();
    let tables = &book.agreement(Agreement::Rcep).unwrap().product_rules;
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].rules[0].text, "CC");

    let missing = small_tables()
        .overlay(overlay("replaces = \"rcep/other.csv\""))
        .unwrap_err();
    assert_eq!(missing[0].column.as_deref(), Some("replaces"));
    assert_told(&missing);
    let same_path = small_tables().overlay(small_tables()).unwrap_err();
    assert_told(&same_path);
    assert!(
        same_path
            .iter()
            .all(|problem| problem.message.en.contains("already loaded"))
    );
}

#[test]
fn all_problems_are_reported_at_once() {
    let mut sources = small_tables();
    sources.insert(
        "rcep/psr.csv",
        "level,code,rule\nheading,0101,XX\nchapter,02,YY\n",
    );
    sources.insert("operations.toml", "[[operation]]\n");
    let error = load(&sources).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("rcep/psr.csv, row 2, column `rule`"),
        "{text}"
    );
    assert!(
        text.contains("rcep/psr.csv, row 3, column `rule`"),
        "{text}"
    );
    assert!(text.contains("operations.toml, row 1"), "{text}");
    assert!(error.problems.is_sorted());
}
