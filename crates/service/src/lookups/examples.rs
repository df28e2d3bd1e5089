//! Worked examples of several sectors, one click away on the page.

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
    request: Value,
}

/// `GET /v1/examples`
pub async fn examples(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let mut examples = Vec::new();
    for (id, file) in files()? {
        examples.push(Example {
            id,
            name: match call.lang {
                Lang::En => file.name_en,
                Lang::Zh => file.name_zh,
            },
            request: file.request,
        });
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
    fn every_example_can_be_decided() {
        let book = originis_rule_tables::shipped().unwrap();
        let files = files().unwrap();
        assert!(files.len() >= 8);
        for (id, file) in files {
            let request = Request::from_json(&file.request.to_string())
                .unwrap_or_else(|errors| panic!("{id}: {errors}"));
            originis_advice::decide(&book, &request, Lang::En)
                .unwrap_or_else(|errors| panic!("{id}: {errors}"));
        }
    }
}
