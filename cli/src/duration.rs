//! Durations as Go writes them: `300ms`, `1h30m`, `0`.

use std::time::Duration;

/// Reads a Go duration that is not negative.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let number: f64 = Some(number).filter(|number| *number != ".")?.parse().ok()?;
        let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        total += number
            * match unit {
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = after;
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(total).ok() }
}

/// Reads a time limit as kubectl takes it: a whole number of seconds or a duration. Zero is none.
pub(crate) fn parse_limit(text: &str) -> Option<Option<Duration>> {
    let limit = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => parse(text)?,
    };
    Some(Some(limit).filter(|limit| !limit.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (text, seconds) in [
            ("0", 0.0),
            ("1s", 1.0),
            ("1.5h", 5400.0),
            ("720h30m", 2_593_800.0),
            ("100ms", 0.1),
            (".5s", 0.5),
            ("+1m", 60.0),
        ] {
            assert_eq!(parse(text).map(|d| d.as_secs_f64()), Some(seconds), "{text}");
        }
        for bad in ["", "1", "30d", "s", ".s", "-1s", "1s2", "1 s", "1e3s"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse_limit("0"), Some(None));
        assert_eq!(parse_limit("30"), Some(Some(Duration::from_secs(30))));
        assert_eq!(parse_limit("2m"), Some(Some(Duration::from_secs(120))));
        assert_eq!(parse_limit("soon"), None);
    }
}
