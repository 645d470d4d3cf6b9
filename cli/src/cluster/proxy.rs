//! The proxy variables of the environment, read as Go's `net/http` reads them.

use std::net::IpAddr;

use http::Uri;

/// The proxy for a request to `target`, if the environment names one and does not exempt the target.
pub(crate) fn for_target(target: &Uri, variable: impl Fn(&str) -> Option<String>) -> Option<Uri> {
    let either = |upper: &str, lower: &str| {
        variable(upper).or_else(|| variable(lower)).filter(|value| !value.is_empty())
    };
    let proxy = match target.scheme_str() {
        Some("https") => either("HTTPS_PROXY", "https_proxy")?,
        // A web server sets HTTP_PROXY from a header of the request it answers; see httpoxy.
        Some("http") if variable("REQUEST_METHOD").is_some() => return None,
        Some("http") => either("HTTP_PROXY", "http_proxy")?,
        _ => return None,
    };
    if is_exempt(target, &either("NO_PROXY", "no_proxy").unwrap_or_default()) {
        return None;
    }
    if proxy.contains("://") { proxy.parse().ok() } else { format!("http://{proxy}").parse().ok() }
}

fn is_exempt(target: &Uri, exemptions: &str) -> bool {
    let host = target.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let host = host.trim_end_matches('.');
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    let port = target.port_u16().unwrap_or(if target.scheme_str() == Some("http") { 80 } else { 443 });
    exemptions.split(',').map(|entry| entry.trim().to_lowercase()).any(|entry| match entry.as_str() {
        "" => false,
        "*" => true,
        entry => matches(entry, host, address, port),
    })
}

/// One entry of `NO_PROXY`: a network, an address, a domain with its subdomains, each with or without port.
fn matches(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if let Some((network, bits)) = entry.split_once('/')
        && let (Ok(network), Ok(bits)) = (network.parse(), bits.parse())
    {
        return address.is_some_and(|address| in_network(address, network, bits));
    }
    if let Ok(exempt) = entry.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return address == Some(exempt);
    }
    let (name, entry_port) = match entry.rsplit_once(':') {
        Some((name, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            (name, digits.parse::<u16>().ok())
        }
        _ => (entry, None),
    };
    if entry_port.is_some_and(|entry_port| entry_port != port) {
        return false;
    }
    let name = name.trim_start_matches('[').trim_end_matches(']');
    if let Ok(exempt) = name.parse::<IpAddr>() {
        return address == Some(exempt);
    }
    match name.strip_prefix('*').unwrap_or(name).strip_prefix('.') {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn in_network(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(target: &str, no_proxy: &str) -> bool {
        let variable = |name: &str| match name {
            "HTTPS_PROXY" | "http_proxy" => Some("proxy:3128".to_owned()),
            "NO_PROXY" => Some(no_proxy.to_owned()),
            _ => None,
        };
        for_target(&target.parse().unwrap(), variable).is_some_and(|proxy| proxy == "http://proxy:3128")
    }

    #[test]
    fn exempt_targets_go_direct() {
        for (target, no_proxy) in [
            ("https://localhost:6443", ""),
            ("https://127.0.0.1:6443", ""),
            ("https://[::1]:6443", ""),
            ("https://api.example.org", "*"),
            ("https://api.example.org", "example.org"),
            ("https://api.example.org", "other, .example.org"),
            ("https://api.example.org", "*.example.org"),
            ("https://example.org", "example.org:443"),
            ("http://10.1.2.3", "10.0.0.0/8"),
            ("http://10.1.2.3:80", "10.1.2.3"),
            ("https://[fd00::1]", "fd00::/8"),
        ] {
            assert!(!proxied(target, no_proxy), "{target} {no_proxy}");
        }
    }

    #[test]
    fn other_targets_go_through_the_proxy() {
        for (target, no_proxy) in [
            ("https://api.example.org", ""),
            ("https://api.example.org", "ample.org"),
            ("https://example.org", ".example.org"),
            ("https://example.org:8443", "example.org:443"),
            ("http://10.1.2.3", "11.0.0.0/8,10.1.2.4"),
            ("https://[fd00::1]", "fe80::/10"),
        ] {
            assert!(proxied(target, no_proxy), "{target} {no_proxy}");
        }
    }
}
