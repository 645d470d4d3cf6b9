//! Fetching a certificate from any web server.

use http::header::LOCATION;
use http::{Method, StatusCode, Uri};
use signet_secret::Plaintext;

use super::connection::{ClusterError, Connection, basic_authorization, request};

/// How many redirects are followed, as in Go.
const REDIRECTS: usize = 10;

/// Fetches `url`, which is http or https. Proxy variables count, redirects are followed.
///
/// # Errors
/// When there is no answer or it is not 200.
pub(crate) fn fetch(url: &str) -> Result<Plaintext, ClusterError> {
    let mut target = url.to_owned();
    for _ in 0..=REDIRECTS {
        match step(&target)? {
            Step::Done(body) => return Ok(body),
            Step::Redirect(next) => target = next,
        }
    }
    Err(ClusterError::Answer { server: url.to_owned(), problem: format!("more than {REDIRECTS} redirects") })
}

enum Step {
    Done(Plaintext),
    Redirect(String),
}

fn step(url: &str) -> Result<Step, ClusterError> {
    let wrong = |problem: &str| ClusterError::Configuration(format!("cannot fetch {url:?}: {problem}"));
    // A fragment is for the reader of the page, not for the server.
    let uri: Uri = url.split('#').next().unwrap_or(url).parse().map_err(|_| wrong("not a URL"))?;
    let scheme = uri.scheme_str().unwrap_or_default();
    if !matches!(scheme, "http" | "https") {
        return Err(wrong(&format!("unsupported protocol scheme {scheme:?}")));
    }
    let authority = uri.authority().ok_or_else(|| wrong("no host in the URL"))?.as_str();
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let base = format!("{scheme}://{host}").parse().map_err(|_| wrong("not a URL"))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut get = request(Method::GET, path, &[], Vec::new())?;
    if let Some((name, value)) = user.and_then(basic_authorization) {
        get.headers_mut().insert(name, value);
    }
    let (head, body) = Connection::to_server(base)?.exchange(&get)?;
    match head.status {
        StatusCode::OK => Ok(Step::Done(body)),
        status if status.is_redirection() && head.headers.contains_key(LOCATION) => {
            let next = head.headers[LOCATION].to_str().map_err(|_| wrong("the redirect is not a URL"))?;
            Ok(Step::Redirect(resolve(scheme, host, path, next)))
        }
        status => Err(ClusterError::Refused { status, message: format!("cannot fetch {url:?}: {status}") }),
    }
}

/// The URL that `reference` means on the page it was found on.
fn resolve(scheme: &str, host: &str, path: &str, reference: &str) -> String {
    if reference.contains("://") {
        reference.to_owned()
    } else if let Some(rest) = reference.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if reference.starts_with('/') {
        format!("{scheme}://{host}{reference}")
    } else {
        let directory =
            path.split('?').next().and_then(|path| path.rfind('/').map(|at| &path[..=at])).unwrap_or("/");
        format!("{scheme}://{host}{directory}{reference}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_resolved_against_the_page() {
        for (reference, url) in [
            ("https://b/c", "https://b/c"),
            ("//b/c", "http://b/c"),
            ("/c", "http://a:1/c"),
            ("c", "http://a:1/x/c"),
            ("?c", "http://a:1/x/?c"),
        ] {
            assert_eq!(resolve("http", "a:1", "/x/y?q=/z", reference), url);
        }
    }
}
