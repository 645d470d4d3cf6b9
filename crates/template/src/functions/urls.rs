//! URLs taken apart and put together, as Go's `net/url` does.

use super::fault;
use crate::function::{Fault, Function, HIDDEN};
use crate::types::Type;
use crate::value::{Map, Value};

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("urlParse", &[Type::String], Type::DICT, |_, args| match Url::parse(args.string(0)?) {
            Ok(url) => Ok(url.into_dict()),
            Err(why) => fault(format!("unable to parse url: parse \"{HIDDEN}\": {why}")),
        })
        .about("Takes a URL apart.", r#"{{ (urlParse "https://db:5432/x").hostname }}"#),
        Function::new("urlJoin", &[Type::DICT], Type::String, |_, args| Ok(joined(args.map(0)?)?.into()))
            .about(
                "Puts a URL together.",
                r#"{{ urlJoin (dict "scheme" "https" "host" "db:5432" "path" "/x") }}"#,
            ),
    ]
}

/// The host of a URL, with its port, or Go's error.
pub(super) fn host(text: &[u8]) -> Result<Vec<u8>, String> {
    Url::parse(text).map(|url| url.host)
}

#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<Vec<u8>>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

fn cut(text: &[u8], at: u8) -> (&[u8], &[u8]) {
    text.iter()
        .position(|byte| *byte == at)
        .map_or((text, &b""[..]), |place| (&text[..place], &text[place + 1..]))
}

impl Url {
    fn parse(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let (text, fragment) = cut(text, b'#');
        let mut url = Self { fragment: unescaped(fragment)?, ..Self::default() };
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = cut(rest, b'?');
        url.query = query.to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let named = !url.scheme.is_empty() || !rest.starts_with(b"///");
        if let Some(after) = rest.strip_prefix(b"//").filter(|_| named) {
            let end = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
            url.authority(&after[..end])?;
            rest = &after[end..];
        }
        url.path = unescaped(rest)?;
        Ok(url)
    }

    fn authority(&mut self, text: &[u8]) -> Result<(), String> {
        let (user, host) = match text.iter().rposition(|byte| *byte == b'@') {
            Some(at) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        let port = host_and_port(host).1;
        if !port.iter().all(u8::is_ascii_digit) {
            return Err(format!("invalid port \":{HIDDEN}\" after host"));
        }
        if host.starts_with(b"[") && !host.contains(&b']') {
            return Err("missing ']' in host".to_owned());
        }
        if host.iter().any(|byte| b" {}|\\^`".contains(byte)) {
            return Err(format!("invalid character \"{HIDDEN}\" in host name"));
        }
        self.host = unescaped(host)?;
        let Some(user) = user else { return Ok(()) };
        if !user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = cut(user, b':');
        let mut written = escaped(&unescaped(name)?, USER);
        if user.contains(&b':') {
            written.push(b':');
            written.extend(escaped(&unescaped(password)?, USER));
        }
        self.user = Some(written);
        Ok(())
    }

    fn into_dict(self) -> Value {
        let hostname = host_and_port(&self.host).0;
        let hostname =
            hostname.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(hostname);
        Value::dict([
            ("hostname", Value::from(hostname)),
            ("scheme", self.scheme.into()),
            ("host", self.host.clone().into()),
            ("path", self.path.into()),
            ("query", self.query.into()),
            ("opaque", self.opaque.into()),
            ("fragment", self.fragment.into()),
            ("userinfo", self.user.unwrap_or_default().into()),
        ])
    }
}

/// A name before a colon; none if another character comes first.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

/// The port is what follows the last colon outside of brackets.
fn host_and_port(host: &[u8]) -> (&[u8], &[u8]) {
    let start = host.iter().rposition(|byte| *byte == b']').unwrap_or(0);
    match host[start..].iter().rposition(|byte| *byte == b':') {
        Some(colon) => (&host[..start + colon], &host[start + colon + 1..]),
        None => (host, b""),
    }
}

fn unescaped(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let value = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        out.push(value.ok_or_else(|| format!("invalid URL escape \"{HIDDEN}\""))?);
        rest = &rest[2..];
    }
    Ok(out)
}

/// What stays as it is, beside letters, digits and `-_.~`.
const USER: &[u8] = b"$&+,;=";
const PATH: &[u8] = b"$&+,/:;=@";
const FRAGMENT: &[u8] = b"$&+,/:;=?@!()*";

fn escaped(text: &[u8], kept: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || kept.contains(byte) {
            out.push(*byte);
        } else {
            out.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    out
}

fn joined(parts: &Map) -> Result<Vec<u8>, Fault> {
    let part = |key: &str| match parts.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.to_vec()),
        Some(Value::Nil) => fault(super::NIL_DEREFERENCE),
        Some(other) => fault(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind_name()
        )),
    };
    let [scheme, host, path, query, opaque, fragment, user] =
        ["scheme", "host", "path", "query", "opaque", "fragment", "userinfo"].map(part);
    let (scheme, host, path, opaque) = (scheme?, host?, path?, opaque?);
    let user = match user? {
        user if user.is_empty() => None,
        user => match Url::parse(&[b"proto://", &user[..], b"@host"].concat()) {
            Ok(url) => url.user,
            Err(why) => return fault(format!("unable to parse userinfo in dict: parse \"{HIDDEN}\": {why}")),
        },
    };
    let mut out = scheme.clone();
    if !scheme.is_empty() {
        out.push(b':');
    }
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || user.is_some() {
            if !host.is_empty() || !path.is_empty() || user.is_some() {
                out.extend_from_slice(b"//");
            }
            out.extend(user.map(|user| [&user[..], b"@"].concat()).unwrap_or_default());
            out.extend(escaped(&host, b"!$&'()*+,;=:[]<>\""));
        }
        let path = if path == b"*" { path } else { escaped(&path, PATH) };
        if !path.is_empty() && !path.starts_with(b"/") && !host.is_empty() {
            out.push(b'/');
        }
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    } else {
        out.extend(opaque);
    }
    for (mark, text) in [(b'?', query?), (b'#', escaped(&fragment?, FRAGMENT))] {
        if !text.is_empty() {
            out.push(mark);
            out.extend(text);
        }
    }
    Ok(out)
}
