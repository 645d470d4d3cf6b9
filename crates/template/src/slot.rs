//! A value and how Go holds it.

use std::borrow::Cow;

use crate::types::Type;
use crate::value::Value;

/// A value as Go's reflection sees it: by its own type, or inside an `interface {}`, as the elements of
/// `map[string]interface {}` are. Errors tell the two apart. Nil by itself is no value at all.
#[derive(Clone, Default)]
pub(crate) struct Slot {
    pub(crate) value: Value,
    pub(crate) boxed: bool,
}

impl Slot {
    /// No value.
    pub(crate) const NONE: Self = Self { value: Value::Nil, boxed: false };

    pub(crate) fn plain(value: Value) -> Self {
        Self { value, boxed: false }
    }

    /// Something that Go declares with this type.
    pub(crate) fn declared(value: Value, of: Type) -> Self {
        Self { value, boxed: of == Type::Any }
    }

    /// The value out of its interface.
    pub(crate) fn unboxed(self) -> Self {
        Self::plain(self.value)
    }

    /// Whether there is no value at all.
    pub(crate) fn is_none(&self) -> bool {
        !self.boxed && matches!(self.value, Value::Nil)
    }

    /// Whether it is an interface that holds nothing.
    pub(crate) fn is_nil_interface(&self) -> bool {
        self.boxed && matches!(self.value, Value::Nil)
    }

    /// The type that Go declares it with.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        if self.boxed { Type::Any.name() } else { self.value.type_name() }
    }
}

impl From<Value> for Slot {
    fn from(value: Value) -> Self {
        Self::plain(value)
    }
}
