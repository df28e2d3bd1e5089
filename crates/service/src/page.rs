//! The files of the web page, embedded in the program.

use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use include_dir::{Dir, include_dir};
use warp::reply::Response;

use crate::call::{Call, Outcome, insert, not_modified};
use crate::problem::Problem;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/ui");

/// Whether a path is a file of the page.
pub fn exists(path: &str) -> bool {
    find(path).is_some()
}

/// `GET /` and the files beside it.
pub fn serve(call: &Call, path: &str) -> Outcome {
    let (name, bytes) = find(path).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}\"", blake3::hash(bytes).to_hex());
    let mut response = if call.already_has(&tag) {
        not_modified()
    } else {
        let mut response = Response::new(bytes.into());
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        response
    };
    let headers = response.headers_mut();
    insert(headers, ETAG, &tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn find(path: &str) -> Option<(&'static str, &'static [u8])> {
    let name = match path.strip_prefix('/')? {
        "" => "index.html",
        name => name,
    };
    let file = FILES.get_file(name)?;
    Some((file.path().to_str()?, file.contents()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn labels(name: &str) -> BTreeMap<String, String> {
        serde_json::from_slice(FILES.get_file(name).unwrap().contents()).unwrap()
    }

    /// The places a label leaves for values, such as `{count}`.
    fn places(label: &str) -> Vec<&str> {
        let mut places: Vec<&str> = label
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_label_of_the_page_exists_in_both_languages() {
        let (english, chinese) = (labels("text.en.json"), labels("text.zh.json"));
        assert!(english.keys().eq(chinese.keys()));
        for (key, label) in &english {
            assert_eq!(places(label), places(&chinese[key]), "{key}");
        }
    }

    #[test]
    fn the_page_fetches_nothing_from_elsewhere() {
        for file in FILES.files() {
            let text = file.contents_utf8().unwrap();
            // The name of the SVG namespace is no address to fetch.
            for after in text.split("://").skip(1) {
                assert!(
                    after.starts_with("www.w3.org/2000/svg"),
                    "{}",
                    file.path().display()
                );
            }
        }
    }
}
