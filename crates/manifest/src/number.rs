//! Numbers printed as Go prints them.

/// A float as Go's `strconv.FormatFloat(v, 'g', -1, 32)` prints it: the shortest text that reads
/// back as the same 32-bit float. This is how the YAML library turns floats into strings.
pub(crate) fn short_float(value: f64) -> String {
    format!("{}", value as f32)
}
