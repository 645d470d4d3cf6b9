//! The values a template computes with.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use signet_secret::SecretMap;
use zeroize::Zeroizing;

use crate::bytes::ByteString;
use crate::function::Fault;
use crate::limits::Limit;
use crate::object::Object;
use crate::time::Time;
use crate::types::{Signed, Type, Unsigned};

/// A Go value. It may hold a secret, so it can be neither printed nor debug-printed.
#[derive(Clone, Default)]
pub enum Value {
    /// Nothing: Go's untyped nil.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer.
    Int(Signed, i64),
    /// An unsigned integer.
    Uint(Unsigned, u64),
    /// A `float64`.
    Float(f64),
    /// A string of any bytes.
    String(ByteString),
    /// A list, which never changes.
    List(List),
    /// A map, which all who hold it see change.
    Map(Map),
    /// A point in time.
    Time(Time),
    /// Anything else with fields or methods, such as a version.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Self::Int(Signed::Int, value)
    }

    /// An `int64`.
    #[must_use]
    pub fn int64(value: i64) -> Self {
        Self::Int(Signed::Int64, value)
    }

    /// A `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(&Type::Any, items))
    }

    /// A `[]string`.
    pub fn strings<T: Into<ByteString>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(|item| Self::String(item.into())).collect();
        Self::List(List::new(&Type::String, items))
    }

    /// A `map[string]interface {}`.
    pub fn dict<K: Into<ByteString>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(Map::new(&Type::Any, entries))
    }

    /// A `map[string]string`, as the data of a Secret is given to templates.
    pub fn string_map<K: Into<ByteString>, V: Into<ByteString>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key, Self::String(value.into())));
        Self::Map(Map::new(&Type::String, entries))
    }

    /// The type, or `None` for nil.
    #[must_use]
    pub fn type_of(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(size, _) => Type::Int(*size),
            Self::Uint(size, _) => Type::Uint(*size),
            Self::Float(_) => Type::Float,
            Self::String(_) => Type::String,
            Self::List(list) => Type::Slice(list.element()),
            Self::Map(map) => Type::Map(map.element()),
            Self::Time(_) => Type::Time,
            Self::Object(object) => Type::Object(object.type_name()),
        })
    }

    /// The type's name as Go prints it; `<nil>` for nil.
    #[must_use]
    pub fn type_name(&self) -> std::borrow::Cow<'static, str> {
        self.type_of().map_or("<nil>".into(), Type::name)
    }

    /// The kind's name as Go's `reflect.Kind` prints it: `slice`, `map`, `struct`, `ptr`, `int64`, `string`;
    /// `invalid` for nil.
    #[must_use]
    pub fn kind_name(&self) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Nil => "invalid".into(),
            Self::List(_) => "slice".into(),
            Self::Map(_) => "map".into(),
            Self::Time(_) => "struct".into(),
            Self::Object(object) if object.type_name().starts_with('*') => "ptr".into(),
            Self::Object(object) => object.kind_name().into(),
            _ => self.type_name(),
        }
    }

    /// Whether `if` takes the value as true: not false, zero, nil or empty.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(_, value) => *value != 0,
            Self::Uint(_, value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Time(_) | Self::Object(_) => true,
        }
    }

    /// Whether the value is nil, or a nil list or map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::List(list) => list.is_nil(),
            Self::Map(map) => map.is_nil(),
            _ => false,
        }
    }

    /// The zero value of a type: `0`, an empty string, a nil list or map; nil where Go has no other.
    #[must_use]
    pub fn zero(of: Type) -> Self {
        match of {
            Type::Any | Type::Reflect | Type::Object(_) => Self::Nil,
            Type::Bool => Self::Bool(false),
            Type::Int(size) => Self::Int(size, 0),
            Type::Uint(size) => Self::Uint(size, 0),
            Type::Float => Self::Float(0.0),
            Type::String => Self::String(ByteString::default()),
            Type::Slice(element) => Self::List(List::nil(element)),
            Type::Map(element) => Self::Map(Map::nil(element)),
            Type::Time => Self::Time(Time::zero()),
        }
    }

    /// The value with a map of its own, when it is a map: what one template changes in it the next does not see.
    pub(crate) fn detached(&self) -> Self {
        match self {
            Self::Map(map) => Self::Map(Map::new(map.element(), map.entries())),
            other => other.clone(),
        }
    }

    /// About how many bytes the value itself takes, not counting what a list or map refers to.
    pub(crate) fn shallow_bytes(&self) -> usize {
        match self {
            Self::String(text) => 48 + text.len(),
            Self::List(list) => 48 + 24 * list.items().len(),
            Self::Map(map) => 64 + 64 * map.len(),
            _ => 0,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<ByteString> for Value {
    fn from(text: ByteString) -> Self {
        Self::String(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(text: Vec<u8>) -> Self {
        Self::String(text.into())
    }
}

impl From<Zeroizing<Vec<u8>>> for Value {
    fn from(text: Zeroizing<Vec<u8>>) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<&[u8]> for Value {
    fn from(text: &[u8]) -> Self {
        Self::String(text.into())
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<&SecretMap> for Value {
    /// What a template sees as `.`: a `map[string]string`.
    fn from(secrets: &SecretMap) -> Self {
        Self::string_map(secrets.iter().map(|(name, value)| (name.as_str(), value.expose())))
    }
}

/// A Go slice. It never changes: functions that change a list make a new one.
#[derive(Clone)]
pub struct List(Rc<ListBody>);

struct ListBody {
    element: &'static Type,
    items: Vec<Value>,
    nil: bool,
}

impl List {
    /// A list whose elements have, or in the case of `Type::Any` may have any, type.
    #[must_use]
    pub fn new(element: &'static Type, items: Vec<Value>) -> Self {
        Self(Rc::new(ListBody { element, items, nil: false }))
    }

    /// The nil list, which Go takes as an empty one.
    #[must_use]
    pub fn nil(element: &'static Type) -> Self {
        Self(Rc::new(ListBody { element, items: Vec::new(), nil: true }))
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> &'static Type {
        self.0.element
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }

    /// Whether the list is nil rather than empty.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }
}

/// A Go map with string keys. Clones share the entries: a change through one is seen through all.
#[derive(Clone)]
pub struct Map(Rc<MapBody>);

struct MapBody {
    element: &'static Type,
    entries: RefCell<BTreeMap<ByteString, Value>>,
    nil: bool,
}

impl Map {
    /// A map whose values have, or in the case of `Type::Any` may have any, type.
    pub fn new<K: Into<ByteString>>(
        element: &'static Type,
        entries: impl IntoIterator<Item = (K, Value)>,
    ) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Self(Rc::new(MapBody { element, entries: RefCell::new(entries), nil: false }))
    }

    /// The nil map, which Go takes as an empty one that cannot be written to.
    #[must_use]
    pub fn nil(element: &'static Type) -> Self {
        Self(Rc::new(MapBody { element, entries: RefCell::default(), nil: true }))
    }

    /// The type of the values.
    #[must_use]
    pub fn element(&self) -> &'static Type {
        self.0.element
    }

    /// Whether the map is nil rather than empty.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.0.entries.borrow().get(key).cloned()
    }

    /// Whether there is an entry under the key.
    #[must_use]
    pub fn contains(&self, key: &[u8]) -> bool {
        self.0.entries.borrow().contains_key(key)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<ByteString> {
        self.0.entries.borrow().keys().cloned().collect()
    }

    /// Keys and values, sorted by key: a copy of what is there now.
    #[must_use]
    pub fn entries(&self) -> Vec<(ByteString, Value)> {
        self.0.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Sets an entry.
    ///
    /// # Errors
    ///
    /// Go's error when the map is nil, and one of our own when it would come to contain itself: Go lets that
    /// pass and dies when such a map is printed.
    pub fn set(&self, key: impl Into<ByteString>, value: Value) -> Result<(), Fault> {
        if self.0.nil {
            return Err(Fault::text("assignment to entry in nil map"));
        }
        if self.is_within(&value)? {
            return Err(Fault::text("a map cannot contain itself"));
        }
        let replaced = self.0.entries.borrow_mut().insert(key.into(), value);
        drop(replaced);
        Ok(())
    }

    /// Removes an entry, if it is there.
    pub fn remove(&self, key: &[u8]) {
        let removed = self.0.entries.borrow_mut().remove(key);
        drop(removed);
    }

    /// Whether the two are one and the same map.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether the map is the value or somewhere inside it.
    fn is_within(&self, value: &Value) -> Result<bool, Fault> {
        /// Values that share parts can be far larger than the memory they take.
        const VISITS: usize = 1_000_000;
        let mut pending = vec![value.clone()];
        let mut visits = 0;
        while let Some(value) = pending.pop() {
            visits += 1;
            if visits > VISITS {
                return Err(Limit::Steps(VISITS as u64).into());
            }
            match value {
                Value::Map(map) if map.is_same(self) => return Ok(true),
                Value::Map(map) => {
                    pending.extend(map.0.entries.borrow().values().filter(holds_values).cloned())
                }
                Value::List(list) => pending.extend(list.items().iter().filter(holds_values).cloned()),
                _ => {}
            }
        }
        Ok(false)
    }
}

fn holds_values(value: &&Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

/// Drops nested values one after the other, so that no depth of nesting exhausts the stack.
fn dismantle(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::List(List(body)) => {
                if let Ok(mut body) = Rc::try_unwrap(body) {
                    pending.append(&mut body.items);
                }
            }
            Value::Map(Map(body)) => {
                if let Ok(body) = Rc::try_unwrap(body) {
                    pending.extend(body.entries.take().into_values());
                }
            }
            _ => {}
        }
    }
}

impl Drop for ListBody {
    fn drop(&mut self) {
        if self.items.iter().any(|item| holds_values(&item)) {
            dismantle(std::mem::take(&mut self.items));
        }
    }
}

impl Drop for MapBody {
    fn drop(&mut self) {
        if self.entries.borrow().values().any(|value| holds_values(&value)) {
            dismantle(self.entries.take().into_values().collect());
        }
    }
}
