//! YAML, written and read as the Kubernetes tools do: by way of JSON.

use signet_manifest::{Documents, Map as Object, Text, Value as Node, to_yaml};

use super::{json, lists};
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::Value;

/// What sealed-secrets does not have.
pub(super) fn external() -> Vec<Function> {
    vec![
        Function::new(
            "toYaml",
            &[Type::Any],
            Type::String,
            |cx, args| Ok(written(cx, args.value(0))?.into()),
        )
        .about(
            "Writes a value as YAML; gives an empty text if that cannot be.",
            r#"{{ dict "a" 1 | toYaml }}"#,
        ),
        Function::new("fromYaml", &[Type::String], Type::DICT, |cx, args| read(cx, args.string(0)?)).about(
            "Reads YAML; a map with the key Error says what is wrong with it.",
            "{{ (fromYaml .yaml).a }}",
        ),
    ]
}

fn written(cx: &mut Context<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    let Ok(json) = json::write(cx, value, json::Style::ESCAPED)? else { return Ok(Vec::new()) };
    let Ok(value) = json::parse(cx, &json)? else { return Ok(Vec::new()) };
    cx.allocate(json.len().saturating_mul(2))?;
    // Each key of an object is compared with those before it.
    let keys = json.len() as u64 / 8;
    cx.work(keys.saturating_mul(keys) / 256)?;
    let yaml = to_yaml(&node(&value)).into_string();
    Ok(yaml.strip_suffix('\n').unwrap_or(&yaml).as_bytes().to_vec())
}

fn node(value: &Value) -> Node {
    match value {
        Value::Bool(value) => Node::Bool(*value),
        Value::Int(_, value) => Node::Int(i128::from(*value)),
        Value::Uint(_, value) => Node::Int(i128::from(*value)),
        // JSON has one kind of number: what has no fraction is an integer in YAML.
        Value::Float(value) => json::number(*value).parse().map_or(Node::Float(*value), Node::Int),
        Value::String(text) => Node::String(Text::new(text.to_text())),
        Value::List(list) => Node::Seq(list.items().iter().map(node).collect()),
        Value::Map(map) => {
            let mut object = Object::new();
            for (key, value) in map.entries() {
                object.insert(key.to_text(), node(&value));
            }
            Node::Map(object)
        }
        Value::Nil | Value::Time(_) | Value::Object(_) => Node::Null,
    }
}

fn read(cx: &mut Context<'_>, text: &[u8]) -> Result<Value, Fault> {
    cx.allocate(text.len().saturating_mul(4))?;
    let failed = |error: String| Value::dict([("Error", error.into())]);
    let node = match Documents::parse(text).next() {
        None => Node::Null,
        Some(Ok(document)) => document.into_value(),
        Some(Err(error)) => return Ok(failed(format!("error converting YAML to JSON: yaml: {error}"))),
    };
    let kind = match &node {
        Node::Map(_) => return value(cx, &node, 1),
        Node::Null => return Ok(Value::dict::<&str>([])),
        Node::Seq(_) => "array",
        Node::Bool(_) => "bool",
        Node::Int(_) | Node::Float(_) => "number",
        Node::String(_) => "string",
    };
    Ok(failed(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    )))
}

fn value(cx: &mut Context<'_>, node: &Node, depth: usize) -> Result<Value, Fault> {
    cx.depth(depth)?;
    Ok(match node {
        Node::Null => Value::Nil,
        Node::Bool(value) => (*value).into(),
        #[allow(clippy::cast_precision_loss, reason = "a float64 in Go as well")]
        Node::Int(value) => (*value as f64).into(),
        Node::Float(value) => (*value).into(),
        Node::String(text) => text.as_str().into(),
        Node::Seq(items) => {
            lists::room(cx, items.len())?;
            let items: Result<_, _> = items.iter().map(|item| value(cx, item, depth + 1)).collect();
            Value::list(items?)
        }
        Node::Map(map) => {
            lists::room(cx, map.len())?;
            let mut entries = Vec::new();
            for (key, item) in map.iter() {
                entries.push((key, value(cx, item, depth + 1)?));
            }
            Value::dict(entries)
        }
    })
}
