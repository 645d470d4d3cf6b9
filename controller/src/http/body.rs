//! Request bodies: bounded in size, in time, and in what all of them together hold.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Largest body. An API server takes objects of 3 MiB.
const MOST: usize = 4 << 20;
/// What all bodies may hold at a time, in units of [`UNIT`].
const MEMORY: usize = (32 << 20) / UNIT;
/// Granularity of the account.
const UNIT: usize = 1 << 10;

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyFault {
    #[error("the body is larger than {MOST} bytes")]
    TooLarge,
    #[error("the body was not received in time")]
    TooSlow,
    #[error("the body broke off")]
    Broken,
    #[error("too many bodies are being received")]
    Busy,
}

impl BodyFault {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow | Self::Broken => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The account of what bodies hold.
pub(super) struct Memory(Arc<Semaphore>);

impl Memory {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MEMORY)))
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, BodyFault> {
        // A chunk is at most MOST here, so the number of units fits.
        let units = u32::try_from(bytes.div_ceil(UNIT)).map_err(|_| BodyFault::TooLarge)?;
        Arc::clone(&self.0).try_acquire_many_owned(units).map_err(|_| BodyFault::Busy)
    }
}

/// A body in memory, on the account until it is dropped.
pub(super) struct Received {
    bytes: Vec<u8>,
    _charged: Option<OwnedSemaphorePermit>,
}

impl std::ops::Deref for Received {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a whole body.
pub(super) async fn read<B>(body: B, limit: Option<Duration>, memory: &Memory) -> Result<Received, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
{
    match limit {
        Some(limit) => {
            tokio::time::timeout(limit, collect(body, memory)).await.unwrap_or(Err(BodyFault::TooSlow))
        }
        None => collect(body, memory).await,
    }
}

async fn collect<B>(mut body: B, memory: &Memory) -> Result<Received, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
{
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most {
        return Err(BodyFault::TooLarge);
    }
    let mut received = Received { bytes: Vec::new(), _charged: None };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFault::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        if received.bytes.len() + data.len() > MOST {
            return Err(BodyFault::TooLarge);
        }
        let charge = memory.take(data.len())?;
        match &mut received._charged {
            Some(charged) => charged.merge(charge),
            None => received._charged = Some(charge),
        }
        received.bytes.extend_from_slice(data);
    }
    Ok(received)
}

#[cfg(test)]
mod tests {
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    use super::*;

    fn full(size: usize) -> Full<Bytes> {
        Full::new(Bytes::from(vec![b'x'; size]))
    }

    #[tokio::test]
    async fn bodies_up_to_the_limit_are_taken() {
        let memory = Memory::new();
        assert_eq!(read(full(0), None, &memory).await.unwrap().len(), 0);
        assert_eq!(read(full(MOST), None, &memory).await.unwrap().len(), MOST);
        assert_eq!(read(full(MOST + 1), None, &memory).await.err(), Some(BodyFault::TooLarge));
    }

    #[tokio::test]
    async fn a_body_of_unknown_length_is_cut_at_the_limit() {
        let chunk = || Ok::<_, std::io::Error>(Frame::data(Bytes::from(vec![0; 1 << 20])));
        let stream = futures::stream::iter((0..5).map(|_| chunk()));
        assert_eq!(
            read(StreamBody::new(stream), None, &Memory::new()).await.err(),
            Some(BodyFault::TooLarge)
        );
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_refused() {
        let stream = futures::stream::iter([Err::<Frame<Bytes>, _>(std::io::Error::other("gone"))]);
        assert_eq!(read(StreamBody::new(stream), None, &Memory::new()).await.err(), Some(BodyFault::Broken));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let stream = futures::stream::pending::<Result<Frame<Bytes>, std::io::Error>>();
        let outcome = read(StreamBody::new(stream), Some(Duration::from_secs(120)), &Memory::new()).await;
        assert_eq!(outcome.err(), Some(BodyFault::TooSlow));
    }

    #[tokio::test]
    async fn all_bodies_together_are_bounded_and_give_back_what_they_held() {
        let memory = Memory::new();
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(read(full(MOST), None, &memory).await.unwrap());
        }
        assert_eq!(read(full(1), None, &memory).await.err(), Some(BodyFault::Busy));
        held.pop();
        assert!(read(full(MOST), None, &memory).await.is_ok());
    }
}
