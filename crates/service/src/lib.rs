//! The HTTP service and web page: one address where people use the page and
//! programs use the API.
//!
//! [`Server`] binds and serves; [`Store`] is the database of records, also used
//! by the commands that manage keys and records.

mod advice;
mod batches;
mod body;
mod call;
mod changes;
mod determinations;
mod health;
mod language;
mod learn;
mod log;
mod lookups;
mod metrics;
mod openapi;
mod operations;
mod page;
mod problem;
mod routes;
mod server;
mod settings;
mod state;
mod store;

pub use server::Server;
pub use settings::{Limits, Settings};
pub use state::{LOCAL_OWNER, StartError};
pub use store::{DecisionRow, KeyRow, NewKey, Store, StoreError};
