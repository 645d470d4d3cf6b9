//! Listening, connections, and the limits that keep one client from standing in the way of others.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Answer;
use crate::config::ListenAddr;

/// How long open requests may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// Pause after a failed accept, which mostly means that there are no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Connections of one peer. A proxy keeps far fewer; without a bound one client could use up all descriptors.
const MOST_PER_PEER: usize = 256;
/// Most bytes of request headers.
const HEADERS: usize = 64 << 10;

/// Time limits of a connection; `None` for none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// To receive the headers of a request, waiting for it included.
    pub(super) read: Option<Duration>,
    /// For the client to take in some of the answer.
    pub(super) write: Option<Duration>,
}

/// Opens the address. Without a host that is every interface, of IPv6 and IPv4 where the system has both.
///
/// # Errors
/// When the name does not resolve or the address is taken.
pub async fn bind(address: &ListenAddr) -> io::Result<TcpListener> {
    if !address.host.is_empty() {
        return TcpListener::bind((address.host.as_str(), address.port)).await;
    }
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, address.port)).await {
        // Some machines have IPv6 switched off.
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port)).await
        }
        bound => bound,
    }
}

/// Answers requests until `stop` fires.
pub(super) async fn serve<H, F>(listener: TcpListener, limits: Limits, answer: H, stop: CancellationToken)
where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let connections = TaskTracker::new();
    let peers = Peers::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(place) = peers.enter(peer.ip()) {
                    let connection = connection(stream, peer, limits, answer.clone(), stop.clone());
                    connections.spawn(async move {
                        let _place = place;
                        connection.await;
                    });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    let _ = tokio::time::timeout(DRAIN, connections.wait()).await;
}

async fn connection<H, F>(
    stream: TcpStream,
    peer: SocketAddr,
    limits: Limits,
    answer: H,
    stop: CancellationToken,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F,
    F: Future<Output = Answer>,
{
    let service = service_fn(move |request| {
        let answer = answer(request, peer);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.read)
        .max_buf_size(HEADERS)
        .serve_connection(TokioIo::new(Impatient::new(stream, limits.write)), service);
    tokio::pin!(connection);
    // A connection that ends in an error concerns its client alone.
    let _ = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}

/// How many connections each peer has.
#[derive(Clone, Default)]
struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place in the count.
struct Place {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= MOST_PER_PEER {
            return None;
        }
        *count += 1;
        Some(Place { peers: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// A stream that gives up when the other side takes nothing in for a while.
struct Impatient<S> {
    stream: S,
    limit: Option<Duration>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Impatient<S> {
    fn new(stream: S, limit: Option<Duration>) -> Self {
        Self { stream, limit, deadline: None }
    }

    /// Passes on what a write came to, unless it has been pending for too long.
    fn patience<T>(&mut self, polled: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let Some(limit) = self.limit.filter(|_| polled.is_pending()) else {
            self.deadline = None;
            return polled;
        };
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        deadline.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.patience(polled, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        this.patience(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(context);
        this.patience(polled, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_shutdown(context);
        this.patience(polled, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_given_up_and_a_slow_one_is_not() {
        let (ours, mut theirs) = tokio::io::duplex(4);
        let mut stream = Impatient::new(ours, Some(Duration::from_secs(10)));
        let reader = tokio::spawn(async move {
            let mut got = [0; 8];
            for at in 0..8 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                theirs.read_exact(&mut got[at..=at]).await.unwrap();
            }
            theirs
        });
        stream.write_all(b"0123456789ab").await.unwrap();
        let theirs = reader.await.unwrap();
        let error = stream.write_all(b"more than fits").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }

    #[test]
    fn a_peer_has_a_bounded_number_of_places_and_gives_them_back() {
        let peers = Peers::default();
        let [one, two] = [1, 2].map(|n| IpAddr::from([10, 0, 0, n]));
        let mut places: Vec<_> = (0..MOST_PER_PEER).map(|_| peers.enter(one).unwrap()).collect();
        assert!(peers.enter(one).is_none());
        assert!(peers.enter(two).is_some());
        places.pop();
        assert!(peers.enter(one).is_some());
        places.clear();
        assert!(peers.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn every_form_of_address_can_be_listened_on() {
        for host in ["", "127.0.0.1", "localhost"] {
            let address = ListenAddr { host: host.to_owned(), port: 0 };
            assert_ne!(bind(&address).await.unwrap().local_addr().unwrap().port(), 0, "{host:?}");
        }
        let taken = bind(&ListenAddr { host: String::new(), port: 0 }).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let again = bind(&ListenAddr { host: String::new(), port }).await.unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AddrInUse);
    }
}
