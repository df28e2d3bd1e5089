//! Questions about the tables themselves. Each answer depends on nothing but
//! tables and language.

mod codes;
mod coverage;
mod examples;
mod rates;
mod rules;
mod vocabulary;

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition};

use crate::call::Call;
use crate::problem::Problem;

pub use codes::{CodeList, Labels, codes};
pub use coverage::{Coverage, coverage};
pub use examples::{ExampleList, examples};
pub use rates::{Rates, rates};
pub use rules::{Rules, rules};
pub use vocabulary::{Vocabulary, vocabulary};

/// A code of at least six digits out of an address.
fn good_code(text: &str) -> Result<HsCode, Problem> {
    let problem = |en: String, zh: &str| Problem::parameter("hs", "not_an_hs_code", en, zh);
    let code: HsCode = crate::call::decode(text).parse().map_err(
        |error: originis_rules_engine::hs::HsError| {
            problem(error.to_string(), "不是 HS 编码：应为 6 至 12 位数字")
        },
    )?;
    if code.digit_count() < 6 {
        return Err(problem(
            format!("`{code}` has fewer than six digits; rules and rates stand on six or more"),
            "不足六位；规则和税率以六位或更多位编码列明",
        ));
    }
    Ok(code)
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

/// The agreements the `agreement` parameter leaves.
fn agreements(call: &Call) -> Result<Vec<Agreement>, Problem> {
    Ok(match call.choice("agreement", &AGREEMENTS)? {
        Some(one) => vec![one],
        None => Agreement::ALL.to_vec(),
    })
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
