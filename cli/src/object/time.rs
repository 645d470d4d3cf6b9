//! Timestamps of objects: RFC 3339, whole seconds, UTC.

use jiff::Timestamp;

/// Reads a timestamp as Go's RFC 3339 layout does and prints it as the API machinery does.
pub(super) fn normalise(text: &str) -> Option<String> {
    // Jiff reads more than RFC 3339 (lower case, spaces, zone names): check the shape first.
    let bytes = text.as_bytes();
    let date = bytes.get(..19)?;
    let shaped = date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => *byte == b'T',
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let zoned =
        zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':');
    if !shaped || !zoned {
        return None;
    }
    let instant: Timestamp = text.parse().ok()?;
    Some(instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_become_utc_seconds() {
        for (written, read) in [
            ("2024-02-29T12:30:00Z", Some("2024-02-29T12:30:00Z")),
            ("2024-02-29T12:30:00.999Z", Some("2024-02-29T12:30:00Z")),
            ("2024-02-29T12:30:00+02:00", Some("2024-02-29T10:30:00Z")),
            ("2024-02-29", None),
            ("2024-02-29 12:30:00Z", None),
            ("2024-02-29t12:30:00z", None),
            ("2023-02-29T12:30:00Z", None),
            ("", None),
            ("äääääääääääääääääääääZ", None),
        ] {
            assert_eq!(normalise(written).as_deref(), read, "{written}");
        }
    }
}
