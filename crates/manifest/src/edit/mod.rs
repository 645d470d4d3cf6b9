//! Changes of single values in a manifest's text.

mod block;
mod flow;
mod locate;
mod plan;
mod site;

use crate::document::{Document, Documents, Seen};
use crate::edit::site::{Site, Splice};
use crate::error::ReadError;
use crate::map::Map;
use crate::value::Value;

/// Why a text was not edited. The text is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such document.
    #[error("there is no document {number}, the file has {count}")]
    NoDocument {
        /// The document asked for, from 1.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// The value to remove is absent, or the path leads through something that is not an object.
    #[error("there is no `{path}` to edit")]
    NoSuchPath {
        /// The part of the path that is missing.
        path: String,
    },
    /// The value is shared through an anchor, an alias or a merge key.
    #[error("`{path}` on line {line} involves an anchor, an alias or a merge key; edit it by hand")]
    Shared {
        /// The path up to the shared part.
        path: String,
        /// Line in the text, from 1.
        line: usize,
    },
    /// The text around the value cannot be changed safely.
    #[error("cannot edit `{path}` in place: {reason}")]
    Unsupported {
        /// The path.
        path: String,
        /// What stands in the way.
        reason: &'static str,
    },
}

/// A text with changes applied to single values.
///
/// Comments, order, quoting, line endings and every byte outside of the touched entries stay as
/// they are. After each change the text is read again and compared with the tree that was wanted;
/// a change that would do anything else is refused.
pub struct Edit {
    text: String,
    documents: Vec<Document>,
}

impl Edit {
    /// Reads `text`, a manifest of one or more documents in YAML or JSON.
    pub fn new(text: impl Into<String>) -> Result<Self, EditError> {
        let text = text.into();
        let documents = Documents::parse(text.as_bytes()).collect::<Result<_, _>>()?;
        Ok(Edit { text, documents })
    }

    /// The documents as they are now.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Sets the field at `path` of the document at index `document` to the string `value`: in
    /// place if it is there, else as a new entry at the end of its parent. Missing parents are
    /// created. A step through a list is the decimal position.
    ///
    /// The value is written on one line. Quotes that are there stay.
    pub fn set_string(&mut self, document: usize, path: &[&str], value: &str) -> Result<(), EditError> {
        self.set_strings(document, &[(path, value)])
    }

    /// Sets several fields as [`Edit::set_string`] does, but reads the text only once for all that
    /// are there already. Either all are set or none.
    pub fn set_strings(&mut self, document: usize, items: &[(&[&str], &str)]) -> Result<(), EditError> {
        let wanted = self.documents.get(document).ok_or_else(|| self.no_document(document))?.value();
        let (present, absent): (Vec<_>, Vec<_>) =
            items.iter().partition(|(path, _)| wanted.at(path).is_some());
        let before = self.text.clone();
        let mut result = self.change(document, &present, |site| {
            present.iter().try_fold(Vec::new(), |mut splices, (path, value)| {
                splices.extend(plan::set(site, path, value)?);
                Ok(splices)
            })
        });
        for item in absent {
            if result.is_ok() {
                result = self.change(document, &[item], |site| plan::set(site, item.0, item.1));
            }
        }
        if result.is_err() && self.text != before {
            *self = Edit::new(before)?;
        }
        result
    }

    /// Removes the entry at `path`, with its lines and the comment at their end; a parent left
    /// without entries becomes `{}`.
    pub fn remove(&mut self, document: usize, path: &[&str]) -> Result<(), EditError> {
        let mut wanted = self.wanted(document)?;
        let splices = self.plan(document, |site| plan::remove(site, path))?;
        let removed = path.split_last().and_then(|(name, parents)| {
            parents
                .iter()
                .try_fold(&mut wanted, |value, step| step_into(value, step))?
                .as_map_mut()?
                .remove(name)
        });
        if removed.is_none() {
            return Err(EditError::NoSuchPath { path: path.join(".") });
        }
        self.apply(document, splices, &wanted, &path.join("."))
    }

    /// The text with the changes.
    pub fn finish(self) -> String {
        self.text
    }

    fn change(
        &mut self,
        document: usize,
        items: &[&(&[&str], &str)],
        plan: impl FnOnce(&Site<'_>) -> Result<Vec<Splice>, EditError>,
    ) -> Result<(), EditError> {
        let [(first, _), ..] = items else { return Ok(()) };
        let mut wanted = self.wanted(document)?;
        let splices = self.plan(document, plan)?;
        for (path, value) in items {
            let target = path.iter().try_fold(&mut wanted, |value, step| {
                if value.is_null() {
                    *value = Value::object();
                }
                if let Value::Map(map) = value
                    && !map.contains(step)
                {
                    map.insert(*step, Value::Null);
                }
                step_into(value, step)
            });
            match target {
                Some(target) => *target = Value::from(*value),
                None => return Err(EditError::NoSuchPath { path: path.join(".") }),
            }
        }
        self.apply(document, splices, &wanted, &first.join("."))
    }

    fn wanted(&self, document: usize) -> Result<Value, EditError> {
        match self.documents.get(document) {
            Some(document) => Ok(document.value().clone()),
            None => Err(self.no_document(document)),
        }
    }

    fn no_document(&self, document: usize) -> EditError {
        EditError::NoDocument { number: document + 1, count: self.documents.len() }
    }

    /// Finds out what to change in the text of one document.
    fn plan(
        &self,
        document: usize,
        plan: impl FnOnce(&Site<'_>) -> Result<Vec<Splice>, EditError>,
    ) -> Result<Vec<Splice>, EditError> {
        let (mut plan, mut planned) = (Some(plan), None);
        let mut visit = |seen: Seen<'_>| {
            if seen.index == document
                && let Some(plan) = plan.take()
            {
                planned = Some(Site::new(&self.text, seen).and_then(|site| plan(&site)));
            }
        };
        let mut documents = Documents::parse(self.text.as_bytes());
        while documents.advance(&mut visit).is_some() {}
        planned.unwrap_or_else(|| Err(self.no_document(document)))
    }

    /// Applies the splices if the result is what was wanted.
    fn apply(
        &mut self,
        document: usize,
        mut splices: Vec<Splice>,
        wanted: &Value,
        path: &str,
    ) -> Result<(), EditError> {
        splices.sort_by_key(|splice| splice.range.start);
        let mut text =
            String::with_capacity(self.text.len() + splices.iter().map(|s| s.text.len()).sum::<usize>());
        let mut copied = 0;
        for splice in &splices {
            if let Some(kept) = self.text.get(copied..splice.range.start) {
                text.push_str(kept);
            }
            text.push_str(&splice.text);
            copied = splice.range.end;
        }
        text.push_str(self.text.get(copied..).unwrap_or_default());
        let edited = Edit::new(text).ok().filter(|edited| {
            edited.documents.len() == self.documents.len()
                && edited.documents.iter().zip(&self.documents).enumerate().all(|(at, (new, old))| {
                    let wanted = if at == document { wanted } else { old.value() };
                    new.value() == wanted
                })
        });
        match edited {
            Some(edited) => {
                *self = edited;
                Ok(())
            }
            None => Err(EditError::Unsupported {
                path: path.to_owned(),
                reason: "the text around it has a form this editor does not know",
            }),
        }
    }
}

fn step_into<'v>(value: &'v mut Value, step: &str) -> Option<&'v mut Value> {
    match value {
        Value::Map(map) => Map::get_mut(map, step),
        Value::Seq(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    }
}
