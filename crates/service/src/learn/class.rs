//! A class: a trainer opens a session, participants answer on their phones and
//! the room sees how many chose what.
//!
//! Kept in memory only, and forgotten after a while: which cases, where the
//! class is, how many chose what, and random tokens that say who has answered
//! the question but not how. Every operation but joining needs a token, and
//! joining is limited for the whole service, so that codes cannot be guessed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderName, StatusCode};
use originis_training::question::{Question, Trace, question, reply, trace};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{decided, fault, read};
use crate::body::Body;
use crate::call::{Call, Outcome};
use crate::problem::{Kind, Problem};
use crate::store::random_hex;

/// The header a token is sent in.
const TOKEN: HeaderName = HeaderName::from_static("x-class-token");

/// Classes open at once.
const CLASSES: usize = 64;
/// Participants of one class.
const PARTICIPANTS: usize = 500;
/// Questions of one class.
const QUESTIONS: usize = 30;
/// A class nobody steers or answers is forgotten after this time.
const IDLE: Duration = Duration::from_secs(2 * 60 * 60);
/// Joins accepted at once, for all classes together.
const JOIN_BURST: u32 = 300;
/// Time in which one more join is accepted.
const JOIN_EVERY: Duration = Duration::from_millis(50);

/// Letters and digits nobody mistakes for one another.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Length of a code.
const CODE: usize = 6;

/// What a class is about. Without `cases` it takes those of the sector or the
/// lesson.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClass {
    /// Id of a sector.
    pub sector: Option<String>,
    /// Id of a lesson.
    pub lesson: Option<String>,
    /// Ids of cases, in the order they are asked.
    pub cases: Option<Vec<String>>,
}

/// A class just opened.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ClassOpened")]
pub struct Opened {
    /// What participants type to join.
    pub code: String,
    /// What the trainer steers with; never shown again.
    pub trainer_token: String,
    /// Number of questions.
    pub questions: usize,
}

/// A place in a class.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ClassTicket")]
pub struct Ticket {
    /// Random; keeps a participant from answering twice and says nothing else.
    pub token: String,
}

/// An answer to the question that is open.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ClassAnswer")]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Number of the question, from 1.
    pub question: usize,
    /// The choice, from 0.
    pub choice: usize,
}

/// What the trainer does next.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ClassStep")]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Shows the answer, asks the next question, or ends the class.
    pub action: Action,
}

/// The steps of a trainer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ClassAction")]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Closes the question and shows its answer.
    Reveal,
    /// Asks the next question; after the last the class ends.
    Next,
    /// Ends the class.
    End,
}

/// Where a class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ClassStage")]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Answers are taken.
    Asking,
    /// The answer is shown.
    Revealed,
    /// It is over.
    Ended,
}

/// A class as the trainer or a participant sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClassState {
    /// Its code.
    pub code: String,
    /// Where it is.
    pub stage: Stage,
    /// Number of the question, from 1.
    pub number: usize,
    /// Number of questions.
    pub of: usize,
    /// How many have joined.
    pub participants: usize,
    /// How many have answered the question.
    pub answered: u32,
    /// Whether this participant has answered it.
    pub you_answered: bool,
    /// How many chose each choice; for a participant null until it has answered
    /// or the answer is shown.
    pub counts: Option<Vec<u32>>,
    /// The question; null when the class is over.
    pub question: Option<Question>,
    /// The answer, once the trainer shows it.
    pub revealed: Option<Revealed>,
}

/// The answer to a question of a class.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ClassRevealed")]
pub struct Revealed {
    /// The choice the decision bears out, from 0.
    pub key: usize,
    /// Why each choice fits or fails, and where that stands in the law.
    pub replies: Vec<ChoiceReply>,
    /// The decision.
    pub trace: Trace,
}

/// Why a choice fits or fails.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ClassReply")]
pub struct ChoiceReply {
    /// The reason.
    pub reply: String,
    /// Where it stands in the law.
    pub cite: String,
}

/// The classes that are open.
#[derive(Debug, Default)]
pub struct Classes(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    classes: HashMap<String, Class>,
    joins: u32,
    joins_since: Option<Instant>,
}

#[derive(Debug)]
struct Class {
    trainer: String,
    cases: Vec<String>,
    // Position of the question in `cases`.
    position: usize,
    stage: Stage,
    // By token, the position answered last.
    participants: HashMap<String, Option<usize>>,
    counts: Vec<u32>,
    touched: Instant,
}

/// Who a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Trainer,
    Participant { answered: bool },
}

impl Classes {
    fn open(&self) -> MutexGuard<'_, Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.classes
            .retain(|_, class| class.touched.elapsed() < IDLE);
        open
    }
}

impl Open {
    /// Counts one attempt to join; too many at once are refused, whether or not
    /// the code exists.
    fn attempt(&mut self, now: Instant) -> Result<(), Problem> {
        let since = *self.joins_since.get_or_insert(now);
        let passed = now.saturating_duration_since(since).as_millis() / JOIN_EVERY.as_millis();
        let given_back = u32::try_from(passed).unwrap_or(u32::MAX);
        if given_back > 0 {
            self.joins = self.joins.saturating_sub(given_back);
            self.joins_since = Some(now);
        }
        if self.joins >= JOIN_BURST {
            return Err(Problem::new(
                Kind::TooManyAttempts,
                "too many people join at this moment; try again in a few seconds",
                "此刻加入的人过多；请稍候几秒再试",
            ));
        }
        self.joins += 1;
        Ok(())
    }

    /// The class of a code and the role of a token in it. An unknown code and a
    /// wrong token look the same.
    fn find(&mut self, code: &str, token: &str) -> Result<(&mut Class, Role), Problem> {
        let class = self.classes.get_mut(code).ok_or_else(no_class)?;
        let role = if class.trainer == token {
            Role::Trainer
        } else {
            let answered = class.participants.get(token).ok_or_else(no_class)?;
            Role::Participant {
                answered: *answered == Some(class.position),
            }
        };
        Ok((class, role))
    }
}

impl Class {
    fn ask(&mut self, position: usize, choices: usize) {
        self.position = position;
        self.stage = Stage::Asking;
        self.counts = vec![0; choices];
    }
}

/// `POST /v1/classes`
pub async fn open(call: &Call, body: Body) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let wanted: NewClass = read(call, body).await?;
    let cases = chosen(call, wanted)?;
    let choices = cases
        .first()
        .and_then(|id| call.service.library.case(id))
        .map_or(0, |case| case.choices.len());
    let trainer = random_hex::<16>().map_err(|error| Problem::internal(&error))?;
    let mut classes = call.service.classes.open();
    if classes.classes.len() >= CLASSES {
        return Err(Problem::new(
            Kind::TooManyAttempts,
            "too many classes are open; end one of them",
            "开设的课堂过多；请先结束其中一个",
        ));
    }
    let mut code = new_code()?;
    while classes.classes.contains_key(&code) {
        code = new_code()?;
    }
    let mut class = Class {
        trainer: trainer.clone(),
        position: 0,
        stage: Stage::Asking,
        participants: HashMap::new(),
        counts: Vec::new(),
        touched: Instant::now(),
        cases,
    };
    class.ask(0, choices);
    let opened = Opened {
        code: code.clone(),
        trainer_token: trainer,
        questions: class.cases.len(),
    };
    classes.classes.insert(code, class);
    drop(classes);
    call.json(StatusCode::CREATED, &opened)
}

fn chosen(call: &Call, wanted: NewClass) -> Result<Vec<String>, Problem> {
    let library = &call.service.library;
    let unknown = |pointer: &str| {
        fault(
            pointer,
            "unknown_word",
            "there is no such id; `/v1/learn` lists them",
            "没有此编号；`/v1/learn` 列出全部编号",
        )
    };
    let cases = match wanted {
        NewClass {
            cases: Some(cases), ..
        } => cases,
        NewClass {
            lesson: Some(lesson),
            ..
        } => library
            .lesson(&lesson)
            .ok_or_else(|| unknown("/lesson"))?
            .cases
            .clone(),
        NewClass {
            sector: Some(sector),
            ..
        } => {
            library.sector(&sector).ok_or_else(|| unknown("/sector"))?;
            let cases = library.cases_of(&sector);
            cases.into_iter().map(|case| case.id.clone()).collect()
        }
        NewClass { .. } => Vec::new(),
    };
    if cases.iter().any(|id| library.case(id).is_none()) {
        return Err(unknown("/cases"));
    }
    if cases.is_empty() || cases.len() > QUESTIONS {
        return Err(fault(
            "/cases",
            "not_so_many",
            format!("a class asks 1 to {QUESTIONS} cases; name a sector, a lesson or cases"),
            format!("课堂可提问 1 至 {QUESTIONS} 个案例；请指明行业、课程或案例"),
        ));
    }
    Ok(cases)
}

fn new_code() -> Result<String, Problem> {
    let mut code = String::new();
    while code.len() < CODE {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| Problem::internal(&error))?;
        // Bytes beyond the last whole round would favour the first letters.
        let whole = 256 / LETTERS.len() * LETTERS.len();
        code.extend(
            bytes
                .iter()
                .map(|byte| usize::from(*byte))
                .filter(|byte| *byte < whole)
                .filter_map(|byte| LETTERS.get(byte % LETTERS.len()))
                .map(|letter| char::from(*letter))
                .take(CODE - code.len()),
        );
    }
    Ok(code)
}

/// `POST /v1/classes/{code}/participants`; needs no key.
pub fn join(call: &Call, code: &str) -> Outcome {
    call.only(&[])?;
    let token = random_hex::<16>().map_err(|error| Problem::internal(&error))?;
    let mut classes = call.service.classes.open();
    classes.attempt(Instant::now())?;
    let class = classes
        .classes
        .get_mut(&normal(code))
        .filter(|class| class.stage != Stage::Ended)
        .ok_or_else(no_class)?;
    if class.participants.len() >= PARTICIPANTS {
        return Err(Problem::new(
            Kind::TooManyAttempts,
            "the class is full",
            "课堂人数已满",
        ));
    }
    class.participants.insert(token.clone(), None);
    drop(classes);
    call.json(StatusCode::CREATED, &Ticket { token })
}

/// `GET /v1/classes/{code}`; needs no key but a token of the class.
pub fn look(call: &Call, code: &str) -> Outcome {
    call.only(&[])?;
    state(call, &normal(code))
}

/// `POST /v1/classes/{code}/answers`
pub async fn answer(call: &Call, code: &str, body: Body) -> Outcome {
    call.only(&[])?;
    let given: Answer = read(call, body).await?;
    let code = normal(code);
    {
        let mut classes = call.service.classes.open();
        let token = token(call);
        let (class, role) = classes.find(&code, token)?;
        let open = class.stage == Stage::Asking && given.question == class.position + 1;
        if !open || role != (Role::Participant { answered: false }) {
            return Err(Problem::new(
                Kind::Conflict,
                "this question is closed or you have answered it",
                "本题已结束，或您已作答",
            ));
        }
        let count = class.counts.get_mut(given.choice).ok_or_else(|| {
            fault(
                "/choice",
                "no_such_choice",
                "the question has no choice of this number",
                "本题没有此编号的选项",
            )
        })?;
        *count += 1;
        let position = class.position;
        class.participants.insert(token.to_owned(), Some(position));
        class.touched = Instant::now();
    }
    state(call, &code)
}

/// `POST /v1/classes/{code}/steps`; needs the trainer's token.
pub async fn step(call: &Call, code: &str, body: Body) -> Outcome {
    call.only(&[])?;
    let wanted: Step = read(call, body).await?;
    let code = normal(code);
    {
        let mut classes = call.service.classes.open();
        let (class, role) = classes.find(&code, token(call))?;
        if role != Role::Trainer {
            return Err(no_class());
        }
        class.touched = Instant::now();
        match (wanted.action, class.stage) {
            (Action::Reveal, Stage::Asking) => class.stage = Stage::Revealed,
            (Action::Next, Stage::Asking | Stage::Revealed) => {
                let next = class.position + 1;
                let case = class
                    .cases
                    .get(next)
                    .and_then(|id| call.service.library.case(id));
                match case {
                    Some(case) => class.ask(next, case.choices.len()),
                    None => class.stage = Stage::Ended,
                }
            }
            (Action::End, _) => class.stage = Stage::Ended,
            (Action::Reveal | Action::Next, _) => {
                return Err(Problem::new(
                    Kind::Conflict,
                    "the answer is shown already, or the class is over",
                    "答案已公布，或课堂已结束",
                ));
            }
        }
    }
    state(call, &code)
}

fn state(call: &Call, code: &str) -> Outcome {
    let library = &call.service.library;
    let mut seen = {
        let mut classes = call.service.classes.open();
        let (class, role) = classes.find(code, token(call))?;
        let you_answered = role == Role::Participant { answered: true };
        let counted = role == Role::Trainer || you_answered || class.stage != Stage::Asking;
        let case = class.cases.get(class.position).cloned();
        let state = ClassState {
            code: code.to_owned(),
            stage: class.stage,
            number: class.position + 1,
            of: class.cases.len(),
            participants: class.participants.len(),
            answered: class.counts.iter().sum(),
            you_answered,
            counts: counted.then(|| class.counts.clone()),
            question: None,
            revealed: None,
        };
        (state, case)
    };
    let case = seen.1.and_then(|id| library.case(&id));
    if let (Some(case), Stage::Asking | Stage::Revealed) = (case, seen.0.stage) {
        seen.0.question = Some(question(library, case, call.lang));
        if seen.0.stage == Stage::Revealed {
            let decided = decided(call, case)?;
            seen.0.revealed = Some(Revealed {
                key: decided.key(),
                replies: (0..case.choices.len())
                    .filter_map(|choice| reply(case, &decided, choice, call.lang))
                    .map(|reply| ChoiceReply {
                        reply: reply.reply,
                        cite: reply.cite,
                    })
                    .collect(),
                trace: trace(&decided.answer, call.lang),
            });
        }
    }
    call.json(StatusCode::OK, &seen.0)
}

fn token(call: &Call) -> &str {
    call.header(TOKEN).unwrap_or_default()
}

fn normal(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

fn no_class() -> Problem {
    Problem::new(
        Kind::NotFound,
        "there is no such class or it is over; ask the trainer for the code and join again",
        "没有此课堂，或课堂已结束；请向培训师确认课堂码后重新加入",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_made_of_letters_nobody_mistakes() {
        for _ in 0..200 {
            let code = new_code().unwrap();
            assert_eq!(code.len(), CODE);
            assert!(
                code.bytes().all(|letter| LETTERS.contains(&letter)),
                "{code}"
            );
        }
    }

    #[test]
    fn guessing_codes_is_slowed_down() {
        let mut open = Open::default();
        let now = Instant::now();
        for _ in 0..JOIN_BURST {
            open.attempt(now).unwrap();
        }
        assert!(open.attempt(now).is_err());
        open.attempt(now + JOIN_EVERY).unwrap();
        assert!(open.attempt(now + JOIN_EVERY).is_err());
    }
}
