//! Log lines in the notation of Go's slog, which is what dashboards and scripts around sealed-secrets parse:
//! `time=... level=INFO msg="..." key=value`, or one JSON object a line.
//!
//! Only our own crates write. The HTTP and Kubernetes clients log whole answers when one does not decode, and an
//! answer may be a Secret.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::clock::{Clock, SystemClock};
use crate::config::{LogFormat, LogSettings};

/// Targets that may write begin with this.
const OURS: &str = "signet";

/// Sends everything that is logged from now on where `settings` says. A second call has no effect.
pub fn init(settings: &LogSettings) {
    let layer = LogLayer::new(*settings, Arc::new(SystemClock), Arc::new(StandardStreams));
    // Fails only when somebody was first, which is what the documentation says.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(layer));
}

/// Where finished lines go.
trait Sink: Send + Sync {
    /// Writes a whole line at once, so that lines of several threads do not mix.
    fn write(&self, stream: Stream, line: &str);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

struct StandardStreams;

impl Sink for StandardStreams {
    fn write(&self, stream: Stream, line: &str) {
        // A log that nobody reads any more is no reason to stop.
        let _ = match stream {
            Stream::Out => io::stdout().lock().write_all(line.as_bytes()),
            Stream::Err => io::stderr().lock().write_all(line.as_bytes()),
        };
    }
}

struct LogLayer {
    settings: LogSettings,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn Sink>,
}

impl LogLayer {
    fn new(settings: LogSettings, clock: Arc<dyn Clock>, sink: Arc<dyn Sink>) -> Self {
        Self { settings, clock, sink }
    }
}

/// Number of a level on slog's scale, and its name.
fn slog_level(level: Level) -> (i64, &'static str) {
    match level {
        Level::ERROR => (8, "ERROR"),
        Level::WARN => (4, "WARN"),
        Level::INFO => (0, "INFO"),
        Level::DEBUG => (-4, "DEBUG"),
        // What slog prints for the level below DEBUG by as much.
        Level::TRACE => (-8, "DEBUG-4"),
    }
}

/// The value of a field, as JSON needs to tell them apart.
enum FieldValue {
    Text(String),
    /// A number or boolean: written without quotes in both notations.
    Bare(String),
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, FieldValue)>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: FieldValue) {
        match (field.name(), value) {
            ("message", FieldValue::Text(text) | FieldValue::Bare(text)) => self.message = text,
            (name, value) => self.others.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.push(field, FieldValue::Text(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, FieldValue::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, FieldValue::Bare(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, FieldValue::Bare(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, FieldValue::Bare(value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for infinity.
        let text = value.to_string();
        self.push(field, if value.is_finite() { FieldValue::Bare(text) } else { FieldValue::Text(text) });
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        // A span is kept at any level, since lines inside it may be wanted.
        metadata.target().starts_with(OURS)
            && (metadata.is_span() || slog_level(*metadata.level()).0 >= self.settings.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (number, name) = slog_level(*event.metadata().level());
        let mut line = Line::begin(self.settings.format, self.clock.now(), name, &fields.message);
        line.append(&fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.append(fields);
            }
        }
        let low = self.settings.info_to_stdout && number <= 0;
        self.sink.write(if low { Stream::Out } else { Stream::Err }, &line.end());
    }
}

/// One line being written.
struct Line {
    format: LogFormat,
    text: String,
}

impl Line {
    fn begin(format: LogFormat, time: Timestamp, level: &str, message: &str) -> Self {
        let mut line = Self { format, text: String::with_capacity(160) };
        match format {
            LogFormat::Text => {
                let _ = write!(line.text, "time={time:.3} level={level} msg=");
                push_text(&mut line.text, message);
            }
            LogFormat::Json => {
                let _ = write!(line.text, "{{\"time\":\"{time:.9}\",\"level\":\"{level}\",\"msg\":");
                push_json(&mut line.text, message);
            }
        }
        line
    }

    fn append(&mut self, fields: &Fields) {
        for (name, value) in &fields.others {
            match self.format {
                LogFormat::Text => {
                    self.text.push(' ');
                    push_text(&mut self.text, name);
                    self.text.push('=');
                    match value {
                        FieldValue::Text(text) => push_text(&mut self.text, text),
                        FieldValue::Bare(text) => self.text.push_str(text),
                    }
                }
                LogFormat::Json => {
                    self.text.push(',');
                    push_json(&mut self.text, name);
                    self.text.push(':');
                    match value {
                        FieldValue::Text(text) => push_json(&mut self.text, text),
                        FieldValue::Bare(text) => self.text.push_str(text),
                    }
                }
            }
        }
    }

    fn end(mut self) -> String {
        if self.format == LogFormat::Json {
            self.text.push('}');
        }
        self.text.push('\n');
        self.text
    }
}

/// Whether slog's text handler quotes: an empty text, white space, quotes, `=`, and what cannot be printed.
fn needs_quotes(text: &str) -> bool {
    text.is_empty() || text.chars().any(|c| c == '"' || c == '=' || c.is_whitespace() || !is_printable(c))
}

/// Close to Go's notion: letters, marks, numbers, punctuation and symbols print, everything else does not.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e000}'..='\u{f8ff}')
}

fn push_text(out: &mut String, text: &str) {
    if !needs_quotes(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            ' ' => out.push(' '),
            c if is_printable(c) && !c.is_whitespace() => out.push(c),
            c if u32::from(c) < 0x80 => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if u32::from(c) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
}

fn push_json(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// Log lines that a test keeps.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Captured(std::sync::Mutex<Vec<(Stream, String)>>);

#[cfg(test)]
impl Captured {
    /// Keeps what this thread logs, at any level, until the guard is dropped.
    pub(crate) fn start() -> (Arc<Self>, tracing::subscriber::DefaultGuard) {
        // As long as there is one subscriber only, a line that another thread logs first is decided by that
        // thread's, which is none, and then never logged anywhere.
        static ANOTHER: std::sync::LazyLock<tracing::Dispatch> =
            std::sync::LazyLock::new(|| tracing::Dispatch::new(Registry::default()));
        std::sync::LazyLock::force(&ANOTHER);
        let settings = LogSettings { level: i64::MIN, format: LogFormat::Text, info_to_stdout: true };
        let sink = Arc::new(Self::default());
        let layer = LogLayer::new(settings, Arc::new(SystemClock), Arc::<Self>::clone(&sink));
        (sink, tracing::subscriber::set_default(Registry::default().with(layer)))
    }

    /// All lines so far.
    pub(crate) fn text(&self) -> String {
        self.lines().into_iter().map(|(_, line)| line).collect()
    }

    fn lines(&self) -> Vec<(Stream, String)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
impl Sink for Captured {
    fn write(&self, stream: Stream, line: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((stream, line.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tracing::{debug, error, info, trace, warn};

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2026-11-21T12:00:00.25Z".parse().unwrap()
        }
    }

    fn logged(settings: LogSettings, work: impl FnOnce()) -> Vec<(Stream, String)> {
        let sink = Arc::new(Captured::default());
        let layer = LogLayer::new(settings, Arc::new(Noon), Arc::<Captured>::clone(&sink));
        tracing::subscriber::with_default(Registry::default().with(layer), work);
        sink.lines()
    }

    const TEXT: LogSettings = LogSettings { level: 0, format: LogFormat::Text, info_to_stdout: true };

    fn one(settings: LogSettings, work: impl FnOnce()) -> String {
        let lines = logged(settings, work);
        assert_eq!(lines.len(), 1);
        lines[0].1.clone()
    }

    #[test]
    fn text_lines_read_as_those_of_slog() {
        let line =
            one(TEXT, || info!(namespace = "ns", name = "a b", count = 3, ok = true, "New key written"));
        assert_eq!(
            line,
            "time=2026-11-21T12:00:00.250Z level=INFO msg=\"New key written\" namespace=ns name=\"a b\" count=3 ok=true\n"
        );
    }

    #[test]
    fn json_lines_are_one_object_each() {
        let json = LogSettings { format: LogFormat::Json, ..TEXT };
        let line = one(json, || info!(name = "a\"\n", count = 3_u64, ok = false, ratio = f64::NAN, "x"));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"time": "2026-11-21T12:00:00.250000000Z", "level": "INFO", "msg": "x", "name": "a\"\n", "count": 3, "ok": false, "ratio": "NaN"})
        );
    }

    #[test]
    fn levels_above_info_go_to_stderr_and_all_of_them_on_request() {
        let work = || {
            trace!("t");
            debug!("d");
            info!("i");
            warn!("w");
            error!("e");
        };
        let streams = |settings| logged(settings, work).into_iter().map(|(s, _)| s).collect::<Vec<_>>();
        assert_eq!(streams(TEXT), [Stream::Out, Stream::Err, Stream::Err]);
        assert_eq!(streams(LogSettings { info_to_stdout: false, ..TEXT }), [Stream::Err; 3]);
        assert_eq!(streams(LogSettings { level: -8, ..TEXT }).len(), 5);
        assert_eq!(streams(LogSettings { level: 2, ..TEXT }), [Stream::Err; 2], "INFO+2 is above INFO");
        assert_eq!(streams(LogSettings { level: 9, ..TEXT }), []);
    }

    #[test]
    fn fields_of_the_spans_around_a_line_follow_its_own() {
        let line = one(TEXT, || {
            let outer = tracing::debug_span!("outer", key = "ns/name", attempt = tracing::field::Empty);
            outer.record("attempt", 2);
            let _guard = outer.enter();
            info!(x = 1, "Updating");
        });
        assert!(line.ends_with("msg=Updating x=1 key=ns/name attempt=2\n"), "{line}");
    }

    #[test]
    fn other_crates_write_nothing() {
        let loud = LogSettings { level: -8, ..TEXT };
        let lines =
            logged(loud, || tracing::error!(target: "kube_client::client", "{{\"kind\":\"Secret\"}}"));
        assert_eq!(lines, []);
    }

    #[test]
    fn texts_are_quoted_as_go_does() {
        let quoted = |text: &str| {
            let mut out = String::new();
            push_text(&mut out, text);
            out
        };
        for plain in ["abc", "a/b", "ä", "a'b", "a\\b", "{}", "[1]", "1h", "\u{1f600}"] {
            assert_eq!(quoted(plain), plain);
        }
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a=b"), "\"a=b\"");
        assert_eq!(quoted("say \"hi\"\\"), "\"say \\\"hi\\\"\\\\\"");
        assert_eq!(quoted("a\nb\t\u{0}\u{7f}\u{85}"), "\"a\\nb\\t\\x00\\x7f\\u0085\"");
        assert_eq!(quoted("\u{feff}"), "\"\\ufeff\"");
    }

    proptest! {
        #[test]
        fn a_line_stays_one_line_whatever_is_logged(text in any::<String>()) {
            for format in [LogFormat::Text, LogFormat::Json] {
                let line = one(LogSettings { format, ..TEXT }, || info!(value = text, "{text}"));
                prop_assert_eq!(line.matches('\n').count(), 1);
                if format == LogFormat::Json {
                    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
                    prop_assert_eq!(value["value"].as_str(), Some(text.as_str()));
                }
            }
        }
    }
}
