//! The web page in a real browser: the journey of a trader, the journey of an
//! analyst, and whether everybody can use it. Served by the real program.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod served;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use originis_testkit::browser::Browser;
use originis_testkit::http;
use serde_json::{Value, json};
use served::Served;

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

fn trader(language: &str, words: &str, width: u32) {
    let served = Served::start();
    let page = served.page(language, width);
    page.wait_for("document.querySelectorAll('#verdict .chip.unknown').length >= 5");

    // The product is found by words and chosen from the list.
    page.type_into("#product", words);
    let option = "[...document.querySelectorAll('#product-list [role=option]')].findIndex(o => o.innerText.includes('6110.12'))";
    page.wait_for(&format!("{option} >= 0"));
    let index = page.run(&format!("return {option};"), &[]);
    page.click(&format!("#product-option-{index}"));
    page.wait_for("document.querySelector('#verdict.undetermined .next')");

    // Facts arrive and the verdict follows.
    page.type_into("#date", "07152026");
    page.run(
        "document.querySelector('#date').value = '2026-07-15';
         document.querySelector('#date').dispatchEvent(new Event('input'));
         for (const part of document.querySelectorAll('details.card')) part.open = true;",
        &[],
    );
    page.click("[name=materials-mode][value=list]");
    page.type_into("[data-path='materials[0].name']", "yarn");
    page.type_into("[data-path='materials[0].hs']", "5108.10");
    page.type_into("[data-path='materials[0].origin']", "MN");
    page.choose("[data-path='materials[0].status']", "non_originating");
    page.type_into("[data-path='materials[0].value']", "480");
    page.type_into("[data-path='materials[0].weight_kg']", "38");
    page.type_into("#weight_kg", "40");
    page.type_into("#fob", "1200");
    page.type_into("#currency", "USD");
    page.type_into("#customs_value", "1260");
    page.type_into("#operations", &format!("knitting{ENTER}"));
    page.choose("#direct", "yes");
    page.choose("#proof_type", "certificate");
    page.wait_for("document.querySelector('#verdict.originating')");
    page.wait_for("document.querySelector('[data-effect=\"materials[0]\"]').innerText");

    // Another material, and the verdict flips; what would help is shown.
    page.type_into("[data-path='materials[0].hs']", "6109.10");
    page.wait_for("document.querySelector('#verdict.not_originating')");
    page.wait_for("document.querySelector('[data-effect=\"materials[0]\"] .dot.not_met')");
    page.type_into("[data-path='materials[0].hs']", "5108.10");
    page.wait_for("document.querySelector('#verdict.originating')");

    // Saved, printed on one page, and found among the records.
    page.click("#save");
    page.wait_for("document.querySelector('#saved').innerText");
    let printed = page.print();
    let pages = printed
        .windows(11)
        .filter(|window| *window == b"/Type /Page")
        .count()
        - printed
            .windows(12)
            .filter(|window| *window == b"/Type /Pages")
            .count();
    assert_eq!(pages, 1, "the sheet is one A4");
    page.click("nav a[data-view=records]");
    page.wait_for("document.querySelector('#records .tag.originating')");
    page.click("#records a.mono");
    page.wait_for("document.querySelector('#records .best')");
    assert!(!page.text("#datum").is_empty(), "the date of the data");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_trader_checks_changes_saves_and_prints() {
    trader("en", "cashmere sweater", 1360);
}

#[test]
fn a_trader_does_the_same_in_chinese_on_a_phone() {
    trader("zh", "羊绒衫", 500);
}

/// A file the browser was asked to save, once it is there.
fn downloaded(path: &Path) -> Vec<u8> {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "no download");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::fs::read(path).unwrap()
}

fn analyst(language: &str) {
    let served = Served::start();
    let lines = "商品序号,HS编码,出口国,进口国,日期,商品名称\n1,6110.12,CN,JP,2026-07-15,羊绒衫\n2,8703.23,JP,CN,2026-07-15,轿车\n";
    let (encoded, _, _) = encoding_rs::GB18030.encode(lines);
    let upload = served.directory.path().join("declarations.csv");
    std::fs::write(&upload, &encoded).unwrap();
    let page = served.page(language, 1360);
    page.click("nav a[data-view=files]");
    page.wait_for("!document.querySelector('#view-files').hidden");
    page.type_into("#upload", upload.to_str().unwrap());
    page.click("#send-file");
    page.wait_for("document.querySelector('.batch[data-state=done] .totals')");
    page.click(".batch .get-result");
    let result = served.directory.path().join("declarations-originis.csv");
    let bytes = downloaded(&result);
    let (text, _, broken) = encoding_rs::GB18030.decode(&bytes);
    assert!(!broken && text.contains("羊绒衫"), "{text}");
    assert!(text.lines().next().unwrap().contains("roo_verdict"));
    let id = page.run("return document.querySelector('.batch').dataset.id;", &[]);
    page.open(&format!(
        "http://{}/v1/batches/{}/report",
        served.address,
        id.as_str().unwrap()
    ));
    page.wait_for("document.querySelector('h1')");
    assert!(page.text("body").contains("declarations.csv"));
    assert_eq!(page.complaints(), Vec::<String>::new());
    let report = http::send(
        served.address,
        "GET",
        &format!("/v1/batches/{}/report", id.as_str().unwrap()),
        &[("accept-language", language)],
        b"",
    );
    assert_eq!(report.status, 200);
}

#[test]
fn an_analyst_uploads_watches_downloads_and_reads_the_report() {
    analyst("en");
}

#[test]
fn an_analyst_does_the_same_in_chinese() {
    analyst("zh");
}

/// The first cells of each row of the materials table, as they stand.
fn materials(page: &Browser) -> Value {
    page.run(
        "return [...document.querySelectorAll('.bom tr.material')].map((row) =>
           [...row.querySelectorAll('input, select')].map((cell) => cell.value));",
        &[],
    )
}

#[test]
fn a_block_copied_from_a_spreadsheet_fills_the_materials_table() {
    let served = Served::start();
    let page = served.page("en", 1360);
    page.click("[name=materials-mode][value=list]");
    page.wait_for("document.querySelector('.bom input')");

    // Without headings, pasted straight into the table.
    page.paste_into(
        "[data-path='materials[0].name']",
        "yarn\t5108.10\tMN\t\"1,480.00\"\t38\n\"button, horn\"\t9606.29\tChina\t20\t\n",
    );
    page.wait_for("document.querySelectorAll('.bom tr.material').length === 2");
    assert_eq!(
        materials(&page),
        json!([
            ["yarn", "5108.10", "MN", "unknown", "1,480.00", "38"],
            ["button, horn", "9606.29", "CN", "unknown", "20", ""]
        ])
    );

    // With headings, in the dialog: columns in another order, others left out.
    let with_headings = |headings: &str, status: &str| {
        format!("{headings}\n1\t7.5\tzip\t{status}\t9607.11\t蒙古国\n")
    };
    page.click(".paste-materials");
    page.wait_for("document.querySelector('#paste').open");
    page.paste_into(
        "#paste-text",
        &with_headings(
            "No.\tAmount\tDescription\tOriginating\tHS Code\tCountry of origin",
            "no",
        ),
    );
    page.wait_for("document.querySelector('#paste-preview').innerText.includes('1')");
    page.click("#paste-use");
    page.wait_for("document.querySelectorAll('.bom tr.material').length === 3");
    let zip = json!(["zip", "9607.11", "MN", "non_originating", "7.5", ""]);
    assert_eq!(materials(&page)[2], zip);

    // With Chinese headings, in full-width brackets.
    page.click(".paste-materials");
    page.wait_for("document.querySelector('#paste').open");
    page.paste_into(
        "#paste-text",
        &with_headings("序号\t金额\t品名\t是否原产\t商品编码\t原产国（地区）", "否"),
    );
    page.click("#paste-use");
    page.wait_for("document.querySelectorAll('.bom tr.material').length === 4");
    assert_eq!(materials(&page)[3], zip);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_file_is_dropped_and_what_is_missing_is_downloaded() {
    let served = Served::start();
    let file = served.directory.path().join("lines.csv");
    let lines = "HS编码,出口国,进口国,进口日期,货号\n6110.12,CN,JP,2026-07-15,P1\n6110.12,CN,JP,someday,P2\n";
    std::fs::write(&file, lines).unwrap();
    let page = served.page("zh", 1360);
    page.click("nav a[data-view=files]");
    page.drop_file("#drop", &file);
    page.wait_for("document.querySelector('.batch[data-state=done] .totals')");
    for (button, name, part) in [
        (".get-rejects", "lines-rejects.csv", "someday"),
        (
            ".get-missing-facts",
            "lines-missing-facts.csv",
            "roo_missing",
        ),
        (
            ".get-missing-materials",
            "lines-missing-materials.csv",
            "P1,",
        ),
    ] {
        page.click(&format!(".batch {button}"));
        let bytes = downloaded(&served.directory.path().join(name));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(part), "{name}: {text}");
    }
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_file_that_cannot_be_used_is_explained_in_the_language_of_the_page() {
    let served = Served::start();
    let file = served.directory.path().join("colours.csv");
    std::fs::write(&file, "colour,size\nred,4\n").unwrap();
    for language in ["en", "zh"] {
        let page = served.page(language, 500);
        page.click("nav a[data-view=files]");
        page.type_into("#upload", file.to_str().unwrap());
        page.click("#send-file");
        page.wait_for("document.querySelector('.batch[data-state=failed] .problem')");
        let problem = page.text(".batch .problem");
        assert!(problem.contains("colours.csv"), "{problem}");
        assert!(!problem.contains("--"), "no command line here: {problem}");
        assert_eq!(problem.contains("列名"), language == "zh", "{problem}");
    }
}

#[test]
fn a_service_with_keys_asks_for_one_and_opens_its_report() {
    let directory = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_originis"))
        .args(["serve", "key", "add", "exports", "--lang", "en", "--data"])
        .arg(directory.path().join("data"))
        .output()
        .unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let served = Served::start_in(directory, &["--require-key"]);
    let file = served.directory.path().join("lines.csv");
    std::fs::write(&file, "hs,from,to,date\n6110.12,CN,JP,2026-07-15\n").unwrap();
    let page = Browser::start(1360, 1000, served.directory.path());
    page.open(&format!("http://{}/", served.address));
    page.wait_for("document.querySelector('#key').open");
    assert_eq!(
        page.run("return document.querySelector('#key-problem').hidden;", &[]),
        json!(true)
    );
    page.type_into("#key-text", "not-the-key");
    page.press(ENTER);
    page.wait_for(
        "document.querySelector('#key').open && document.querySelector('#key-problem').innerText",
    );
    page.type_into("#key-text", &key);
    page.press(ENTER);
    page.wait_for("document.documentElement.dataset.ready");
    assert!(!page.text("#datum").is_empty());
    // The refusals that were expected are among the complaints; read them off.
    let refused = page.complaints();
    assert!(
        refused.iter().all(|line| line.contains("401")),
        "{refused:?}"
    );

    page.click("nav a[data-view=files]");
    page.type_into("#upload", file.to_str().unwrap());
    page.click("#send-file");
    page.click(".batch[data-state=done] .get-report");
    page.turn_to_new_window();
    page.wait_for("document.querySelector('h1')");
    assert!(page.text("body").contains("lines.csv"));
    let styled = "getComputedStyle(document.body).fontFamily.includes('sans-serif')";
    assert_eq!(page.run(&format!("return {styled};"), &[]), json!(true));
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn everybody_can_use_every_view() {
    let served = Served::start();
    for (language, width) in [("en", 1360), ("zh", 500)] {
        let page = served.page(language, width);
        let check = |what: &str| {
            assert_eq!(page.barriers(), json!([]), "{language}, {what}");
        };
        check("empty question");
        page.click(".examples button:nth-of-type(6)");
        page.wait_for("document.querySelector('#verdict.originating, #verdict.undetermined, #verdict.not_originating')");
        page.wait_for("document.querySelector('#details svg')");
        page.run(
            "for (const part of document.querySelectorAll('details')) part.open = true;
             document.querySelector('.icon[aria-expanded]').click();",
            &[],
        );
        check("answered question");
        for view in ["files", "records", "coverage", "learn"] {
            page.click(&format!("nav a[data-view={view}]"));
            page.wait_for(&format!(
                "!document.querySelector('#view-{view}').hidden && document.querySelector('#view-{view} h1').innerText"
            ));
            std::thread::sleep(Duration::from_millis(400));
            check(view);
        }
    }
}

#[test]
fn the_keyboard_alone_is_enough_to_choose_a_product() {
    let served = Served::start();
    let page = served.page("en", 1360);
    page.open(&format!("http://{}/", served.address));
    page.wait_for("document.documentElement.dataset.ready");
    page.press(TAB);
    let focused = |page: &Browser| -> Value {
        page.run(
            "return document.activeElement.id || document.activeElement.className;",
            &[],
        )
    };
    assert_eq!(
        focused(&page),
        "skip",
        "the first stop skips to the content"
    );
    let mut stops = 0;
    while focused(&page) != "product" {
        page.press(TAB);
        stops += 1;
        assert!(stops < 15, "the product is out of reach");
    }
    page.press("6110");
    page.wait_for("document.querySelectorAll('#product-list [role=option]').length > 1");
    page.press("\u{E015}");
    page.wait_for("document.querySelector('#product').getAttribute('aria-activedescendant')");
    page.press("\u{E015}");
    page.press(ENTER);
    page.wait_for("document.querySelector('#verdict.undetermined')");
}
