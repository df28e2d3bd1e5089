//! Batches and how far they are. Their files lie beside the database.

use rusqlite::{OptionalExtension, Row, named_params};

use super::{Store, StoreError, now};

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Waiting for its turn.
    Queued,
    /// Being decided.
    Running,
    /// Decided; result and report can be fetched.
    Done,
    /// The file could not be used.
    Failed,
    /// Cancelled by its owner.
    Cancelled,
}

impl BatchState {
    /// The word in the database and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }

    /// Whether the batch still waits or runs.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A batch whose upload is complete.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// The name the file had, for display only.
    pub input_name: String,
    /// How it is to be read and written, as JSON.
    pub options: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A batch as it stands.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// Position in the list, for the cursor.
    pub number: i64,
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// When the upload was complete.
    pub created_at: String,
    /// When it was done, failed or cancelled.
    pub finished_at: Option<String>,
    /// How far it is.
    pub state: BatchState,
    /// The name the file had.
    pub input_name: String,
    /// How it is to be read and written, as JSON.
    pub options: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Fingerprint of the tables it was decided from.
    pub fingerprint: Option<String>,
    /// Rows decided, once finished.
    pub rows: u64,
    /// Totals, as JSON, once done.
    pub summary: Option<String>,
    /// Why it failed, as JSON.
    pub problem: Option<String>,
    /// `resumed` or `restarted`, when the service was interrupted while deciding
    /// it.
    pub after_interruption: Option<String>,
}

const COLUMNS: &str = "number, id, owner, created_at, finished_at, state, input_name, options, bytes, \
                       fingerprint, rows, summary, problem, after_interruption";

impl Store {
    /// Records a batch as waiting.
    pub async fn add_batch(&self, batch: NewBatch) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO batch (id, owner, created_at, state, input_name, options, bytes)
                 VALUES (:id, :owner, :created_at, 'queued', :input_name, :options, :bytes)",
                named_params! {
                    ":id": batch.id,
                    ":owner": batch.owner,
                    ":created_at": now(),
                    ":input_name": batch.input_name,
                    ":options": batch.options,
                    ":bytes": i64::try_from(batch.bytes).unwrap_or(i64::MAX),
                },
            )?;
            Ok(())
        })
        .await
    }

    /// The batch of an owner with this id.
    pub async fn batch(&self, owner: String, id: String) -> Result<Option<BatchRow>, StoreError> {
        self.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM batch WHERE owner = ?1 AND id = ?2"
                ))?
                .query_row((owner, id), batch_row)
                .optional()
        })
        .await
    }

    /// Batches of an owner, newest first, from before the position `before`.
    pub async fn batches(
        &self,
        owner: String,
        before: Option<i64>,
        count: u32,
    ) -> Result<Vec<BatchRow>, StoreError> {
        self.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM batch WHERE owner = ?1 AND number < ?2
                     ORDER BY number DESC LIMIT ?3"
                ))?
                .query_map((owner, before.unwrap_or(i64::MAX), count), batch_row)?
                .collect()
        })
        .await
    }

    /// How many batches of an owner wait or run.
    pub async fn open_batches(&self, owner: String) -> Result<u32, StoreError> {
        self.read(move |connection| {
            connection.query_row(
                "SELECT count(*) FROM batch WHERE owner = ?1 AND state IN ('queued', 'running')",
                [owner],
                |row| row.get(0),
            )
        })
        .await
    }

    /// Takes the oldest waiting batch and marks it as running.
    pub fn take_batch(&self) -> Result<Option<BatchRow>, StoreError> {
        self.write_blocking(|connection| {
            connection
                .prepare_cached(&format!(
                    "UPDATE batch SET state = 'running' WHERE number =
                         (SELECT min(number) FROM batch WHERE state = 'queued')
                     RETURNING {COLUMNS}"
                ))?
                .query_row([], batch_row)
                .optional()
        })
    }

    /// Puts batches that an earlier run of the service did not finish back in
    /// the queue: a decision is a pure function of file and tables, so going on,
    /// or deciding again, gives the same result.
    pub fn requeue_batches(&self) -> Result<usize, StoreError> {
        self.write_blocking(|connection| {
            connection.execute(
                "UPDATE batch SET state = 'queued' WHERE state = 'running'",
                [],
            )
        })
    }

    /// Notes that a batch goes on (`resumed`) or begins again (`restarted`) after
    /// an interruption of the service.
    pub fn note_interruption(&self, id: &str, how: &'static str) -> Result<usize, StoreError> {
        let id = id.to_owned();
        self.write_blocking(move |connection| {
            connection.execute(
                "UPDATE batch SET after_interruption = ?2 WHERE id = ?1",
                (id, how),
            )
        })
    }

    /// Ends a running batch; one cancelled meanwhile stays cancelled.
    pub fn finish_batch(
        &self,
        id: &str,
        state: BatchState,
        fingerprint: &str,
        rows: u64,
        summary: Option<String>,
        problem: Option<String>,
    ) -> Result<bool, StoreError> {
        let (id, fingerprint) = (id.to_owned(), fingerprint.to_owned());
        self.write_blocking(move |connection| {
            connection
                .execute(
                    "UPDATE batch SET state = :state, finished_at = :finished_at, rows = :rows,
                         fingerprint = :fingerprint, summary = :summary, problem = :problem
                     WHERE id = :id AND state = 'running'",
                    named_params! {
                        ":id": id,
                        ":state": state.name(),
                        ":finished_at": now(),
                        ":rows": i64::try_from(rows).unwrap_or(i64::MAX),
                        ":fingerprint": fingerprint,
                        ":summary": summary,
                        ":problem": problem,
                    },
                )
                .map(|rows| rows == 1)
        })
    }

    /// Cancels an open batch of an owner. True when it was open.
    pub async fn cancel_batch(&self, owner: String, id: String) -> Result<bool, StoreError> {
        self.write(move |connection| {
            connection
                .execute(
                    "UPDATE batch SET state = 'cancelled', finished_at = ?3
                     WHERE owner = ?1 AND id = ?2 AND state IN ('queued', 'running')",
                    (owner, id, now()),
                )
                .map(|rows| rows == 1)
        })
        .await
    }

    /// Deletes batches finished before a day (RFC 3339 date) with their files; of
    /// one owner or of all. Returns how many.
    pub fn delete_batches(&self, owner: Option<&str>, before: &str) -> Result<usize, StoreError> {
        let (owner, before) = (owner.map(str::to_owned), before.to_owned());
        let ids: Vec<String> = self.write_blocking(move |connection| {
            connection
                .prepare(
                    "DELETE FROM batch WHERE finished_at < ?2 AND (?1 IS NULL OR owner = ?1)
                     RETURNING id",
                )?
                .query_map((owner, before), |row| row.get(0))?
                .collect()
        })?;
        for id in &ids {
            // A batch that failed or was cancelled has no files any more.
            let _ = std::fs::remove_dir_all(self.batch_directory(id));
        }
        Ok(ids.len())
    }
}

fn batch_row(row: &Row<'_>) -> rusqlite::Result<BatchRow> {
    let state: String = row.get(5)?;
    let bytes: i64 = row.get(8)?;
    let rows: i64 = row.get(10)?;
    Ok(BatchRow {
        number: row.get(0)?,
        id: row.get(1)?,
        owner: row.get(2)?,
        created_at: row.get(3)?,
        finished_at: row.get(4)?,
        state: BatchState::from_name(&state),
        input_name: row.get(6)?,
        options: row.get(7)?,
        bytes: u64::try_from(bytes).unwrap_or(0),
        fingerprint: row.get(9)?,
        rows: u64::try_from(rows).unwrap_or(0),
        summary: row.get(11)?,
        problem: row.get(12)?,
        after_interruption: row.get(13)?,
    })
}
