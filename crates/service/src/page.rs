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
