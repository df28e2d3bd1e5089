//! `originis learn` as its users run it.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory of its own for one test, emptied first.
fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn originis(dir: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_originis"))
        .args(args)
        .env("XDG_DATA_HOME", dir)
        .env("LC_ALL", "C")
        .current_dir(dir)
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

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_verdict_is_shown_only_after_it_was_predicted() {
    let dir = scratch("learn-predict");
    let case = ["learn", "--case", "cashmere-pullover-jp"];
    let unanswered = stdout(&originis(&dir, &case, ""));
    assert!(unanswered.contains("Is the good originating?"));
    assert!(
        !unanswered.contains("The good is originating"),
        "{unanswered}"
    );
    let answered = stdout(&originis(&dir, &case, "b\n"));
    assert!(answered.contains("✗ Not so."), "{answered}");
    assert!(answered.contains("RCEP Article 3.2(c)"), "{answered}");
    assert!(answered.contains("The good is originating"), "{answered}");
}

#[test]
fn a_case_answered_right_is_not_asked_again_until_restart() {
    let dir = scratch("learn-progress");
    let sector = ["learn", "--sector", "cashmere-wool", "--level", "1"];
    let case = ["learn", "--case", "cashmere-pullover-jp"];
    let title = "Cashmere pullover knitted from Mongolian yarn";
    let dehaired = "Dehaired cashmere from Mongolian greasy fibre";
    assert!(stdout(&originis(&dir, &sector, "")).contains(dehaired));
    originis(&dir, &case, "a\nb\nc\n");
    let restart = [&sector[..], &["--restart"]].concat();
    let all = "b\nb\na\na\n";
    assert!(!stdout(&originis(&dir, &sector, all)).contains(title));
    assert!(stdout(&originis(&dir, &restart, all)).contains(title));
}

#[test]
fn every_case_is_decided_as_it_was_reviewed() {
    let dir = scratch("learn-verify");
    let output = originis(&dir, &["learn", "verify", "--format", "json"], "");
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(report["cases"].as_u64().unwrap() >= 60, "{report}");
    assert_eq!(report["sectors"], 12);
    assert_eq!(report["moved"], 0);
}

#[test]
fn a_moved_case_fails_until_a_person_confirms_it() {
    let dir = scratch("learn-confirm");
    let file = dir.join("reviewed.toml");
    let shipped = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/training/content/reviewed.toml"),
    )
    .unwrap();
    let edited = shipped.replacen("rule = \"CTSH or RVC40\"", "rule = \"CTH\"", 1);
    assert_ne!(shipped, edited);
    std::fs::write(&file, edited).unwrap();
    let reviewed = ["learn", "verify", "--reviewed", "reviewed.toml"];
    let output = originis(&dir, &reviewed, "");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["moved"], 1);
    assert_eq!(report["moved_cases"][0]["case"], "battery-ctsh-kr");
    let confirmed = [&reviewed[..], &["--confirm", "battery-ctsh-kr"]].concat();
    assert!(originis(&dir, &confirmed, "").status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), shipped);
}

#[test]
fn a_pack_can_be_opened_by_what_it_is_made_for() {
    use calamine::{Reader, Xlsx, open_workbook};
    let dir = scratch("learn-pack");
    let args = [
        "learn", "pack", "--sector", "meat", "--lang", "zh", "--out", "pack",
    ];
    assert!(originis(&dir, &args, "").status.success());
    let html = std::fs::read_to_string(dir.join("pack/handout.html")).unwrap();
    assert!(html.contains("lang=\"zh-Hans\"") && html.contains("牛羊肉"));
    assert!(!html.contains("http"), "nothing is loaded from elsewhere");
    let mut sheet: Xlsx<_> = open_workbook(dir.join("pack/worksheet.xlsx")).unwrap();
    assert_eq!(sheet.sheet_names().len(), 5);
    let first = sheet.worksheet_range("案例 1").unwrap();
    assert!(!first.get_value((0, 0)).unwrap().to_string().is_empty());
    let mut results: Xlsx<_> = open_workbook(dir.join("pack/results.xlsx")).unwrap();
    let name = results.sheet_names()[0].clone();
    let key = results.worksheet_range(&name).unwrap();
    for column in 1..=5 {
        let letter = key.get_value((1, column)).unwrap().to_string();
        assert!(["A", "B", "C"].contains(&letter.as_str()), "{letter}");
    }
}

#[test]
fn a_gb18030_product_list_is_ranked_by_what_it_would_save() {
    let dir = scratch("learn-clinic");
    let list = "商品编号,商品名称,原产国,最终目的国,总价\n6110120000,羊绒衫,中国,日本,\"100,000\"\n2803000000,炭黑,中国,日本,50000\n99,无,中国,日本,1\n";
    let mut bytes = Vec::new();
    originis_batch::input::encoding::encode_into(
        originis_batch::input::encoding::Encoding::Gb18030,
        list,
        &mut bytes,
    );
    std::fs::write(dir.join("list.csv"), bytes).unwrap();
    let args = [
        "learn",
        "clinic",
        "list.csv",
        "--date",
        "2026-07-15",
        "--lang",
        "zh",
    ];
    let output = originis(&dir, &args, "");
    assert_eq!(output.status.code(), Some(1), "one row cannot be used");
    let advice: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(advice[0]["product"]["name"], "羊绒衫");
    assert_eq!(advice[0]["yearly_saving"], "4100.00");
    assert_eq!(advice[1]["yearly_saving"], "1050.00");
    assert_eq!(advice[2]["standing"], "unusable");
}
