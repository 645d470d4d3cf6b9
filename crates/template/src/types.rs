//! The Go types that values have and parameters ask for, under the names Go prints.

use std::borrow::Cow;

/// The size of a signed integer. A literal is an `Int`; sprig's arithmetic gives `Int64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after Go's types")]
pub enum Signed {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

/// The size of an unsigned integer. A byte of a string is a `Uint8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after Go's types")]
pub enum Unsigned {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// A Go type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: takes anything.
    Any,
    /// `reflect.Value`, which the built-in functions take: anything, as it is.
    Reflect,
    /// `bool`.
    Bool,
    /// A signed integer.
    Int(Signed),
    /// An unsigned integer.
    Uint(Unsigned),
    /// `float64`.
    Float,
    /// `string`.
    String,
    /// A list of this element type.
    Slice(&'static Type),
    /// A map from `string` to this element type.
    Map(&'static Type),
    /// `time.Time`.
    Time,
    /// Any other, by its name.
    Object(&'static str),
}

impl Type {
    /// `int`.
    pub const INT: Self = Self::Int(Signed::Int);
    /// `int64`.
    pub const INT64: Self = Self::Int(Signed::Int64);
    /// `uint8`.
    pub const UINT8: Self = Self::Uint(Unsigned::Uint8);
    /// `uint32`.
    pub const UINT32: Self = Self::Uint(Unsigned::Uint32);
    /// `[]interface {}`.
    pub const LIST: Self = Self::Slice(&Self::Any);
    /// `[]string`.
    pub const STRINGS: Self = Self::Slice(&Self::String);
    /// `map[string]interface {}`.
    pub const DICT: Self = Self::Map(&Self::Any);

    /// The type as Go's `%T` and Go's errors print it, such as `map[string]interface {}`.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::Int(size) => size.name(),
            Self::Uint(size) => size.name(),
            Self::Float => "float64",
            Self::String => "string",
            Self::Time => "time.Time",
            Self::Object(name) => name,
            Self::Slice(element) => return format!("[]{}", element.name()).into(),
            Self::Map(element) => return format!("map[string]{}", element.name()).into(),
        })
    }

    /// Whether a value of the type can be nil.
    #[must_use]
    pub fn can_be_nil(self) -> bool {
        match self {
            Self::Any | Self::Reflect | Self::Slice(_) | Self::Map(_) => true,
            Self::Object(name) => name.starts_with('*'),
            _ => false,
        }
    }
}

impl Signed {
    fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
        }
    }
}

impl Unsigned {
    fn name(self) -> &'static str {
        match self {
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}
