//! The origin rules and the duty rates of a code, exactly as the tables hold
//! them: the operations around [`originis_exchange::lookup`].

use originis_exchange::lookup::{Rates, RatesWanted, Rules};

use super::{agreement, code, country, date, edition};
use crate::call::{Call, Outcome};

/// `GET /v1/rules/{hs}`
pub async fn rules(call: &Call, hs: &str) -> Outcome {
    call.owner().await?;
    call.only(&["edition", "agreement", "date"])?;
    let rules = Rules::of(
        &call.service.book,
        code(hs)?,
        edition(call)?,
        agreement(call)?,
        date(call)?,
        call.lang,
    );
    call.of_the_tables(&rules)
}

/// `GET /v1/rates/{hs}`: on one day, or the path over the years.
pub async fn rates(call: &Call, hs: &str) -> Outcome {
    call.owner().await?;
    call.only(&["edition", "agreement", "from", "to", "date"])?;
    let rates = Rates::of(
        &call.service.book,
        RatesWanted {
            code: code(hs)?,
            edition: edition(call)?,
            from: country(call, "from")?,
            to: country(call, "to")?,
            date: date(call)?,
            agreement: agreement(call)?,
        },
        call.lang,
    );
    call.of_the_tables(&rates)
}
