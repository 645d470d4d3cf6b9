//! An ordered map from field names to values.

use std::collections::HashMap;

use crate::value::Value;

/// The entries of an object in the order they were written or inserted; names are unique.
///
/// Two maps are equal when they hold equal entries in any order.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(String, Value)>,
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Map::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of the field spelled exactly `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of the field spelled exactly `name`, for changing it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of the field that Go's JSON decoder would put into a field called `name`: the
    /// exact spelling if there is one, else the last one that differs only in case.
    pub fn get_ci(&self, name: &str) -> Option<&Value> {
        self.get(name).or_else(|| {
            self.entries.iter().rev().find(|(key, _)| folds_to(key, name)).map(|(_, value)| value)
        })
    }

    /// Whether a field is spelled exactly `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a field and returns its earlier value. A new field goes to the end, an existing one
    /// keeps its place.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        match self.get_mut(&name) {
            Some(old) => Some(std::mem::replace(old, value)),
            None => {
                self.entries.push((name, value));
                None
            }
        }
    }

    /// Removes the field spelled exactly `name`; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(key, _)| key == name)?;
        Some(self.entries.remove(at).1)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The names in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// Brings the entries into the order of `compare` on their names.
    pub fn sort_by(&mut self, mut compare: impl FnMut(&str, &str) -> std::cmp::Ordering) {
        self.entries.sort_by(|(a, _), (b, _)| compare(a, b));
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Map {
    /// Collects entries; of equal names the last value wins and the first place is kept.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut builder = MapBuilder::default();
        for (name, value) in entries {
            builder.insert(name.into(), value.into());
        }
        builder.finish()
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let sorted = |map: &'_ Self| {
            let mut order: Vec<usize> = (0..map.len()).collect();
            order.sort_by(|a, b| map.entries[*a].0.cmp(&map.entries[*b].0));
            order
        };
        sorted(self).into_iter().zip(sorted(other)).all(|(a, b)| self.entries[a] == other.entries[b])
    }
}

/// Builds a map from input of any size: an index keeps repeated names cheap.
#[derive(Default)]
pub(crate) struct MapBuilder {
    map: Map,
    places: HashMap<String, usize>,
}

impl MapBuilder {
    /// Sets a field; a repeated name replaces the value and keeps the place.
    pub(crate) fn insert(&mut self, name: String, value: Value) {
        match self.places.get(&name) {
            Some(at) => self.map.entries[*at].1 = value,
            None => {
                self.places.insert(name.clone(), self.map.entries.len());
                self.map.entries.push((name, value));
            }
        }
    }

    pub(crate) fn finish(self) -> Map {
        self.map
    }
}

/// Whether Go's JSON decoder takes `written` for the field `name`: equal after simple case
/// folding, by which the long s is an s and the Kelvin sign a k.
fn folds_to(written: &str, name: &str) -> bool {
    fn fold(c: char) -> char {
        match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        }
    }
    written.chars().map(fold).eq(name.chars().map(fold))
}
