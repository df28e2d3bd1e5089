//! What every request shares: tables, records, counters, settings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use originis_exchange::Lang;
use originis_exchange::wording::system;
use originis_rules_engine::rulebook::RuleBook;
use originis_training::library::{Library, LibraryError};
use tokio::sync::Notify;

use crate::batches::Board;
use crate::learn::Classes;
use crate::lookups::Labels;
use crate::metrics::Metrics;
use crate::problem::{Kind, Problem};
use crate::settings::Settings;
use crate::store::{self, Store, StoreError};

/// Owner of the records made without a key on a loopback address.
pub const LOCAL_OWNER: &str = "local";

/// How long a key revoked by a command may still open the service.
const KEYS_AGE: Duration = Duration::from_secs(2);

/// The service cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The labels inside the program are not well formed.
    #[error("the labels inside the program cannot be read: {0}")]
    Labels(#[from] csv::Error),
    /// The cases inside the program are not well formed.
    #[error("the cases inside the program cannot be read: {0}")]
    Library(#[from] LibraryError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another one with --bind")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Other machines could use the service without a key.
    #[error(
        "{0} can be reached by other machines, and there is no API key yet; \
         make one with `originis serve key add OWNER`"
    )]
    NoKey(SocketAddr),
}

impl StartError {
    /// Why the service cannot start and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Store(error), lang) => error.text(lang),
            (Self::Library(error), Lang::Zh) => error.text(lang),
            (_, Lang::En) => self.to_string(),
            (Self::Labels(_), Lang::Zh) => "程序内的名称表无法读取：请重新安装程序".to_owned(),
            (Self::Bind { address, source }, Lang::Zh) => format!(
                "无法监听 {address}：{}；请用 --bind 另选地址和端口",
                system(source, lang)
            ),
            (Self::NoKey(address), Lang::Zh) => format!(
                "其他计算机可以访问 {address}，但尚无 API 密钥；请用 `originis serve key add OWNER` 创建"
            ),
        }
    }
}

/// What every request shares.
#[derive(Debug)]
pub struct Service {
    /// The compiled tables.
    pub book: RuleBook,
    /// Short labels of codes, for searching.
    pub labels: Labels,
    /// Cases and lessons.
    pub library: Library,
    /// The classes that are open.
    pub classes: Classes,
    /// The records.
    pub store: Store,
    /// The counters.
    pub metrics: Metrics,
    /// The operator's settings.
    pub settings: Settings,
    /// The batches that run now.
    pub board: Board,
    /// Wakes the batch worker.
    pub batch_waiting: Notify,
    keys: RwLock<KnownKeys>,
    stopping: AtomicBool,
}

#[derive(Debug, Default)]
struct KnownKeys {
    owners: HashMap<String, String>,
    read_at: Option<Instant>,
}

impl Service {
    /// Opens the records of a service.
    ///
    /// # Errors
    /// When the records cannot be used, or a key is needed and none exists.
    pub fn open(settings: Settings, book: RuleBook) -> Result<Arc<Self>, StartError> {
        let store = Store::open(&settings.data_dir)?;
        if settings.needs_key() && !store.keys()?.iter().any(|key| key.revoked_at.is_none()) {
            return Err(StartError::NoKey(settings.bind));
        }
        store.requeue_batches()?;
        Ok(Arc::new(Self {
            book,
            labels: Labels::shipped()?,
            library: Library::shipped()?,
            classes: Classes::default(),
            store,
            metrics: Metrics::default(),
            settings,
            board: Board::default(),
            batch_waiting: Notify::new(),
            keys: RwLock::default(),
            stopping: AtomicBool::new(false),
        }))
    }

    /// Whose records a request may see, by its API key.
    pub async fn owner(&self, authorization: Option<&str>) -> Result<String, Problem> {
        let Some(authorization) = authorization else {
            if self.settings.needs_key() {
                return Err(no_key());
            }
            return Ok(LOCAL_OWNER.to_owned());
        };
        let secret = authorization
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, secret)| secret.trim())
            .ok_or_else(no_key)?;
        let hash = store::hash(secret);
        if let Some(owner) = self.known_owner(&hash) {
            return owner.ok_or_else(no_key);
        }
        let owners = self
            .store
            .owners_by_hash()
            .await
            .map_err(|error| Problem::internal(&error))?;
        let owner = owners.get(&hash).cloned();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = KnownKeys {
            owners,
            read_at: Some(Instant::now()),
        };
        owner.ok_or_else(no_key)
    }

    /// The owner by the keys read last; `None` when they are too old to tell.
    fn known_owner(&self, hash: &str) -> Option<Option<String>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = keys.read_at.is_some_and(|at| at.elapsed() < KEYS_AGE);
        fresh.then(|| keys.owners.get(hash).cloned())
    }

    /// Marks the service as stopping: readiness turns negative.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.batch_waiting.notify_waiters();
    }

    /// Whether the service is stopping.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

fn no_key() -> Problem {
    Problem::new(
        Kind::Unauthorized,
        "send `Authorization: Bearer KEY` with a key made by `originis serve key add`",
        "请在 `Authorization: Bearer KEY` 中提供由 `originis serve key add` 生成的密钥",
    )
}
