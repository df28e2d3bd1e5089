use crate::call::{Call, Outcome};
use crate::problem::Problem;
pub async fn create(call: &Call, body: crate::body::Body) -> Outcome {
    call.owner().await?;
    let limits = &call.service.settings.limits;
    let b = crate::body::Bounded::new(
        body,
        crate::routes::announced_length(call),
        crate::body::Bounds {
            bytes: limits.request_bytes,
            stall: limits.body_stall,
            time: limits.body_time,
        },
    )?
    .whole()
    .await?;
    call.json(http::StatusCode::OK, &b.len())
}
pub async fn list(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
pub async fn replay(_: &Call, _id: String) -> Outcome {
    Err(Problem::not_found())
}
