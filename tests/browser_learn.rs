//! Learn in a real browser: a learner, a trainer with two participants, a firm at
//! the clinic, and whether everybody can use it. Served by the real program.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod served;

use std::process::Command;

use originis_testkit::browser::Browser;
use originis_testkit::http;
use serde_json::json;
use served::Served;

fn open(served: &Served, page: &Browser, address: &str) {
    page.open(&format!("http://{}/{address}", served.address));
    page.wait_for("document.documentElement.dataset.ready");
}

fn learner(language: &str, width: u32, yarn: &str) {
    let served = Served::start();
    let page = served.page(language, width);
    let fine = |what: &str| assert_eq!(page.barriers(), json!([]), "{language}, {what}");
    page.click("nav a[data-view=learn]");
    page.wait_for("document.querySelectorAll('#learn .case-list a').length >= 60");
    assert!(page.text("#datum").contains("20"), "the date of the data");
    fine("library");
    page.choose("#learn-sector", "cashmere-wool");
    page.choose("#learn-level", "1");
    page.wait_for("document.querySelectorAll('#learn .case-list a').length < 10");
    page.click("#learn a[href='#/learn/case/cashmere-pullover-jp']");
    page.wait_for("document.querySelector('#ask form')");

    // Facts in the language of the page, and no answer yet.
    assert!(page.text("#learn").contains(yarn));
    page.wait_for("!document.querySelector('#learn .verdict-block')");
    fine("question");
    page.click("#ask button[type=submit]");
    page.wait_for("!document.querySelector('#ask .problem').hidden");
    page.click("#ask input[value='1']");
    page.click("#ask button[type=submit]");
    page.wait_for("document.querySelector('#after .outcome.wrong')");
    page.wait_for("document.querySelector('#after .verdict-block.originating .trace li')");
    page.wait_for(
        "document.querySelector('#ask label.fits') && document.querySelector('#ask label.missed')",
    );
    fine("reply");

    // One thing changed, predicted again.
    page.click("#changes input[value=not_originating]");
    page.click("#changes button[type=submit]");
    page.wait_for("document.querySelector('#changes .outcome.right')");
    page.wait_for("document.querySelectorAll('#changes .change').length === 2");
    page.click("#changes .change:last-of-type input[value=originating]");
    page.click("#changes .change:last-of-type button[type=submit]");
    page.wait_for("document.querySelector('#next-case')");
    fine("changes");

    // Progress is kept in this browser, and forgotten when asked.
    page.run("location.hash = '#/learn';", &[]);
    page.wait_for("document.querySelector('#learn .mark-small.wrong')");
    page.click("#learn-forget");
    page.wait_for(
        "!document.querySelector('#learn .mark-small.wrong') && !localStorage.getItem('originis.learn')",
    );

    page.click("#learn-parts a[data-part=lessons]");
    page.wait_for("document.querySelectorAll('#learn .lesson-grid li').length >= 12");
    fine("lessons");
    page.click("#learn a[href='#/learn/lesson/tariff-shift']");
    page.wait_for("document.querySelectorAll('#lesson .prose h2').length > 1");
    page.wait_for("document.querySelector('#learn .case-list a')");
    fine("lesson");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_learner_predicts_sees_why_and_predicts_again() {
    learner("en", 1360, "cashmere yarn");
}

#[test]
fn a_learner_does_the_same_in_chinese_on_a_phone() {
    learner("zh", 500, "羊绒纱线");
}

#[test]
fn a_trainer_asks_a_class_and_the_room_sees_how_it_chose() {
    let served = Served::start();
    let trainer = served.page("en", 1360);
    trainer.click("nav a[data-view=learn]");
    trainer.click("#learn-parts a[data-part=class]");
    trainer.wait_for("document.querySelector('#class-about option')");
    assert_eq!(trainer.barriers(), json!([]), "before the class");
    trainer.choose("#class-about", "sector/cashmere-wool");
    trainer.click("#class-open");
    trainer.wait_for("document.querySelector('#class-shown-code')");
    let code = trainer.text("#class-shown-code");

    // One follows the link, one types the code; both are on phones.
    let linked = served.page("zh", 500);
    open(&served, &linked, &format!("?class={code}"));
    linked.click("#class-join");
    let typed = served.page("en", 500);
    open(&served, &typed, "#/learn/class");
    typed.type_into("#class-code", &code.to_lowercase());
    typed.click("#class-join");
    trainer.wait_for("document.querySelector('#class-joined').innerText.startsWith('2 ')");
    for (page, choice) in [(&linked, 0), (&typed, 1)] {
        page.wait_for("document.querySelector('#learn form')");
        page.wait_for("!document.querySelector('#distribution-table')");
        assert_eq!(page.barriers(), json!([]), "a question on a phone");
        page.click(&format!("#learn form input[value='{choice}']"));
        page.click("#learn form button[type=submit]");
        page.wait_for("document.querySelector('#distribution-table')");
    }
    let counted = "[...document.querySelectorAll('#distribution-table tbody tr')].map(r => r.cells[1].innerText.replace(/\\D/g, '')).join()";
    trainer.wait_for(&format!("{counted} === '1,1,0'"));
    trainer.wait_for("document.querySelector('#distribution svg[role=img]')");
    trainer.wait_for("!document.querySelector('#learn .verdict-block')");
    trainer.click("#class-reveal");
    for page in [&trainer, &linked, &typed] {
        page.wait_for("document.querySelector('#learn .verdict-block')");
        page.wait_for(&format!("{counted} === '1,1,0'"));
        page.wait_for("document.querySelector('#learn label.fits')");
        assert_eq!(page.barriers(), json!([]), "an answer shown");
    }
    linked.wait_for("document.querySelector('#learn label.missed')");

    // The next question starts from nothing; the end is told to everybody.
    trainer.click("#class-next");
    linked.wait_for("document.querySelector('#learn form input:not(:disabled)')");
    trainer.wait_for(&format!("/^0(,0)+$/.test({counted})"));
    trainer.click("#class-end");
    for page in [&trainer, &linked, &typed] {
        page.wait_for("document.querySelector('#class-over')");
        assert_eq!(page.complaints(), Vec::<String>::new());
    }
}

#[test]
fn a_participant_needs_no_key_where_the_service_asks_for_one() {
    let directory = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_originis"))
        .args(["serve", "key", "add", "trainer", "--lang", "en", "--data"])
        .arg(directory.path().join("data"))
        .output()
        .unwrap();
    let key = String::from_utf8(made.stdout).unwrap();
    let served = Served::start_in(directory, &["--require-key"]);
    let authorization = format!("Bearer {}", key.trim());
    let opened = http::send(
        served.address,
        "POST",
        "/v1/classes",
        &[
            ("content-type", "application/json"),
            ("authorization", authorization.as_str()),
        ],
        br#"{"sector": "dairy"}"#,
    );
    let opened = opened.json();
    let code = opened["code"].as_str().unwrap();
    let page = Browser::start(500, 1000, served.directory.path());
    open(&served, &page, &format!("?class={code}"));
    page.click("#class-join");
    page.wait_for("document.querySelector('#learn form input[type=radio]')");
    page.wait_for("!document.querySelector('dialog[open]')");
    assert_eq!(page.barriers(), json!([]), "a participant without a key");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

fn clinic(language: &str, width: u32, name: &str) {
    let served = Served::start();
    let page = served.page(language, width);
    page.click("nav a[data-view=learn]");
    page.click("#learn-parts a[data-part=clinic]");
    page.click("#clinic-rank");
    page.wait_for("!document.querySelector('#alert').hidden");
    page.click("#clinic-example");
    page.run(
        "document.querySelector('#clinic-date').value = '2026-07-15';",
        &[],
    );
    page.click("#clinic-rank");
    page.wait_for("document.querySelectorAll('#clinic-result tbody tr').length === 3");
    let first = page.text("#clinic-result tbody tr");
    assert!(
        first.contains(name) && first.contains("4,100.00"),
        "{first}"
    );
    assert_eq!(page.barriers(), json!([]), "{language}");

    // A file does as well as pasted text.
    let list = served.directory.path().join("products.csv");
    std::fs::write(
        &list,
        "hs,name,from,to,customs_value\n2803.00,black,CN,JP,100000\n",
    )
    .unwrap();
    page.type_into("#clinic-file", list.to_str().unwrap());
    page.click("#clinic-rank");
    page.wait_for("document.querySelectorAll('#clinic-result tbody tr').length === 1");
    page.click("#clinic-result tbody a");
    page.wait_for("document.querySelector('#lesson')");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_firm_sees_which_preferences_it_leaves_unused() {
    clinic("en", 1360, "cashmere pullover");
}

#[test]
fn a_firm_sees_the_same_in_chinese_on_a_phone() {
    clinic("zh", 500, "羊绒套头衫");
}
