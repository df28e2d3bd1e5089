//! The case library against the law: every case is decided and compared with
//! what its file expects, and the library as a whole covers every provision,
//! every common mistake and every sector.

#![expect(
    clippy::panic,
    reason = "a case or table that cannot be read must fail the test"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use originis_advice::decide;
use originis_advice::origin::country_of_origin;
use originis_exchange::{Lang, Request};
use originis_rules_engine::rulebook::RuleBook;
use originis_service::{Server, Settings};
use originis_testkit::case::{self, Filed};
use originis_testkit::http;
use serde_json::Value;

static CASES: LazyLock<Vec<Filed>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    case::read_all(&root).unwrap_or_else(|faults| panic!("{faults}"))
});

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| originis_rule_tables::shipped().unwrap_or_else(|error| panic!("{error}")));

/// Fails with every file and every field that differs.
fn report(differences: Vec<String>) {
    assert!(
        differences.is_empty(),
        "{} of {} cases differ:\n{}",
        differences.len(),
        CASES.len(),
        differences.join("\n")
    );
}

/// Decides every case by `door` and collects what differs.
fn differing(door: impl Fn(&Filed) -> Result<Value, String>) -> Vec<String> {
    differing_in(CASES.iter(), door)
}

fn differing_in<'a>(
    cases: impl Iterator<Item = &'a Filed>,
    door: impl Fn(&Filed) -> Result<Value, String>,
) -> Vec<String> {
    cases
        .filter_map(|filed| {
            let differences = match door(filed) {
                Ok(answer) => filed.case.expect.differences(&answer),
                Err(error) => vec![error],
            };
            let list = differences.join("\n    ");
            (!differences.is_empty()).then(|| format!("{filed}\n    {list}"))
        })
        .collect()
}

#[test]
fn every_case_is_filed_under_its_agreement_and_verdict() {
    for filed in CASES.iter() {
        let agreement = filed
            .case
            .request
            .get("agreement")
            .and_then(toml::Value::as_str);
        assert_eq!(
            agreement.map(str::to_lowercase),
            Some(filed.agreement.clone()),
            "{filed}"
        );
        assert_eq!(filed.case.expect.verdict, filed.verdict, "{filed}");
    }
}

#[test]
fn no_two_cases_share_a_name_or_a_question() {
    let mut seen = BTreeSet::new();
    for filed in CASES.iter() {
        let case = &filed.case;
        for text in [&case.name, &case.name_zh, &case.request.to_string()] {
            assert!(seen.insert(text.clone()), "{filed} repeats: {text}");
        }
    }
}

#[test]
fn the_library_decides_every_case_as_the_law_does() {
    report(differing(|filed| {
        let request = Request::from_json(&filed.case.request_json()).map_err(|e| e.to_string())?;
        let decision = decide(&BOOK, &request, Lang::En).map_err(|e| e.to_string())?;
        serde_json::to_value(&decision).map_err(|e| e.to_string())
    }));
}

/// The worked example G-R-21: a country of origin marked `**` is declared in
/// China under a code of its own.
#[test]
fn the_marks_of_the_importers_choice_have_their_chinese_codes() {
    let filed = case_named("pe-minimal-operations-highest-contributor");
    let request = Request::from_json(&filed.case.request_json()).unwrap();
    let report = country_of_origin(&BOOK, &request, Lang::En)
        .unwrap()
        .unwrap();
    let codes: Vec<_> = report
        .choices
        .iter()
        .map(|choice| {
            let text = |code: &Option<String>| code.clone().unwrap_or_default();
            let (numeric, letters) = (text(&choice.numeric_code), text(&choice.letter_code));
            (choice.mark.unwrap_or_default(), numeric, letters)
        })
        .collect();
    let expected = [("", "", ""), ("*", "801", "HRA"), ("**", "802", "HRB")]
        .map(|(mark, numeric, letters)| (mark, numeric.to_owned(), letters.to_owned()));
    assert_eq!(codes, expected);
}

/// The highest rate among all Parties is the fallback that needs no proof of
/// who contributed what.
#[test]
fn the_highest_rate_among_all_parties_is_a_lawful_fallback() {
    let filed = case_named("same-fabric-of-korea");
    let request = Request::from_json(&filed.case.request_json()).unwrap();
    let report = country_of_origin(&BOOK, &request, Lang::En)
        .unwrap()
        .unwrap();
    let rates: Vec<_> = report
        .choices
        .iter()
        .map(|choice| (choice.choice, choice.rate.as_deref()))
        .collect();
    assert_eq!(rates.first(), Some(&("determined", Some("0"))));
    assert_eq!(rates.last(), Some(&("highest_of_all", Some("2.4"))));
}

fn case_named(slug: &str) -> &'static Filed {
    CASES
        .iter()
        .find(|filed| filed.path.file_stem().is_some_and(|stem| stem == slug))
        .unwrap_or_else(|| panic!("no case {slug}"))
}

#[test]
fn the_program_answers_every_case_as_the_law_does() {
    let cache = tempfile::tempdir().unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let differences = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| {
                let cases = CASES.iter().skip(first).step_by(threads);
                let cache = cache.path();
                scope.spawn(move || differing_in(cases, |filed| check(filed, cache)))
            })
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    report(differences);
}

/// What `originis check` prints for a case given on standard input.
fn check(filed: &Filed, cache: &Path) -> Result<Value, String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_originis"))
        .args(["check", "-", "--format", "json", "--lang", "en"])
        .env("XDG_CACHE_HOME", cache)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut input = program.stdin.take().ok_or("no standard input")?;
    input
        .write_all(filed.case.request_json().as_bytes())
        .map_err(|error| error.to_string())?;
    drop(input);
    let output = program
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.code() != Some(0) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("exit {:?}: {said}", output.status.code()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

#[test]
fn the_service_answers_every_case_as_the_law_does() {
    let records = tempfile::tempdir().unwrap();
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), records.path().to_owned());
    settings.log_requests = false;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let book = originis_rule_tables::shipped().unwrap();
    let server = runtime.block_on(Server::bind(settings, book)).unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = runtime.spawn(server.run(async {
        let _ = stopped.await;
    }));
    let differences = differing(|filed| {
        let headers = [
            ("content-type", "application/json"),
            ("accept-language", "en"),
        ];
        let body = filed.case.request_json();
        let response = http::send(
            address,
            "POST",
            "/v1/determinations",
            &headers,
            body.as_bytes(),
        );
        match response.status {
            200 | 201 => Ok(response.json()),
            status => Err(format!("status {status}: {}", response.text())),
        }
    });
    stop.send(()).unwrap();
    runtime.block_on(served).unwrap();
    report(differences);
}

#[test]
fn both_languages_decide_alike() {
    let mut differing = Vec::new();
    for filed in CASES.iter() {
        let request = Request::from_json(&filed.case.request_json()).unwrap();
        let mut answers = [Lang::En, Lang::Zh].map(|lang| {
            let decision = decide(&BOOK, &request, lang).unwrap();
            let mut answer = serde_json::to_value(&decision).unwrap();
            let untranslated = untranslated(&answer, lang);
            without_sentences(&mut answer);
            (answer, untranslated)
        });
        if answers[0].0 != answers[1].0 {
            differing.push(format!(
                "{filed}: the facts of the answer depend on the language"
            ));
        }
        for (_, untranslated) in &mut answers {
            differing.extend(
                untranslated
                    .drain(..)
                    .map(|text| format!("{filed}: {text}")),
            );
        }
    }
    report(differing);
}

/// Fields that are written in the language of the answer.
const WRITTEN: [&str; 9] = [
    "summary",
    "why",
    "words",
    "effect",
    "citation_text",
    "source",
    "sources",
    "notes",
    "lang",
];

fn without_sentences(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !WRITTEN.contains(&name.as_str()));
            fields.values_mut().for_each(without_sentences);
        }
        Value::Array(entries) => entries.iter_mut().for_each(without_sentences),
        _ => {}
    }
}

/// Sentences of a Chinese answer that hold no Chinese.
fn untranslated(value: &Value, lang: Lang) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner.as_str() {
                    Some(text)
                        if ["summary", "why", "words", "effect", "citation_text"]
                            .contains(&name.as_str()) =>
                    {
                        let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                        if lang == Lang::Zh && !chinese {
                            found.push(format!("{name} is not in Chinese: {text}"));
                        }
                    }
                    _ => found.extend(untranslated(inner, lang)),
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                found.extend(untranslated(entry, lang));
            }
        }
        _ => {}
    }
    found
}

#[test]
fn the_library_is_as_large_as_promised() {
    assert!(CASES.len() >= 340, "{} cases", CASES.len());
    let of = |verdict: &str| {
        CASES
            .iter()
            .filter(|filed| filed.verdict == verdict)
            .count()
    };
    assert!(of("originating") >= 180);
    assert!(of("not_originating") >= 100);
    assert!(of("undetermined") >= 30);
}

/// Every word of `wanted` that no case has; fails when there is any.
fn all_covered(what: &str, wanted: &[&str], covered: &BTreeSet<&str>) {
    let open: Vec<&&str> = wanted
        .iter()
        .filter(|one| !covered.contains(**one))
        .collect();
    assert!(open.is_empty(), "no case for {what}: {open:?}");
}

#[test]
fn every_provision_has_a_case() {
    let covered: BTreeSet<&str> = CASES
        .iter()
        .flat_map(|filed| filed.case.provisions())
        .collect();
    all_covered("the provision", &PROVISIONS, &covered);
}

#[test]
fn every_common_mistake_has_a_case() {
    let covered: BTreeSet<&str> = CASES
        .iter()
        .filter_map(|filed| filed.case.mistake.as_deref())
        .collect();
    all_covered("the mistake", &MISTAKES, &covered);
    let known: BTreeSet<&str> = MISTAKES.into_iter().collect();
    let unknown: Vec<&&str> = covered.difference(&known).collect();
    assert!(unknown.is_empty(), "mistakes not in the list: {unknown:?}");
}

#[test]
fn every_sector_has_cases() {
    for sector in SECTORS {
        let count = CASES
            .iter()
            .filter(|filed| filed.case.sector == sector)
            .count();
        assert!(count >= 8, "{count} cases for {sector}");
    }
    let strange: Vec<&str> = CASES
        .iter()
        .map(|filed| filed.case.sector.as_str())
        .filter(|sector| *sector != "other" && !SECTORS.contains(sector))
        .collect();
    assert!(strange.is_empty(), "sectors not in the list: {strange:?}");
}

#[test]
fn every_published_example_that_can_run_has_a_case() {
    let sources: String = CASES
        .iter()
        .filter_map(|filed| filed.case.source.as_deref())
        .collect::<Vec<_>>()
        .join("\n");
    let missing: Vec<&str> = EXAMPLES
        .into_iter()
        .filter(|example| !sources.contains(example))
        .collect();
    assert!(
        missing.is_empty(),
        "no case for the published examples {missing:?}"
    );
}

const SECTORS: [&str; 12] = [
    "cashmere_wool",
    "garments",
    "meat",
    "dairy",
    "grain_oilseeds",
    "coal_ores",
    "timber_furniture",
    "stone_building",
    "machinery",
    "vehicles",
    "chemicals",
    "electronics",
];

/// Published worked examples that state enough to be decided.
const EXAMPLES: [&str; 35] = [
    "G-R-02", "G-R-04", "G-R-05", "G-R-07", "G-R-08", "G-R-09", "G-R-10", "G-R-11", "G-R-12",
    "G-R-13", "G-R-14", "G-R-15", "G-R-16", "G-R-17", "G-R-19a", "G-R-19b", "G-R-19c", "G-R-19d",
    "G-R-22", "G-R-23", "G-R-27", "G-R-28", "G-R-29", "G-R-30", "G-A-01", "G-A-02", "G-A-07",
    "G-A-10", "G-A-11", "G-A-12", "G-N-02", "G-N-03", "G-N-06", "G-N-09", "G-N-12",
];

/// Provisions of the agreements that bear on the facts of a request.
const PROVISIONS: [&str; 105] = [
    "APTA Annex I",
    "APTA Rule 1",
    "APTA Rule 2(a)",
    "APTA Rule 2(b)",
    "APTA Rule 2(c)",
    "APTA Rule 2(d)",
    "APTA Rule 2(e)",
    "APTA Rule 2(f)",
    "APTA Rule 2(g)",
    "APTA Rule 2(h)",
    "APTA Rule 2(i)",
    "APTA Rule 2(j)",
    "APTA Rule 2(k)",
    "APTA Rule 3(a)",
    "APTA Rule 3(b)",
    "APTA Rule 3(c)",
    "APTA Rule 4",
    "APTA Rule 5",
    "APTA Rule 6",
    "APTA Rule 7",
    "APTA Rule 10",
    "APTA membership",
    "RCEP Annex 3A head-note 2",
    "RCEP Annex 3A head-note 4",
    "RCEP Annex 3A head-note 5",
    "RCEP Annex 3A head-note 6",
    "RCEP Annex 3A head-note 7(a)",
    "RCEP Annex 3A head-note 7(b)",
    "RCEP Annex 3A head-note 7(c)",
    "RCEP Annex 3A head-note 7(d)",
    "RCEP Annex 3A head-note 7(e)",
    "RCEP Annex 3A head-note 7(f)",
    "RCEP Annex 3A head-note 8",
    "RCEP Annex 3A head-note 9",
    "RCEP Article 2.4.1",
    "RCEP Article 2.4.2",
    "RCEP Article 2.6.2",
    "RCEP Article 2.6.3",
    "RCEP Article 2.6.4",
    "RCEP Article 2.6.5",
    "RCEP Article 3.1(a)",
    "RCEP Article 3.1(e)",
    "RCEP Article 3.1(n)",
    "RCEP Article 3.2",
    "RCEP Article 3.2(a)",
    "RCEP Article 3.2(b)",
    "RCEP Article 3.2(c)",
    "RCEP Article 3.3(a)",
    "RCEP Article 3.3(b)",
    "RCEP Article 3.3(c)",
    "RCEP Article 3.3(d)",
    "RCEP Article 3.3(e)",
    "RCEP Article 3.3(f)",
    "RCEP Article 3.3(g)",
    "RCEP Article 3.3(h)",
    "RCEP Article 3.3(i)",
    "RCEP Article 3.3(j)",
    "RCEP Article 3.4.1",
    "RCEP Article 3.5.1",
    "RCEP Article 3.5.1(a)",
    "RCEP Article 3.5.1(b)",
    "RCEP Article 3.5.3",
    "RCEP Article 3.5.4",
    "RCEP Article 3.5.5(a)",
    "RCEP Article 3.5.5(b)",
    "RCEP Article 3.5.5(c)",
    "RCEP Article 3.6",
    "RCEP Article 3.6(a)",
    "RCEP Article 3.6(b)",
    "RCEP Article 3.6(c)",
    "RCEP Article 3.6(d)",
    "RCEP Article 3.6(e)",
    "RCEP Article 3.6(f)",
    "RCEP Article 3.6(g)",
    "RCEP Article 3.6(h)",
    "RCEP Article 3.6(i)",
    "RCEP Article 3.6(j)",
    "RCEP Article 3.6(k)",
    "RCEP Article 3.7.1",
    "RCEP Article 3.7.1(a)",
    "RCEP Article 3.7.1(b)",
    "RCEP Article 3.7.2",
    "RCEP Article 3.8.1",
    "RCEP Article 3.8.2",
    "RCEP Article 3.8.3",
    "RCEP Article 3.9",
    "RCEP Article 3.10",
    "RCEP Article 3.11",
    "RCEP Article 3.12",
    "RCEP Article 3.13",
    "RCEP Article 3.15.1(a)",
    "RCEP Article 3.15.1(b)",
    "RCEP Article 3.16",
    "RCEP Article 3.16 footnote 5",
    "RCEP Article 3.16.1(b)",
    "RCEP Article 3.16.1(c)",
    "RCEP Article 3.16.2",
    "RCEP Article 3.17",
    "RCEP Article 3.17.4(b)",
    "RCEP Article 3.19",
    "RCEP Article 3.21",
    "RCEP Article 3.22",
    "RCEP Article 3.23",
    "RCEP Article 3.34",
    "RCEP Article 20.6",
];

/// Mistakes that are common in practice.
const MISTAKES: [&str; 37] = [
    "APTA letters B and C swapped",
    "Mongolian or Russian inputs counted as RCEP",
    "absent facts taken for none used",
    "any change of code is enough",
    "assembly vetoed",
    "codes of different editions compared",
    "country of origin taken to be the exporting Party",
    "customs control in transit not shown",
    "customs territories outside the agreement counted as Parties",
    "de minimis used to rescue the content",
    "deductions without proof",
    "domestic value computed with cumulated materials",
    "duty already free",
    "ex-works or CIF price used as FOB",
    "except-from clause ignored",
    "except-from clause read as a ban on originating materials",
    "full cumulation assumed",
    "fungible stock mixed without an inventory method",
    "good outside the concession",
    "indirect materials counted as non-originating",
    "minimal operations forgotten",
    "minimal operations held against originating materials",
    "one failing line taken for the whole certificate",
    "originating materials put to the tariff shift",
    "packing or accessories left out of the content",
    "packing or accessories tested for the shift",
    "proof obtained after the declaration",
    "proof thought to be valid for more than a year",
    "re-invoice price used as FOB",
    "recovered duty deducted",
    "rounding before comparing",
    "through bill of lading taken for the only proof",
    "unapproved Chinese exporter declares origin",
    "unknown origin treated as local",
    "weight test of de minimis used outside chapters 50 to 63",
    "wider threshold used by a member that is not least developed",
    "year step taken for 1 January",
];
