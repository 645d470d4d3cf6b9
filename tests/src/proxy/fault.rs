//! What a test can make go wrong.

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::json;

use super::body::Body;
use super::ready_body;
use super::request::{Match, Request};

/// Something that happens to some requests instead of, or before, the real answer. Once, unless told
/// otherwise.
#[derive(Debug, Clone)]
#[must_use]
pub struct Fault {
    wanted: Match,
    kind: Kind,
    /// None for always.
    left: Option<usize>,
}

#[derive(Debug, Clone)]
enum Kind {
    Status { code: StatusCode, retry_after: Option<u32> },
    Latency(Duration),
    Cut,
    ExpireWatch,
}

/// What the proxy does about a request.
pub(super) enum Effect {
    Answer(Response<Body>),
    Delay(Duration),
    Cut,
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self { wanted: Match::any(), kind, left: Some(1) }
    }

    /// Answers with this status, and with the body the API server would send.
    ///
    /// # Panics
    /// When there is no such status.
    pub fn status(code: u16) -> Self {
        let code = StatusCode::from_u16(code).expect("a test names a valid status code");
        Self::new(Kind::Status { code, retry_after: None })
    }

    /// Adds a Retry-After header, in seconds; for [`Fault::status`] only.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        if let Kind::Status { retry_after, .. } = &mut self.kind {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Waits, then passes the request on.
    pub fn latency(latency: Duration) -> Self {
        Self::new(Kind::Latency(latency))
    }

    /// Ends the connection without an answer. The request does not reach the API server.
    pub fn cut() -> Self {
        Self::new(Kind::Cut)
    }

    /// Begins a watch whose only event says that the resource version is too old.
    pub fn expire_watch() -> Self {
        Self::new(Kind::ExpireWatch).on(Match::any().verb("watch"))
    }

    /// Which requests it happens to.
    pub fn on(mut self, wanted: Match) -> Self {
        self.wanted = wanted;
        self
    }

    /// How often it happens.
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// It happens until faults are cleared.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    pub(super) fn act_on(&mut self, request: &Request) -> Option<Effect> {
        if self.left == Some(0) || !self.wanted.matches(request) {
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(match self.kind {
            Kind::Latency(latency) => Effect::Delay(latency),
            Kind::Cut => Effect::Cut,
            Kind::Status { code, retry_after } => Effect::Answer(answer(code, retry_after)),
            Kind::ExpireWatch => {
                let event = json!({"type": "ERROR", "object": status_object(StatusCode::GONE)});
                Effect::Answer(json_answer(StatusCode::OK, format!("{event}\n")))
            }
        })
    }
}

fn answer(code: StatusCode, retry_after: Option<u32>) -> Response<Body> {
    let mut answer = json_answer(code, status_object(code).to_string());
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

fn json_answer(code: StatusCode, body: String) -> Response<Body> {
    let mut answer = Response::new(ready_body(body));
    *answer.status_mut() = code;
    answer.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    answer
}

/// Clients decide by the reason, not only by the number.
fn status_object(code: StatusCode) -> serde_json::Value {
    let reason = match code.as_u16() {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Expired",
        422 => "Invalid",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "InternalError",
    };
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "injected by the test", "reason": reason, "code": code.as_u16(),
    })
}
