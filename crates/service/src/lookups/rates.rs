//! Duty rates for a code: on one day, or the path over the years.

use originis_exchange::lookup::{Rates, RatesWanted};

use super::{agreement, code, country, date, edition};
use crate::call::{Call, Outcome};

/// `GET /v1/rates/{hs}`
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
