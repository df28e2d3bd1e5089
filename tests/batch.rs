//! `originis batch` from end to end: the real program on declaration files.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const RESULT_COLUMNS: usize = 12;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/batch")
        .join(name)
}

/// A directory of its own for each test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("batch-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn originis(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_originis"));
    command.args(arguments).args(["--lang", "en"]);
    command
}

fn batch(file: &Path, arguments: &[&str]) -> Output {
    originis(&["batch", file.to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Rows of a result as maps from heading to cell, below `titles` title rows.
fn rows(text: &str, titles: usize) -> Vec<HashMap<String, String>> {
    let mut records = split(text).into_iter().skip(titles);
    let headings = records.next().unwrap();
    records
        .map(|record| headings.iter().cloned().zip(record).collect())
        .collect()
}

/// A plain reading of comma-separated text, apart from the program's own.
fn split(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    records
}

/// Lines by verdict, as reckoned from the bills: (originating, undetermined).
/// What stays open is dehaired cashmere and products whose FOB is not told by a
/// CIF total, because their rule or the low share of others needs the value.
const SECTORS: [(&str, usize, usize); 8] = [
    ("cashmere", 31, 19),
    ("garments", 50, 0),
    ("meat", 50, 0),
    ("stone", 50, 0),
    ("chemicals", 42, 8),
    ("electronics", 50, 0),
    ("machinery", 49, 1),
    ("furniture", 50, 0),
];

#[test]
fn fifty_lines_of_each_sector_in_both_encodings() {
    let directory = directory("sectors");
    let bills = fixture("bills.csv");
    for (sector, originating, undetermined) in SECTORS {
        let mut results = Vec::new();
        for ending in ["csv", "gb18030.csv"] {
            let input = fixture(&format!("{sector}.{ending}"));
            let out = directory.join(format!("{sector}.{ending}"));
            let output = batch(&input, &["--materials", path(&bills), "--out", path(&out)]);
            assert!(output.status.success(), "{sector}: {output:?}");
            let (before, after) = (fs::read(&input).unwrap(), fs::read(&out).unwrap());
            let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
                bytes
                    .split(|byte| *byte == b'\n')
                    .map(<[u8]>::to_vec)
                    .collect()
            };
            let (before, after) = (lines(&before), lines(&after));
            assert_eq!(before.len(), after.len(), "{sector}.{ending}");
            let mut appended = Vec::new();
            for (index, (own, result)) in before.iter().zip(&after).enumerate() {
                let own = own.strip_suffix(b"\r").unwrap_or(own);
                let rest = result.strip_prefix(own);
                let rest = rest.unwrap_or_else(|| panic!("{sector}.{ending}, row {}", index + 1));
                appended.push(String::from_utf8(rest.to_vec()).unwrap());
            }
            assert!(appended[0] == "\r", "the title row is left as it is");
            results.push(appended);
        }
        assert_eq!(
            results[0], results[1],
            "{sector}: same results in both encodings"
        );
        let verdicts = |verdict: &str| {
            results[0]
                .iter()
                .filter(|row| row.split(',').nth(2) == Some(verdict))
                .count()
        };
        assert_eq!(verdicts("originating"), originating, "{sector}");
        assert_eq!(verdicts("undetermined"), undetermined, "{sector}");
        assert_eq!(results[0].len(), 50 + 3, "{sector}");
    }
}

#[test]
fn a_line_is_decided_as_check_decides_it() {
    let directory = directory("check");
    let out = directory.join("out.csv");
    let bills = fixture("bills.csv");
    batch(
        &fixture("cashmere.csv"),
        &["--materials", path(&bills), "--out", path(&out)],
    );
    let line = rows(&fs::read_to_string(&out).unwrap(), 1)
        .into_iter()
        .find(|row| {
            row["货号"] == "CS-6110" && row["成交方式"] == "3" && row["roo_claim"] == "eligible"
        })
        .unwrap();
    let day = &line["出口日期"];
    let importer = match line["最终目的国（地区）"].as_str() {
        "中国" | "CHN" => &line["原产国（地区）"],
        other => other,
    };
    let importer = [
        ("日本", "JP"),
        ("JPN", "JP"),
        ("韩国", "KR"),
        ("KOR", "KR"),
        ("澳大利亚", "AU"),
        ("AUS", "AU"),
        ("越南", "VN"),
        ("VNM", "VN"),
        ("泰国", "TH"),
        ("THA", "TH"),
    ]
    .into_iter()
    .find(|(name, _)| *name == importer)
    .unwrap()
    .1;
    let bill: Vec<Value> = rows(&fs::read_to_string(&bills).unwrap(), 0)
        .into_iter()
        .filter(|row| row["产品编码"] == "CS-6110")
        .map(|row| {
            serde_json::json!({
                "hs": row["HS编码"], "origin": row["原产地"], "status": row["原产状态"],
                "value": row["金额"]
            })
        })
        .collect();
    let request = serde_json::json!({
        "agreement": line["roo_agreement"], "from": "CN", "to": importer,
        "date": format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]),
        "good": {"hs": line["商品编号"][..6], "fob": line["单价"], "currency": "USD"},
        "materials": bill,
        "operations": line["加工工序"].split(';').collect::<Vec<_>>(),
        "transport": {"direct": true},
        "proof": {"type": "certificate", "issued": line["原产地证明签发日期"]},
    });
    let file = directory.join("request.json");
    fs::write(&file, request.to_string()).unwrap();
    let output = originis(&["check", path(&file), "--format", "json"])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], line["roo_verdict"].as_str(), "{answer}");
    assert_eq!(answer["criterion"], line["roo_criterion"].as_str());
    assert_eq!(answer["claim"]["outcome"], line["roo_claim"].as_str());
    assert_eq!(answer["decision_id"], line["roo_decision_id"].as_str());
}

#[test]
fn every_defect_of_a_dirty_file_is_listed_and_none_is_repaired() {
    let directory = directory("dirty");
    let (out, rejects, report) = (
        directory.join("out.csv"),
        directory.join("rejects.csv"),
        directory.join("report.json"),
    );
    let input = fixture("dirty.csv");
    let output = batch(
        &input,
        &[
            "--out",
            path(&out),
            "--rejects",
            path(&rejects),
            "--report",
            path(&report),
        ],
    );
    assert_eq!(output.status.code(), Some(1), "some rows could not be used");
    let listed: Vec<(String, String, String)> = rows(&fs::read_to_string(&rejects).unwrap(), 0)
        .into_iter()
        .map(|row| {
            (
                row["row"].clone(),
                row["problem"].clone(),
                row["reading"].clone(),
            )
        })
        .collect();
    for (row, problem, reading) in [
        ("5", "lost_leading_zero", "0102211000"),
        ("6", "scientific_form", "102???????"),
        ("7", "hs_unreadable", ""),
        ("8", "hs_unreadable", ""),
        ("9", "date_serial", "2026-07-15"),
        ("10", "hs_not_in_nomenclature", ""),
        ("10", "date_unreadable", ""),
        ("10", "country_unknown", ""),
        ("10", "currency_unknown", ""),
        ("10", "terms_unknown", ""),
        ("11", "number_negative", ""),
        ("11", "scientific_form", "1???"),
        ("11", "number_unreadable", ""),
        ("13", "hs_missing", ""),
        ("14", "too_few_fields", ""),
        ("16", "too_many_fields", ""),
        ("17", "open_quote", ""),
        ("18", "not_decodable", ""),
    ] {
        let wanted = (row.to_owned(), problem.to_owned(), reading.to_owned());
        assert!(listed.contains(&wanted), "{wanted:?} in {listed:?}");
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    let hygiene: Vec<&str> = report["hygiene"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["code"].as_str().unwrap())
        .collect();
    for code in [
        "total_mismatch",
        "zero_value",
        "hs_length",
        "unit_unknown",
        "country_unverified",
        "currency_unverified",
        "agreement_unknown",
        "proof_after_date",
        "proof_expired",
        "proof_kind_open",
        "terms_need_charges",
        "export_swap_read",
        "illegal_character",
    ] {
        assert!(hygiene.contains(&code), "{code} in {hygiene:?}");
    }
    assert_eq!(report["read_as"]["title_rows"], 2);
    assert_eq!(report["originating"], 0);
    // The user's bytes are all there, in their order.
    let after = fs::read(&out).unwrap();
    let mut from = 0;
    for own in fs::read(&input).unwrap().split(|byte| *byte == b'\n') {
        let own = own.strip_suffix(b"\r").unwrap_or(own);
        let found = after[from..]
            .windows(own.len().max(1))
            .position(|window| window == own);
        assert!(own.is_empty() || found.is_some(), "{own:?}");
        from += found.unwrap_or_default();
    }
}

fn generated(lines: usize) -> String {
    let mut text =
        String::from("entry_id,line_no,hs,from,to,date,fob,customs_value,currency,note\n");
    let codes = ["611012", "390110", "847989", "020130", "940360", "850440"];
    let importers = ["JP", "KR", "AU", "VN"];
    for line in 0..lines {
        text.push_str(&format!(
            "D{:07},{},{},CN,{},2026-07-{:02},{}.{:02},{}.00,USD,\"line\n{line}\"\n",
            line / 3,
            line % 3 + 1,
            codes[line * 7 % codes.len()],
            importers[line / 5 % importers.len()],
            line % 28 + 1,
            line % 9000 + 100,
            line % 100,
            line % 9500 + 200
        ));
    }
    text
}

#[test]
fn a_long_file_gives_the_same_bytes_with_any_number_of_threads() {
    let directory = directory("long");
    let input = directory.join("lines.csv");
    const LINES: usize = 120_000;
    fs::write(&input, generated(LINES)).unwrap();
    let mut results = Vec::new();
    for threads in ["1", "2", "5"] {
        let (out, report) = (
            directory.join(format!("out-{threads}.csv")),
            directory.join(format!("report-{threads}.json")),
        );
        let output = batch(
            &input,
            &[
                "--out",
                path(&out),
                "--threads",
                threads,
                "--report",
                path(&report),
            ],
        );
        assert!(output.status.success(), "{output:?}");
        results.push((fs::read(&out).unwrap(), fs::read(&report).unwrap()));
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    let text = String::from_utf8(results.swap_remove(0).0).unwrap();
    let records = split(&text);
    assert_eq!(records.len(), LINES + 1);
    for (line, record) in records.iter().skip(1).enumerate() {
        assert_eq!(record[9], format!("line\n{line}"));
        assert_eq!(record.len(), 10 + RESULT_COLUMNS);
    }
}

#[test]
fn a_million_lines_come_out_in_their_order_with_every_column() {
    const LINES: usize = 1_000_000;
    let directory = directory("million");
    let input = directory.join("lines.csv");
    let out = directory.join("out.csv");
    fs::write(&input, generated(LINES)).unwrap();
    let output = batch(&input, &["--out", path(&out), "--threads", "2"]);
    assert!(output.status.success(), "{output:?}");
    let mut text = BufReader::new(File::open(&out).unwrap()).lines();
    let headings = text.next().unwrap().unwrap();
    assert_eq!(headings.split(',').count(), 10 + RESULT_COLUMNS);
    for line in 0..LINES {
        // The note of every line is broken in two.
        let own = text.next().unwrap().unwrap();
        assert!(own.ends_with(",USD,\"line"), "{line}: {own}");
        let results = text.next().unwrap().unwrap();
        let results = results.strip_prefix(&format!("{line}\","));
        let results = results.unwrap_or_else(|| panic!("line {line} is not in its place"));
        let cells = split(&format!("{results}\n")).remove(0);
        assert_eq!(cells.len(), RESULT_COLUMNS, "{results}");
    }
    assert!(text.next().is_none());
    fs::remove_dir_all(&directory).unwrap();
}

/// Whatever columns are asked for, in whatever order, each holds what it holds when
/// all are written.
#[test]
fn chosen_columns_hold_what_they_hold_among_all() {
    let bills = fixture("bills.csv");
    for sector in ["cashmere", "machinery"] {
        let input = fixture(&format!("{sector}.csv"));
        let run = |columns: &[&str]| {
            let arguments = [&["--materials", path(&bills)], columns].concat();
            let output = batch(&input, &arguments);
            assert!(output.status.success(), "{output:?}");
            let mut rows = split(&String::from_utf8(output.stdout).unwrap());
            // Without the title above the headings.
            rows.retain(|row| row.len() > 1);
            rows
        };
        let all = run(&[]);
        assert_eq!(all.len(), 51);
        let own = all[0].len() - RESULT_COLUMNS;
        for names in [
            "verdict",
            "findings,verdict",
            "roo_saving,decision_id",
            "missing,claim,country_of_origin,mfn_rate,pref_rate,rule,criterion,agreement",
        ] {
            let some = run(&["--columns", names]);
            let bare = |heading: &String| heading.replace("roo_", "");
            let wanted: Vec<usize> = (0..all[0].len())
                .filter(|at| {
                    *at < own
                        || names
                            .replace("roo_", "")
                            .split(',')
                            .any(|name| bare(&all[0][*at]) == name)
                })
                .collect();
            assert_eq!(wanted.len(), own + names.split(',').count());
            assert_eq!(some.len(), all.len());
            for (some, all) in some.iter().zip(&all) {
                let expected: Vec<&String> = wanted.iter().map(|at| &all[*at]).collect();
                assert_eq!(some.iter().collect::<Vec<_>>(), expected, "{names}");
            }
        }
    }
}

#[test]
fn a_column_that_is_none_is_refused_in_both_languages() {
    let input = fixture("cashmere.csv");
    for (lang, words) in [("en", "is no result column"), ("zh", "不是结果列")] {
        let output = Command::new(env!("CARGO_BIN_EXE_originis"))
            .args([
                "batch",
                path(&input),
                "--columns",
                "verdict,colour",
                "--lang",
                lang,
            ])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains(words) && message.contains("colour"),
            "{message}"
        );
        assert!(message.contains("verdict,criterion,rule"), "{message}");
    }
}

/// Bills of the lines of [`generated`], two rows each; a long name makes the file
/// one that is read along with the lines.
fn generated_bills(lines: usize, name: &str) -> Vec<String> {
    let mut rows = vec!["entry_id,line_no,hs,origin,status,value,name".to_owned()];
    for line in 0..lines {
        let key = format!("D{:07},{}", line / 3, line % 3 + 1);
        rows.push(format!("{key},520511,US,0,{}.50,{name}", line % 90 + 1));
        rows.push(format!("{key},540233,CN,1,{}.00,{name}", line % 70 + 1));
    }
    rows
}

#[test]
fn bills_read_along_decide_as_bills_held_and_every_row_of_them_is_accounted_for() {
    const LINES: usize = 24_000;
    let directory = directory("along");
    let input = directory.join("lines.csv");
    let out = directory.join("out.csv");
    fs::write(&input, generated(LINES)).unwrap();
    let bills = directory.join("bills.csv");
    let run = |rows: &[String]| {
        fs::write(&bills, rows.join("\n") + "\n").unwrap();
        batch(
            &input,
            &[
                "--materials",
                path(&bills),
                "--out",
                path(&out),
                "--threads",
                "2",
            ],
        )
    };
    let held = generated_bills(LINES, "yarn");
    assert!(run(&held).status.success());
    let expected = fs::read(&out).unwrap();
    let mut along = generated_bills(LINES, &"yarn ".repeat(70));
    // Blank rows belong to nothing and do no harm.
    along.insert(20_001, String::new());
    along.push(String::new());
    assert!(along.iter().map(String::len).sum::<usize>() > 16 << 20);
    assert!(run(&along).status.success());
    assert!(fs::read(&out).unwrap() == expected, "results differ");

    let refused = |rows: &[String], place: &str, word: &str| {
        let output = run(rows);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains(place) && message.contains(word),
            "{message}"
        );
    };
    // Row 1 of a spreadsheet is that of the headings.
    let good = std::mem::replace(
        &mut along[40_000],
        "D0006666,1,520511,US,0,12x,yarn".to_owned(),
    );
    refused(&along, "row 40001", "12x");
    along[40_000] = good.replacen('D', "X", 1);
    refused(&along, "row 40001", "X000");
    along[40_000] = good;
    let rows = along.len();
    along.push("X9999999,1,520511,US,0,1.00,yarn".to_owned());
    refused(&along, &format!("row {}", rows + 1), "X9999999-1");
}

#[test]
fn a_bill_of_a_line_that_is_not_there_is_named() {
    let directory = directory("unused");
    let bills = directory.join("bills.csv");
    fs::write(&bills, generated_bills(4, "yarn").join("\n")).unwrap();
    let input = directory.join("lines.csv");
    let lines: Vec<String> = generated(2).lines().map(str::to_owned).collect();
    fs::write(&input, lines.join("\n")).unwrap();
    let report = directory.join("report.json");
    let page = directory.join("report.html");
    for (lang, words) in [("en", "belong to no line"), ("zh", "不属于文件中任何一行")] {
        let output = Command::new(env!("CARGO_BIN_EXE_originis"))
            .args([
                "batch",
                path(&input),
                "--materials",
                path(&bills),
                "--lang",
                lang,
            ])
            .args(["--report", path(&report), "--report", path(&page)])
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains(words) && message.contains("`D0000000-3`"),
            "{message}"
        );
        let page = fs::read_to_string(&page).unwrap();
        assert!(page.contains(words) && page.contains("D0000000-3"));
        let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
        assert_eq!(report["read_as"]["bills_without_line"]["count"], 2);
    }
}

#[test]
fn json_lines_and_workbooks_hold_every_line() {
    let directory = directory("forms");
    let bills = fixture("bills.csv");
    let input = fixture("cashmere.gb18030.csv");
    let output = batch(&input, &["--materials", path(&bills), "--format", "ndjson"]);
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 50);
    assert_eq!(lines[0]["商品名称"], "羊绒衫");
    let verdicts = lines
        .iter()
        .filter(|line| line["roo_verdict"] == "originating")
        .count();
    assert_eq!(verdicts, SECTORS[0].1);
    let book = directory.join("out.xlsx");
    let output = batch(&input, &["--materials", path(&bills), "--out", path(&book)]);
    assert!(output.status.success(), "{output:?}");
    // The workbook is read again as a declaration file.
    let output = batch(&book, &["--materials", path(&bills), "--format", "ndjson"]);
    let again = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        again.lines().count(),
        0,
        "the first sheet is the summary: {again}"
    );
}

#[test]
fn the_report_is_one_page_in_both_languages() {
    let directory = directory("report");
    let bills = fixture("bills.csv");
    for (lang, words) in [
        (
            "en",
            [
                "Preference report",
                "Missing facts, the most valuable first",
                "not originating",
            ],
        ),
        ("zh", ["优惠利用报告", "缺少的事实（按价值排序）", "非原产"]),
    ] {
        let report = directory.join(format!("{lang}.html"));
        let status = Command::new(env!("CARGO_BIN_EXE_originis"))
            .args(["batch", path(&fixture("garments.csv"))])
            .args(["--materials", path(&bills), "--report", path(&report)])
            .args(["--out", path(&directory.join("out.csv")), "--lang", lang])
            .status()
            .unwrap();
        assert!(status.success());
        let page = fs::read_to_string(&report).unwrap();
        for word in words {
            assert!(page.contains(word), "{word} in {lang}");
        }
        assert!(page.contains("<svg"));
        for outside in ["http://", "https://", "<script", "<link", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

#[test]
fn a_report_shows_no_amount_that_is_not_known_and_speaks_one_language() {
    let directory = directory("report-unknown");
    let report = directory.join("report.html");
    for (lang, verdict, words) in [
        ("en", "RCEP undetermined", "the list of materials"),
        ("zh", "RCEP 待定", "材料清单"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_originis"))
            .args(["--lang", lang, "batch"])
            .arg(fixture("electronics.gb18030.csv"))
            .arg("--report")
            .arg(&report)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let html = fs::read_to_string(&report).unwrap();
        assert!(html.contains(verdict), "{verdict}");
        // Thailand's duties are not loaded: nothing, not zero, is at stake there.
        assert!(html.contains("CN → TH") && !html.contains(">0.00<"));
        assert!(!html.contains("valid_gb18030"));
        // A missing fact is told in words, its code in small print beside it.
        let told = format!("<td>{words} <small class=\"quiet\">materials</small></td>");
        assert!(html.contains(&told), "{told}");
        assert!(html.contains(&format!("<title>{words}</title>")), "{words}");
        assert!(!html.contains("<td>materials"));
    }
    // For programs the code stays as it is.
    let report = directory.join("report.json");
    let input = fixture("electronics.gb18030.csv");
    assert!(batch(&input, &["--report", path(&report)]).status.success());
    let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    let facts = report["missing_facts"].as_array().unwrap();
    assert!(
        facts.iter().any(|one| one["fact"] == "materials"),
        "{facts:?}"
    );
}

#[test]
fn facts_are_asked_for_and_decide_when_they_are_given() {
    let directory = directory("facts");
    let (input, bills) = (directory.join("lines.csv"), directory.join("bom.csv"));
    fs::write(
        &input,
        "hs,from,to,date,fob,currency,product_code,direct,proof_type,proof_issued\n\
         611012,CN,JP,2026-07-15,1000,USD,P1,yes,certificate,2026-07-01\n\
         611012,CN,JP,2026-07-15,1000,USD,P2,yes,certificate,2026-07-01\n",
    )
    .unwrap();
    fs::write(
        &bills,
        "product_code,hs,origin,status,value\nP1,510810,MN,non_originating,400\n",
    )
    .unwrap();
    let (out, facts) = (directory.join("out.csv"), directory.join("facts.csv"));
    let asked = [
        "--materials",
        path(&bills),
        "--out",
        path(&out),
        "--facts",
        path(&facts),
    ];
    assert!(batch(&input, &asked).status.success());
    let before = rows(&fs::read_to_string(&facts).unwrap(), 0);
    assert_eq!(before[0]["roo_missing"], "operations");
    assert_eq!(before[1]["roo_missing"], "materials;operations");
    // Both files are completed as they stand and given to batch again.
    let text = fs::read_to_string(&facts).unwrap();
    let headings = split(&text)[0].clone();
    let position = headings
        .iter()
        .position(|heading| heading == "operations")
        .unwrap();
    let mut completed = headings.join(",");
    for mut cells in split(&text).into_iter().skip(1) {
        cells[position] = "knitting".to_owned();
        completed.push_str(&format!("\n{}", cells.join(",")));
    }
    fs::write(&facts, completed + "\n").unwrap();
    let materials = directory.join("facts.materials.csv");
    let wanted = fs::read_to_string(&materials).unwrap();
    assert!(wanted.ends_with("\nP2,,,,,,,\n"), "{wanted}");
    let given = wanted.replace(
        "P2,,,,,,,",
        "P2,yarn,510810,CN,originating,400,,\nP1,yarn,510810,MN,non_originating,400,,",
    );
    fs::write(&materials, given).unwrap();
    let again = ["--materials", path(&materials), "--out", path(&out)];
    assert!(batch(&facts, &again).status.success());
    let result = rows(&fs::read_to_string(&out).unwrap(), 0);
    let decided: Vec<(&str, &str)> = result
        .iter()
        .map(|row| (row["roo_criterion"].as_str(), row["roo_claim"].as_str()))
        .collect();
    assert_eq!(decided, [("CTC", "eligible"), ("PE", "eligible")]);
}

#[test]
fn an_unreadable_or_full_place_is_said_and_leaves_nothing_whole() {
    let directory = directory("failures");
    let output = batch(&directory.join("absent.csv"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("absent.csv"), "{message}");
    let input = directory.join("nothing.csv");
    fs::write(&input, "a,b\n1,2\n").unwrap();
    let out = directory.join("out.csv");
    let output = batch(&input, &["--out", path(&out)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!out.exists());
    if Path::new("/dev/full").exists() {
        let output = originis(&["batch", path(&fixture("stone.csv"))])
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("cannot be written"), "{message}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = directory("pipe");
    let input = directory.join("lines.csv");
    fs::write(&input, generated(20_000)).unwrap();
    let mut child = originis(&["batch", path(&input)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn failures_are_told_in_chinese_when_chinese_is_asked_for() {
    let directory = directory("chinese");
    let unknown = directory.join("unknown.csv");
    fs::write(&unknown, "a,b\n1,2\n").unwrap();
    let bill = directory.join("bill.csv");
    fs::write(
        &bill,
        "product_code,name,hs,value\nP1,纱,510810,1.00\nP1,线,5204,x\n",
    )
    .unwrap();
    let stone = fixture("stone.csv");
    let absent = directory.join("absent.csv");
    let cases: [(&[&str], &str); 7] = [
        (&[path(&absent)], "absent.csv：无法读取：文件或目录不存在"),
        (&[path(&directory)], "无法读取：这是目录，不是文件"),
        (
            &[path(&unknown)],
            "前 30 行中没有可识别的列名（第 1 行：a,b）",
        ),
        (&[path(&stone), "--map", "没有=hs"], "文件中没有 `没有` 列"),
        (
            &[path(&stone), "--materials", path(&bill)],
            "bill.csv 第 3 行 value 列：`x` 不是非负数",
        ),
        (
            &[path(&stone), "--out", "/dev/null/x.csv"],
            "/dev/null/x.csv.partial：无法写入：路径中有一段不是目录",
        ),
        (
            &[path(&stone), "--out", path(&unknown), "--resume"],
            "没有可继续的运行；请不带 --resume 重新开始",
        ),
    ];
    for (arguments, said) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_originis"))
            .args(["--lang", "zh", "batch"])
            .args(arguments)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(said), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_resumed_to_the_same_bytes() {
    for ending in ["csv", "ndjson"] {
        interrupt_and_resume(ending);
    }
}

/// Stops a run that reads standard input with Ctrl-C and continues it.
#[cfg(unix)]
fn interrupt_and_resume(ending: &str) {
    let directory = directory(&format!("resume-{ending}"));
    let text = generated(30_000);
    let whole = directory.join(format!("whole.{ending}"));
    let input = directory.join("lines.csv");
    fs::write(&input, &text).unwrap();
    assert!(batch(&input, &["--out", path(&whole)]).status.success());
    let out = directory.join(format!("out.{ending}"));
    let mut child = originis(&["batch", "-", "--out", path(&out)])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&text.as_bytes()[..1_500_000]).unwrap();
    let part = directory.join(format!("out.{ending}.partial"));
    let started = Instant::now();
    while fs::metadata(&part).map_or(0, |data| data.len()) < 100_000 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "nothing written"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    std::thread::sleep(Duration::from_millis(300));
    // The worker that waits for input sees the end of this one.
    let _ = stdin.write_all(&text.as_bytes()[1_500_000..]);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--resume"), "{message}");
    assert!(!out.exists(), "a part is not passed off as the whole");
    let stopped = fs::read(&part).unwrap();
    assert!(stopped.ends_with(b"\n") && stopped.len() < fs::read(&whole).unwrap().len());
    let other = originis(&[
        "batch",
        "-",
        "--out",
        path(&out),
        "--resume",
        "--columns",
        "verdict",
    ])
    .stdin(File::open(&input).unwrap())
    .output()
    .unwrap();
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    let message = String::from_utf8(other.stderr).unwrap();
    assert!(message.contains("--columns roo_agreement,"), "{message}");
    assert_eq!(fs::read(&part).unwrap(), stopped, "nothing is written");
    let mut child = originis(&["batch", "-", "--out", path(&out), "--resume"])
        .stdin(File::open(&input).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read(&out).unwrap(), fs::read(&whole).unwrap());
    assert!(!part.exists() && !directory.join(format!("out.{ending}.resume")).exists());
}
