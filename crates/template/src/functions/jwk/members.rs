//! The members of a JWK, and the errors of the Go library about them.

use super::super::der::Bytes;
use super::super::encodings::{BASE64, decoded};
use super::super::failure::Failure;
use super::super::json::{Member, first};
use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::{Fault, HIDDEN};
use crate::value::Value;

/// The forms of keys. A key is private if it has a member `d`.
#[derive(Clone, Copy)]
pub(super) enum Form {
    RsaPublic,
    RsaPrivate,
    EcPublic,
    EcPrivate,
    OkpPublic,
    OkpPrivate,
    Symmetric,
}

impl Form {
    fn of(kind: &[u8], is_private: bool) -> Option<Self> {
        Some(match (kind, is_private) {
            (b"RSA", false) => Self::RsaPublic,
            (b"RSA", true) => Self::RsaPrivate,
            (b"EC", false) => Self::EcPublic,
            (b"EC", true) => Self::EcPrivate,
            (b"OKP", false) => Self::OkpPublic,
            (b"OKP", true) => Self::OkpPrivate,
            (b"oct", _) => Self::Symmetric,
            _ => return None,
        })
    }

    /// What Go calls it.
    fn name(self) -> &'static str {
        match self {
            Self::RsaPublic => "rsaPublicKey",
            Self::RsaPrivate => "rsaPrivateKey",
            Self::EcPublic => "ecdsaPublicKey",
            Self::EcPrivate => "ecdsaPrivateKey",
            Self::OkpPublic => "okpPublicKey",
            Self::OkpPrivate => "okpPrivateKey",
            Self::Symmetric => "symmetricKey",
        }
    }

    fn kind(self) -> &'static [u8] {
        match self {
            Self::RsaPublic | Self::RsaPrivate => b"RSA",
            Self::EcPublic | Self::EcPrivate => b"EC",
            Self::OkpPublic | Self::OkpPrivate => b"OKP",
            Self::Symmetric => b"oct",
        }
    }

    /// The members that hold bytes.
    fn bytes(self) -> &'static [&'static str] {
        match self {
            Self::RsaPublic => &["e", "n"],
            Self::RsaPrivate => &["d", "dp", "dq", "e", "n", "p", "q", "qi"],
            Self::EcPublic => &["x", "y"],
            Self::EcPrivate => &["d", "x", "y"],
            Self::OkpPublic => &["x"],
            Self::OkpPrivate => &["d", "x"],
            Self::Symmetric => &["k"],
        }
    }

    /// The members that must be there, in the order Go asks for them.
    fn required(self) -> &'static [&'static str] {
        match self {
            Self::RsaPublic => &["e", "n"],
            Self::RsaPrivate => &["d", "e", "n"],
            Self::EcPublic => &["crv", "x", "y"],
            Self::EcPrivate => &["crv", "d", "x", "y"],
            Self::OkpPublic => &["crv", "x"],
            Self::OkpPrivate => &["crv", "d", "x"],
            Self::Symmetric => &["k"],
        }
    }

    fn has_curve(self) -> bool {
        self.required().contains(&"crv")
    }
}

/// A key, with what its form needs.
pub(super) struct Jwk {
    pub(super) form: Form,
    curve: Option<ByteString>,
    bytes: Vec<(&'static str, Bytes)>,
}

const TEXTS: [&str; 5] = ["kid", "use", "x5t", "x5t#S256", "x5u"];

impl Jwk {
    /// Reads the first key of the text. What follows it may be anything.
    pub(super) fn read(cx: &mut Context<'_>, text: &[u8]) -> Result<Self, Fault> {
        let outer = "failed to unmarshal JSON into key hint: ";
        let members = first(cx, text)?.map_err(|error| Failure::from(error).within(outer))?;
        let members = match members {
            Ok(members) => members,
            Err(Value::Nil) => Vec::new(),
            Err(other) => {
                const HINT: &str = r#"struct { Kty string "json:\"kty\""; D json.RawMessage "json:\"d\"" }"#;
                return Err(mismatch(&other, "value", HINT).within(outer).into());
            }
        };
        let form = form(&members)?;
        let outer = format!("failed to unmarshal JSON into key (*jwk.{}): ", form.name());
        Ok(Self::of(form, members).map_err(|failure| failure.within(&outer))?)
    }

    fn of(form: Form, members: Vec<Member>) -> Result<Self, Failure> {
        let mut key = Self { form, curve: None, bytes: Vec::new() };
        for member in members {
            key.take(member)?;
        }
        let has = |name: &str| match name {
            "crv" => key.curve.is_some(),
            _ => key.bytes.iter().any(|(known, _)| *known == name),
        };
        match form.required().iter().find(|name| !has(name)) {
            Some(name) => Err(format!("required field {name} is missing").into()),
            None => Ok(key),
        }
    }

    fn take(&mut self, member: Member) -> Result<(), Failure> {
        let within = |name: &str| format!("failed to decode value for key {name}: ");
        let known = |name: &&&str| name.as_bytes() == member.name;
        if let Some(name) = self.form.bytes().iter().find(known) {
            let bytes = bytes(&member.value).map_err(|failure| failure.within(&within(name)))?;
            self.bytes.retain(|(known, _)| known != name);
            self.bytes.push((name, bytes));
            return Ok(());
        }
        if let Some(name) = TEXTS.iter().find(known) {
            return next_text(&member.value).map(drop).map_err(|failure| failure.within(&within(name)));
        }
        let value = &member.value;
        match &member.name[..] {
            b"kty" => {
                let kind = next_text(value).map_err(|failure| failure.within("error reading token: "))?;
                if kind[..] != *self.form.kind() {
                    return Err(format!("invalid kty value for RSAPublicKey ({HIDDEN})").into());
                }
                Ok(())
            }
            b"alg" => text(value, "string").map(drop).map_err(|failure| failure.within(&within("alg"))),
            b"crv" if self.form.has_curve() => {
                let curve = text(value, "jwa.EllipticCurveAlgorithm");
                self.curve = Some(curve.map_err(|failure| failure.within(&within("crv")))?);
                Ok(())
            }
            b"key_ops" => texts(value, "jwk.KeyOperationList", "jwk.KeyOperation")
                .map_err(|failure| failure.within(&within("key_ops"))),
            b"x5c" => texts(value, "[]string", "string").map_err(|failure| {
                failure.within("failed to unmarshal certificate chain: ").within(&within("x5c"))
            }),
            _ => match member.out_of_range {
                Some(error) => {
                    let outer = format!("could not decode field {HIDDEN}: failed to decode field {HIDDEN}: ");
                    Err(Failure::from(error).within(&outer))
                }
                None => Ok(()),
            },
        }
    }

    /// The bytes of a member; none if it is not there.
    pub(super) fn bytes(&self, name: &str) -> &[u8] {
        self.bytes.iter().find(|(known, _)| *known == name).map_or(&[], |(_, bytes)| bytes)
    }

    /// The name of the curve.
    pub(super) fn curve(&self) -> &[u8] {
        self.curve.as_deref().unwrap_or_default()
    }
}

/// The form of a key. Go looks at it first, in another way: the case of names does not matter.
fn form(members: &[Member]) -> Result<Form, Failure> {
    let outer = "failed to unmarshal JSON into key hint: ";
    let mut kind = ByteString::default();
    let mut is_private = false;
    let mut error = None;
    for member in members {
        if member.name.eq_ignore_ascii_case(b"kty") || is_kty(&member.name) {
            match &member.value {
                Value::String(text) => kind = text.clone(),
                Value::Nil => {}
                other => {
                    let found = mismatch(other, "struct field .kty", "string").within(outer);
                    error = error.or(Some(found));
                }
            }
        }
        is_private |= member.name.eq_ignore_ascii_case(b"d");
    }
    if let Some(error) = error {
        return Err(error);
    }
    Form::of(&kind, is_private).ok_or_else(|| format!("invalid key type from JSON ({HIDDEN})").into())
}

/// To Go, the Kelvin sign is a K in another case.
fn is_kty(name: &[u8]) -> bool {
    name.strip_prefix("\u{212a}".as_bytes()).is_some_and(|rest| rest.eq_ignore_ascii_case(b"ty"))
}

fn mismatch(value: &Value, place: &str, wanted: &str) -> Failure {
    let found = match value {
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go {place} of type {wanted}").into()
}

/// A text; null is an empty one.
fn text(value: &Value, wanted: &str) -> Result<ByteString, Failure> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Nil => Ok(ByteString::default()),
        other => Err(mismatch(other, "value", wanted)),
    }
}

fn next_text(value: &Value) -> Result<ByteString, Failure> {
    text(value, "string").map_err(|failure| failure.within("error reading next value: "))
}

/// Checks that a value is a list of texts.
fn texts(value: &Value, wanted: &str, element: &str) -> Result<(), Failure> {
    match value {
        Value::List(list) => list.items().iter().try_for_each(|item| text(item, element).map(drop)),
        Value::Nil => Ok(()),
        other => Err(mismatch(other, "value", wanted)),
    }
}

/// Base64 in any of its four forms: which one is guessed from the characters.
fn bytes(value: &Value) -> Result<Bytes, Failure> {
    let text = next_text(value)?;
    let not_base64 = || "expected base64 encoded []byte (string)".into();
    let padded = text.ends_with(b"=");
    let url = !text.iter().any(|byte| matches!(byte, b'+' | b'/'));
    let mut letters = Bytes::new(Vec::with_capacity(text.len() + 3));
    for byte in text.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        letters.push(match byte {
            b'-' if url => b'+',
            b'_' if url => b'/',
            b'-' | b'_' => return Err(not_base64()),
            b'=' if !padded => return Err(not_base64()),
            other => *other,
        });
    }
    if !padded {
        let missing = [0, 3, 2, 1][letters.len() % 4];
        letters.extend(std::iter::repeat_n(b'=', missing));
    }
    decoded(&letters, &BASE64).map(Bytes::new).map_err(|_| not_base64())
}
