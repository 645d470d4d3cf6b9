//! Trees printed as the Go tools print them.

use crate::text::Text;
use crate::value::Value;

/// JSON on one line, as Go's `json.Marshal`: fields in the order of the map, `<`, `>`, `&` and the
/// line separators U+2028 and U+2029 escaped, no newline at the end.
pub fn to_json_compact(value: &Value) -> Text {
    unimplemented!("{value:?}")
}

/// JSON indented by two spaces, as Go's `json.MarshalIndent`: fields in the order of the map, no
/// newline at the end.
pub fn to_json_pretty(value: &Value) -> Text {
    unimplemented!("{value:?}")
}

/// YAML as `sigs.k8s.io/yaml` writes it: keys sorted, two spaces of indentation, list dashes not
/// indented, long plain text folded, a newline at the end.
pub fn to_yaml(value: &Value) -> Text {
    unimplemented!("{value:?}")
}

/// A float as Go's `encoding/json` prints it; `None` for infinities and NaN, which it refuses.
pub fn float_to_json(value: f64) -> Option<String> {
    unimplemented!("{value}")
}
