//! The workers: each takes the oldest waiting batch, decides it and records the
//! end. They stop between chunks when the service stops; what they had begun is
//! continued by the next run of the service.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use super::files::Table;
use super::run::{self, Beginning};
use crate::log::{self, Level};
use crate::state::Service;
use crate::store::{BatchRow, BatchState, StoreError};

/// How often a worker looks for a batch by itself, should a notice be lost.
const LOOK: Duration = Duration::from_secs(5);

/// The workers of a service.
#[derive(Debug)]
pub struct Worker {
    service: Arc<Service>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the workers.
pub fn start(service: &Arc<Service>) -> Worker {
    let tasks = (0..service.settings.limits.running_batches.max(1))
        .map(|_| tokio::spawn(work(Arc::clone(service))))
        .collect();
    Worker {
        service: Arc::clone(service),
        tasks,
    }
}

impl Worker {
    /// Stops the workers and waits for them, at most for `patience`.
    pub async fn stop(self, patience: Duration) {
        self.service.board.stop_all();
        for task in self.tasks {
            let _ = tokio::time::timeout(patience, task).await;
        }
    }
}

async fn work(service: Arc<Service>) {
    while !service.is_stopping() {
        let at_work = Arc::clone(&service);
        let worked = tokio::task::spawn_blocking(move || one(&at_work)).await;
        match worked {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => {
                let _ = tokio::time::timeout(LOOK, service.batch_waiting.notified()).await;
            }
            Ok(Err(error)) => {
                failed(&error.to_string());
                tokio::time::sleep(LOOK).await;
            }
            Err(error) => {
                failed(&error.to_string());
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

fn failed(reason: &str) {
    log::write(
        Level::Error,
        "batch_worker_failed",
        &[("reason", json!(reason))],
    );
}

/// Decides one batch. False when none waits.
fn one(service: &Service) -> Result<bool, StoreError> {
    let Some(row) = service.store.take_batch()? else {
        return Ok(false);
    };
    let beginning = Beginning::of(service, &row);
    if let Some(how) = beginning.after_interruption() {
        log::write(Level::Info, "batch_interrupted", &[("now", json!(how))]);
        service.store.note_interruption(&row.id, how)?;
    }
    service
        .metrics
        .batches_running
        .fetch_add(1, Ordering::Relaxed);
    let progress = service.board.begin(&row.id, row.bytes);
    // Cancelled or stopped between being taken and being put up.
    if service.is_stopping() {
        progress.stop.store(true, Ordering::Relaxed);
    }
    let ended = run::decide(service, &row, beginning, &progress);
    service.board.end(&row.id);
    service
        .metrics
        .batches_running
        .fetch_sub(1, Ordering::Relaxed);
    let finished = record(service, &row, ended)?;
    if !finished && !service.is_stopping() {
        // Cancelled meanwhile: its files are of no more use.
        let _ = std::fs::remove_dir_all(service.store.batch_directory(&row.id));
    }
    Ok(true)
}

fn record(service: &Service, row: &BatchRow, ended: run::Ended) -> Result<bool, StoreError> {
    let fingerprint = &service.book.fingerprint;
    let (state, rows, summary, problem) = match ended {
        run::Ended::Stopped => return Ok(false),
        run::Ended::Done(totals) => {
            service
                .metrics
                .batch_rows
                .fetch_add(totals.rows, Ordering::Relaxed);
            let rows = totals.rows;
            (
                BatchState::Done,
                rows,
                serde_json::to_string(&totals).ok(),
                None,
            )
        }
        run::Ended::Failed(failure) => {
            let directory = service.store.batch_directory(&row.id);
            for table in Table::ALL {
                // What was not reached was not written.
                let _ = std::fs::remove_file(directory.join(table.name()));
            }
            (
                BatchState::Failed,
                0,
                None,
                serde_json::to_string(&failure).ok(),
            )
        }
    };
    log::write(
        Level::Info,
        "batch_ended",
        &[("state", json!(state.name())), ("rows", json!(rows))],
    );
    service
        .store
        .finish_batch(&row.id, state, fingerprint, rows, summary, problem)
}
