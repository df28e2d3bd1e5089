//! API keys. A key is 32 random bytes; only its hash is kept, so reading the
//! database does not give access. A fast hash is enough for random keys.

use std::collections::HashMap;

use rusqlite::Row;

use super::{Store, StoreError, now};

/// A key just made: the only time its secret is visible.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its public id, for listing and revoking.
    pub id: String,
    /// What the client sends after `Authorization: Bearer`.
    pub secret: String,
}

/// A key as listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyRow {
    /// Its public id.
    pub id: String,
    /// Whose records it opens.
    pub owner: String,
    /// When it was made.
    pub created_at: String,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

impl Store {
    /// Makes a key that opens the records of `owner`.
    pub fn add_key(&self, owner: &str) -> Result<NewKey, StoreError> {
        let key = NewKey {
            id: random_hex::<4>()?,
            secret: format!("originis-{}", random_hex::<32>()?),
        };
        let (id, hash, owner) = (key.id.clone(), hash(&key.secret), owner.to_owned());
        self.write_blocking(move |connection| {
            connection.execute(
                "INSERT INTO api_key (id, owner, hash, created_at) VALUES (?1, ?2, ?3, ?4)",
                (id, owner, hash, now()),
            )
        })?;
        Ok(key)
    }

    /// Every key, revoked ones included, oldest first.
    pub fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.read_blocking(|connection| {
            connection
                .prepare(
                    "SELECT id, owner, created_at, revoked_at FROM api_key ORDER BY created_at",
                )?
                .query_map([], key_row)?
                .collect()
        })
    }

    /// Revokes a key. True when it existed and was valid.
    pub fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write_blocking(move |connection| {
            connection
                .execute(
                    "UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                    (id, now()),
                )
                .map(|rows| rows == 1)
        })
    }

    /// Owners by hash of their valid keys.
    pub async fn owners_by_hash(&self) -> Result<HashMap<String, String>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT hash, owner FROM api_key WHERE revoked_at IS NULL")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .await
    }
}

/// The hash a key is stored and looked up by.
pub fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// Random bytes of the operating system, as hexadecimal digits.
pub fn random_hex<const BYTES: usize>() -> Result<String, StoreError> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn key_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: row.get(0)?,
        owner: row.get(1)?,
        created_at: row.get(2)?,
        revoked_at: row.get(3)?,
    })
}
