//! What the API server says it was asked: its audit log.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::access::Access;
use crate::eventually;

const BARRIER: &str = "signet-audit-barrier";
const FLUSHED: Duration = Duration::from_secs(10);

/// One request, as the API server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedRequest {
    /// The user name; of a service account `system:serviceaccount:NAMESPACE:NAME`.
    pub user: String,
    /// The user agent as sent.
    pub user_agent: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// The plural name; empty for requests that are about no resource.
    pub resource: String,
    /// Such as `status`; else empty.
    pub subresource: String,
    /// Empty for cluster-wide requests.
    pub namespace: String,
    /// Empty for requests about a collection.
    pub name: String,
    /// The path with the query.
    pub uri: String,
    /// The status of the answer.
    pub code: u16,
}

/// A place in the log.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    bytes: u64,
}

/// The log of one API server.
#[derive(Debug, Clone)]
pub struct Audit {
    log: PathBuf,
    admin: Access,
}

impl Audit {
    pub(super) fn new(log: PathBuf, admin: Access) -> Self {
        Self { log, admin }
    }

    /// The place after all requests that were answered up to now.
    pub async fn mark(&self) -> Result<Mark> {
        let text = self.text_after(Mark { bytes: 0 }).await?;
        Ok(Mark { bytes: text.len() as u64 })
    }

    /// All requests that were answered up to now.
    pub async fn requests(&self) -> Result<Vec<AuditedRequest>> {
        self.since(Mark { bytes: 0 }).await
    }

    /// The requests that were answered after the mark. Watches count when they begin.
    pub async fn since(&self, mark: Mark) -> Result<Vec<AuditedRequest>> {
        parse(&self.text_after(mark).await?)
    }

    /// The requests after the mark of everyone whose user name or user agent contains `who`, counted by
    /// what they did: `"list secrets"`, `"update sealedsecrets/status"`.
    pub async fn requests_by(&self, who: &str, mark: Mark) -> Result<BTreeMap<String, usize>> {
        let mut counts = BTreeMap::new();
        for request in self.since(mark).await? {
            if request.user.contains(who) || request.user_agent.contains(who) {
                *counts.entry(request.summary()).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// The log after the mark, once a request made now is in it: an answer reaches its client a little
    /// before its line reaches the log.
    async fn text_after(&self, mark: Mark) -> Result<String> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        // The full stop keeps 1 from being found in 12.
        let barrier = format!("{BARRIER}={}.", COUNT.fetch_add(1, Ordering::Relaxed));
        let request = http::Request::get(format!("/version?{barrier}")).body(Vec::new())?;
        self.admin.client()?.request_text(request).await?;
        eventually("the audit log to be written", FLUSHED, async || {
            let mut file = File::open(&self.log).context("failed to open the audit log")?;
            file.seek(SeekFrom::Start(mark.bytes))?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            let whole_lines = text.rfind('\n').map_or(0, |end| end + 1);
            text.truncate(whole_lines);
            Ok(text.contains(&barrier).then_some(text))
        })
        .await
    }
}

impl AuditedRequest {
    /// Verb, resource and subresource in one: `"update sealedsecrets/status"`.
    pub fn summary(&self) -> String {
        match (self.resource.as_str(), self.subresource.as_str()) {
            ("", _) => format!("{} {}", self.verb, self.uri),
            (resource, "") => format!("{} {resource}", self.verb),
            (resource, subresource) => format!("{} {resource}/{subresource}", self.verb),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stage: String,
    verb: String,
    #[serde(rename = "requestURI")]
    request_uri: String,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    user: User,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: ResponseStatus,
}

#[derive(Deserialize, Default)]
struct User {
    #[serde(default)]
    username: String,
}

#[derive(Deserialize, Default)]
struct ObjectRef {
    #[serde(default)]
    resource: String,
    #[serde(default)]
    subresource: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize, Default)]
struct ResponseStatus {
    #[serde(default)]
    code: u16,
}

fn parse(text: &str) -> Result<Vec<AuditedRequest>> {
    let mut requests = Vec::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).context("unexpected line in the audit log")?;
        // A watch has a line when it begins and one when it ends, everything else only the latter.
        let counts = (line.stage == "ResponseStarted") == (line.verb == "watch");
        if counts && !line.request_uri.contains(BARRIER) {
            requests.push(AuditedRequest {
                user: line.user.username,
                user_agent: line.user_agent,
                verb: line.verb,
                resource: line.object_ref.resource,
                subresource: line.object_ref.subresource,
                namespace: line.object_ref.namespace,
                name: line.object_ref.name,
                uri: line.request_uri,
                code: line.response_status.code,
            });
        }
    }
    Ok(requests)
}
