//! Errors as RFC 9457 problem documents that point at the field of the request
//! or at the row and column of the file.

use http::header::{ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use originis_exchange::Lang;
use schemars::JsonSchema;
use serde::Serialize;
use warp::reply::Response;

use crate::language;

/// The classes of error a client can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is not readable or a field of it cannot be used.
    InvalidRequest,
    /// An API key is needed, or the one given is not valid.
    Unauthorized,
    /// A page of another site sent the request.
    CrossSite,
    /// Nothing is kept under this address for this owner.
    NotFound,
    /// The address does not take this method.
    MethodNotAllowed,
    /// The client did not send the request in time.
    RequestTimeout,
    /// The state of the batch or class does not allow this.
    Conflict,
    /// The body is larger than allowed.
    TooLarge,
    /// The content type is not one of those accepted.
    UnsupportedMediaType,
    /// Too many batches of this owner are open.
    TooManyBatches,
    /// Too many people join classes at this moment, or a class is full.
    TooManyAttempts,
    /// The service failed; the operator's log has the request id.
    Internal,
    /// The answer took too long, or the service is stopping.
    Unavailable,
}

impl Kind {
    /// The status code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyBatches | Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid-request",
            Self::Unauthorized => "unauthorized",
            Self::CrossSite => "cross-site",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::RequestTimeout => "request-timeout",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::TooManyBatches => "too-many-batches",
            Self::TooManyAttempts => "too-many-attempts",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    const fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::InvalidRequest, Lang::En) => "The request cannot be used as it is",
            (Self::InvalidRequest, Lang::Zh) => "请求内容无法使用",
            (Self::Unauthorized, Lang::En) => "An API key is needed",
            (Self::Unauthorized, Lang::Zh) => "需要 API 密钥",
            (Self::CrossSite, Lang::En) => "Requests from other sites are refused",
            (Self::CrossSite, Lang::Zh) => "拒绝来自其他网站的请求",
            (Self::NotFound, Lang::En) => "Nothing is kept under this address",
            (Self::NotFound, Lang::Zh) => "该地址下没有内容",
            (Self::MethodNotAllowed, Lang::En) => "The address does not take this method",
            (Self::MethodNotAllowed, Lang::Zh) => "该地址不支持此方法",
            (Self::RequestTimeout, Lang::En) => "The request did not arrive in time",
            (Self::RequestTimeout, Lang::Zh) => "请求未能及时送达",
            (Self::Conflict, Lang::En) => "Its present state does not allow this",
            (Self::Conflict, Lang::Zh) => "当前状态不允许此操作",
            (Self::TooLarge, Lang::En) => "The body is larger than allowed",
            (Self::TooLarge, Lang::Zh) => "内容超过允许的大小",
            (Self::UnsupportedMediaType, Lang::En) => "The content type is not accepted",
            (Self::UnsupportedMediaType, Lang::Zh) => "不支持该内容类型",
            (Self::TooManyBatches, Lang::En) => "Too many batches are open",
            (Self::TooManyBatches, Lang::Zh) => "未完成的批次过多",
            (Self::TooManyAttempts, Lang::En) => "Too many at this moment",
            (Self::TooManyAttempts, Lang::Zh) => "此刻人数过多",
            (Self::Internal, Lang::En) => "The service failed to answer",
            (Self::Internal, Lang::Zh) => "服务未能作出答复",
            (Self::Unavailable, Lang::En) => "The service cannot answer now",
            (Self::Unavailable, Lang::Zh) => "服务暂时无法答复",
        }
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// In English.
    pub en: String,
    /// In Simplified Chinese.
    pub zh: String,
}

impl Said {
    /// A sentence from its two forms.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The form in one language.
    pub fn in_lang(self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

/// One fault, with the place where it is.
#[derive(Debug, Clone)]
pub struct Fault {
    /// JSON pointer into the request.
    pub pointer: Option<String>,
    /// Row of the file, the header being row 1.
    pub row: Option<u64>,
    /// Column heading of the file, or name of a query parameter.
    pub column: Option<String>,
    /// A stable word for the fault.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub detail: Said,
}

impl Fault {
    /// A fault of a query or path parameter.
    pub fn parameter(name: &str, code: &'static str, detail: Said) -> Self {
        Self {
            pointer: None,
            row: None,
            column: Some(name.to_owned()),
            code,
            detail,
        }
    }
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Its class.
    pub kind: Kind,
    /// What happened this time and what to do.
    pub detail: Said,
    /// The single faults.
    pub faults: Vec<Fault>,
}

impl Problem {
    /// A problem of a class, without single faults.
    pub fn new(kind: Kind, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            kind,
            detail: Said::new(en, zh),
            faults: Vec::new(),
        }
    }

    /// An unusable request with the faults found in it.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self {
            kind: Kind::InvalidRequest,
            detail: Said::new(
                format!("{} field(s) need attention; each is listed", faults.len()),
                format!("有 {} 处需要更正，见下列说明", faults.len()),
            ),
            faults,
        }
    }

    /// One unusable query or path parameter.
    pub fn parameter(
        name: &str,
        code: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![Fault::parameter(name, code, Said::new(en, zh))])
    }

    /// Nothing found for this owner.
    pub fn not_found() -> Self {
        Self::new(
            Kind::NotFound,
            "check the address; records are visible only to the key that created them",
            "请检查地址；记录仅对创建它的密钥可见",
        )
    }

    /// A failure of the service itself. `what` goes to the log, not to the client.
    pub fn internal(what: &dyn std::fmt::Display) -> Self {
        crate::log::write(
            crate::log::Level::Error,
            "internal_error",
            &[("reason", serde_json::json!(what.to_string()))],
        );
        Self::new(
            Kind::Internal,
            "try again; if it persists, give the operator the request id in `x-request-id`",
            "请重试；如仍失败，请将 `x-request-id` 中的请求编号提供给管理员",
        )
    }

    /// The document in a language.
    pub fn document(self, lang: Lang) -> ProblemDocument {
        ProblemDocument {
            kind: format!("urn:originis:problem:{}", self.kind.slug()),
            title: self.kind.title(lang).to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.in_lang(lang),
            errors: self
                .faults
                .into_iter()
                .map(|fault| FaultDocument {
                    pointer: fault.pointer,
                    row: fault.row,
                    column: fault.column,
                    code: fault.code.to_owned(),
                    detail: fault.detail.in_lang(lang),
                })
                .collect(),
        }
    }

    /// The response.
    pub fn into_response(self, lang: Lang) -> Response {
        let kind = self.kind;
        let status = kind.status();
        let document = self.document(lang);
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(
            CONTENT_LANGUAGE,
            HeaderValue::from_static(language::tag(lang)),
        );
        match kind {
            Kind::Unauthorized => {
                headers.insert(
                    http::header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"originis\""),
                );
            }
            Kind::TooManyBatches | Kind::TooManyAttempts => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("10"));
            }
            Kind::Unavailable => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response
    }
}

/// Adds the methods an address does take to a 405 response.
pub fn allow(response: &mut Response, methods: &str) {
    if let Ok(value) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(ALLOW, value);
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// Names the class of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The class in words.
    pub title: String,
    /// The status code of the response.
    pub status: u16,
    /// What happened this time and what to do.
    pub detail: String,
    /// The single faults.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub errors: Vec<FaultDocument>,
}

/// One fault in a problem document.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub struct FaultDocument {
    /// JSON pointer into the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Row of the file, the header being row 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Column heading of the file, or name of a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// A stable word for the fault.
    pub code: String,
    /// What is wrong and what was expected.
    pub detail: String,
}
