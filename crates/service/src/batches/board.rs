//! How far the batches that run now have come, and how to stop them.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use originis_batch::run::Progress;

/// The batches that run now.
#[derive(Debug, Default)]
pub struct Board(Mutex<HashMap<String, (Arc<Progress>, u64)>>);

/// A look at a running batch.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Bytes decided.
    pub bytes: u64,
    /// Bytes to decide.
    pub of: u64,
    /// Lines written.
    pub lines: u64,
}

impl Board {
    /// Puts up a batch that begins to run.
    pub fn begin(&self, id: &str, of: u64) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.lock()
            .insert(id.to_owned(), (Arc::clone(&progress), of));
        progress
    }

    /// Takes down a batch that has ended.
    pub fn end(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Asks one batch to stop.
    pub fn stop(&self, id: &str) {
        if let Some((progress, _)) = self.lock().get(id) {
            progress.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Asks every batch to stop.
    pub fn stop_all(&self) {
        for (progress, _) in self.lock().values() {
            progress.stop.store(true, Ordering::Relaxed);
        }
    }

    /// How far a batch is, if it runs.
    pub fn progress(&self, id: &str) -> Option<Seen> {
        let running = self.lock();
        let (progress, of) = running.get(id)?;
        Some(Seen {
            bytes: progress.bytes.load(Ordering::Relaxed),
            of: *of,
            lines: progress.lines.load(Ordering::Relaxed),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Arc<Progress>, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
