//! The walk over a tree: every value and comment in the order of the document.

use crate::selection::{Place, Rules};
use crate::text::Text;
use crate::tree::{Branch, Comment, Element, Item, Key, Value};

/// What is done with values and comments.
pub(crate) trait Visitor {
    type Error;

    /// A value that is neither null nor a container.
    fn value(&mut self, value: &mut Value, place: &Place<'_>) -> Result<(), Self::Error>;

    /// A comment. `disguised` says that it was an element of a list: see [`Visitor::is_comment`].
    fn comment(
        &mut self,
        comment: &mut Comment,
        disguised: bool,
        place: &Place<'_>,
    ) -> Result<(), Self::Error>;

    /// An element of a list that is a comment in disguise.
    fn is_comment(&self, _element: &Text, _place: &Place<'_>) -> bool {
        false
    }

    /// An entry whose name is not a string.
    fn bad_key(&self, kind: &'static str, place: &Place<'_>) -> Self::Error;
}

pub(crate) fn document<V: Visitor>(
    document: &mut Branch,
    rules: &Rules,
    visitor: &mut V,
) -> Result<(), V::Error> {
    branch(document, &mut Place::root(rules), visitor)
}

fn branch<V: Visitor>(branch: &mut Branch, place: &mut Place<'_>, visitor: &mut V) -> Result<(), V::Error> {
    place.enter_container();
    for item in &mut branch.items {
        match item {
            Item::Comment(comment) => {
                place.add_comment(comment.text.as_bytes());
                visitor.comment(comment, false, place)?;
            }
            Item::Entry(Key::Name(name), inner) => {
                place.enter_name(name);
                value(inner, place, visitor)?;
                place.leave_name();
                place.end_comments();
            }
            Item::Entry(Key::Other(kind), _) => return Err(visitor.bad_key(kind, place)),
        }
    }
    place.leave_container();
    Ok(())
}

fn list<V: Visitor>(list: &mut [Element], place: &mut Place<'_>, visitor: &mut V) -> Result<(), V::Error> {
    place.enter_container();
    for element in list {
        let mut disguised = false;
        if let Element::Value(Value::Str(text)) = element
            && visitor.is_comment(text, place)
        {
            disguised = true;
            *element = Element::Comment(Comment { text: std::mem::take(text), inline: false });
        }
        match element {
            Element::Comment(comment) => {
                place.add_comment(comment.text.as_bytes());
                visitor.comment(comment, disguised, place)?;
            }
            Element::Value(inner) => {
                value(inner, place, visitor)?;
                place.end_comments();
            }
        }
    }
    place.leave_container();
    Ok(())
}

fn value<V: Visitor>(value: &mut Value, place: &mut Place<'_>, visitor: &mut V) -> Result<(), V::Error> {
    match value {
        Value::Null => Ok(()),
        Value::Branch(inner) => branch(inner, place, visitor),
        Value::List(elements) => list(elements, place, visitor),
        leaf => visitor.value(leaf, place),
    }
}
