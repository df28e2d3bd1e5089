//! Duty rates for a code: on one day, or the path over the years.

use jiff::civil::Date;
use originis_exchange::wording;
use originis_rules_engine::agreement::{Agreement, Period};
use originis_rules_engine::determination::RateAnswer;
use originis_rules_engine::law::concession::{self, RateQuestion};
use originis_rules_engine::law::rate_path::rate_path;
use schemars::JsonSchema;
use serde::Serialize;

use super::{agreements, country, edition, good_code};
use crate::call::{Call, Outcome};
use crate::problem::Problem;

/// Duty rates for a code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rates {
    /// The code asked for, in digits.
    pub hs: String,
    /// The HS edition of that code.
    pub hs_edition: String,
    /// Country of origin.
    pub from: String,
    /// Importing country.
    pub to: String,
    /// By agreement.
    pub agreements: Vec<AgreementRates>,
}

/// The rates under one agreement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgreementRates {
    /// Its short name.
    pub agreement: String,
    /// One span on a day asked for; otherwise the path over the years.
    pub spans: Vec<RateSpan>,
}

/// Rates that hold for some days.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RateSpan {
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Most-favoured-nation duty: per cent, the text of another rate, or null
    /// where it is not loaded or not stated.
    pub mfn: Option<String>,
    /// Preferential duty, likewise.
    pub preferential: Option<String>,
    /// `known`, `conditional`, `no_concession`, `excluded` or `not_loaded`.
    pub status: String,
    /// The same in words.
    pub summary: String,
    /// National lines the code may fall under.
    pub lines: Vec<String>,
    /// The tables the rates were read in.
    pub sources: Vec<String>,
}

/// `GET /v1/rates/{hs}`
pub async fn rates(call: &Call, hs: &str) -> Outcome {
    call.owner().await?;
    call.only(&["edition", "agreement", "from", "to", "date"])?;
    let code = good_code(hs)?;
    let edition = edition(call)?;
    let (origin, importer) = (country(call, "from")?, country(call, "to")?);
    let day: Option<Date> = call
        .parameter("date")
        .map(|text| {
            text.parse().map_err(|_| {
                Problem::parameter(
                    "date",
                    "not_a_date",
                    "expected a date as 2026-07-15",
                    "应为日期，例如 2026-07-15",
                )
            })
        })
        .transpose()?;
    let book = &call.service.book;
    let spans = |agreement: Agreement| -> Vec<RateSpan> {
        let path = match day {
            None => rate_path(book, agreement, importer, origin, code, edition),
            Some(day) => {
                let question = RateQuestion {
                    importer,
                    origin,
                    code,
                    edition,
                    day,
                    value: None,
                };
                let period = Period {
                    from: Some(day),
                    to: Some(day),
                };
                vec![(period, concession::rate(book, agreement, &question))]
            }
        };
        path.iter()
            .map(|(period, answer)| span(call, period, answer))
            .collect()
    };
    let agreements = agreements(call)?
        .into_iter()
        .filter(|agreement| book.agreement(*agreement).is_some())
        .map(|agreement| AgreementRates {
            agreement: agreement.name().to_owned(),
            spans: spans(agreement),
        })
        .collect();
    call.of_the_tables(&Rates {
        hs: code.compact(),
        hs_edition: edition.year().to_owned(),
        from: origin.to_string(),
        to: importer.to_string(),
        agreements,
    })
}

fn span(call: &Call, period: &Period, answer: &RateAnswer) -> RateSpan {
    let book = &call.service.book;
    let mut sources: Vec<String> = [answer.mfn_table, answer.table]
        .into_iter()
        .flatten()
        .filter_map(|index| book.tariffs.get(index))
        .map(|table| table.id.clone())
        .collect();
    sources.dedup();
    RateSpan {
        from: period.from.map(|day| day.to_string()),
        to: period.to.map(|day| day.to_string()),
        mfn: wording::rate::figure(&answer.mfn),
        preferential: wording::rate::figure(&answer.preferential),
        status: answer.status.name().to_owned(),
        summary: wording::rate::summary(answer, None, call.lang),
        lines: answer.lines.iter().map(|line| line.compact()).collect(),
        sources,
    }
}
