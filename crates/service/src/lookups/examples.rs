//! Worked examples of several sectors, one click away on the page.

use std::collections::HashMap;

use include_dir::{Dir, include_dir};
use originis_exchange::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{Call, Outcome};
use crate::problem::Problem;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/examples");

/// Worked examples.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExampleList {
    /// The examples.
    pub examples: Vec<Example>,
}

/// One example.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Example {
    /// Its file name.
    pub id: String,
    /// What it is about.
    pub name: String,
    /// A request that can be decided as it is.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub request: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name_en: String,
    name_zh: String,
    /// Names and operations of the request in Chinese. Words that the lists of
    /// minimal operations know, with or without `simple_`, are not among them.
    words_zh: HashMap<String, String>,
    request: Value,
}

impl File {
    fn named(self, id: String, lang: Lang) -> Example {
        let mut request = self.request;
        if lang == Lang::Zh {
            translate(&mut request, &self.words_zh);
        }
        Example {
            id,
            name: lang.pick(&self.name_en, &self.name_zh).to_owned(),
            request,
        }
    }
}

/// Puts the names and operations of a request into other words.
fn translate(value: &mut Value, words: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(word) = words.get(text) {
                text.clone_from(word);
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                translate(entry, words);
            }
        }
        Value::Object(fields) => {
            for (_, field) in fields {
                translate(field, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `GET /v1/examples`
pub async fn examples(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let mut examples = Vec::new();
    for (id, file) in files()? {
        examples.push(file.named(id, call.lang));
    }
    call.of_the_tables(&ExampleList { examples })
}

fn files() -> Result<Vec<(String, File)>, Problem> {
    let mut files = Vec::new();
    for entry in FILES.files() {
        let file =
            serde_json::from_slice(entry.contents()).map_err(|error| Problem::internal(&error))?;
        let id = entry
            .path()
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        files.push((id.unwrap_or_default(), file));
    }
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_exchange::Request;

    #[test]
    fn every_example_is_decided_alike_in_both_languages() {
        let book = originis_rule_tables::shipped().unwrap();
        assert!(files().unwrap().len() >= 8);
        let decided = |lang| -> Vec<Value> {
            files()
                .unwrap()
                .into_iter()
                .map(|(id, file)| {
                    let example = file.named(id.clone(), lang);
                    let request = Request::from_json(&example.request.to_string())
                        .unwrap_or_else(|errors| panic!("{id}: {errors}"));
                    let decision = originis_advice::decide(&book, &request, Lang::En)
                        .unwrap_or_else(|errors| panic!("{id}: {errors}"));
                    serde_json::to_value(&decision).unwrap()
                })
                .collect()
        };
        for (english, chinese) in decided(Lang::En).iter().zip(decided(Lang::Zh)) {
            let whole = english["results"].as_array();
            for at in 0..whole.map_or(1, Vec::len) {
                let result = |answer: &Value| match &answer["results"] {
                    Value::Array(results) => results[at].clone(),
                    _ => answer.clone(),
                };
                let (english, chinese) = (result(english), result(&chinese));
                for part in ["verdict", "criterion", "claim", "rate"] {
                    assert_eq!(english[part], chinese[part], "{part}");
                }
                for part in ["notes", "missing"] {
                    let count = |answer: &Value| answer[part].as_array().map(Vec::len);
                    assert_eq!(count(&english), count(&chinese), "{part}");
                }
            }
        }
    }

    #[test]
    fn every_name_of_an_example_is_said_in_chinese() {
        let book = originis_rule_tables::shipped().unwrap();
        for (id, file) in files().unwrap() {
            let example = file.named(id.clone(), Lang::Zh);
            let request = Request::from_json(&example.request.to_string()).unwrap();
            let listed = |word: &str| {
                book.operations.iter().any(|known| {
                    known.word.trim_start_matches("simple_") == word.trim_start_matches("simple_")
                })
            };
            let words = request.production.operations.into_iter().flatten();
            for word in words.filter(|word| !listed(word)) {
                assert!(!word.is_ascii(), "{id}: {word}");
            }
            let names = example.request["materials"]
                .as_array()
                .into_iter()
                .flatten();
            for name in names.map(|material| &material["name"]) {
                assert!(!name.as_str().unwrap().is_ascii(), "{id}: {name}");
            }
        }
    }
}
