//! Where the sealing certificate comes from, and whether it can be used.

mod cache;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use signet_sealed::Certificate;
use signet_secret::Plaintext;

use crate::cluster::{self, Access, ClientSettings, ClusterError, Controller};
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::output::say;
use crate::settings::CertificateChoice;
use cache::{Cached, Entry};

/// A certificate source given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file on this machine.
    File(PathBuf),
    /// Something to fetch, with its scheme.
    Url(String),
}

impl Source {
    /// Tells a file name from a URL as kubeseal does: anything without a scheme is a file, and so is a
    /// scheme of one letter, which is a drive.
    ///
    /// # Errors
    /// When the text is neither: a broken escape, a colon in the first part of a path.
    pub(crate) fn parse(text: &str) -> Outcome<Self> {
        let bad = |problem: &str| Failure::usage(format!("--cert {text:?}: {problem}"));
        if text.chars().any(|c| c.is_ascii_control()) {
            return Err(bad("control character in a file name or URL"));
        }
        let (text_before_fragment, _) = text.split_once('#').unwrap_or((text, ""));
        let scheme = scheme(text_before_fragment).ok_or_else(|| bad("missing scheme before the colon"))?;
        let rest = &text_before_fragment[scheme.map_or(0, |scheme| scheme.len() + 1)..];
        let path = rest.split('?').next().unwrap_or(rest);
        if scheme.is_none() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err(bad("a colon in the first part of a path; put ./ in front of it"));
        }
        // What follows a scheme without a slash is opaque and not unescaped.
        if (scheme.is_none() || rest.starts_with('/')) && percent_decode(path).is_none() {
            return Err(bad("broken % escape"));
        }
        Ok(match scheme {
            Some(scheme) if scheme.len() > 1 => Self::Url(text.to_owned()),
            _ => Self::File(PathBuf::from(text)),
        })
    }
}

impl Source {
    /// The bytes at the source, whatever they are.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read(&self) -> Outcome<Plaintext> {
        match self {
            Self::File(path) => input::read_file(path),
            Self::Url(url) => match url.split_once(':') {
                Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => read_file_url(url, rest),
                _ => Ok(cluster::fetch(url)?),
            },
        }
    }
}

/// A file URL, whose host is ignored.
fn read_file_url(url: &str, rest: &str) -> Outcome<Plaintext> {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let path = match path.strip_prefix("//") {
        Some(with_host) => with_host.find('/').map_or("/", |at| &with_host[at..]),
        None => path,
    };
    let path =
        percent_decode(path).ok_or_else(|| Failure::usage(format!("--cert {url:?}: broken % escape")))?;
    input::read_file(Path::new(&path)).map_err(|failure| failure.at(format_args!("cannot fetch {url:?}")))
}

/// The scheme of a URL: `Some(None)` without one, `None` when the text begins with a colon.
fn scheme(text: &str) -> Option<Option<&str>> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some(Some(&text[..at])),
            _ => return Some(None),
        }
    }
    Some(None)
}

/// Undoes percent-encoding; `None` when an escape is broken or the result is not text.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(16 * high + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The first certificate of PEM data, if values may be sealed with it today.
///
/// # Errors
/// When there is none, it is not RSA, or it has expired.
pub(crate) fn usable(pem: &[u8]) -> Outcome<Certificate> {
    let certificate = Certificate::from_pem(pem).map_err(|error| Failure::from_error(Exit::Input, &error))?;
    if certificate.not_after() < Timestamp::now() {
        let date = certificate.not_after().strftime("%B %-d, %Y");
        return Err(Failure::input(format!("failed to encrypt using an expired certificate on {date}"))
            .hint("fetch the current one with `signet cert`"));
    }
    Ok(certificate)
}

/// The certificate of a choice, with a line on stderr that says which one it is.
///
/// # Errors
/// When it cannot be had or used.
pub(crate) fn choose(choice: &CertificateChoice, client: &ClientSettings) -> Outcome<Certificate> {
    let (address, refresh) = match choice {
        CertificateChoice::At(source) => return usable(source.read()?.expose()),
        CertificateChoice::Controller { address, refresh } => (address, *refresh),
    };
    let server = match client.access().map_err(ClusterError::from)? {
        Access::Kubeconfig(target) => target.cluster.server.unwrap_or_default(),
        Access::Pod => "pod".to_owned(),
    };
    let place = format!("{}/{}", address.namespace, address.name);
    let entry = Entry::of(&server, address);
    if let Some(Cached { certificate, age }) = entry.as_ref().filter(|_| !refresh).and_then(Entry::load) {
        let fingerprint = certificate.fingerprint();
        let minutes = age.as_secs() / 60;
        say(format_args!(
            "certificate {fingerprint} of {place}, fetched {minutes} min ago (--refresh fetches again)"
        ));
        return Ok(certificate);
    }
    let certificate = usable(Controller::connect(client, address)?.certificate()?.expose())?;
    say(format_args!("certificate {} of {place}, fetched now", certificate.fingerprint()));
    if let Some(entry) = entry {
        entry.store(&certificate);
    }
    Ok(certificate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_and_urls_are_told_apart_as_go_does() {
        for file in
            ["cert.pem", "/a/b", "./a:b", "a/b:c", "C:\\cert.pem", "c:/x", "-", "http", "a b", "é", "?x:y"]
        {
            assert_eq!(Source::parse(file).unwrap(), Source::File(file.into()));
        }
        for url in ["http://x/y", "https://x", "file:///x", "ftp://x", "ab:c", "HTTP://x", "s3:%zz"] {
            assert_eq!(Source::parse(url).unwrap(), Source::Url(url.to_owned()));
        }
        for bad in ["%zz", "a/%", ":x", "1:2", "a_b:c", "a\nb", "http://x/%zz"] {
            assert!(Source::parse(bad).is_err(), "{bad:?}");
        }
    }
}
