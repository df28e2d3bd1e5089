//! What happens to every request around its route: the checks that come before
//! any route, the headers that go on every response, time bound, count and log.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request};
use hyper::body::Incoming;
use serde_json::json;
use warp::reply::Response;

use crate::language;
use crate::log::{self, Level};
use crate::operations;
use crate::problem::{Kind, Problem};
use crate::state::Service;
use crate::store::random_hex;

/// Nothing but the files of this service: no script of the document, no other
/// host, no frame, no form target.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Answers requests through the routes `R`. Cheap to clone.
#[derive(Clone)]
pub struct Guard<R> {
    service: Arc<Service>,
    routes: R,
}

impl<R> Guard<R>
where
    R: hyper::service::Service<Request<Incoming>, Response = Response, Error = Infallible>,
{
    /// A guard in front of the routes of a service.
    pub fn new(service: &Arc<Service>, routes: R) -> Self {
        Self {
            service: Arc::clone(service),
            routes,
        }
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: Request<Incoming>) -> Result<Response, Infallible> {
        let began = Instant::now();
        let id = random_hex::<8>().unwrap_or_default();
        let lang = language::preferred(request.headers());
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        // A HEAD request is answered as GET; hyper leaves the body out.
        if method == Method::HEAD {
            *request.method_mut() = Method::GET;
        }
        let mut response = if let Err(problem) = self.check_site(request.headers()) {
            problem.into_response(lang)
        } else {
            let Ok(response) = self.routes.call(request).await;
            response
        };
        let operation = operations::of(&method, &path);
        self.service
            .metrics
            .request(operation, response.status().as_u16(), began.elapsed());
        if self.service.settings.log_requests {
            let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            log::write(
                Level::Info,
                "request",
                &[
                    ("request_id", json!(id)),
                    ("operation", json!(operation)),
                    ("method", json!(method.as_str())),
                    ("status", json!(response.status().as_u16())),
                    ("micros", json!(micros)),
                ],
            );
        }
        secure(response.headers_mut(), &id);
        Ok(response)
    }

    /// Without API keys the address itself is the only protection, so requests
    /// that a page of another site makes the user's browser send are refused:
    /// by `Origin`, and by `Host` against names that were pointed here.
    fn check_site(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = text(headers, &HOST).and_then(|host| host.parse::<Authority>().ok());
        let other_site = || {
            Problem::new(
                Kind::CrossSite,
                "open the page at the address of the service itself",
                "请直接在本服务的地址打开页面",
            )
        };
        if !self.service.settings.needs_key()
            && !host
                .as_ref()
                .is_some_and(|host| names_loopback(host.host()))
        {
            return Err(other_site());
        }
        if let Some(origin) = text(headers, &ORIGIN) {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if authority != host.as_ref().map(Authority::as_str) {
                return Err(other_site());
            }
        }
        if text(headers, &HeaderName::from_static("sec-fetch-site")) == Some("cross-site")
            && text(headers, &HeaderName::from_static("sec-fetch-mode")) != Some("navigate")
        {
            return Err(other_site());
        }
        Ok(())
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn names_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn secure(headers: &mut HeaderMap, id: &str) {
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_POLICY),
        );
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_goes_by_these_names() {
        for host in ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"] {
            assert!(names_loopback(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", ""] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
