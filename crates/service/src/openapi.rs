use crate::call::{Call, Outcome};
use crate::problem::Problem;
pub fn document(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
