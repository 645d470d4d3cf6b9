//! Go's durations, in nanoseconds.

/// As `time.Duration` prints: `1h2m3.5s`.
pub(crate) fn text(duration: i64) -> String {
    let size = duration.unsigned_abs();
    let sign = if duration < 0 { "-" } else { "" };
    if size == 0 {
        return "0s".to_owned();
    }
    if size < 1_000_000_000 {
        let (unit, digits) = match size {
            0..1_000 => ("ns", 0),
            1_000..1_000_000 => ("µs", 3),
            _ => ("ms", 6),
        };
        return format!("{sign}{}{unit}", decimal(size, digits));
    }
    let seconds = format!("{}s", decimal(size % 60_000_000_000, 9));
    let minutes = size / 60_000_000_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}"),
    }
}

fn decimal(value: u64, digits: usize) -> String {
    let power = 10_u64.pow(u32::try_from(digits).unwrap_or_default());
    let fraction = format!("{:0digits$}", value % power);
    let fraction = if digits == 0 { "" } else { fraction.trim_end_matches('0') };
    let whole = value / power;
    if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
}

/// Reads a duration such as `-1.5h`; the error is Go's, without the text.
pub(super) fn parse(text: &[u8]) -> Result<i64, &'static str> {
    const INVALID: &str = "time: invalid duration \"[hidden]\"";
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(INVALID);
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let whole = digits(&mut rest);
        let mut fraction = &b""[..];
        let point = rest.first() == Some(&b'.');
        if point {
            rest = &rest[1..];
            fraction = digits(&mut rest);
        }
        if whole.is_empty() && fraction.is_empty() {
            return Err(INVALID);
        }
        let end = rest.iter().position(|byte| *byte == b'.' || byte.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, after) = rest.split_at(end);
        rest = after;
        let unit = match unit {
            b"" => return Err("time: missing unit in duration \"[hidden]\""),
            b"ns" => 1_u64,
            b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
            b"ms" => 1_000_000,
            b"s" => 1_000_000_000,
            b"m" => 60_000_000_000,
            b"h" => 3_600_000_000_000,
            _ => return Err("time: unknown unit \"[hidden]\" in duration \"[hidden]\""),
        };
        let part = amount(whole, fraction, unit).ok_or(INVALID)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63).ok_or(INVALID)?;
    }
    match (negative, i64::try_from(total)) {
        (true, Ok(total)) => Ok(-total),
        (true, Err(_)) => Ok(i64::MIN),
        (false, Ok(total)) => Ok(total),
        (false, Err(_)) => Err(INVALID),
    }
}

fn digits<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    digits
}

/// Go cuts the fraction off at a nanosecond, computing it in floating point.
fn amount(whole: &[u8], fraction: &[u8], unit: u64) -> Option<u64> {
    let mut value = 0_u64;
    for digit in whole {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    let value = value.checked_mul(unit)?;
    let mut part = 0_u64;
    let mut scale = 1.0_f64;
    for digit in fraction.iter().take(18) {
        part = part * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as the original computes it; the result is below the unit"
    )]
    let part = (part as f64 * (unit as f64 / scale)) as u64;
    value.checked_add(part)
}
