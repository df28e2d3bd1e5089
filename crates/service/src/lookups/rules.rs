//! The origin rules for a code, exactly as the tables print them.

use originis_exchange::lookup::Rules;

use super::{agreement, code, date, edition};
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
