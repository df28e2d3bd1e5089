//! What people and programs exchange with Originis: the JSON request and
//! answer, every sentence in English and Simplified Chinese, and the text
//! answer that fits one screen.

mod answer;
mod canonical;
pub mod columns;
mod facts;
pub mod html;
mod lang;
pub mod lookup;
mod notes;
mod problem;
mod reading;
mod request;
mod share;
pub mod text;
mod vocabulary;
pub mod wording;

pub use answer::{
    Answer, ClaimAnswer, CountryOfOriginAnswer, FindingAnswer, IntermediateAnswer, MaterialAnswer,
    MissingAnswer, RateAnswer, RuleAnswer, RulesAnswer, level_name,
};
pub use canonical::{decision_id, description_digest, identifier};
pub use lang::Lang;
pub use notes::Note;
pub use problem::{Fault, RequestError, RequestErrors};
pub use request::{Good, Material, Production, Request, Transit, Transport, Usage};
pub use vocabulary::outcome_name;
