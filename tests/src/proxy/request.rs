//! What the proxy remembers of a request, and how a test says which ones it means.

use std::time::Instant;

use http::Method;
use http::header::USER_AGENT;

/// One request that passed.
#[derive(Debug, Clone)]
pub struct Request {
    /// By which the proxy finds it again.
    pub(super) serial: u64,
    /// When it arrived.
    pub started: Instant,
    /// The method.
    pub method: Method,
    /// The path without the query.
    pub path: String,
    /// The query, not decoded; empty if there is none.
    pub query: String,
    /// As the API server's authorization sees it: `get`, `list`, `watch`, `create`, `update`, `patch`,
    /// `delete`, `deletecollection`; the method in lower case where there is no resource.
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural name; empty for requests that are about no resource.
    pub resource: String,
    /// Such as `status`; else empty.
    pub subresource: String,
    /// Empty for cluster-wide requests.
    pub namespace: String,
    /// Empty for requests about a collection.
    pub name: String,
    /// The user agent; empty if there is none.
    pub user_agent: String,
    /// Whether it is a watch.
    pub watch: bool,
    /// None until there is an answer.
    pub status: Option<u16>,
    /// Size of the body sent, so far.
    pub bytes_in: u64,
    /// Size of the body received, so far.
    pub bytes_out: u64,
}

impl Request {
    pub(super) fn observed<B>(request: &http::Request<B>) -> Self {
        let path = request.uri().path().to_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let target = Target::of(&path);
        let watch = request.method() == Method::GET
            && query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1" | "watch"));
        let agent = request.headers().get(USER_AGENT).map(|value| value.as_bytes());
        Self {
            serial: 0,
            started: Instant::now(),
            method: request.method().clone(),
            verb: verb(request.method(), &target, watch),
            group: target.group.to_owned(),
            resource: target.resource.to_owned(),
            subresource: target.subresource.to_owned(),
            namespace: target.namespace.to_owned(),
            name: target.name.to_owned(),
            user_agent: agent.map(|agent| String::from_utf8_lossy(agent).into_owned()).unwrap_or_default(),
            watch,
            status: None,
            bytes_in: 0,
            bytes_out: 0,
            path,
            query,
        }
    }

    /// Verb, resource and subresource in one: `"update sealedsecrets/status"`; the path where there is no
    /// resource.
    pub fn summary(&self) -> String {
        match (self.resource.as_str(), self.subresource.as_str()) {
            ("", _) => format!("{} {}", self.verb, self.path),
            (resource, "") => format!("{} {resource}", self.verb),
            (resource, subresource) => format!("{} {resource}/{subresource}", self.verb),
        }
    }

    /// Whether it asks for a change.
    pub fn writes(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

fn verb(method: &Method, target: &Target<'_>, watch: bool) -> String {
    let verb = match (method.as_str(), target.resource.is_empty(), target.name.is_empty()) {
        (other, true, _) => return other.to_lowercase(),
        ("GET" | "HEAD", _, _) if watch => "watch",
        ("GET" | "HEAD", _, true) => "list",
        ("GET" | "HEAD", _, false) => "get",
        ("POST", ..) => "create",
        ("PUT", ..) => "update",
        ("PATCH", ..) => "patch",
        ("DELETE", _, true) => "deletecollection",
        ("DELETE", _, false) => "delete",
        (other, ..) => return other.to_lowercase(),
    };
    verb.to_owned()
}

/// The parts of a path, by the rules of the API server.
#[derive(Debug, Default, PartialEq, Eq)]
struct Target<'a> {
    group: &'a str,
    namespace: &'a str,
    resource: &'a str,
    name: &'a str,
    subresource: &'a str,
}

impl<'a> Target<'a> {
    fn of(path: &'a str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let group = match parts.next() {
            Some("api") => "",
            Some("apis") => parts.next().unwrap_or_default(),
            _ => return Self::default(),
        };
        // The version.
        parts.next();
        let rest: Vec<&str> = parts.collect();
        let (namespace, rest) = match rest.as_slice() {
            // Namespaces are themselves a resource, with these two subresources.
            ["namespaces", name, "status" | "finalize"] => {
                let subresource = rest[2];
                return Self { group, namespace: name, resource: "namespaces", name, subresource };
            }
            ["namespaces", name] => {
                return Self { group, namespace: name, resource: "namespaces", name, subresource: "" };
            }
            ["namespaces", namespace, rest @ ..] => (*namespace, rest),
            rest => ("", rest),
        };
        let part = |index: usize| rest.get(index).copied().unwrap_or_default();
        Self { group, namespace, resource: part(0), name: part(1), subresource: part(2) }
    }
}

/// Which requests are meant; what is not said does not matter.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Match {
    verb: Option<String>,
    resource: Option<String>,
    subresource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    user_agent: Option<String>,
    path: Option<String>,
    writes: Option<bool>,
}

impl Match {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// With this verb.
    pub fn verb(mut self, verb: &str) -> Self {
        self.verb = Some(verb.to_owned());
        self
    }

    /// About this resource (plural), without subresource unless one is named too.
    pub fn resource(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self.subresource.get_or_insert_default();
        self
    }

    /// About this subresource.
    pub fn subresource(mut self, subresource: &str) -> Self {
        self.subresource = Some(subresource.to_owned());
        self
    }

    /// In this namespace.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// About the object of this name.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// By a client whose user agent contains this.
    pub fn user_agent(mut self, part: &str) -> Self {
        self.user_agent = Some(part.to_owned());
        self
    }

    /// With a path that contains this.
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    /// Only requests that ask for a change.
    pub fn writes(mut self) -> Self {
        self.writes = Some(true);
        self
    }

    /// Whether a request is meant.
    pub fn matches(&self, request: &Request) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        let has = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| found.contains(wanted))
        };
        is(&self.verb, &request.verb)
            && is(&self.resource, &request.resource)
            && is(&self.subresource, &request.subresource)
            && is(&self.namespace, &request.namespace)
            && is(&self.name, &request.name)
            && has(&self.user_agent, &request.user_agent)
            && has(&self.path, &request.path)
            && self.writes.is_none_or(|wanted| wanted == request.writes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str) -> Request {
        Request::observed(&http::Request::builder().method(method).uri(uri).body(()).unwrap())
    }

    #[test]
    fn verbs_and_targets_are_those_of_the_api_server() {
        let cases = [
            ("GET", "/api/v1/secrets", "list secrets", "", ""),
            ("GET", "/api/v1/namespaces/a/secrets?limit=500", "list secrets", "a", ""),
            ("GET", "/api/v1/namespaces/a/secrets/b", "get secrets", "a", "b"),
            ("GET", "/api/v1/namespaces/a/secrets?watch=true", "watch secrets", "a", ""),
            ("GET", "/api/v1/secrets?allowWatchBookmarks=true&watch=1", "watch secrets", "", ""),
            ("POST", "/api/v1/namespaces/a/events", "create events", "a", ""),
            (
                "PUT",
                "/apis/bitnami.com/v1alpha1/namespaces/a/sealedsecrets/b/status",
                "update sealedsecrets/status",
                "a",
                "b",
            ),
            ("PATCH", "/api/v1/namespaces/a/secrets/b?fieldManager=x", "patch secrets", "a", "b"),
            ("DELETE", "/api/v1/namespaces/a/secrets/b", "delete secrets", "a", "b"),
            ("DELETE", "/api/v1/namespaces/a/secrets", "deletecollection secrets", "a", ""),
            ("GET", "/api/v1/namespaces", "list namespaces", "", ""),
            ("GET", "/api/v1/namespaces/a", "get namespaces", "a", "a"),
            ("PUT", "/api/v1/namespaces/a/finalize", "update namespaces/finalize", "a", "a"),
            (
                "GET",
                "/api/v1/namespaces/a/services/http:s:/proxy/v1/cert.pem",
                "get services/proxy",
                "a",
                "http:s:",
            ),
            ("GET", "/version", "get /version", "", ""),
        ];
        for (method, uri, summary, namespace, name) in cases {
            let request = request(method, uri);
            assert_eq!(request.summary(), summary, "{method} {uri}");
            assert_eq!(
                (request.namespace.as_str(), request.name.as_str()),
                (namespace, name),
                "{method} {uri}"
            );
        }
    }

    #[test]
    fn a_match_without_conditions_means_everything_and_a_resource_excludes_its_subresources() {
        let status = request("PUT", "/apis/bitnami.com/v1alpha1/namespaces/a/sealedsecrets/b/status");
        assert!(Match::any().matches(&status));
        assert!(!Match::any().resource("sealedsecrets").matches(&status));
        assert!(Match::any().resource("sealedsecrets").subresource("status").matches(&status));
        assert!(Match::any().writes().matches(&status));
        assert!(!Match::any().verb("patch").matches(&status));
    }
}
