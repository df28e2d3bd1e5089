//! Cases and lessons as data files, read and checked.

use std::collections::{BTreeMap, BTreeSet};

use include_dir::{Dir, include_dir};
use originis_exchange::Lang;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The library shipped with the program.
static CONTENT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Text {
    /// The text in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }
}

/// A branch of the border economy that cases are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// The short name used on the command line and in addresses.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// One case: facts, a question, choices, one-fact changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The short name; also the name of its file.
    pub id: String,
    /// Its sector, an id of [`Sector`].
    pub sector: String,
    /// How hard it is: 1 easy, 2 medium, 3 hard.
    pub level: u8,
    /// Whether the goods leave or enter China, or neither.
    pub direction: Direction,
    /// What the case is about in a few words.
    pub title: Text,
    /// The situation as a trader would tell it.
    pub story: Text,
    /// The facts, in the form `originis check` reads.
    pub request: Value,
    /// The facts with Chinese names, made when the library is read.
    #[serde(skip)]
    request_zh: Value,
    /// What the learner is asked.
    pub question: Text,
    /// What the learner may answer; exactly one fits the decision.
    #[serde(rename = "choice")]
    pub choices: Vec<Choice>,
    /// Changes of one fact, each to be predicted again.
    #[serde(rename = "change", default)]
    pub changes: Vec<Change>,
    /// What goes wrong in practice.
    #[serde(rename = "pitfall", default)]
    pub pitfalls: Vec<Text>,
    /// Papers to keep.
    #[serde(default)]
    pub evidence: Vec<Text>,
}

/// The direction of trade, seen from China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Goods leave China.
    Export,
    /// Goods enter China.
    Import,
    /// Goods move between other countries.
    Third,
}

/// One answer a learner may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The answer.
    pub text: Text,
    /// What it claims about the decision; it is right when the claim holds.
    pub claims: Claims,
    /// The reply to a learner who chose it: why it fits or fails.
    pub reply: Text,
    /// Where the reason stands in the law.
    pub cite: String,
}

/// What a choice claims about the decision. Every field given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The verdict on origin.
    pub verdict: Option<String>,
    /// The first criterion met.
    pub criterion: Option<String>,
    /// A test with its outcome, as `test=outcome`.
    pub finding: Option<String>,
    /// The outcome of the claim for the preferential rate.
    pub claim: Option<String>,
    /// The RCEP country of origin.
    pub country_of_origin: Option<String>,
    /// The preferential rate in per cent.
    pub preferential: Option<String>,
    /// The status of the rate.
    pub rate_status: Option<String>,
    /// A fact named as missing.
    pub missing: Option<String>,
    /// Something the decision does not say; such a choice is never right. It
    /// holds a mistake seen in practice that has no place in an answer.
    #[serde(default)]
    pub mistake: bool,
}

/// A change of one fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What changes, and the request to predict again.
    pub ask: Text,
    /// JSON pointer of the fact in the request.
    pub pointer: String,
    /// Its new value; absent removes the fact.
    pub value: Option<Value>,
    /// The new value with Chinese names, made when the library is read.
    #[serde(skip)]
    value_zh: Option<Value>,
}

impl Case {
    /// The facts with names of goods and materials in one language.
    pub const fn request_in(&self, lang: Lang) -> &Value {
        match lang {
            Lang::En => &self.request,
            Lang::Zh => &self.request_zh,
        }
    }
}

impl Change {
    const fn value_in(&self, lang: Lang) -> Option<&Value> {
        match lang {
            Lang::En => self.value.as_ref(),
            Lang::Zh => self.value_zh.as_ref(),
        }
    }
}

/// The Chinese for the words of the requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Goods and materials by their English name.
    names: BTreeMap<String, String>,
    /// Operations by the word the request has.
    operations: BTreeMap<String, String>,
}

impl Words {
    /// The Chinese for an operation; the word itself when there is none.
    pub fn operation<'a>(&'a self, word: &'a str) -> &'a str {
        self.operations.get(word).map_or(word, String::as_str)
    }

    /// Puts Chinese names into facts. Operations keep their words, which the
    /// tables know them by. `lacking` collects words without Chinese.
    fn chinese(&self, facts: &Value, lacking: &mut BTreeSet<String>) -> Value {
        match facts {
            Value::Object(fields) => fields
                .iter()
                .map(|(field, value)| {
                    let value = match (field.as_str(), value) {
                        ("name", Value::String(name)) => match self.names.get(name) {
                            Some(chinese) => Value::String(chinese.clone()),
                            None => {
                                lacking.insert(name.clone());
                                value.clone()
                            }
                        },
                        ("operations", Value::Array(words)) => {
                            self.look_up(words, lacking);
                            value.clone()
                        }
                        _ => self.chinese(value, lacking),
                    };
                    (field.clone(), value)
                })
                .collect(),
            Value::Array(items) => items
                .iter()
                .map(|item| self.chinese(item, lacking))
                .collect(),
            other => other.clone(),
        }
    }

    fn look_up(&self, words: &[Value], lacking: &mut BTreeSet<String>) {
        lacking.extend(
            words
                .iter()
                .filter_map(Value::as_str)
                .filter(|word| !self.operations.contains_key(*word))
                .map(str::to_owned),
        );
    }
}

/// A lesson of five to ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// The short name; also the name of its file.
    pub id: String,
    /// Its place in the course, from 1.
    pub order: u8,
    /// Minutes it takes.
    pub minutes: u8,
    /// What it is about.
    pub title: Text,
    /// Its sections in order.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    /// Rule symbols it explains, such as `CTH`; a product whose rule begins with
    /// one of them is sent to this lesson.
    #[serde(default)]
    pub fits: Vec<String>,
    /// The cases it ends in.
    pub cases: Vec<String>,
}

/// One section of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub heading: Text,
    /// Its text.
    pub body: Text,
    /// The article it explains.
    pub cite: Option<String>,
}

/// The whole library.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    /// Sectors in the order they are listed.
    pub sectors: Vec<Sector>,
    /// Cases in the order of their ids.
    pub cases: Vec<Case>,
    /// Lessons in the order of the course.
    pub lessons: Vec<Lesson>,
    /// The Chinese for the words of the requests.
    pub words: Words,
}

/// What is wrong with a file of the library.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {message}")]
pub struct LibraryProblem {
    /// The file.
    pub file: String,
    /// What is wrong and what is expected.
    pub message: String,
}

/// The library cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", list(.0))]
pub struct LibraryError(pub Vec<LibraryProblem>);

fn list(problems: &[LibraryProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl LibraryError {
    /// What is wrong. The details are for those who write the files, in English;
    /// whoever uses the program can only install it again.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => {
                let files: BTreeSet<&str> =
                    self.0.iter().map(|problem| problem.file.as_str()).collect();
                let files: Vec<&str> = files.into_iter().collect();
                format!(
                    "程序内的培训内容有误（{}）：请重新安装程序",
                    files.join("、")
                )
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectorFile {
    sector: Vec<Sector>,
}

impl Library {
    /// The library shipped with the program.
    ///
    /// # Errors
    /// Every problem found in its files.
    pub fn shipped() -> Result<Self, LibraryError> {
        let mut files = Vec::new();
        collect(&CONTENT, &mut files);
        Self::from_files(files)
    }

    /// Reads (path, content) pairs: `sectors.toml`, `words.toml`,
    /// `cases/…` and `lessons/…`.
    ///
    /// # Errors
    /// Every problem found, with the file it is in.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, LibraryError> {
        let mut problems = Vec::new();
        let mut library = Self {
            sectors: Vec::new(),
            cases: Vec::new(),
            lessons: Vec::new(),
            words: Words::default(),
        };
        for (path, content) in files {
            let read = if path == "sectors.toml" {
                toml::from_str::<SectorFile>(content).map(|file| library.sectors = file.sector)
            } else if path == "words.toml" {
                toml::from_str(content).map(|words| library.words = words)
            } else if path.starts_with("cases/") {
                toml::from_str::<Case>(content).map(|case| {
                    check_name(path, &case.id, &mut problems);
                    library.cases.push(case);
                })
            } else if path.starts_with("lessons/") {
                toml::from_str::<Lesson>(content).map(|lesson| {
                    check_name(path, &lesson.id, &mut problems);
                    library.lessons.push(lesson);
                })
            } else {
                Ok(())
            };
            if let Err(error) = read {
                problems.push(LibraryProblem {
                    file: path.to_owned(),
                    message: error.to_string(),
                });
            }
        }
        library.cases.sort_by(|a, b| a.id.cmp(&b.id));
        library.lessons.sort_by_key(|lesson| lesson.order);
        library.translate(&mut problems);
        library.check(&mut problems);
        if problems.is_empty() {
            Ok(library)
        } else {
            Err(LibraryError(problems))
        }
    }

    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// The lesson with this id.
    pub fn lesson(&self, id: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }

    /// The sector with this id.
    pub fn sector(&self, id: &str) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.id == id)
    }

    /// The cases of a sector, easiest first.
    pub fn cases_of(&self, sector: &str) -> Vec<&Case> {
        let mut cases: Vec<&Case> = self
            .cases
            .iter()
            .filter(|case| case.sector == sector)
            .collect();
        cases.sort_by_key(|case| case.level);
        cases
    }

    /// The lessons that end in a case.
    pub fn lessons_of(&self, case: &str) -> impl Iterator<Item = &Lesson> {
        self.lessons
            .iter()
            .filter(move |lesson| lesson.cases.iter().any(|id| id == case))
    }

    /// Gives every request its Chinese names.
    fn translate(&mut self, problems: &mut Vec<LibraryProblem>) {
        for case in &mut self.cases {
            let mut lacking = BTreeSet::new();
            case.request_zh = self.words.chinese(&case.request, &mut lacking);
            for change in &mut case.changes {
                if let (true, Some(Value::Array(words))) =
                    (change.pointer.ends_with("/operations"), &change.value)
                {
                    self.words.look_up(words, &mut lacking);
                }
                change.value_zh = change
                    .value
                    .as_ref()
                    .map(|value| self.words.chinese(value, &mut lacking));
            }
            problems.extend(lacking.into_iter().map(|word| LibraryProblem {
                file: format!("cases/{}.toml", case.id),
                message: format!("`{word}` has no Chinese: add it to words.toml"),
            }));
        }
    }

    fn check(&self, problems: &mut Vec<LibraryProblem>) {
        let mut seen = BTreeSet::new();
        for case in &self.cases {
            let file = format!("cases/{}.toml", case.id);
            let mut problem = |message: String| {
                problems.push(LibraryProblem {
                    file: file.clone(),
                    message,
                });
            };
            if !seen.insert(&case.id) {
                problem(format!("the id `{}` is used twice", case.id));
            }
            if self.sector(&case.sector).is_none() {
                problem(format!(
                    "`{}` is no sector: expected one of sectors.toml",
                    case.sector
                ));
            }
            if !(1..=3).contains(&case.level) {
                problem(format!("level {} is not 1, 2 or 3", case.level));
            }
            if case.choices.len() < 2 {
                problem("a case needs at least two choices".to_owned());
            }
            for change in &case.changes {
                if changed(case, change, Lang::En).is_none() {
                    problem(format!(
                        "the pointer `{}` of a change leads nowhere in the request",
                        change.pointer
                    ));
                }
            }
        }
        for lesson in &self.lessons {
            for id in &lesson.cases {
                if self.case(id).is_none() {
                    problems.push(LibraryProblem {
                        file: format!("lessons/{}.toml", lesson.id),
                        message: format!("`{id}` is no case of the library"),
                    });
                }
            }
        }
    }
}

fn check_name(path: &str, id: &str, problems: &mut Vec<LibraryProblem>) {
    let stem = path
        .rsplit('/')
        .next()
        .and_then(|name| name.strip_suffix(".toml"));
    if stem != Some(id) {
        problems.push(LibraryProblem {
            file: path.to_owned(),
            message: format!("the id `{id}` and the file name differ"),
        });
    }
}

fn collect<'a>(dir: &'a Dir<'a>, files: &mut Vec<(&'a str, &'a str)>) {
    for file in dir.files() {
        if let (Some(path), Some(content)) = (file.path().to_str(), file.contents_utf8()) {
            files.push((path, content));
        }
    }
    for inner in dir.dirs() {
        collect(inner, files);
    }
}

/// The facts of a case with one changed; `None` when the pointer leads nowhere.
pub fn changed(case: &Case, change: &Change, lang: Lang) -> Option<Value> {
    let mut request = case.request_in(lang).clone();
    let (parent, key) = change.pointer.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    match (request.pointer_mut(parent)?, change.value_in(lang)) {
        (Value::Object(fields), Some(value)) => {
            fields.insert(key, value.clone());
        }
        (Value::Object(fields), None) => {
            fields.remove(&key)?;
        }
        (Value::Array(items), Some(value)) if key == "-" => items.push(value.clone()),
        (Value::Array(items), Some(value)) => {
            *items.get_mut(key.parse::<usize>().ok()?)? = value.clone();
        }
        (Value::Array(items), None) => {
            let index = key.parse::<usize>().ok()?;
            if index >= items.len() {
                return None;
            }
            items.remove(index);
        }
        _ => return None,
    }
    Some(request)
}
