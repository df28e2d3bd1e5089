-- Saved decisions, batches and API keys. Times are RFC 3339 in UTC.
CREATE TABLE decision (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    owner       TEXT NOT NULL,
    id          TEXT NOT NULL,
    saved_at    TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    rules_as_of TEXT NOT NULL,
    request     TEXT NOT NULL,
    answer      TEXT NOT NULL,
    UNIQUE (owner, id)
) STRICT;
CREATE INDEX decision_by_time ON decision (owner, saved_at);

CREATE TABLE batch (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    owner       TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    finished_at TEXT,
    state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    input_name  TEXT NOT NULL,
    options     TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    fingerprint TEXT,
    rows        INTEGER NOT NULL DEFAULT 0,
    summary     TEXT,
    problem     TEXT
) STRICT;
CREATE INDEX batch_by_owner ON batch (owner, number);
CREATE INDEX batch_open ON batch (state) WHERE state IN ('queued', 'running');

-- Only the hash of a key is kept; the key itself is shown once, when made.
CREATE TABLE api_key (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
