//! Whether a value fits a schema of the API document, for the keywords the
//! document uses.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use serde_json::Value;

/// Everything in which `value` does not fit `schema`.
pub fn misfits(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        // `true` allows everything.
        assert_eq!(schema, &Value::Bool(true), "{place}");
        return;
    };
    for (keyword, wanted) in schema {
        match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                let target = document
                    .pointer(pointer)
                    .expect("a reference leads somewhere");
                check(document, target, value, place, found);
            }
            "type" => {
                let kinds: Vec<&str> = match wanted {
                    Value::Array(kinds) => {
                        kinds.iter().map(|kind| kind.as_str().unwrap()).collect()
                    }
                    kind => vec![kind.as_str().unwrap()],
                };
                if !kinds.iter().any(|kind| is_a(kind, value)) {
                    found.push(format!("{place}: {value} is no {kinds:?}"));
                }
            }
            "properties" => {
                let Some(fields) = value.as_object() else {
                    continue;
                };
                let known = wanted.as_object().unwrap();
                for (name, field) in fields {
                    if let Some(schema) = known.get(name) {
                        check(document, schema, field, &format!("{place}/{name}"), found);
                    }
                }
                // Answers have no field the document does not describe.
                let is_closed =
                    !schema.contains_key("anyOf") && !schema.contains_key("additionalProperties");
                for name in fields.keys().filter(|name| !known.contains_key(*name)) {
                    if is_closed {
                        found.push(format!("{place}/{name} is not described"));
                    }
                }
            }
            "required" => {
                let Some(fields) = value.as_object() else {
                    continue;
                };
                for name in wanted.as_array().unwrap() {
                    if !fields.contains_key(name.as_str().unwrap()) {
                        found.push(format!("{place}: {name} is missing"));
                    }
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, wanted, item, &format!("{place}/{index}"), found);
                }
            }
            "anyOf" | "oneOf" => {
                let tries: Vec<Vec<String>> = wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|choice| without_unknown(misfits(document, choice, value)))
                    .collect();
                if !tries.iter().any(Vec::is_empty) {
                    found.push(format!("{place}: fits no alternative: {tries:?}"));
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    found.push(format!("{place}: {value} is none of {wanted}"));
                }
            }
            "const" => {
                if wanted != value {
                    found.push(format!("{place}: {value} is not {wanted}"));
                }
            }
            "minimum" => {
                if value.is_number() && value.as_f64() < wanted.as_f64() {
                    found.push(format!("{place}: {value} is below {wanted}"));
                }
            }
            "maximum" => {
                if value.is_number() && value.as_f64() > wanted.as_f64() {
                    found.push(format!("{place}: {value} is above {wanted}"));
                }
            }
            "description" | "format" | "default" | "title" | "additionalProperties" => {}
            other => panic!("the test does not know the keyword `{other}`"),
        }
    }
}

/// An alternative of a flattened object sees the fields beside it as well.
fn without_unknown(found: Vec<String>) -> Vec<String> {
    found
        .into_iter()
        .filter(|misfit| !misfit.ends_with("is not described"))
        .collect()
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
