//! The HTTP servers: certificate, verify and re-encrypt on one port, metrics on the other.
//!
//! Everybody who reaches the pod, or the service proxy of the API server, may ask; there is no authentication and no
//! TLS. So nothing here may become an oracle: values are opened under the label that the object's own metadata gives,
//! templates are never rendered, an answer depends on nothing but whether every value opened, all failures of that
//! kind look alike, and both endpoints share one limit. What was opened is sealed again or dropped on the thread that
//! opened it.

mod body;
mod limit;
mod object;
mod open;
mod server;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::HttpSettings;
use crate::keyring::Keyring;
use crate::metrics::{HttpPath, Metrics};
use crate::rsa_pool::RsaPool;

use body::Memory;
use limit::{Caller, Limiter, Verdict};
use open::Refusal;
pub use server::bind;

/// The answer to a request. None is so large that it would have to be streamed.
type Answer = Response<Full<Bytes>>;

/// Whether the process wants to be sent requests.
#[derive(Debug, Default)]
pub struct Readiness(AtomicBool);

impl Readiness {
    /// Not ready.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the state.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What the API works with.
pub struct Api {
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// `/readyz` answers 200 while this is set and the keys have been read.
    pub readiness: Arc<Readiness>,
    /// The threads for RSA.
    pub rsa: Arc<RsaPool>,
    /// Limits.
    pub settings: HttpSettings,
    /// Whether the deprecated `spec.data` is opened.
    pub accept_v1: bool,
}

/// Answers on `listener` until `stop` fires and the open requests have ended, which may take ten seconds more.
pub async fn serve_api(listener: TcpListener, api: Api, stop: CancellationToken) {
    log_listening(&listener, "HTTP server serving");
    let limits = server::Limits { read: api.settings.read_timeout, write: api.settings.write_timeout };
    let state = Arc::new(State::new(api));
    let answer = move |request, peer| {
        let state = Arc::clone(&state);
        async move { state.answer(request, peer).await }
    };
    server::serve(listener, limits, answer, stop).await;
}

/// Answers `/metrics` on `listener` until `stop` fires and the open requests have ended.
pub async fn serve_metrics(
    listener: TcpListener,
    metrics: Arc<Metrics>,
    settings: &HttpSettings,
    stop: CancellationToken,
) {
    log_listening(&listener, "HTTP metrics server serving");
    let limits = server::Limits { read: settings.read_timeout, write: settings.write_timeout };
    let answer = move |request: Request<hyper::body::Incoming>, _| {
        let answer = match request.uri().path() {
            "/metrics" => typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", metrics.render()),
            _ => not_found(),
        };
        std::future::ready(answer)
    };
    server::serve(listener, limits, answer, stop).await;
}

fn log_listening(listener: &TcpListener, message: &str) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(addr = %address, "{message}");
    }
}

/// The API while it is served.
struct State {
    api: Api,
    limiter: Limiter,
    memory: Memory,
    started: Instant,
}

impl State {
    fn new(api: Api) -> Self {
        let limiter = Limiter::new(api.settings.rate, api.settings.burst);
        Self { api, limiter, memory: Memory::new(), started: Instant::now() }
    }

    /// Any method will do on any path, as upstream.
    async fn answer<B>(&self, request: Request<B>, peer: SocketAddr) -> Answer
    where
        B: Body<Data = Bytes> + Send + Unpin,
    {
        let path = match request.uri().path() {
            "/healthz" => return text(StatusCode::OK, "ok\n"),
            "/readyz" => return self.ready(),
            "/v1/cert.pem" => HttpPath::Certificate,
            "/v1/verify" => HttpPath::Verify,
            "/v1/rotate" => HttpPath::Rotate,
            _ => return not_found(),
        };
        let (started, method) = (Instant::now(), request.method().clone());
        let answer = match path {
            HttpPath::Certificate => self.certificate(),
            HttpPath::Verify | HttpPath::Rotate => self.limited(path, request, peer).await,
        };
        self.api.metrics.http_request(path, &method, answer.status(), started.elapsed());
        answer
    }

    fn ready(&self) -> Answer {
        if self.api.readiness.is_set() && self.api.keyring.is_loaded() {
            text(StatusCode::OK, "ok\n")
        } else {
            text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }

    fn certificate(&self) -> Answer {
        match &self.api.keyring.snapshot().current {
            Some(key) => typed(StatusCode::OK, "application/x-pem-file", key.certificate.to_pem().to_owned()),
            None => text(StatusCode::INTERNAL_SERVER_ERROR, "cannot get certificate\n"),
        }
    }

    async fn limited<B>(&self, path: HttpPath, request: Request<B>, peer: SocketAddr) -> Answer
    where
        B: Body<Data = Bytes> + Send + Unpin,
    {
        let caller = Caller::of(peer.ip(), request.headers());
        let verdict = self.limiter.check(caller, self.started.elapsed());
        let mut answer = if verdict.allowed {
            let worked = self.work(path, request.into_body());
            match self.api.settings.write_timeout {
                Some(limit) => tokio::time::timeout(limit, worked)
                    .await
                    .unwrap_or_else(|_| empty(StatusCode::SERVICE_UNAVAILABLE)),
                None => worked.await,
            }
        } else {
            text(StatusCode::TOO_MANY_REQUESTS, "limit exceeded\n")
        };
        describe_limit(answer.headers_mut(), &verdict);
        answer
    }

    async fn work<B>(&self, path: HttpPath, body: B) -> Answer
    where
        B: Body<Data = Bytes> + Send + Unpin,
    {
        let bytes = match body::read(body, self.api.settings.read_timeout, &self.memory).await {
            Ok(bytes) => bytes,
            Err(fault) => {
                tracing::warn!(path = path.as_str(), error = %fault, "Error handling request");
                return empty(fault.status());
            }
        };
        let outcome = match path {
            HttpPath::Rotate => {
                self.rotate(&bytes).await.map(|json| typed(StatusCode::OK, "application/json", json))
            }
            HttpPath::Verify | HttpPath::Certificate => {
                self.verify(&bytes).await.map(|()| empty(StatusCode::OK))
            }
        };
        outcome.unwrap_or_else(|refusal| refused(path, &refusal))
    }
}

/// All failures to open look alike; what does not even decode is told apart, since it depends on the request alone.
fn refused(path: HttpPath, refusal: &Refusal) -> Answer {
    tracing::warn!(path = path.as_str(), reason = %refusal, "Error handling request");
    match (path, refusal) {
        (HttpPath::Verify, Refusal::CannotOpen) => empty(StatusCode::CONFLICT),
        _ => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The headers that upstream's limiter sends, with times rounded up to seconds.
fn describe_limit(headers: &mut HeaderMap, verdict: &Verdict) {
    let seconds = |time: Duration| u64::from(time.subsec_nanos() > 0).saturating_add(time.as_secs());
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), verdict.limit.into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), verdict.remaining.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), seconds(verdict.reset_after).into());
    if let Some(retry_after) = verdict.retry_after {
        headers.insert(RETRY_AFTER, seconds(retry_after).into());
    }
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn text(status: StatusCode, body: &'static str) -> Answer {
    let mut answer = typed(status, "text/plain; charset=utf-8", body);
    answer
        .headers_mut()
        .insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    answer
}

fn not_found() -> Answer {
    text(StatusCode::NOT_FOUND, "404 page not found\n")
}
