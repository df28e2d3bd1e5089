//! What the engine said when a person last read each case, and what has moved
//! since: a changed rule or rate makes a case fail its review until somebody has
//! read it again and confirmed it.

use std::collections::BTreeMap;

use originis_exchange::Lang;
use originis_rule_tables::Problem;
use originis_rule_tables::toml_values::TomlFile;
use originis_rules_engine::rulebook::RuleBook;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exercise::{Exercise, exercise, text_at};
use crate::library::Library;

/// The parts of a decision a lesson rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Verdict on origin.
    pub verdict: String,
    /// First criterion met; empty when none is.
    pub criterion: String,
    /// The rule text; empty when none was applied.
    pub rule: String,
    /// Most-favoured-nation and preferential rate and the status of the rate.
    pub rate: String,
    /// Outcome of the claim.
    pub claim: String,
    /// Verdict after each change of the case.
    pub after_changes: Vec<String>,
}

impl Key {
    /// The key of a decided case.
    pub fn of(exercise: &Exercise) -> Self {
        let answer = &exercise.answer;
        let rate = [
            text_at(answer, "/rate/mfn"),
            text_at(answer, "/rate/preferential"),
            text_at(answer, "/rate/status"),
        ];
        Self {
            verdict: exercise.verdict().to_owned(),
            criterion: text_at(answer, "/criterion").to_owned(),
            rule: text_at(answer, "/rule/text").to_owned(),
            rate: rate.join("|"),
            claim: text_at(answer, "/claim/outcome").to_owned(),
            after_changes: exercise
                .changed
                .iter()
                .map(|answer: &Value| text_at(answer, "/verdict").to_owned())
                .collect(),
        }
    }
}

/// The reviewed keys by case id.
pub type Reviewed = BTreeMap<String, Key>;

/// The reviewed keys shipped with the library.
///
/// # Errors
/// When the file cannot be read.
pub fn shipped() -> Result<Reviewed, Problem> {
    parse("reviewed.toml", include_str!("../content/reviewed.toml"))
}

/// Reads reviewed keys from their file.
///
/// # Errors
/// When the text is no such file, with the line and what was expected.
pub fn parse(file: &str, text: &str) -> Result<Reviewed, Problem> {
    TomlFile::read(file, text).map(|(_, reviewed)| reviewed)
}

/// Writes reviewed keys as their file.
///
/// # Errors
/// When they cannot be written as TOML.
pub fn print(reviewed: &Reviewed) -> Result<String, toml::ser::Error> {
    toml::to_string(reviewed)
}

/// A case that no longer says what it said when it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The case.
    pub case: String,
    /// The key reviewed; `None` for a case nobody has reviewed yet.
    pub reviewed: Option<Key>,
    /// The key now; `None` when the case can no longer be used.
    pub now: Option<Key>,
    /// Why the case cannot be used.
    pub problem: Option<String>,
}

/// The outcome of deciding every case again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Number of cases decided.
    pub cases: usize,
    /// Number of sectors they cover.
    pub sectors: usize,
    /// Cases that moved.
    pub moved: Vec<Moved>,
}

/// Decides every case and compares it with its review. The language is that of
/// what is said about a case that cannot be used.
pub fn verify(book: &RuleBook, library: &Library, reviewed: &Reviewed, lang: Lang) -> Report {
    let moved = library
        .cases
        .iter()
        .filter_map(|case| {
            let before = reviewed.get(&case.id);
            let (now, problem) = match exercise(book, case, lang) {
                Ok(exercise) => (Some(Key::of(&exercise)), None),
                Err(error) => (None, Some(error.text(lang))),
            };
            let unchanged = now.is_some() && now.as_ref() == before;
            (!unchanged).then(|| Moved {
                case: case.id.clone(),
                reviewed: before.cloned(),
                now,
                problem,
            })
        })
        .collect();
    Report {
        cases: library.cases.len(),
        sectors: library
            .sectors
            .iter()
            .filter(|sector| library.cases.iter().any(|case| case.sector == sector.id))
            .count(),
        moved,
    }
}

/// The reviewed keys after a person has confirmed some of the moved cases.
#[must_use]
pub fn confirm(mut reviewed: Reviewed, report: &Report, confirmed: &[String]) -> Reviewed {
    for moved in &report.moved {
        if confirmed.contains(&moved.case)
            && let Some(now) = &moved.now
        {
            reviewed.insert(moved.case.clone(), now.clone());
        }
    }
    reviewed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(verdict: &str) -> Key {
        Key {
            verdict: verdict.to_owned(),
            criterion: String::new(),
            rule: "CC".to_owned(),
            rate: "||known".to_owned(),
            claim: "undetermined".to_owned(),
            after_changes: Vec::new(),
        }
    }

    #[test]
    fn only_what_a_person_confirms_becomes_reviewed() {
        let moved = |case: &str| Moved {
            case: case.to_owned(),
            reviewed: Some(key("originating")),
            now: Some(key("not_originating")),
            problem: None,
        };
        let report = Report {
            cases: 2,
            sectors: 1,
            moved: vec![moved("read"), moved("unread")],
        };
        let before = Reviewed::from([
            ("read".to_owned(), key("originating")),
            ("unread".to_owned(), key("originating")),
        ]);
        let after = confirm(before, &report, &["read".to_owned()]);
        assert_eq!(after["read"], key("not_originating"));
        assert_eq!(after["unread"], key("originating"));
    }

    #[test]
    fn every_shipped_case_says_what_it_said_when_it_was_reviewed() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        for lang in Lang::ALL {
            let report = verify(&book, &library, &shipped().unwrap(), lang);
            assert!(report.moved.is_empty(), "{:#?}", report.moved);
            assert!(report.cases >= 60 && report.sectors == 12, "{report:?}");
        }
        for sector in &library.sectors {
            assert!(library.cases_of(&sector.id).len() >= 5, "{}", sector.id);
        }
    }

    #[test]
    fn a_rule_that_moves_makes_its_cases_fail_their_review() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        let mut reviewed = shipped().unwrap();
        reviewed.get_mut("cashmere-pullover-jp").unwrap().rule = "CTH".to_owned();
        reviewed.remove("battery-ctsh-kr");
        let moved = verify(&book, &library, &reviewed, Lang::En).moved;
        let cases: Vec<&str> = moved.iter().map(|moved| moved.case.as_str()).collect();
        assert_eq!(cases, ["battery-ctsh-kr", "cashmere-pullover-jp"]);
        assert_eq!(moved[0].reviewed, None);
        assert_eq!(moved[1].now.as_ref().unwrap().rule, "CC");
    }
}
