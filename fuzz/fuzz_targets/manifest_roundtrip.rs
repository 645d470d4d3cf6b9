//! Whatever can be read can be written, and reads back as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_manifest::{Documents, Value, to_json_compact, to_json_pretty, to_yaml};

fuzz_target!(|input: &[u8]| {
    for document in Documents::parse(input).flatten() {
        let value = settled(document.into_value());
        let mut texts = vec![to_yaml(&value)];
        if value.as_map().is_some() {
            texts.extend([to_json_compact(&value), to_json_pretty(&value)]);
        }
        for text in texts {
            let again = Documents::parse(text.as_bytes()).next().expect("a document").expect("readable");
            assert!(again.value() == &value, "{:?}", &*text);
        }
    }
});

/// Numbers as they are after they were printed: JSON has no infinities, and 1.0 is written as 1.
fn settled(value: Value) -> Value {
    match value {
        Value::Float(float) if !float.is_finite() => Value::Null,
        Value::Float(float) if float.fract() == 0.0 && (-9.3e18..1.8446744073709552e19).contains(&float) => {
            let whole = float as i128;
            if i64::try_from(whole).is_ok() || whole > 0 { Value::Int(whole) } else { Value::Float(float) }
        }
        Value::Seq(items) => Value::Seq(items.into_iter().map(settled).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, value)| (name, settled(value))).collect()),
        other => other,
    }
}
