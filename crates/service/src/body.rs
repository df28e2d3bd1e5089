//! Reading bodies within bounds of size and time: a client that stalls or sends
//! too much is told so and cut off.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout_at};
use warp::{Filter, Rejection};

use crate::problem::{Kind, Problem};

/// Bounds on one body.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes.
    pub bytes: u64,
    /// Time without a byte arriving.
    pub stall: Duration,
    /// Time for all of it.
    pub time: Duration,
}

/// A body as it arrives.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send>>;

/// Takes the body of a request as a stream of pieces.
pub fn streamed() -> impl Filter<Extract = (Body,), Error = Rejection> + Copy {
    warp::body::stream().map(|body| -> Body {
        Box::pin(StreamExt::map(body, |piece: Result<_, warp::Error>| {
            piece.map(whole)
        }))
    })
}

fn whole(mut piece: impl Buf) -> Bytes {
    piece.copy_to_bytes(piece.remaining())
}

/// A body read within bounds.
pub struct Bounded {
    body: Body,
    bounds: Bounds,
    end: Instant,
    arrived: u64,
}

impl Bounded {
    /// Starts reading; `length` is what `Content-Length` announces, if it does.
    pub fn new(body: Body, length: Option<u64>, bounds: Bounds) -> Result<Self, Problem> {
        if length.is_some_and(|length| length > bounds.bytes) {
            return Err(too_large(bounds.bytes));
        }
        Ok(Self {
            body,
            bounds,
            end: Instant::now() + bounds.time,
            arrived: 0,
        })
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let wait = (Instant::now() + self.bounds.stall).min(self.end);
        let Ok(piece) = timeout_at(wait, self.body.next()).await else {
            return Err(too_slow());
        };
        let Some(piece) = piece.transpose().map_err(|_| broken_off())? else {
            return Ok(None);
        };
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.arrived = self.arrived.saturating_add(length);
        if self.arrived > self.bounds.bytes {
            return Err(too_large(self.bounds.bytes));
        }
        Ok(Some(piece))
    }

    /// All of it.
    pub async fn whole(mut self) -> Result<Vec<u8>, Problem> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    /// Copies it to `to` as it arrives and returns its length in bytes.
    pub async fn copy_to(mut self, to: &mut tokio::fs::File) -> Result<u64, Problem> {
        while let Some(piece) = self.next().await? {
            to.write_all(&piece)
                .await
                .map_err(|error| Problem::internal(&error))?;
        }
        to.sync_all()
            .await
            .map_err(|error| Problem::internal(&error))?;
        Ok(self.arrived)
    }
}

fn too_large(bytes: u64) -> Problem {
    Problem::new(
        Kind::TooLarge,
        format!("at most {bytes} bytes are taken; split the content"),
        format!("最多接受 {bytes} 字节；请拆分内容"),
    )
}

fn too_slow() -> Problem {
    Problem::new(
        Kind::RequestTimeout,
        "the body stalled or took too long; send it again on a faster connection",
        "内容传输停顿或过慢；请在更快的连接上重新发送",
    )
}

fn broken_off() -> Problem {
    Problem::new(
        Kind::InvalidRequest,
        "the body broke off before its end; send it again",
        "内容在结束前中断；请重新发送",
    )
}
