//! What the controller counts, under upstream's names where upstream has one and `signet_` elsewhere.
//!
//! A series that never occurred is absent, as upstream: alerts with `absent()` and `rate()` rely on it. Labels come
//! from enums; the exceptions are the namespace of a failure and what `condition_info` names, which dashboards need.

mod conditions;
mod process;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus::{
    Encoder as _, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};

pub use conditions::{Condition, ConditionSource, ConditionValue};

/// Prefix of upstream's names.
const UPSTREAM: &str = "sealed_secrets_controller";
/// Prefix of our own names.
const OURS: &str = "signet";

/// Upper bounds of the buckets of durations, in seconds: those of the Go client library.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Declares an enum whose members are values of a metric label.
macro_rules! label {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $member_doc:literal])* $member:ident = $text:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $member_doc])* $member,)* }

        impl $name {
            /// The value of the label.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }
        }
    };
}

label! {
    /// Why a pass over a SealedSecret failed.
    UnsealError {
        /// The SealedSecret could not be read.
        Fetch = "fetch",
        /// Its values could not be opened.
        Unseal = "unseal",
        /// The Secret could not be written.
        Update = "update",
        /// The Secret belongs to somebody else.
        Unmanaged = "unmanaged",
        /// The status could not be written.
        Status = "status",
    }
}

label! {
    /// How a pass over a SealedSecret ended.
    Outcome {
        /// Nothing was to do.
        Unchanged = "unchanged",
        /// The Secret was created.
        Created = "created",
        /// The Secret was changed.
        Updated = "updated",
        /// A Secret that others had changed was put back.
        Repaired = "repaired",
        /// The Secret was deleted.
        Deleted = "deleted",
        /// The user must do something first.
        Waiting = "waiting",
        /// It will be tried again.
        Failed = "failed",
    }
}

label! {
    /// Where a SealedSecret waits for its pass.
    Lane {
        /// Somebody changed something.
        Changes = "changes",
        /// The controller looks through what exists.
        Resync = "resync",
    }
}

label! {
    /// A verb of the Kubernetes API.
    Verb {
        /// Read one.
        Get = "get",
        /// Read all.
        List = "list",
        /// Follow.
        Watch = "watch",
        /// Create.
        Create = "create",
        /// Replace.
        Update = "update",
        /// Change.
        Patch = "patch",
        /// Delete.
        Delete = "delete",
    }
}

label! {
    /// A resource of the Kubernetes API.
    Resource {
        /// SealedSecrets.
        SealedSecrets = "sealedsecrets",
        /// The status of SealedSecrets.
        SealedSecretsStatus = "sealedsecrets/status",
        /// Secrets.
        Secrets = "secrets",
        /// Events.
        Events = "events",
        /// Namespaces.
        Namespaces = "namespaces",
        /// Leases.
        Leases = "leases",
    }
}

label! {
    /// A path of the HTTP API that is counted.
    HttpPath {
        /// `/v1/verify`.
        Verify = "/v1/verify",
        /// `/v1/rotate`.
        Rotate = "/v1/rotate",
        /// `/v1/cert.pem`.
        Certificate = "/v1/cert.pem",
    }
}

/// All metrics of the process.
pub struct Metrics {
    registry: Registry,
    conditions: OnceLock<Arc<dyn ConditionSource>>,
    process: process::Process,
    unseal_requests: IntCounter,
    unseal_errors: IntCounterVec,
    http_requests: IntCounterVec,
    http_durations: HistogramVec,
    rsa_operations: IntCounter,
    reconciles: HistogramVec,
    queue_depth: IntGaugeVec,
    index_size: IntGauge,
    api_requests: IntCounterVec,
    drift_repairs: IntCounter,
    status_retries: IntCounter,
    leader: IntGauge,
    keys: IntGauge,
    invalid_keys: IntGauge,
    key_generation: Histogram,
}

impl Metrics {
    /// Registers everything. `version` is the label of `build_info`.
    ///
    /// # Errors
    /// When a name is registered twice or is malformed, which a test rules out.
    pub fn new(version: &str) -> Result<Self, prometheus::Error> {
        let register = Register(Registry::new());
        // Upstream never sets the value and so exports 0; its other fields have no counterpart here.
        register
            .gauge(
                Opts::new("build_info", "Build information.")
                    .namespace(UPSTREAM)
                    .const_label("revision", version),
            )?
            .set(1);
        Ok(Self {
            conditions: OnceLock::new(),
            process: process::Process::started_now(),
            unseal_requests: register.counter(
                UPSTREAM,
                "unseal_requests_total",
                "Total number of sealed secret unseal requests",
            )?,
            unseal_errors: register.counters(
                UPSTREAM,
                "unseal_errors_total",
                "Total number of sealed secret unseal errors by reason",
                &["reason", "namespace"],
            )?,
            http_requests: register.counters(
                UPSTREAM,
                "http_requests_total",
                "A counter for requests to the wrapped handler.",
                &["path", "code", "method"],
            )?,
            http_durations: register.durations(
                UPSTREAM,
                "http_request_duration_seconds",
                "A histogram of latencies for requests.",
                &["path", "method"],
            )?,
            rsa_operations: register.counter(
                OURS,
                "rsa_private_ops_total",
                "RSA private-key operations, failed ones included",
            )?,
            reconciles: register.durations(
                OURS,
                "reconcile_duration_seconds",
                "Duration of passes over one SealedSecret",
                &["outcome"],
            )?,
            queue_depth: register.gauges(
                OURS,
                "queue_depth",
                "SealedSecrets that wait for a pass",
                &["lane"],
            )?,
            index_size: register.gauge(ours("index_size", "SealedSecrets known"))?,
            api_requests: register.counters(
                OURS,
                "api_requests_total",
                "Requests to the API server; code 0 is one without an answer",
                &["verb", "resource", "code"],
            )?,
            drift_repairs: register.counter(
                OURS,
                "drift_repairs_total",
                "Secrets put back after others had changed them",
            )?,
            status_retries: register.counter(
                OURS,
                "status_write_retries_total",
                "Status writes repeated after a failure",
            )?,
            leader: register.gauge(ours("leader", "1 while this replica reconciles"))?,
            keys: register.gauge(ours("keys", "Private keys in use"))?,
            invalid_keys: register
                .gauge(ours("key_secrets_invalid", "Key Secrets that cannot be used as they are"))?,
            key_generation: register.duration(
                OURS,
                "key_generation_duration_seconds",
                "Duration of making one key",
            )?,
            registry: register.0,
        })
    }

    /// A pass over a SealedSecret began, retries and deletions included.
    pub fn unseal_request(&self) {
        self.unseal_requests.inc();
    }

    /// A pass over a SealedSecret in `namespace` failed.
    pub fn unseal_error(&self, reason: UnsealError, namespace: &str) {
        self.unseal_errors.with_label_values(&[reason.as_str(), namespace]).inc();
    }

    /// `count` private-key operations were run.
    pub fn rsa_operations(&self, count: u64) {
        self.rsa_operations.inc_by(count);
    }

    /// A pass ended.
    pub fn observe_reconcile(&self, outcome: Outcome, duration: Duration) {
        self.reconciles.with_label_values(&[outcome.as_str()]).observe(duration.as_secs_f64());
    }

    /// How many objects wait in a lane.
    pub fn set_queue_depth(&self, lane: Lane, depth: usize) {
        self.queue_depth.with_label_values(&[lane.as_str()]).set(gauge(depth));
    }

    /// How many SealedSecrets are known.
    pub fn set_index_size(&self, size: usize) {
        self.index_size.set(gauge(size));
    }

    /// A request to the API server was answered, with 0 for one that was not.
    pub fn api_request(&self, verb: Verb, resource: Resource, code: u16) {
        let mut digits = [0; 3];
        self.api_requests
            .with_label_values(&[verb.as_str(), resource.as_str(), status_text(code, &mut digits)])
            .inc();
    }

    /// A Secret was put back.
    pub fn drift_repair(&self) {
        self.drift_repairs.inc();
    }

    /// A status write is tried once more.
    pub fn status_retry(&self) {
        self.status_retries.inc();
    }

    /// Whether this replica reconciles.
    pub fn set_leader(&self, leads: bool) {
        self.leader.set(leads.into());
    }

    /// How many keys are in use, and how many key Secrets are not as they should be.
    pub fn set_keys(&self, registered: usize, invalid: usize) {
        self.keys.set(gauge(registered));
        self.invalid_keys.set(gauge(invalid));
    }

    /// A key was made.
    pub fn observe_key_generation(&self, duration: Duration) {
        self.key_generation.observe(duration.as_secs_f64());
    }

    /// A request to the HTTP API was answered.
    pub fn http_request(
        &self,
        path: HttpPath,
        method: &http::Method,
        code: http::StatusCode,
        duration: Duration,
    ) {
        let method = method_label(method);
        self.http_requests.with_label_values(&[path.as_str(), code.as_str(), method]).inc();
        self.http_durations.with_label_values(&[path.as_str(), method]).observe(duration.as_secs_f64());
    }

    /// Where `condition_info` comes from. The first call decides.
    pub fn set_condition_source(&self, source: Arc<dyn ConditionSource>) {
        let _ = self.conditions.set(source);
    }

    /// Everything in the Prometheus text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to memory fails only for a malformed family, and then the others are still worth having.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut bytes);
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(source) = self.conditions.get() {
            conditions::render(source.as_ref(), &mut text);
        }
        self.process.render(&mut text);
        text
    }
}

fn ours(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace(OURS)
}

fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The digits of a status code, without allocating for each request.
fn status_text(code: u16, digits: &mut [u8; 3]) -> &str {
    if !(100..1000).contains(&code) {
        return "0";
    }
    for (place, divisor) in digits.iter_mut().zip([100, 10, 1]) {
        // A digit fits a byte.
        *place = b'0' + (code / divisor % 10) as u8;
    }
    std::str::from_utf8(digits).unwrap_or("0")
}

/// Methods as the Go instrumentation names them: anything unknown shares one label, since clients choose it.
fn method_label(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" | "get" => "get",
        "PUT" | "put" => "put",
        "HEAD" | "head" => "head",
        "POST" | "post" => "post",
        "DELETE" | "delete" => "delete",
        "CONNECT" | "connect" => "connect",
        "OPTIONS" | "options" => "options",
        "NOTIFY" | "notify" => "notify",
        "TRACE" | "trace" => "trace",
        "PATCH" | "patch" => "patch",
        _ => "unknown",
    }
}

/// Makes and registers metrics.
struct Register(Registry);

impl Register {
    fn add<C: prometheus::core::Collector + Clone + 'static>(
        &self,
        metric: C,
    ) -> Result<C, prometheus::Error> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn counter(&self, prefix: &str, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.add(IntCounter::with_opts(Opts::new(name, help).namespace(prefix))?)
    }

    fn counters(
        &self,
        prefix: &str,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.add(IntCounterVec::new(Opts::new(name, help).namespace(prefix), labels)?)
    }

    fn gauge(&self, options: Opts) -> Result<IntGauge, prometheus::Error> {
        self.add(IntGauge::with_opts(options)?)
    }

    fn gauges(
        &self,
        prefix: &str,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntGaugeVec, prometheus::Error> {
        self.add(IntGaugeVec::new(Opts::new(name, help).namespace(prefix), labels)?)
    }

    fn duration(&self, prefix: &str, name: &str, help: &str) -> Result<Histogram, prometheus::Error> {
        self.add(Histogram::with_opts(histogram(prefix, name, help))?)
    }

    fn durations(
        &self,
        prefix: &str,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<HistogramVec, prometheus::Error> {
        self.add(HistogramVec::new(histogram(prefix, name, help), labels)?)
    }
}

fn histogram(prefix: &str, name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::new(name, help).namespace(prefix).buckets(SECONDS.to_vec())
}
