//! Go's `text/template` with the sprig functions: exact, and able to do nothing but compute.
//!
//! Templates in SealedSecrets and ExternalSecrets were written for Go. This crate renders them byte for byte as the Go
//! programs do, and fails with the same words at the same place:
//!
//! - the whole language: pipelines, variables, `if`, `with`, `range`, `define`, `block`, trimming, `missingkey`,
//!   delimiters, Go's `fmt` verbs. Only complex numbers are refused, and no value can be called;
//! - strings are bytes from end to end, so a PKCS#12 archive passes through;
//! - maps are shared and change in place, as sprig's `set` expects.
//!
//! ```
//! use std::time::Duration;
//! use jiff::{Timestamp, Zoned, tz::TimeZone};
//! use signet_template::{Engine, Environment, Value};
//!
//! /// What templates may ask for: the time, and randomness.
//! struct Outside;
//!
//! impl Environment for Outside {
//!     fn now(&mut self) -> Zoned {
//!         Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
//!     }
//!     fn random(&mut self, bytes: &mut [u8]) {
//!         bytes.fill(4) // use a real source
//!     }
//!     fn elapsed(&mut self) -> Duration {
//!         Duration::ZERO // measure from when rendering begins
//!     }
//! }
//!
//! let engine = Engine::sealed();
//! let template = engine.parse("url", b"postgres://{{ .user }}:{{ .password | urlquery }}@db")?;
//! let data = Value::string_map([("user", "app"), ("password", "p@ss")]);
//! let output = template.render(&data, &mut Outside)?;
//! assert_eq!(output.expose(), b"postgres://app:p%40ss@db");
//!
//! let error = engine.parse("url", b"{{ .user | nope }}").err().unwrap();
//! assert_eq!(error.to_string(), r#"template: url:1: function "nope" not defined"#);
//! # Ok::<(), signet_template::Error>(())
//! ```
//!
//! # Engines and data
//!
//! [`Engine::sealed`] has sprig's functions, [`Engine::external`] those of the External Secrets Operator besides. An engine
//! is made once and parses any number of templates; a [`Template`] renders any number of times. What it renders is the
//! [`Value`] given as `.`: usually a [`string_map`](Value::string_map), as the data of a Secret is to Go, or any
//! [`dict`](Value::dict) of values of all types. Rendering does not change a map of strings.
//!
//! ```
//! # use std::time::Duration;
//! # use jiff::{Timestamp, Zoned, tz::TimeZone};
//! # struct Outside;
//! # impl signet_template::Environment for Outside {
//! #     fn now(&mut self) -> Zoned { Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC) }
//! #     fn random(&mut self, bytes: &mut [u8]) { bytes.fill(4) }
//! #     fn elapsed(&mut self) -> Duration { Duration::ZERO }
//! # }
//! use signet_template::{Engine, MissingKey, Value};
//!
//! let engine = Engine::sealed().missing_key(MissingKey::Error).delimiters("[[", "]]");
//! let template = engine.parse("hosts", b"[[ range .hosts ]]{{ [[ . ]] }} [[ end ]]")?;
//! let data = Value::dict([("hosts", Value::strings(["a", "b"]))]);
//! assert_eq!(template.render(&data, &mut Outside)?.expose(), b"{{ a }} {{ b }} ");
//!
//! let error = engine.parse("t", b"port: [[ .port ]]")?.render(&data, &mut Outside).err().unwrap();
//! assert_eq!(
//!     error.to_string(),
//!     r#"template: t:1:9: executing "t" at <.port>: map has no entry for key "port""#
//! );
//! assert_eq!(error.position().line, 1);
//! # Ok::<(), signet_template::Error>(())
//! ```
//!
//! What differs from Go, and why, is listed in `docs/templates.md`.
//!
//! # Limits
//!
//! Every template has [`Limits`] on its size, depth, steps, output, values and time. Reaching one is
//! [`Error::Limit`], not a crash: loops, recursion and `repeat` cannot exhaust the process.
//!
//! ```
//! # use std::time::Duration;
//! # use jiff::{Timestamp, Zoned, tz::TimeZone};
//! # struct Outside;
//! # impl signet_template::Environment for Outside {
//! #     fn now(&mut self) -> Zoned { Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC) }
//! #     fn random(&mut self, bytes: &mut [u8]) { bytes.fill(4) }
//! #     fn elapsed(&mut self) -> Duration { Duration::ZERO }
//! # }
//! use signet_template::{Engine, Error, Limit, Limits, Value};
//!
//! let engine = Engine::sealed().limits(Limits { output_bytes: 1000, ..Limits::default() });
//! let template = engine.parse("t", b"{{ range 1000 }}words {{ end }}")?;
//! let error = template.render(&Value::Nil, &mut Outside).err().unwrap();
//! assert!(matches!(error, Error::Limit { limit: Limit::OutputBytes(1000), .. }));
//! # Ok::<(), signet_template::Error>(())
//! ```
//!
//! # Secrets
//!
//! Values cannot be printed by accident, are cleared when dropped, and the output is a
//! [`Plaintext`](signet_secret::Plaintext). Where Go prints a value in an error, ours has [`HIDDEN`] instead; only
//! `fail` says what the template tells it to, and [`Engine::discreet`] bounds even that.
//!
//! # Own functions
//!
//! A function has a Go signature, against which arguments are checked with Go's errors before its body runs. A body that
//! makes much of little says so first, to [`Context::allocate`] or [`Context::work`].
//!
//! ```
//! use signet_template::{Engine, Function, Functions, Type};
//!
//! let mut functions = Functions::new();
//! functions.add(
//!     Function::new("shout", &[Type::String], Type::String, |_, args| {
//!         Ok(args.string(0)?.to_ascii_uppercase().into())
//!     })
//!     .about("Raises its voice.", r#"{{ shout "hey" }}"#),
//! );
//! assert!(Engine::new(functions).parse("t", b"{{ shout .name }}").is_ok());
//! ```

mod builtin;
mod bytes;
mod compare;
mod context;
mod engine;
mod equal;
mod error;
mod escape;
mod exec;
mod function;
mod functions;
mod index;
mod lex;
mod limits;
mod number;
mod object;
mod parse;
mod print;
mod quote;
mod reference;
mod runes;
mod slot;
mod syntax;
mod time;
mod types;
mod value;

pub use bytes::ByteString;
pub use context::{Context, Environment, RsaSize};
pub use engine::{Engine, MissingKey, Template};
pub use error::{Error, Position};
pub use function::{Args, Body, Fault, Function, Functions, HIDDEN};
pub use limits::{Limit, Limits};
pub use object::Object;
pub use reference::{Description, EXAMPLE_DATA};
pub use time::Time;
pub use types::{Signed, Type, Unsigned};
pub use value::{List, Map, Value};
