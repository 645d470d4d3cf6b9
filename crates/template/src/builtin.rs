//! The functions of the language itself.

use crate::compare;
use crate::context::Context;
use crate::escape;
use crate::function::Fault;
use crate::index;
use crate::print;
use crate::slot::Slot;
use crate::types::Type;
use crate::value::Value;

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    And,
    Call,
    Eq,
    Ge,
    Gt,
    Html,
    Index,
    Js,
    Le,
    Len,
    Lt,
    Ne,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Slice,
    UrlQuery,
}

impl Builtin {
    pub(crate) const ALL: [Self; 19] = [
        Self::And,
        Self::Call,
        Self::Eq,
        Self::Ge,
        Self::Gt,
        Self::Html,
        Self::Index,
        Self::Js,
        Self::Le,
        Self::Len,
        Self::Lt,
        Self::Ne,
        Self::Not,
        Self::Or,
        Self::Print,
        Self::Printf,
        Self::Println,
        Self::Slice,
        Self::UrlQuery,
    ];

    pub(crate) fn find(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|builtin| builtin.name().as_bytes() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Call => "call",
            Self::Eq => "eq",
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Html => "html",
            Self::Index => "index",
            Self::Js => "js",
            Self::Le => "le",
            Self::Len => "len",
            Self::Lt => "lt",
            Self::Ne => "ne",
            Self::Not => "not",
            Self::Or => "or",
            Self::Print => "print",
            Self::Printf => "printf",
            Self::Println => "println",
            Self::Slice => "slice",
            Self::UrlQuery => "urlquery",
        }
    }

    /// The parameters, and whether the last one takes any number of arguments.
    pub(crate) fn parameters(self) -> (&'static [Type], bool) {
        const VALUE: Type = Type::Reflect;
        match self {
            Self::And | Self::Or | Self::Call | Self::Eq | Self::Index | Self::Slice => {
                (&[VALUE, VALUE], true)
            }
            Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne => (&[VALUE, VALUE], false),
            Self::Len | Self::Not => (&[VALUE], false),
            Self::Html | Self::Js | Self::Print | Self::Println | Self::UrlQuery => (&[Type::Any], true),
            Self::Printf => (&[Type::String, Type::Any], true),
        }
    }

    /// Calls the function. `callee` is the source of the first argument, for `call`.
    pub(crate) fn call(self, context: &mut Context<'_>, slots: &[Slot], callee: &str) -> Result<Slot, Fault> {
        let values = |slots: &[Slot]| slots.iter().map(|slot| slot.value.clone()).collect::<Vec<Value>>();
        let first = slots.first().cloned().unwrap_or_default();
        let second = slots.get(1).cloned().unwrap_or_default();
        let (one, other) = (&first.value, &second.value);
        Ok(match self {
            // Both are decided while their arguments are evaluated.
            Self::And | Self::Or => return Ok(first),
            Self::Call if matches!(one, Value::Nil) => return Err(Fault::text("call of nil")),
            Self::Call => {
                let text = format!("non-function {callee} of type {}", one.type_name());
                return Err(Fault::text(text));
            }
            Self::Index => return index::index(first, slots.get(1..).unwrap_or_default()),
            Self::Slice => return index::slice(first, slots.get(1..).unwrap_or_default()),
            Self::Len => index::length(&first)?,
            Self::Not => Value::Bool(!one.is_true()),
            Self::Eq => Value::Bool(compare::equals_any(one, values(slots).get(1..).unwrap_or_default())?),
            Self::Ne => Value::Bool(!compare::equals_any(one, std::slice::from_ref(other))?),
            Self::Lt => Value::Bool(compare::is_less(one, other)?),
            Self::Le => Value::Bool(compare::is_at_most(one, other)?),
            Self::Gt => Value::Bool(!compare::is_at_most(one, other)?),
            Self::Ge => Value::Bool(!compare::is_less(one, other)?),
            Self::Html => escape::html(&to_escape(context, values(slots))?).into(),
            Self::Js => escape::js(&to_escape(context, values(slots))?).into(),
            Self::UrlQuery => escape::url_query(&to_escape(context, values(slots))?).into(),
            Self::Print => print::sprint(context, &values(slots))?.into(),
            Self::Println => print::sprintln(context, &values(slots))?.into(),
            Self::Printf => {
                let Value::String(format) = one else { return Err(Fault::text("the format is no string")) };
                print::sprintf(context, format, values(slots).get(1..).unwrap_or_default())?.into()
            }
        }
        .into())
    }
}

/// The arguments as one text, after making sure that there is room for it with everything escaped.
fn to_escape(context: &mut Context<'_>, values: Vec<Value>) -> Result<Vec<u8>, Fault> {
    let text = joined(context, values)?;
    context.allocate(text.len().saturating_mul(escape::GROWTH))?;
    Ok(text)
}

/// The arguments as one text, where nothing is `<no value>`.
fn joined(context: &mut Context<'_>, mut values: Vec<Value>) -> Result<Vec<u8>, Fault> {
    if let [Value::String(text)] = &values[..] {
        return Ok(text.to_vec());
    }
    for value in &mut values {
        if matches!(value, Value::Nil) {
            *value = "<no value>".into();
        }
    }
    print::sprint(context, &values)
}
