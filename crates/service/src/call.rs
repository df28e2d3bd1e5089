//! One request as the handlers see it, and how its outcome becomes a response.

use std::sync::Arc;

use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use originis_exchange::Lang;
use serde::Serialize;
use warp::reply::Response;

use crate::language;
use crate::problem::Problem;
use crate::state::Service;

/// What a handler gives back.
pub type Outcome = Result<Response, Problem>;

/// A request without its body.
#[derive(Debug, Clone)]
pub struct Call {
    /// What every request shares.
    pub service: Arc<Service>,
    /// Its headers.
    pub headers: HeaderMap,
    /// The parameters after `?`, decoded.
    pub query: Vec<(String, String)>,
    /// The language for prose.
    pub lang: Lang,
}

impl Call {
    /// The call a request makes.
    pub fn new(service: Arc<Service>, headers: HeaderMap, query: &str) -> Self {
        let lang = language::preferred(&headers);
        Self {
            service,
            headers,
            query: decode_query(query),
            lang,
        }
    }

    /// Whose records it may see.
    pub async fn owner(&self) -> Result<String, Problem> {
        let authorization = self
            .headers
            .get(AUTHORIZATION)
            .map(|value| value.to_str().unwrap_or_default());
        self.service.owner(authorization).await
    }

    /// A header as text.
    pub fn header(&self, name: http::header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A parameter; an empty one counts as left out.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Refuses parameters the operation does not know: a misspelt one must not
    /// pass for one left out.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self
            .query
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => Err(Problem::parameter(
                name,
                "unknown_parameter",
                format!("there is no such parameter; known here: {}", listed(known)),
                format!("没有此参数；此处可用：{}", listed(known)),
            )),
        }
    }

    /// A parameter that is one of some words.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(given) = self.parameter(name) else {
            return Ok(None);
        };
        words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(given))
            .map(|(_, value)| Some(*value))
            .ok_or_else(|| {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                Problem::parameter(
                    name,
                    "unknown_word",
                    format!("expected one of: {}", known.join(", ")),
                    format!("应为下列之一：{}", known.join("、")),
                )
            })
    }

    /// The page of a list that is asked for.
    pub fn page(&self) -> Result<Page, Problem> {
        let number = |name: &str, largest: i64| {
            self.parameter(name)
                .map(|text| {
                    text.parse()
                        .ok()
                        .filter(|number| (1..=largest).contains(number))
                        .ok_or_else(|| {
                            Problem::parameter(
                                name,
                                "not_a_number",
                                format!("expected a whole number from 1 to {largest}"),
                                format!("应为 1 至 {largest} 的整数"),
                            )
                        })
                })
                .transpose()
        };
        let before = number("cursor", i64::MAX)?;
        let count = number("limit", 100)?.unwrap_or(20);
        Ok(Page {
            before,
            count: u32::try_from(count).unwrap_or(20),
        })
    }

    /// A response that depends on nothing but tables, language and address, so
    /// that the client may keep it until the tables change.
    pub fn of_the_tables(&self, document: &impl Serialize) -> Outcome {
        let tag = format!(
            "\"{}-{}\"",
            self.service.book.fingerprint.get(..16).unwrap_or_default(),
            language::tag(self.lang)
        );
        let mut response = if self.already_has(&tag) {
            not_modified()
        } else {
            json(StatusCode::OK, self.lang, document)?
        };
        let headers = response.headers_mut();
        insert(headers, ETAG, &tag);
        headers.insert(
            VARY,
            HeaderValue::from_static("Accept-Language, Authorization"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Ok(response)
    }

    /// Whether the client names this entity tag in `If-None-Match`.
    pub fn already_has(&self, tag: &str) -> bool {
        self.header(IF_NONE_MATCH).is_some_and(|given| {
            given
                .split(',')
                .map(str::trim)
                .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
        })
    }

    /// A JSON answer with this status.
    pub fn json(&self, status: StatusCode, document: &impl Serialize) -> Outcome {
        json(status, self.lang, document)
    }
}

/// A page of a list, newest entry first.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The position its entries come before; `None` for the first page.
    pub before: Option<i64>,
    /// Its number of entries.
    pub count: u32,
}

impl Page {
    /// The `cursor` of the next page; `None` when `rows` do not fill this one.
    pub fn next<T>(&self, rows: &[T], position: impl Fn(&T) -> i64) -> Option<String> {
        let is_full = u32::try_from(rows.len()).is_ok_and(|length| length == self.count);
        rows.last()
            .filter(|_| is_full)
            .map(|row| position(row).to_string())
    }
}

/// 304: the client has it.
pub fn not_modified() -> Response {
    let mut response = Response::new(Vec::new().into());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// Sets a header whose value is made of printable characters.
pub fn insert(headers: &mut HeaderMap, name: http::header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn json(status: StatusCode, lang: Lang, document: &impl Serialize) -> Outcome {
    let body = serde_json::to_vec(document).map_err(|error| Problem::internal(&error))?;
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_LANGUAGE,
        HeaderValue::from_static(language::tag(lang)),
    );
    Ok(response)
}

fn listed(known: &[&str]) -> String {
    if known.is_empty() {
        "-".to_owned()
    } else {
        known.join(", ")
    }
}

/// Splits and decodes `a=b&c=d` (percent signs and plus signs).
fn decode_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Decodes percent and plus signs; bytes that are not UTF-8 become marks that
/// match nothing.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut after = rest.clone();
                let digits = [after.next(), after.next()]
                    .map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                if let [Some(high), Some(low)] = digits {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                    rest = after;
                } else {
                    bytes.push(b'%');
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        assert_eq!(
            decode_query("q=%E6%AF%9B%E8%A1%AB&name=a+b%&x"),
            [
                ("q".to_owned(), "毛衫".to_owned()),
                ("name".to_owned(), "a b%".to_owned()),
                ("x".to_owned(), String::new())
            ]
        );
    }
}
