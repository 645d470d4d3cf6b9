//! Trees to values: scalars are resolved, aliases and merge keys expanded, repeated fields settled.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use zeroize::Zeroizing;

use crate::document::{Conversion, ConversionKind, Format};
use crate::limits;
use crate::map::MapBuilder;
use crate::number;
use crate::resolve::{Resolved, is_timestamp, resolve};
use crate::text::Text;
use crate::tree::{Node, NodeId, NodeKind, Problem, Style, Tree};
use crate::value::Value;

const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// Decodes a document. The second part lists the scalars that changed on the way.
pub(crate) fn decode(tree: &Tree<'_>, format: Format) -> Result<(Value, Vec<Conversion>), Problem> {
    let mut decoder = Decoder::new(tree, format);
    let value = match tree.root() {
        Some(root) => decoder.value(root)?,
        None => Value::Null,
    };
    Ok((value, decoder.conversions))
}

/// The name that a key stands for; `None` if it cannot be a name.
pub(crate) fn field_name(tree: &Tree<'_>, key: NodeId) -> Option<String> {
    Decoder::new(tree, Format::Yaml).name(key).ok()
}

struct Decoder<'t, 'a> {
    tree: &'t Tree<'a>,
    format: Format,
    depth: usize,
    path: Vec<String>,
    conversions: Vec<Conversion>,
    conversion_bytes: usize,
    /// Targets of the aliases being expanded.
    aliases: Vec<NodeId>,
    alias_nodes: usize,
    alias_bytes: usize,
}

impl<'t, 'a> Decoder<'t, 'a> {
    fn new(tree: &'t Tree<'a>, format: Format) -> Self {
        Decoder {
            tree,
            format,
            depth: 0,
            path: Vec::new(),
            conversions: Vec::new(),
            conversion_bytes: 0,
            aliases: Vec::new(),
            alias_nodes: 0,
            alias_bytes: 0,
        }
    }

    fn value(&mut self, id: NodeId) -> Result<Value, Problem> {
        let node = self.tree.node(id);
        self.spend(node)?;
        match &node.kind {
            NodeKind::Scalar { text, style } => self.scalar(node, text, *style),
            NodeKind::Alias(target) => self.through_alias(node, *target, |this| this.value(*target)),
            NodeKind::Seq { items, .. } => self.deeper(node, |this| {
                let mut values = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    this.path.push(at.to_string());
                    values.push(this.value(*item)?);
                    this.path.pop();
                }
                Ok(Value::Seq(values))
            }),
            NodeKind::Map { entries, .. } => {
                let mut builder = MapBuilder::default();
                self.deeper(node, |this| match this.format {
                    Format::Yaml => this.fields(entries, &mut builder),
                    Format::Json => this.json_fields(entries.iter().copied(), &mut builder),
                })?;
                Ok(Value::Map(builder.finish()))
            }
        }
    }

    fn fields(&mut self, entries: &'t [(NodeId, NodeId)], map: &mut MapBuilder) -> Result<(), Problem> {
        for (key, value) in entries {
            if self.is_merge_key(*key) {
                self.merge(*value, map)?;
                continue;
            }
            let name = self.name(*key)?;
            self.path.push(name);
            let value = self.value(*value)?;
            let name = self.path.pop().unwrap_or_default();
            map.insert(name, value);
        }
        Ok(())
    }

    /// The fields of a JSON object. Go decodes a repeated field into what the one before left, so
    /// that repeated objects add up.
    fn json_fields(
        &mut self,
        entries: impl Iterator<Item = (NodeId, NodeId)>,
        map: &mut MapBuilder,
    ) -> Result<(), Problem> {
        let mut fields: Vec<(String, Vec<NodeId>)> = Vec::new();
        let mut places = HashMap::new();
        for (key, value) in entries {
            let name = self.name(key)?;
            match places.get(&name) {
                None => {
                    places.insert(name.clone(), fields.len());
                    fields.push((name, vec![value]));
                }
                Some(place) => fields[*place].1.push(value),
            }
        }
        for (name, values) in fields {
            self.path.push(name);
            let value = self.repeated(&values)?;
            let name = self.path.pop().unwrap_or_default();
            map.insert(name, value);
        }
        Ok(())
    }

    /// The value left by fields of one name, in their order.
    fn repeated(&mut self, values: &[NodeId]) -> Result<Value, Problem> {
        let tree = self.tree;
        let objects = values.iter().rev().map_while(|id| match &tree.node(*id).kind {
            NodeKind::Map { entries, .. } => Some(entries),
            _ => None,
        });
        match (objects.count(), values.last()) {
            (0 | 1, Some(last)) => self.value(*last),
            (0 | 1, None) => Ok(Value::Null),
            (objects, _) => {
                let merged = &values[values.len() - objects..];
                let entries = merged.iter().flat_map(|id| match &tree.node(*id).kind {
                    NodeKind::Map { entries, .. } => entries.as_slice(),
                    _ => &[],
                });
                let mut builder = MapBuilder::default();
                self.deeper(tree.node(merged[0]), |this| this.json_fields(entries.copied(), &mut builder))?;
                Ok(Value::Map(builder.finish()))
            }
        }
    }

    /// A field name. Names that read as booleans and numbers take the form the library gives
    /// them, so `y:` is the field `true`.
    fn name(&mut self, id: NodeId) -> Result<String, Problem> {
        let node = self.tree.node(id);
        self.spend(node)?;
        let (text, style) = match &node.kind {
            NodeKind::Scalar { text, style } => (text, *style),
            NodeKind::Alias(target) => {
                return self.through_alias(node, *target, |this| this.name(*target));
            }
            NodeKind::Seq { .. } | NodeKind::Map { .. } => {
                return Err(Problem::new(node.line, "a list or object cannot be a field name"));
            }
        };
        let name = match self.resolve(node, text, style)? {
            Value::Null => return Err(Problem::new(node.line, "null cannot be a field name")),
            Value::Int(value) if i64::try_from(value).is_err() => {
                return Err(Problem::new(node.line, "a number beyond 63 bits cannot be a field name"));
            }
            Value::Float(value) => number::float_to_key(value),
            Value::String(name) => return Ok(name.into_string()),
            scalar => scalar.as_go_string().map(|name| name.to_string()).unwrap_or_default(),
        };
        if name != **text {
            self.path.push(name.clone());
            self.converted(node, ConversionKind::Key);
            self.path.pop();
        }
        Ok(name)
    }

    fn scalar(&mut self, node: &Node<'_>, text: &str, style: Style) -> Result<Value, Problem> {
        let value = self.resolve(node, text, style)?;
        let kind = match value {
            Value::Null => ConversionKind::Null,
            Value::Bool(_) => ConversionKind::Bool,
            Value::Int(_) => ConversionKind::Integer,
            Value::Float(_) => ConversionKind::Float,
            _ => return Ok(value),
        };
        let written = if node.span.is_empty() { "" } else { text };
        if value.as_go_string().is_some_and(|string| *string != *written) {
            self.converted(node, kind);
        }
        Ok(value)
    }

    /// The value of a scalar under its tag, or by its text if it has none.
    fn resolve(&mut self, node: &Node<'_>, text: &str, style: Style) -> Result<Value, Problem> {
        let string = || Value::String(Text::from(text));
        let Some(tag) = &node.tag else {
            return Ok(if style == Style::Plain { plain(text) } else { string() });
        };
        let Some(tag) = tag.strip_prefix(TAG_PREFIX) else { return Ok(string()) };
        let matches = match tag {
            "str" => return Ok(string()),
            "binary" => return self.binary(node, text),
            "null" => matches!(resolve(text), Resolved::Null),
            "bool" => matches!(resolve(text), Resolved::Bool(_)),
            "int" => matches!(resolve(text), Resolved::Int(_)),
            "timestamp" => is_timestamp(text),
            "float" => match resolve(text) {
                Resolved::Int(value) if i64::try_from(value).is_ok() => {
                    return Ok(Value::Float(value as f64));
                }
                resolved => matches!(resolved, Resolved::Float(_)),
            },
            _ => return Ok(string()),
        };
        if matches {
            Ok(plain(text))
        } else {
            Err(Problem::new(node.line, format!("the value does not fit its tag !!{tag}")))
        }
    }

    fn binary(&mut self, node: &Node<'_>, text: &str) -> Result<Value, Problem> {
        let encoded = Zeroizing::new(text.replace(['\r', '\n'], ""));
        let bytes = match STANDARD.decode(encoded.as_bytes()) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(_) => return Err(Problem::new(node.line, "the !!binary value is not valid base64")),
        };
        let decoded = String::from_utf8_lossy(&bytes);
        if matches!(decoded, Cow::Owned(_)) {
            self.converted(node, ConversionKind::Binary);
        }
        Ok(Value::String(Text::new(decoded)))
    }

    fn is_merge_key(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        let NodeKind::Scalar { text, style } = &node.kind else { return false };
        text == "<<"
            && match node.tag.as_deref() {
                None => *style == Style::Plain,
                Some(tag) => tag == "!" || tag.strip_prefix(TAG_PREFIX) == Some("merge"),
            }
    }

    /// Puts the fields of another object, or of several, into `map`. As in the library, they
    /// replace fields written above the merge key and are replaced by those below.
    fn merge(&mut self, id: NodeId, map: &mut MapBuilder) -> Result<(), Problem> {
        let node = self.tree.node(id);
        match &node.kind {
            NodeKind::Seq { items, .. } => {
                self.spend(node)?;
                items.iter().rev().try_for_each(|item| self.merge_one(*item, map))
            }
            _ => self.merge_one(id, map),
        }
    }

    fn merge_one(&mut self, id: NodeId, map: &mut MapBuilder) -> Result<(), Problem> {
        let node = self.tree.node(id);
        self.spend(node)?;
        match &node.kind {
            NodeKind::Map { entries, .. } => self.deeper(node, |this| this.fields(entries, map)),
            NodeKind::Alias(target) if matches!(self.tree.node(*target).kind, NodeKind::Map { .. }) => {
                self.through_alias(node, *target, |this| this.merge_one(*target, map))
            }
            _ => Err(Problem::new(node.line, "a merge key needs an object or a list of objects")),
        }
    }

    fn through_alias<T>(
        &mut self,
        node: &Node<'_>,
        target: NodeId,
        step: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.aliases.contains(&target) {
            return Err(Problem::new(node.line, "an anchor's value contains itself"));
        }
        self.aliases.push(target);
        let result = self.deeper(node, step);
        self.aliases.pop();
        result
    }

    fn deeper<T>(
        &mut self,
        node: &Node<'_>,
        step: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // An alias is a level of its own, so expanding one may go twice as deep as the text.
        if self.depth >= 2 * limits::DEPTH {
            return Err(Problem::new(node.line, "lists and objects are nested too deeply"));
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// Counts what aliases add to the document.
    fn spend(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        if self.aliases.is_empty() {
            return Ok(());
        }
        self.alias_nodes += 1;
        if let NodeKind::Scalar { text, .. } = &node.kind {
            self.alias_bytes += text.len();
        }
        if self.alias_nodes > limits::ALIAS_NODES || self.alias_bytes > limits::ALIAS_BYTES {
            return Err(Problem::new(node.line, "aliases expand to too much"));
        }
        Ok(())
    }

    fn converted(&mut self, node: &Node<'_>, kind: ConversionKind) {
        let bytes: usize = self.path.iter().map(String::len).sum();
        if self.conversions.len() < limits::CONVERSIONS
            && self.conversion_bytes + bytes <= limits::CONVERSION_BYTES
        {
            self.conversion_bytes += bytes;
            self.conversions.push(Conversion { path: self.path.clone(), line: node.line, kind });
        }
    }
}

/// An untagged plain scalar.
fn plain(text: &str) -> Value {
    match resolve(text) {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Int(value) => Value::Int(value),
        Resolved::Float(value) => Value::Float(value),
        Resolved::Timestamp | Resolved::Text => Value::String(Text::from(text)),
    }
}
