//! A proxy in front of the API server that records what passes, and fails where it is told to.
//!
//! There is no fake API server here: everything that is not told to fail is answered by the real one.
//! Give each component a proxy of its own, and its requests are counted by themselves. Watches are
//! streamed. Connections that are turned into something else (`exec`, `port-forward`) are not supported.

mod body;
mod fault;
mod request;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{HeaderValue, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::cluster::Cluster;
use crate::tls;
use body::Body;
use fault::Effect;

pub use fault::Fault;
pub use request::{Match, Request};

/// A running proxy. It belongs to the runtime it was started in and ends when dropped.
#[derive(Debug)]
pub struct RecordingProxy {
    address: SocketAddr,
    ca_pem: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What connections and their owner both see.
#[derive(Debug)]
struct Shared {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    upstream: Authority,
    requests: Mutex<Vec<Request>>,
    /// Of the next request; only changed under the lock above, so that they are in order.
    next_serial: AtomicU64,
    faults: Mutex<Vec<Fault>>,
    away: AtomicBool,
    /// Each change ends what was open before it.
    connections: watch::Sender<()>,
    watches: watch::Sender<()>,
}

impl RecordingProxy {
    /// Starts one in front of a cluster, with a certificate that clients of the cluster trust.
    pub async fn start(cluster: &Cluster) -> Result<Self> {
        let upstream: Uri = cluster.admin().url().parse()?;
        let upstream = upstream.authority().cloned().context("the API server has no address")?;
        let shared = Arc::new(Shared {
            client: upstream_client(cluster.admin().ca_pem())?,
            upstream,
            requests: Mutex::default(),
            next_serial: AtomicU64::new(0),
            faults: Mutex::default(),
            away: AtomicBool::new(false),
            connections: watch::Sender::new(()),
            watches: watch::Sender::new(()),
        });
        // Chosen and taken in one: nobody can come between.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(cluster.authority().server_config()?);
        let accepting = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Ok(Self { address, ca_pem: cluster.authority().certificate_pem(), shared, accepting })
    }

    /// Its address, as for a kubeconfig.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Every request so far, in order of arrival, also those that were made to fail.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests().clone()
    }

    /// How many requests matched.
    pub fn count(&self, wanted: &Match) -> usize {
        self.shared.requests().iter().filter(|request| wanted.matches(request)).count()
    }

    /// How often each thing was done: `"update sealedsecrets/status"`.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.shared.requests().iter() {
            *counts.entry(request.summary()).or_default() += 1;
        }
        counts
    }

    /// Bytes of all bodies so far: (to the server, from the server).
    pub fn bytes(&self) -> (u64, u64) {
        let requests = self.shared.requests();
        requests.iter().fold((0, 0), |(up, down), request| (up + request.bytes_in, down + request.bytes_out))
    }

    /// Forgets the requests so far. Those still open are not recorded any further.
    pub fn clear(&self) {
        self.shared.requests().clear();
    }

    /// Adds a fault. Of several that match, the one added first acts.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults().push(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Ends all connections, in the middle of whatever they carry.
    pub fn cut_connections(&self) {
        self.shared.connections.send_replace(());
    }

    /// Ends all open watches, as a load balancer does to old connections.
    pub fn cut_watches(&self) {
        self.shared.watches.send_replace(());
    }

    /// While true, the API server is away: connections end as soon as they begin. Turning it on ends the
    /// open ones too.
    pub fn refuse(&self, away: bool) {
        self.shared.away.store(away, Ordering::SeqCst);
        if away {
            self.cut_connections();
        }
    }
}

impl Drop for RecordingProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut_connections();
    }
}

impl Shared {
    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, mut request: Request) -> u64 {
        let mut requests = self.requests();
        let serial = self.next_serial.fetch_add(1, Ordering::Relaxed);
        request.serial = serial;
        requests.push(request);
        serial
    }

    /// Changes a recorded request, unless it was cleared meanwhile.
    fn update(&self, serial: u64, change: impl FnOnce(&mut Request)) {
        let mut requests = self.requests();
        if let Ok(index) = requests.binary_search_by_key(&serial, |request| request.serial) {
            change(&mut requests[index]);
        }
    }

    /// The effect of the first fault that matches; it is used up a little.
    fn effect_on(&self, request: &Request) -> Option<Effect> {
        self.faults().iter_mut().find_map(|fault| fault.act_on(request))
    }
}

fn upstream_client(ca_pem: &str) -> Result<Client<HttpsConnector<HttpConnector>, Body>> {
    tls::install_provider();
    let mut roots = rustls::RootCertStore::empty();
    for certificate in tls::certificates(ca_pem)? {
        roots.add(certificate)?;
    }
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector =
        hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1();
    Ok(Client::builder(TokioExecutor::new()).build(connector.build()))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        if shared.away.load(Ordering::SeqCst) {
            continue;
        }
        tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&shared)));
    }
}

/// Serves one connection until either side ends it, or it is cut.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let mut cut = shared.connections.subscribe();
    // Without this, small frames of a watch would wait for each other.
    let _ = stream.set_nodelay(true);
    let connection = async {
        let Ok(stream) = acceptor.accept(stream).await else { return };
        let service = service_fn(|request| handle(Arc::clone(&shared), request));
        let builder = auto::Builder::new(TokioExecutor::new());
        // A client that hangs up is its own business.
        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    };
    tokio::select! {
        () = connection => {}
        _ = cut.changed() => {}
    }
}

/// An error here ends the connection (HTTP/1.1) or the stream (HTTP/2) without an answer.
async fn handle(shared: Arc<Shared>, request: http::Request<Incoming>) -> Result<Response<Body>> {
    let record = Request::observed(&request);
    let effect = shared.effect_on(&record);
    let is_watch = record.watch;
    let serial = shared.record(record);
    let answer = match effect {
        Some(Effect::Cut) => anyhow::bail!("cut by the test"),
        Some(Effect::Answer(answer)) => answer,
        Some(Effect::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            forward(&shared, serial, request).await?
        }
        None => forward(&shared, serial, request).await?,
    };
    shared.update(serial, |record| record.status = Some(answer.status().as_u16()));
    let (head, body) = answer.into_parts();
    let cut = is_watch.then(|| shared.watches.subscribe());
    let counted = Arc::clone(&shared);
    let body = body::counted(body, cut, move |bytes| {
        counted.update(serial, |record| record.bytes_out += bytes);
    });
    Ok(Response::from_parts(head, body))
}

async fn forward(
    shared: &Arc<Shared>,
    serial: u64,
    request: http::Request<Incoming>,
) -> Result<Response<Body>> {
    let (mut head, body) = request.into_parts();
    let mut uri = head.uri.into_parts();
    uri.scheme = Some(Scheme::HTTPS);
    uri.authority = Some(shared.upstream.clone());
    uri.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    head.uri = Uri::from_parts(uri)?;
    head.version = http::Version::HTTP_11;
    head.headers.insert(HOST, HeaderValue::from_str(shared.upstream.as_str())?);
    let counted = Arc::clone(shared);
    let body = body::counted(body, None, move |bytes| {
        counted.update(serial, |record| record.bytes_in += bytes);
    });
    let answer = shared.client.request(http::Request::from_parts(head, body)).await?;
    Ok(answer.map(|body| body.map_err(body::boxed).boxed_unsync()))
}

/// For bodies that are there already.
fn ready_body(bytes: impl Into<hyper::body::Bytes>) -> Body {
    http_body_util::Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}
