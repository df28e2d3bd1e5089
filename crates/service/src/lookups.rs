use crate::call::{Call, Outcome};
use crate::problem::Problem;
pub async fn rules(_: &Call, _id: &str) -> Outcome {
    Err(Problem::not_found())
}
pub async fn rates(_: &Call, _id: &str) -> Outcome {
    Err(Problem::not_found())
}
pub async fn codes(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
pub async fn vocabulary(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
pub async fn examples(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
pub async fn coverage(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
