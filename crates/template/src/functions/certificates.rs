//! Certificates and their keys: issued, or brought along and checked.

mod issue;

use std::rc::Rc;

use super::encodings::{BASE64, decoded};
use super::failure::Failure;
use super::fault;
use super::keys::PrivateKey;
use super::pems::{self, blocks};
use super::x509::Certificate;
use crate::bytes::ByteString;
use crate::context::{Context, RsaSize};
use crate::function::{Args, Fault, Function};
use crate::object::Object;
use crate::types::Type;
use crate::value::Value;
use issue::{Issuer, Subject};

const CERTIFICATE: Type = Type::Object(NAME);
const NAME: &str = "sprig.certificate";

pub(super) fn all() -> Vec<Function> {
    [authorities(), own(), signed(), brought()].concat()
}

/// A certificate and its private key, both as PEM.
struct Pair {
    certificate: ByteString,
    key: ByteString,
}

impl Object for Pair {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.certificate.clone().into()), ("Key", self.key.clone().into())]
    }
}

impl From<Pair> for Value {
    fn from(pair: Pair) -> Self {
        Self::Object(Rc::new(pair))
    }
}

/// What a function that issues certificates takes from its arguments.
#[derive(Clone, Copy)]
struct Arguments {
    subject: fn(&Args<'_>) -> Result<Subject, Fault>,
    /// Where the certificate and key of the authority are; without one the certificate certifies itself.
    issuer: Option<usize>,
    /// Where the private key is; without one it is made.
    key: Option<usize>,
}

impl Arguments {
    /// Issues the certificate. A key is made last, when nothing else can fail any more.
    fn issue(self, cx: &mut Context<'_>, args: &Args<'_>) -> Result<Value, Fault> {
        let given = match self.key {
            Some(at) => Some(given_key(cx, args.string(at)?)?),
            None => None,
        };
        let issuer = self.issuer.map(|at| issuer(cx, args.value(at))).transpose()?;
        let subject = (self.subject)(args)?;
        let key = match given {
            Some(key) => key,
            None => PrivateKey::new_rsa(cx, RsaSize::Bits2048)?,
        };
        Ok(pair(cx, &subject, &key, issuer.as_ref())?.into())
    }

    fn function(self, name: &'static str, parameters: &'static [Type]) -> Function {
        Function::new(name, parameters, CERTIFICATE, move |cx, args| self.issue(cx, args))
    }
}

fn given_key(cx: &mut Context<'_>, text: &[u8]) -> Result<PrivateKey, Failure> {
    PrivateKey::from_pem(cx, text).map_err(|failure| failure.within("parsing private key: "))
}

/// A name and days.
fn authority(args: &Args<'_>) -> Result<Subject, Fault> {
    Ok(Subject {
        name: args.string(0)?.clone(),
        addresses: Vec::new(),
        hosts: Vec::new(),
        days: args.int(1)?,
        is_authority: true,
    })
}

/// A name, addresses, hosts and days.
fn bearer(args: &Args<'_>) -> Result<Subject, Fault> {
    Ok(Subject {
        name: args.string(0)?.clone(),
        addresses: issue::addresses(args.list(1)?)?,
        hosts: issue::hosts(args.list(2)?)?,
        days: args.int(3)?,
        is_authority: false,
    })
}

fn authorities() -> Vec<Function> {
    const NEW: Arguments = Arguments { subject: authority, issuer: None, key: None };
    vec![
        NEW.function("genCA", &[Type::String, Type::INT]).about(
            "Makes a certificate authority that is valid for so many days.",
            r#"{{ $ca := genCA "my-ca" 365 }}{{ $ca.Cert }}{{ $ca.Key }}"#,
        ),
        Arguments { key: Some(2), ..NEW }
            .function("genCAWithKey", &[Type::String, Type::INT, Type::String])
            .about(
                "Makes a certificate authority of a private key.",
                r#"{{ (genPrivateKey "ecdsa" | genCAWithKey "my-ca" 365).Cert }}"#,
            ),
    ]
}

fn own() -> Vec<Function> {
    const NEW: Arguments = Arguments { subject: bearer, issuer: None, key: None };
    vec![
        NEW.function("genSelfSignedCert", &[Type::String, Type::LIST, Type::LIST, Type::INT]).about(
            "Makes a certificate that certifies itself, for addresses and names, for so many days.",
            r#"{{ (genSelfSignedCert "app" (list "10.0.0.1") (list "app.example.com") 365).Cert }}"#,
        ),
        Arguments { key: Some(4), ..NEW }
            .function(
                "genSelfSignedCertWithKey",
                &[Type::String, Type::LIST, Type::LIST, Type::INT, Type::String],
            )
            .about(
                "Makes a certificate of a private key that certifies itself.",
                r#"{{ (genPrivateKey "ecdsa" | genSelfSignedCertWithKey "app" nil (list "app") 365).Cert }}"#,
            ),
    ]
}

fn signed() -> Vec<Function> {
    const NEW: Arguments = Arguments { subject: bearer, issuer: Some(4), key: None };
    vec![
        NEW.function("genSignedCert", &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE]).about(
            "Makes a certificate that an authority certifies, for addresses and names, for so many days.",
            r#"{{ $ca := genCA "my-ca" 365 }}{{ (genSignedCert "app" nil (list "app") 365 $ca).Cert }}"#,
        ),
        Arguments { key: Some(5), ..NEW }
            .function(
                "genSignedCertWithKey",
                &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE, Type::String],
            )
            .about(
                "Makes a certificate of a private key that an authority certifies.",
                r#"{{ $ca := genCA "my-ca" 365 }}{{ (genPrivateKey "ed25519" | genSignedCertWithKey "app" nil nil 90 $ca).Cert }}"#,
            ),
    ]
}

fn brought() -> Vec<Function> {
    vec![
        Function::new("buildCustomCert", &[Type::String, Type::String], CERTIFICATE, |cx, args| {
            custom(cx, args.string(0)?, args.string(1)?).map(Into::into)
        })
        .about(
            "Takes a certificate and its private key, both PEM as base64, to sign others with.",
            r#"{{ $ca := buildCustomCert .cert .key }}{{ (genSignedCert "app" nil nil 365 $ca).Cert }}"#,
        ),
    ]
}

fn custom(cx: &mut Context<'_>, certificate: &[u8], key: &[u8]) -> Result<Pair, Fault> {
    cx.allocate(certificate.len() + key.len())?;
    let undecoded = |what: &str| Fault::text(format!("unable to decode base64 {what}"));
    let certificate: ByteString = decoded(certificate, &BASE64).map_err(|_| undecoded("certificate"))?.into();
    let key: ByteString = decoded(key, &BASE64).map_err(|_| undecoded("private key"))?.into();
    parsed(cx, &certificate, "decodedCert")?;
    authority_key(cx, &key)?;
    Ok(Pair { certificate, key })
}

/// The certificate in a text's first PEM block. An error tells it by the name of a variable in the original.
fn parsed(cx: &mut Context<'_>, text: &[u8], variable: &str) -> Result<Certificate, Failure> {
    let (block, _) = blocks::next(text).ok_or("unable to decode certificate")?;
    Certificate::read(cx, &block.contents)
        .map_err(|failure| failure.within(&format!("error parsing certificate: {variable}.Bytes: ")))
}

fn authority_key(cx: &mut Context<'_>, text: &[u8]) -> Result<PrivateKey, Failure> {
    PrivateKey::from_pem(cx, text).map_err(|failure| failure.within("error parsing private key: "))
}

fn issuer(cx: &mut Context<'_>, value: &Value) -> Result<Issuer, Fault> {
    let fields = match value {
        Value::Object(object) => object.fields(),
        _ => Vec::new(),
    };
    let [(_, Value::String(certificate)), (_, Value::String(key))] = &fields[..] else {
        return fault("the authority is no certificate");
    };
    let certificate = parsed(cx, certificate, "decodedSignerCert")?;
    Ok(Issuer { certificate, key: authority_key(cx, key)? })
}

/// Issues the certificate.
fn pair(
    cx: &mut Context<'_>,
    subject: &Subject,
    key: &PrivateKey,
    issuer: Option<&Issuer>,
) -> Result<Pair, Failure> {
    let certificate = issue::certificate(cx, subject, key, issuer)
        .map_err(|failure| failure.within("error creating certificate: "))?;
    let certificate = blocks::written(pems::CERTIFICATE, &certificate);
    let key = key.to_pem()?;
    cx.allocate(2 * key.len())?;
    Ok(Pair { certificate, key })
}
