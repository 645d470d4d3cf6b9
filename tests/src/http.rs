//! A small plain-HTTP client, for the ports that our programs open on this machine.

use std::time::Duration;

use anyhow::{Context as _, Result};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

const TIMEOUT: Duration = Duration::from_secs(30);

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// GET; any status is an answer.
pub async fn get(url: &str) -> Result<Reply> {
    send(Request::get(url).body(Full::default())?).await
}

/// POST; any status is an answer.
pub async fn post(url: &str, content_type: &str, body: impl Into<Bytes>) -> Result<Reply> {
    let request = Request::post(url).header(http::header::CONTENT_TYPE, content_type);
    send(request.body(Full::new(body.into()))?).await
}

/// Any request. Each has a connection of its own.
pub async fn send(request: Request<Full<Bytes>>) -> Result<Reply> {
    let url = request.uri().clone();
    let exchange = async {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (head, body) = client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        anyhow::Ok(Reply { status: head.status, headers: head.headers, body })
    };
    let reply = tokio::time::timeout(TIMEOUT, exchange).await;
    reply.context("timed out").flatten().with_context(|| format!("no answer from {url}"))
}
