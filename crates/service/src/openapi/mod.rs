//! The API document (OpenAPI 3.1), made from the table of operations and from
//! the types of requests and answers.

mod request;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use originis_exchange::lookup::{Rates, Rules};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use warp::reply::Response;

use crate::advice;
use crate::batches::{Batch, BatchList};
use crate::call::{Call, Outcome, insert, not_modified};
use crate::determinations::{DecisionDocument, DecisionList, Replay};
use crate::health::{Health, Version};
use crate::learn;
use crate::lookups::{CodeList, Coverage, ExampleList, Vocabulary};
use crate::operations::{self, Media, Operation, Parameter};
use crate::problem::ProblemDocument;

/// `GET /openapi.json`
pub fn document(call: &Call) -> Outcome {
    let text = whole().to_string();
    let tag = format!("\"{}\"", blake3::hash(text.as_bytes()).to_hex());
    let mut response = if call.already_has(&tag) {
        not_modified()
    } else {
        let mut response = Response::new(text.into());
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let headers = response.headers_mut();
    insert(headers, ETAG, &tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn whole() -> Value {
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator();
    schemas.subschema_for::<request::RequestDocument>();
    add::<DecisionDocument>(&mut schemas);
    add::<advice::Question>(&mut schemas);
    add::<advice::Report>(&mut schemas);
    add::<DecisionList>(&mut schemas);
    add::<Replay>(&mut schemas);
    add::<Batch>(&mut schemas);
    add::<BatchList>(&mut schemas);
    add::<Rules>(&mut schemas);
    add::<Rates>(&mut schemas);
    add::<CodeList>(&mut schemas);
    add::<Vocabulary>(&mut schemas);
    add::<ExampleList>(&mut schemas);
    add::<Coverage>(&mut schemas);
    add::<Version>(&mut schemas);
    add::<Health>(&mut schemas);
    add::<learn::LearnLibrary>(&mut schemas);
    add::<learn::LessonDocument>(&mut schemas);
    add::<learn::Question>(&mut schemas);
    add::<learn::Prediction>(&mut schemas);
    add::<learn::PredictionReply>(&mut schemas);
    add::<learn::Clinic>(&mut schemas);
    add::<learn::NewClass>(&mut schemas);
    add::<learn::Opened>(&mut schemas);
    add::<learn::Ticket>(&mut schemas);
    add::<learn::Answer>(&mut schemas);
    add::<learn::Step>(&mut schemas);
    add::<learn::ClassState>(&mut schemas);
    add::<ProblemDocument>(&mut schemas);
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations::ALL {
        let methods = paths
            .entry(operation.path)
            .or_insert_with(|| json!({}))
            .as_object_mut();
        if let Some(methods) = methods {
            methods.insert(operation.method.to_ascii_lowercase(), described(operation));
        }
    }
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Originis",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Preferential origin under RCEP and APTA",
            "description": "Decides whether a good is originating, under which agreement, at \
                            which rate, and what would prove it. `Accept-Language` (`en` or `zh`) \
                            chooses the language of sentences and never changes codes or figures. \
                            Errors are problem documents (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {"key": {
                "type": "http",
                "scheme": "bearer",
                "description": "Needed unless the service listens on a loopback address only.",
            }},
        },
    })
}

fn add<T: JsonSchema>(schemas: &mut SchemaGenerator) {
    schemas.subschema_for::<T>();
}

fn described(operation: &Operation) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
    });
    let Some(fields) = described.as_object_mut() else {
        return described;
    };
    if !operation.description.is_empty() {
        fields.insert("description".to_owned(), operation.description.into());
    }
    if !operation.parameters.is_empty() {
        fields.insert(
            "parameters".to_owned(),
            operation.parameters.iter().map(parameter).collect(),
        );
    }
    if !operation.bodies.is_empty() {
        fields.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": content(operation.bodies)}),
        );
    }
    let mut responses: Map<String, Value> = Map::new();
    for (status, description, media) in operation.answers {
        responses.insert(
            status.to_string(),
            json!({"description": description, "content": content(media)}),
        );
    }
    for status in operation.problems {
        responses.insert(
            status.to_string(),
            json!({
                "description": problem(*status),
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                }},
            }),
        );
    }
    fields.insert("responses".to_owned(), responses.into());
    if operation.owned {
        // Either with a key or, on a loopback address, without one.
        fields.insert("security".to_owned(), json!([{"key": []}, {}]));
    }
    described
}

fn parameter(parameter: &Parameter) -> Value {
    let mut schema = json!({"type": "string"});
    if !parameter.words.is_empty()
        && let Some(fields) = schema.as_object_mut()
    {
        fields.insert("enum".to_owned(), json!(parameter.words));
    }
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": schema,
        "example": parameter.example,
    })
}

fn content(media: &[Media]) -> Value {
    let content: Map<String, Value> = media
        .iter()
        .map(|media| {
            let schema = if media.schema.is_empty() {
                json!({"type": "string"})
            } else {
                json!({"$ref": format!("#/components/schemas/{}", media.schema)})
            };
            (media.kind.to_owned(), json!({"schema": schema}))
        })
        .collect();
    content.into()
}

fn problem(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be used; `errors` point at the faults",
        401 => "An API key is needed",
        404 => "Nothing is kept under this address for this owner",
        408 => "The body did not arrive in time",
        409 => "The state of the batch or class does not allow this",
        413 => "The body is larger than allowed",
        415 => "The content type is not accepted",
        429 => "Too many batches of this owner are open, or too many people join classes at once",
        _ => "The service cannot answer now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    for (key, value) in fields {
                        match value {
                            Value::String(target) if key == "$ref" => found.push(target.clone()),
                            _ => references(value, found),
                        }
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let document = whole();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 40);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn every_schema_of_the_table_exists() {
        let document = whole();
        for operation in operations::ALL {
            let media = operation
                .answers
                .iter()
                .flat_map(|(_, _, media)| media.iter())
                .chain(operation.bodies);
            for media in media.filter(|media| !media.schema.is_empty()) {
                assert!(
                    document
                        .pointer(&format!("/components/schemas/{}", media.schema))
                        .is_some(),
                    "{}",
                    media.schema
                );
            }
        }
    }
}
