//! Records kept in an embedded SQLite database: saved decisions, batches and
//! API keys. Importers and exporters must keep origin records for years (RCEP
//! Article 3.27), so a write is reported done only when it is on disk.

mod batches;
mod decisions;
mod keys;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use originis_exchange::Lang;
use originis_exchange::wording::system;
use rusqlite::Connection;
use tokio::sync::oneshot;

pub use batches::{BatchRow, BatchState, NewBatch};
pub use decisions::{DecisionRow, DecisionSummary, NewDecision};
pub use keys::{KeyRow, NewKey, hash, random_hex};

/// Each step brings the database from the version of its position to the next.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../migrations/0001-records.sql"),
    include_str!("../../migrations/0002-interruptions.sql"),
];

/// Writes waiting at once are committed together, up to this many.
const GROUP: usize = 256;

/// The store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The data directory cannot be used.
    #[error("cannot use the data directory `{path}`: {source}; give another one with --data")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A newer version of the program wrote the database.
    #[error(
        "the database has version {found}, this program knows versions up to {known}; use the newer program"
    )]
    Newer {
        /// Version of the database.
        found: usize,
        /// Newest version known.
        known: usize,
    },
    /// SQLite failed.
    #[error("the record database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The commit failed, so nothing of the group is on disk.
    #[error("the record database could not write; check that its disk has room")]
    NotWritten,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The writing thread is gone.
    #[error("the record database is closed")]
    Closed,
}

impl StoreError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Directory { path, source }, Lang::Zh) => format!(
                "无法使用数据目录 `{}`：{}；请用 --data 另行指定",
                path.display(),
                system(source, lang)
            ),
            (Self::Newer { found, known }, Lang::Zh) => {
                format!("数据库版本为 {found}，本程序只支持到版本 {known}；请使用较新的程序")
            }
            (Self::Database(error), Lang::Zh) => match error.sqlite_error() {
                Some(failure) => format!("记录数据库出错：{}", sqlite(failure.code)),
                None => "记录数据库出错".to_owned(),
            },
            (Self::NotWritten, Lang::Zh) => {
                "记录数据库无法写入；请检查所在磁盘是否还有空间".to_owned()
            }
            (Self::NoRandomness, Lang::Zh) => "操作系统未能提供随机数".to_owned(),
            (Self::Closed, Lang::Zh) => "记录数据库已关闭".to_owned(),
        }
    }
}

/// A failure of SQLite in Chinese.
const fn sqlite(code: rusqlite::ErrorCode) -> &'static str {
    match code {
        rusqlite::ErrorCode::DiskFull => "磁盘空间已满",
        rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
            "正被其他程序占用"
        }
        rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase => {
            "文件已损坏，或不是记录数据库"
        }
        rusqlite::ErrorCode::ReadOnly => "数据库只读",
        rusqlite::ErrorCode::CannotOpen => "无法打开文件",
        rusqlite::ErrorCode::PermissionDenied => "没有访问权限",
        rusqlite::ErrorCode::SystemIoFailure => "读写失败",
        _ => "内部错误",
    }
}

/// Sends the reply of a change; the argument tells whether its group was
/// committed.
type Reply = Box<dyn FnOnce(bool)>;

/// A change waiting for its group.
type Change = Box<dyn FnOnce(&Connection) -> Reply + Send>;

/// The database of one data directory. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    writer: Sender<Change>,
    reader: Arc<Mutex<Connection>>,
    directory: Arc<PathBuf>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database in `directory`, creating both when absent, and brings
    /// it to the newest version.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        create_private(directory).map_err(|source| StoreError::Directory {
            path: directory.to_owned(),
            source,
        })?;
        let path = directory.join("originis.sqlite");
        let mut writing = connect(&path)?;
        migrate(&mut writing)?;
        let reader = connect(&path)?;
        let (writer, jobs) = channel();
        std::thread::Builder::new()
            .name("records".to_owned())
            .spawn(move || write_in_groups(&writing, &jobs))
            .map_err(|source| StoreError::Directory {
                path: directory.to_owned(),
                source,
            })?;
        Ok(Self {
            writer,
            reader: Arc::new(Mutex::new(reader)),
            directory: Arc::new(directory.to_owned()),
        })
    }

    /// Where the files of batches are kept.
    pub fn batch_directory(&self, id: &str) -> PathBuf {
        self.directory.join("batches").join(id)
    }

    /// Runs a change and waits until it is on disk.
    pub async fn write<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(change, |result| {
            let _ = reply.send(result);
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// [`Store::write`] for code outside the asynchronous runtime.
    pub fn write_blocking<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = channel();
        self.enqueue(change, move |result| {
            let _ = reply.send(result);
        })?;
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    /// Hands a change to the writing thread; `reply` runs once its group is
    /// committed or has failed.
    fn enqueue<T, F, R>(&self, change: F, reply: R) -> Result<(), StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        R: FnOnce(Result<T, StoreError>) + Send + 'static,
    {
        let change: Change = Box::new(move |connection| {
            let result = change(connection).map_err(StoreError::from);
            Box::new(move |committed| {
                reply(if committed {
                    result
                } else {
                    Err(StoreError::NotWritten)
                });
            })
        });
        self.writer.send(change).map_err(|_| StoreError::Closed)
    }

    /// Runs a query away from the asynchronous threads.
    pub async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let reader = Arc::clone(&self.reader);
        tokio::task::spawn_blocking(move || {
            query(&reader.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await
        .map_err(|_| StoreError::Closed)?
        .map_err(StoreError::from)
    }

    /// [`Store::read`] for code outside the asynchronous runtime.
    pub fn read_blocking<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        query(&self.reader.lock().unwrap_or_else(PoisonError::into_inner)).map_err(StoreError::from)
    }
}

/// A directory only its owner can enter: records are confidential.
fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory.join("batches"))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // FULL: a commit that was reported is still there after a power failure.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer {
            found,
            known: MIGRATIONS.len(),
        });
    }
    for step in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    let newest = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    transaction.pragma_update(None, "user_version", newest)?;
    transaction.commit()?;
    Ok(())
}

/// The writing thread: takes the changes that are waiting, applies them, commits
/// once and replies. Each change is one statement, so one that fails leaves
/// nothing behind in its group.
fn write_in_groups(connection: &Connection, changes: &Receiver<Change>) {
    while let Ok(first) = changes.recv() {
        let group: Vec<Change> = std::iter::once(first)
            .chain(changes.try_iter().take(GROUP - 1))
            .collect();
        let mut replies = Vec::with_capacity(group.len());
        let begun = connection.execute_batch("BEGIN IMMEDIATE").is_ok();
        if begun {
            for change in group {
                replies.push(change(connection));
            }
        }
        let committed = begun && connection.execute_batch("COMMIT").is_ok();
        if begun && !committed {
            // Nothing to do if this fails as well: the next BEGIN will tell.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for reply in replies {
            reply(committed);
        }
    }
}

/// Now, as the database stores it.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
