//! Questions about the tables themselves. Each answer depends on nothing but
//! tables and language.

mod codes;
mod coverage;
mod examples;
mod tables;
mod vocabulary;

use jiff::civil::Date;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition};

use crate::call::Call;
use crate::problem::Problem;

pub use codes::{CodeList, Labels, codes};
pub use coverage::{Coverage, coverage};
pub use examples::{ExampleList, examples};
pub use tables::{rates, rules};
pub use vocabulary::{Vocabulary, vocabulary};

/// The code in an address.
fn code(text: &str) -> Result<HsCode, Problem> {
    crate::call::decode(text)
        .parse()
        .map_err(|error: originis_rules_engine::hs::HsError| {
            Problem::parameter(
                "hs",
                "not_an_hs_code",
                error.to_string(),
                "不是 HS 编码：应为 2 位、4 位或 6 至 12 位数字",
            )
        })
}

/// The `date` parameter, if given.
pub fn date(call: &Call) -> Result<Option<Date>, Problem> {
    call.parameter("date")
        .map(|text| text.parse().map_err(|_| not_a_date()))
        .transpose()
}

/// The refusal of a `date` parameter that is no date, or of none where one is
/// needed.
pub fn not_a_date() -> Problem {
    Problem::parameter(
        "date",
        "not_a_date",
        "expected a date as 2026-07-15",
        "应为日期，例如 2026-07-15",
    )
}

const EDITIONS: [(&str, HsEdition); 3] = [
    ("2022", HsEdition::Hs2022),
    ("2017", HsEdition::Hs2017),
    ("2012", HsEdition::Hs2012),
];

const AGREEMENTS: [(&str, Agreement); 2] = [("RCEP", Agreement::Rcep), ("APTA", Agreement::Apta)];

/// The `edition` parameter; the newest when left out.
fn edition(call: &Call) -> Result<HsEdition, Problem> {
    Ok(call
        .choice("edition", &EDITIONS)?
        .unwrap_or(HsEdition::Hs2022))
}

/// The `agreement` parameter; `None` for all.
fn agreement(call: &Call) -> Result<Option<Agreement>, Problem> {
    call.choice("agreement", &AGREEMENTS)
}

/// A country parameter that must be given.
fn country(call: &Call, name: &str) -> Result<Country, Problem> {
    let given = call.parameter(name).unwrap_or_default();
    given.parse().map_err(|_| {
        Problem::parameter(
            name,
            "not_a_country",
            "expected a country of two letters (ISO 3166-1), such as CN",
            "应为两个字母的国家或地区代码（ISO 3166-1），例如 CN",
        )
    })
}
