//! Printing as Go's `fmt` does: `%v` and its kin, on the values of templates.

mod field;
mod verbs;

use crate::context::{Context, Environment};
use crate::function::Fault;
use crate::limits::Limits;
use crate::object::Object;
use crate::quote;
use crate::time::Time;
use crate::types::Unsigned;
use crate::value::{List, Map, Value};
use field::Field;

/// A value as `%v` prints it.
pub(crate) fn text(context: &mut Context<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(context);
    printer.argument(value, 'v')?;
    printer.finish()
}

/// Go's `fmt.Sprint`: a space between two arguments when neither is a string.
pub(crate) fn sprint(context: &mut Context<'_>, arguments: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(context);
    let mut after_string = true;
    for argument in arguments {
        let string = matches!(argument, Value::String(_));
        if !string && !after_string {
            printer.field.out.push(b' ');
        }
        printer.argument(argument, 'v')?;
        after_string = string;
    }
    printer.finish()
}

/// Go's `fmt.Sprintln`.
pub(crate) fn sprintln(context: &mut Context<'_>, arguments: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(context);
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            printer.field.out.push(b' ');
        }
        printer.argument(argument, 'v')?;
    }
    printer.field.out.push(b'\n');
    printer.finish()
}

/// Go's `fmt.Sprintf`.
pub(crate) fn sprintf(
    context: &mut Context<'_>,
    format: &[u8],
    arguments: &[Value],
) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(context);
    verbs::run(&mut printer, format, arguments)?;
    printer.finish()
}

/// Go's `fmt.Sprintf` for the texts of errors, which are short, as text.
pub(crate) fn plain(format: &[u8], arguments: &[Value]) -> String {
    let limits = Limits::default();
    let mut outside = Nowhere;
    let mut context = Context::new(&mut outside, &limits);
    // Only a format with widths beyond all limits fails.
    let text = sprintf(&mut context, format, arguments).unwrap_or_else(|_| format.to_vec());
    String::from_utf8_lossy(&text).into_owned()
}

/// Printing asks for neither time nor randomness.
struct Nowhere;

impl Environment for Nowhere {
    fn now(&mut self) -> jiff::Zoned {
        jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn elapsed(&mut self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

/// Prints values one after the other, each by the flags set for it.
struct Printer<'p, 'c> {
    context: &'p mut Context<'c>,
    field: Field,
    /// While an error about a verb is printed, values print without their own `String` method.
    complaining: bool,
}

impl<'p, 'c> Printer<'p, 'c> {
    fn new(context: &'p mut Context<'c>) -> Self {
        let room = context.limits().value_bytes;
        Self { context, field: Field::new(room), complaining: false }
    }

    fn finish(mut self) -> Result<Vec<u8>, Fault> {
        self.field.check()?;
        Ok(std::mem::take(&mut self.field.out))
    }

    fn write(&mut self, text: &str) {
        self.field.out.extend_from_slice(text.as_bytes());
    }

    /// Prints an argument of a printing function.
    fn argument(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.field.pad(b"<nil>"),
            (_, 'T') => self.field.string(value.type_name().as_bytes()),
            (Value::List(_) | Value::Map(_), 'p') => self.field.address(),
            (Value::Nil, _) | (_, 'p') => return self.complain(value, verb),
            // Only errors of Go's take this verb; basic values refuse it by themselves.
            (Value::List(_) | Value::Map(_) | Value::Time(_) | Value::Object(_), 'w') => {
                return self.complain(value, verb);
            }
            _ => return self.value(value, verb, 0),
        }
        self.field.check()
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Result<(), Fault> {
        self.context.work(1)?;
        self.context.depth(depth)?;
        let printed = match value {
            Value::Nil if self.field.go_syntax => {
                self.write("interface {}(nil)");
                true
            }
            Value::Nil => {
                self.write("<nil>");
                true
            }
            Value::Bool(value) => self.field.boolean(*value, verb),
            Value::Int(_, value) => self.field.integer(value.unsigned_abs(), *value < 0, true, verb),
            Value::Uint(_, value) => self.field.integer(*value, false, false, verb),
            Value::Float(value) => self.field.float(*value, verb),
            Value::String(text) => self.field.text(text, verb),
            Value::List(list) => return self.list(list, verb, depth),
            Value::Map(map) => return self.map(map, verb, depth),
            Value::Time(time) => return self.time(time, verb),
            Value::Object(object) => return self.object(&**object, verb, depth),
        };
        if printed { self.field.check() } else { self.complain(value, verb) }
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Result<(), Fault> {
        if let Some(bytes) = as_bytes(list)
            && matches!(verb, 's' | 'q' | 'x' | 'X')
        {
            self.field.text(&bytes, verb);
            return self.field.check();
        }
        let (open, between, close) = if self.field.go_syntax {
            let name = Value::List(list.clone()).type_name();
            if list.is_nil() {
                self.write(&format!("{name}(nil)"));
                return self.field.check();
            }
            (if name == "[]uint8" && depth == 0 { "[]byte{".into() } else { format!("{name}{{") }, ", ", "}")
        } else {
            ("[".to_owned(), " ", "]")
        };
        self.write(&open);
        for (at, item) in list.items().iter().enumerate() {
            if at > 0 {
                self.write(between);
            }
            self.value(item, verb, depth + 1)?;
        }
        self.write(close);
        self.field.check()
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) -> Result<(), Fault> {
        let (open, between, close) = if self.field.go_syntax {
            let name = Value::Map(map.clone()).type_name();
            if map.is_nil() {
                self.write(&format!("{name}(nil)"));
                return self.field.check();
            }
            (format!("{name}{{"), ", ", "}")
        } else {
            ("map[".to_owned(), " ", "]")
        };
        self.write(&open);
        for (at, (key, value)) in map.entries().into_iter().enumerate() {
            if at > 0 {
                self.write(between);
            }
            self.value(&Value::String(key), verb, depth + 1)?;
            self.write(":");
            self.value(&value, verb, depth + 1)?;
        }
        self.write(close);
        self.field.check()
    }

    /// A time: by its `String` method, or the fields that Go keeps it in.
    fn time(&mut self, time: &Time, verb: char) -> Result<(), Fault> {
        if self.field.go_syntax && !self.complaining {
            self.field.string(time.go_syntax().as_bytes());
            return self.field.check();
        }
        if !self.complaining && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            self.field.text(time.to_string().as_bytes(), verb);
            return self.field.check();
        }
        let (seconds, nanoseconds) = time.since_year_one();
        self.write("{");
        self.value(&Value::Uint(Unsigned::Uint64, nanoseconds), verb, 1)?;
        self.write(" ");
        self.value(&Value::int64(seconds), verb, 1)?;
        self.write(" ");
        match verb {
            'v' => self.field.pad(b"<nil>"),
            'b' | 'o' | 'd' | 'x' | 'X' => {
                self.field.integer(0, false, false, verb);
            }
            _ => self.write(&format!("%!{verb}(*time.Location=<nil>)")),
        }
        self.write("}");
        self.field.check()
    }

    /// An object: by its `String` method, or field by field.
    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) -> Result<(), Fault> {
        if !self.complaining
            && !self.field.go_syntax
            && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && let Some(text) = object.text()
        {
            self.field.text(&text, verb);
            return self.field.check();
        }
        let name = object.type_name();
        match name.strip_prefix('*') {
            Some(_) if depth > 0 => {
                self.field.address();
                return self.field.check();
            }
            Some(pointed) if self.field.go_syntax => self.write(&format!("&{pointed}")),
            Some(_) => self.write("&"),
            None if self.field.go_syntax => self.write(name),
            None => {}
        }
        self.write("{");
        for (at, (name, field)) in object.fields().iter().enumerate() {
            if at > 0 {
                self.write(if self.field.go_syntax { ", " } else { " " });
            }
            if self.field.go_syntax || self.field.with_names {
                self.write(&format!("{name}:"));
            }
            self.value(field, verb, depth + 1)?;
        }
        self.write("}");
        self.field.check()
    }

    /// Go's `%!verb(type=value)`.
    fn complain(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        self.complaining = true;
        self.write(&format!("%!{verb}("));
        if matches!(value, Value::Nil) {
            self.write("<nil>");
        } else {
            self.write(&format!("{}=", value.type_name()));
            self.value(value, 'v', 0)?;
        }
        self.write(")");
        self.complaining = false;
        self.field.check()
    }
}

/// The bytes of a `[]uint8`.
fn as_bytes(list: &List) -> Option<Vec<u8>> {
    if *list.element() != crate::types::Type::UINT8 {
        return None;
    }
    list.items()
        .iter()
        .map(|item| match item {
            Value::Uint(_, byte) => u8::try_from(*byte).ok(),
            _ => None,
        })
        .collect()
}

/// The text of a value in an error of ours: quoted as `%q` prints it.
pub(crate) fn quoted(text: &[u8]) -> String {
    String::from_utf8_lossy(&quote::quote(text)).into_owned()
}
