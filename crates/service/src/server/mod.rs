//! The accept loop around the routes: bounds on connections and time, security
//! headers on every response, counting, and a shutdown that ends.

mod guard;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::log::{self, Level};
use crate::routes;
use crate::settings::Settings;
use crate::state::{Service, StartError};

use guard::Guard;
use stream::PatientStream;

/// How long to wait after the system refused a connection, most likely for
/// want of file handles.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// A service bound to its address, ready to run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    service: Arc<Service>,
}

impl Server {
    /// Opens the records, binds the address and prepares the routes.
    ///
    /// # Errors
    /// When the data directory or database cannot be used, the address is
    /// taken, or other machines could reach it and no API key exists.
    pub async fn bind(
        settings: Settings,
        book: originis_rules_engine::rulebook::RuleBook,
    ) -> Result<Self, StartError> {
        let address = settings.bind;
        let service = Service::open(settings, book)?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Bind { address, source })?;
        // Each connection needs a file handle; the default of many systems is
        // lower than the number of connections served.
        let handles = u64::try_from(service.settings.limits.connections)
            .unwrap_or(u64::MAX)
            .saturating_add(256);
        if let Ok(limit) = rlimit::increase_nofile_limit(handles)
            && limit < handles
        {
            log::write(
                Level::Warn,
                "few_file_handles",
                &[("allowed", json!(limit)), ("wanted", json!(handles))],
            );
        }
        Ok(Self { listener, service })
    }

    /// The address in use; tells the port when 0 was asked for.
    ///
    /// # Errors
    /// When the operating system cannot tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready, then lets open requests finish for a
    /// bounded time and puts a running batch back in the queue.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, service } = self;
        let limits = service.settings.limits.clone();
        let places = Arc::new(Semaphore::new(limits.connections));
        let open = GracefulShutdown::new();
        let batches = crate::batches::start(&service);
        let guard = Guard::new(
            &service,
            TowerToHyperService::new(routes::service(&service)),
        );
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = next(&listener, &places) => accepted,
            };
            match accepted {
                Ok((stream, place)) => {
                    serve_connection(&service, &guard, &open, stream, place);
                }
                Err(_refused) => tokio::time::sleep(AFTER_REFUSAL).await,
            }
        }
        drop(listener);
        service.stop();
        if tokio::time::timeout(limits.shutdown_grace, open.shutdown())
            .await
            .is_err()
        {
            log::write(Level::Warn, "requests_cut_off", &[]);
        }
        batches.stop(limits.shutdown_grace).await;
        log::write(Level::Info, "stopped", &[]);
    }
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(std::io::Error::other)?;
    let (stream, _peer) = listener.accept().await?;
    Ok((stream, place))
}

fn serve_connection<R>(
    service: &Arc<Service>,
    guard: &Guard<R>,
    open: &GracefulShutdown,
    stream: TcpStream,
    place: OwnedSemaphorePermit,
) where
    R: hyper::service::Service<
            http::Request<hyper::body::Incoming>,
            Response = warp::reply::Response,
            Error = Infallible,
            Future: Send,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    // Small answers must not wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let limits = &service.settings.limits;
    let guard = guard.clone();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes.max(8192))
        .max_headers(64)
        .serve_connection(
            TokioIo::new(PatientStream::new(stream, limits.write_stall)),
            service_fn(move |request| {
                let guard = guard.clone();
                async move { guard.answer(request).await }
            }),
        );
    let connection = open.watch(connection);
    let service = Arc::clone(service);
    tokio::spawn(async move {
        service.metrics.connections.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = connection.await
            && (error.is_timeout() || is_stall(&error))
        {
            service.metrics.slow_clients.fetch_add(1, Ordering::Relaxed);
        }
        service.metrics.connections.fetch_sub(1, Ordering::Relaxed);
        drop(place);
    });
}

fn is_stall(error: &hyper::Error) -> bool {
    std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|source| source.kind() == std::io::ErrorKind::TimedOut)
}
