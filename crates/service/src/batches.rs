use crate::call::{Call, Outcome};
use crate::problem::Problem;
use crate::state::Service;
use std::sync::Arc;
pub async fn create(_: &Call, _body: crate::body::Body) -> Outcome {
    Err(Problem::not_found())
}
pub async fn list(_: &Call) -> Outcome {
    Err(Problem::not_found())
}
pub async fn progress(_: &Call, _id: String) -> Outcome {
    Err(Problem::not_found())
}
pub async fn cancel(_: &Call, _id: String) -> Outcome {
    Err(Problem::not_found())
}
pub async fn result(_: &Call, _id: String) -> Outcome {
    Err(Problem::not_found())
}
pub async fn report(_: &Call, _id: String) -> Outcome {
    Err(Problem::not_found())
}
pub struct Worker;
pub fn start(_: &Arc<Service>) -> Worker {
    Worker
}
impl Worker {
    pub async fn stop(self, _: std::time::Duration) {}
}
