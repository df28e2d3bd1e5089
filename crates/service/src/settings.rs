//! Where the service listens, where it keeps its records, and its bounds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Directory of the database and of batch files; created when absent.
    pub data_dir: PathBuf,
    /// Demand an API key even on a loopback address.
    pub require_key: bool,
    /// Write one line to standard error for each request.
    pub log_requests: bool,
    /// Bounds on what clients may use.
    pub limits: Limits,
}

impl Settings {
    /// The defaults for an address and a data directory.
    pub fn new(bind: SocketAddr, data_dir: PathBuf) -> Self {
        Self {
            bind,
            data_dir,
            require_key: false,
            log_requests: true,
            limits: Limits::default(),
        }
    }

    /// Whether requests must carry an API key: always when other machines can
    /// reach the address.
    pub fn needs_key(&self) -> bool {
        self.require_key || !self.bind.ip().is_loopback()
    }
}

/// Bounds that keep one client from taking the service away from the others.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections open at once; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Size of the request line and headers together, in bytes.
    pub header_bytes: usize,
    /// Size of one determination request, in bytes.
    pub request_bytes: u64,
    /// Size of an uploaded file, in bytes.
    pub upload_bytes: u64,
    /// Rows of an uploaded file.
    pub rows: u64,
    /// Time for the headers of a request, and for the wait between requests.
    pub header_timeout: Duration,
    /// Time without a byte of the body arriving.
    pub body_stall: Duration,
    /// Time for the whole body of a determination request.
    pub body_time: Duration,
    /// Time for a whole upload.
    pub upload_time: Duration,
    /// Time without the client taking a byte of the response.
    pub write_stall: Duration,
    /// Time for deciding one request once it has arrived.
    pub answer_time: Duration,
    /// Time open requests get to finish when the service stops.
    pub shutdown_grace: Duration,
    /// Batches decided at once; each uses every processor.
    pub running_batches: usize,
    /// Batches of one owner that are waiting or running.
    pub open_batches: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            header_bytes: 16 * 1024,
            request_bytes: 1024 * 1024,
            upload_bytes: 512 * 1024 * 1024,
            rows: 5_000_000,
            header_timeout: Duration::from_secs(10),
            body_stall: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            upload_time: Duration::from_secs(15 * 60),
            write_stall: Duration::from_secs(30),
            answer_time: Duration::from_secs(20),
            shutdown_grace: Duration::from_secs(10),
            running_batches: 1,
            open_batches: 16,
        }
    }
}
