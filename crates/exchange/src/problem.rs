//! What is wrong with a request, in both languages, with the place in it.

use std::fmt;

use originis_rules_engine::agreement::AgreementError;
use originis_rules_engine::country::CountryError;
use originis_rules_engine::hs::HsError;
use originis_rules_engine::quantity::QuantityError;
use originis_rules_engine::rate::RateError;
use originis_rules_engine::rule::RuleError;
use serde::Serialize;

use crate::lang::Lang;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestError {
    /// Where it is: a JSON pointer (RFC 6901), empty for the whole request.
    pub pointer: String,
    /// What kind of error it is; stable, for programs.
    pub code: &'static str,
    /// What is wrong and what to do, in English.
    pub detail_en: String,
    /// The same in Simplified Chinese.
    pub detail_zh: String,
}

impl RequestError {
    /// The detail in a language.
    pub fn detail(&self, lang: Lang) -> &str {
        lang.pick(&self.detail_en, &self.detail_zh)
    }

    /// One line: where, and what.
    pub fn line(&self, lang: Lang) -> String {
        let place = match (self.pointer.as_str(), lang) {
            ("", Lang::En) => "the request",
            ("", Lang::Zh) => "整个请求",
            (pointer, _) => pointer,
        };
        match lang {
            Lang::En => format!("{place}: {}", self.detail_en),
            Lang::Zh => format!("{place}：{}", self.detail_zh),
        }
    }
}

/// Everything wrong with a request; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RequestErrors(pub Vec<RequestError>);

impl RequestErrors {
    /// One line for each error.
    pub fn lines(&self, lang: Lang) -> String {
        let lines: Vec<String> = self.0.iter().map(|error| error.line(lang)).collect();
        lines.join("\n")
    }
}

impl fmt::Display for RequestErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(Lang::En))
    }
}

impl std::error::Error for RequestErrors {}

/// What is wrong with a text that was to be read, without its place: the words
/// for the errors of the engine, in requests and in rule tables alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of error it is; stable, for programs.
    pub code: &'static str,
    /// What is wrong and what to do, in English.
    pub en: String,
    /// The same in Simplified Chinese.
    pub zh: String,
}

impl Fault {
    /// A fault in both languages.
    pub fn new(code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            code,
            en: en.into(),
            zh: zh.into(),
        }
    }

    pub(crate) fn at(self, pointer: impl Into<String>) -> RequestError {
        RequestError {
            pointer: pointer.into(),
            code: self.code,
            detail_en: self.en,
            detail_zh: self.zh,
        }
    }
}

impl From<QuantityError> for Fault {
    fn from(error: QuantityError) -> Self {
        let en = error.to_string();
        match error {
            QuantityError::NotDecimal(text) => Self::new(
                "not_a_decimal",
                en,
                format!("“{text}”不是十进制数：应为数字，最多一个小数点，例如 1200.50"),
            ),
            QuantityError::Negative(text) => Self::new(
                "negative_value",
                en,
                format!("“{text}”为负数：金额、重量和百分比应为零或正数"),
            ),
            QuantityError::TooPrecise { text, places } => Self::new(
                "too_precise",
                en,
                format!("“{text}”的小数超过 {places} 位：请按账册口径取整"),
            ),
            QuantityError::TooLarge(text) => {
                Self::new("too_large", en, format!("“{text}”过大，无法精确保存"))
            }
        }
    }
}

impl From<HsError> for Fault {
    fn from(error: HsError) -> Self {
        let en = error.to_string();
        match error {
            HsError::Characters(text) => Self::new(
                "not_an_hs_code",
                en,
                format!("“{text}”不是 HS 编码：只能含数字、点、空格和连字符"),
            ),
            HsError::Length(text) => Self::new(
                "not_an_hs_code",
                en,
                format!("“{text}”不是 HS 编码：应为 2 位、4 位或 6 至 12 位数字"),
            ),
            HsError::Edition(text) => Self::new(
                "unknown_hs_edition",
                en,
                format!("“{text}”不是已知的 HS 版本：应为 2012、2017 或 2022"),
            ),
        }
    }
}

impl From<CountryError> for Fault {
    fn from(error: CountryError) -> Self {
        let en = error.to_string();
        let zh = format!(
            "“{}”不是国家或地区代码：应为两个字母（ISO 3166-1 alpha-2），例如 CN 或 JP",
            quoted(&en)
        );
        Self::new("not_a_country", en, zh)
    }
}

impl From<AgreementError> for Fault {
    fn from(error: AgreementError) -> Self {
        let en = error.to_string();
        let zh = format!("“{}”不是协定名称：应为 RCEP 或 APTA", quoted(&en));
        Self::new("unknown_agreement", en, zh)
    }
}

impl From<RateError> for Fault {
    fn from(error: RateError) -> Self {
        let en = error.to_string();
        let zh = format!(
            "“{}”不是税率：应为 free（免税）、10.9%、63 JPY/kg、25% + 63 JPY/kg、10% + ?、higher(…)、lower(…)、depends(…) 或 excluded（例外）",
            quoted(&en)
        );
        Self::new("not_a_rate", en, zh)
    }
}

impl From<RuleError> for Fault {
    fn from(error: RuleError) -> Self {
        let en = error.to_string();
        let zh = match error {
            RuleError::Empty => "规则中应有选项之处为空".to_owned(),
            RuleError::Symbol(text) => {
                format!("“{text}”不是规则符号：应为 WO、CC、CTH、CTSH、RVC 加整数百分比，或 CR")
            }
            RuleError::Exclusion(text) => {
                format!("“{text}”不是除外条款：应为 `heading` 等词加编码")
            }
            RuleError::Proviso(text) => format!("“{text}”不是已知的附加条件"),
            RuleError::Part(text) => {
                format!("“{text}”不是编号的产品分项：应写作 `(1) of insects: CC`")
            }
        };
        Self::new("not_a_rule", en, zh)
    }
}

/// What an error of the engine quotes first: the text it could not read, which
/// some errors keep to themselves.
fn quoted(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
}
