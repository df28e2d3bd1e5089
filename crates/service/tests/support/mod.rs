//! A running service on a port of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use originis_rules_engine::rulebook::RuleBook;
use originis_service::{Server, Settings};
use originis_testkit::http;
pub use originis_testkit::http::Response;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A service that stops when dropped.
pub struct Running {
    pub address: SocketAddr,
    pub directory: Option<TempDir>,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<tokio::task::JoinHandle<()>>,
}

/// Starts a service with the small rule book.
pub fn start(adjust: impl FnOnce(&mut Settings)) -> Running {
    let directory = tempfile::tempdir().unwrap();
    let mut running = start_in(directory.path(), adjust);
    running.directory = Some(directory);
    running
}

/// Starts a service with records in a directory that outlives it.
pub fn start_in(directory: &Path, adjust: impl FnOnce(&mut Settings)) -> Running {
    start_with(directory, originis_testkit::book(), adjust)
}

/// Starts a service with these tables.
pub fn start_with(directory: &Path, book: RuleBook, adjust: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), directory.to_owned());
    settings.log_requests = false;
    adjust(&mut settings);
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::bind(settings, book)).unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = runtime.spawn(server.run(async {
        let _ = stopped.await;
    }));
    Running {
        address,
        directory: None,
        runtime: Some(runtime),
        stop: Some(stop),
        served: Some(served),
    }
}

impl Running {
    pub fn get(&self, target: &str) -> Response {
        self.send("GET", target, &[], b"")
    }

    pub fn post(&self, target: &str, kind: &str, body: &[u8]) -> Response {
        self.send("POST", target, &[("content-type", kind)], body)
    }

    pub fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        http::send(self.address, method, target, headers, body)
    }

    /// Stops it and tells how long that took.
    pub fn stop(&mut self) -> Duration {
        let began = std::time::Instant::now();
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let (Some(runtime), Some(served)) = (self.runtime.take(), self.served.take()) {
            runtime.block_on(served).unwrap();
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
        began.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
