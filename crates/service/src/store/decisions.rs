//! Saved decisions: the request as it came, the answer as it was given.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Store, StoreError, now};

/// A decision to keep.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// Whose record it is.
    pub owner: String,
    /// The decision id.
    pub id: String,
    /// Fingerprint of the tables it was made from.
    pub fingerprint: String,
    /// The day of the newest of those tables.
    pub rules_as_of: String,
    /// The request, as JSON.
    pub request: String,
    /// The answer, as JSON.
    pub answer: String,
}

/// A decision that was kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DecisionRow {
    /// Whose record it is.
    pub owner: String,
    /// The decision id.
    pub id: String,
    /// When it was first saved.
    pub saved_at: String,
    /// Fingerprint of the tables it was made from.
    pub fingerprint: String,
    /// The day of the newest of those tables.
    pub rules_as_of: String,
    /// The request, as JSON.
    pub request: String,
    /// The answer, as JSON.
    pub answer: String,
}

/// One line of a list of decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSummary {
    /// Position in the list, for the cursor.
    pub number: i64,
    /// The decision id.
    pub id: String,
    /// When it was first saved.
    pub saved_at: String,
    /// Fingerprint of the tables it was made from.
    pub fingerprint: String,
    /// The request, as JSON.
    pub request: String,
    /// The answer, as JSON.
    pub answer: String,
}

impl Store {
    /// Saves a decision. The same question to the same tables is one record:
    /// the first is kept. True when it is new.
    pub async fn save_decision(&self, decision: NewDecision) -> Result<bool, StoreError> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO decision (owner, id, saved_at, fingerprint, rules_as_of, request, answer)
                 VALUES (:owner, :id, :saved_at, :fingerprint, :rules_as_of, :request, :answer)
                 ON CONFLICT (owner, id) DO NOTHING",
            )?;
            let rows = statement.execute(named_params! {
                ":owner": decision.owner,
                ":id": decision.id,
                ":saved_at": now(),
                ":fingerprint": decision.fingerprint,
                ":rules_as_of": decision.rules_as_of,
                ":request": decision.request,
                ":answer": decision.answer,
            })?;
            Ok(rows == 1)
        })
        .await
    }

    /// The decision of an owner with this id.
    pub async fn decision(
        &self,
        owner: String,
        id: String,
    ) -> Result<Option<DecisionRow>, StoreError> {
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT owner, id, saved_at, fingerprint, rules_as_of, request, answer
                     FROM decision WHERE owner = ?1 AND id = ?2",
                )?
                .query_row((owner, id), decision_row)
                .optional()
        })
        .await
    }

    /// Decisions of an owner, newest first, from before the position `before`.
    pub async fn decisions(
        &self,
        owner: String,
        before: Option<i64>,
        count: u32,
    ) -> Result<Vec<DecisionSummary>, StoreError> {
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT number, id, saved_at, fingerprint, request, answer FROM decision
                     WHERE owner = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
                )?
                .query_map((owner, before.unwrap_or(i64::MAX), count), |row| {
                    Ok(DecisionSummary {
                        number: row.get(0)?,
                        id: row.get(1)?,
                        saved_at: row.get(2)?,
                        fingerprint: row.get(3)?,
                        request: row.get(4)?,
                        answer: row.get(5)?,
                    })
                })?
                .collect()
        })
        .await
    }

    /// Hands every kept decision to `each`, oldest first; of one owner or of all.
    pub fn export_decisions(
        &self,
        owner: Option<&str>,
        mut each: impl FnMut(DecisionRow) -> std::io::Result<()>,
    ) -> Result<std::io::Result<u64>, StoreError> {
        self.read_blocking(|connection| {
            let mut statement = connection.prepare(
                "SELECT owner, id, saved_at, fingerprint, rules_as_of, request, answer
                 FROM decision WHERE ?1 IS NULL OR owner = ?1 ORDER BY number",
            )?;
            let mut count = 0;
            for row in statement.query_map([owner], decision_row)? {
                if let Err(failed) = each(row?) {
                    return Ok(Err(failed));
                }
                count += 1;
            }
            Ok(Ok(count))
        })
    }

    /// Deletes the decisions saved before a day (RFC 3339 date); of one owner
    /// or of all. Returns how many.
    pub fn delete_decisions(&self, owner: Option<&str>, before: &str) -> Result<usize, StoreError> {
        let (owner, before) = (owner.map(str::to_owned), before.to_owned());
        self.write_blocking(move |connection: &Connection| {
            connection.execute(
                "DELETE FROM decision WHERE saved_at < ?2 AND (?1 IS NULL OR owner = ?1)",
                (owner, before),
            )
        })
    }
}

fn decision_row(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    Ok(DecisionRow {
        owner: row.get(0)?,
        id: row.get(1)?,
        saved_at: row.get(2)?,
        fingerprint: row.get(3)?,
        rules_as_of: row.get(4)?,
        request: row.get(5)?,
        answer: row.get(6)?,
    })
}
