//! Arguments, and whether they have the type a parameter asks for.

use super::evaluate::Final;
use super::{At, Done, State};
use crate::slot::Slot;
use crate::syntax::{Operand, OperandKind};
use crate::types::Type;
use crate::value::Value;

impl<'t> State<'t, '_, '_> {
    /// The value of an operand, for a parameter of this type; `None` asks for no type.
    pub(super) fn argument(&mut self, dot: &Slot, of: Option<Type>, operand: &'t Operand) -> Done<Slot> {
        const NO_ARGUMENTS: &[Operand] = &[];
        const NOTHING: Final = None;
        self.step()?;
        self.at = At::Operand(operand);
        let slot = match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => return self.nil_argument(of),
            OperandKind::Field(names) => {
                self.fields(dot, dot.clone(), operand, names, NO_ARGUMENTS, NOTHING)?
            }
            OperandKind::Variable(name, names) => {
                self.variable_operand(dot, operand, name, names, NO_ARGUMENTS, NOTHING)?
            }
            OperandKind::Pipe(pipe) => self.nested(|state| state.pipeline(dot, pipe))?,
            OperandKind::Identifier(name) => {
                self.function(dot, name, At::Operand(operand), NO_ARGUMENTS, NOTHING)?
            }
            OperandKind::Chain(inner, names) => {
                self.chain(dot, operand, inner, names, NO_ARGUMENTS, NOTHING)?
            }
            _ => return self.literal(of, operand),
        };
        self.checked(slot, of)
    }

    fn nil_argument(&self, of: Option<Type>) -> Done<Slot> {
        match of {
            Some(of) if of.can_be_nil() => Ok(Slot::declared(Value::zero(of), of)),
            Some(of) => Err(self.error("cannot assign nil to %s", &[of.name().as_bytes()])),
            None => Ok(Slot::NONE),
        }
    }

    /// A constant, which takes the type of the parameter.
    fn literal(&self, of: Option<Type>, operand: &Operand) -> Done<Slot> {
        let expected = |what: &str| {
            let format = format!("expected {what}; found %s");
            Err(self.error(&format, &[&operand.source()]))
        };
        let number = match &operand.kind {
            OperandKind::Number(number) => Some(number),
            _ => None,
        };
        let value = match of {
            None | Some(Type::Any | Type::Reflect) => {
                return match &operand.kind {
                    OperandKind::Bool(value) => Ok(Value::Bool(*value).into()),
                    OperandKind::String { text, .. } => Ok(Value::String(text.clone()).into()),
                    OperandKind::Number(number) => self.constant(number),
                    _ => Ok(Slot::NONE),
                };
            }
            Some(Type::Bool) => match &operand.kind {
                OperandKind::Bool(value) => Value::Bool(*value),
                _ => return expected("bool"),
            },
            Some(Type::String) => match &operand.kind {
                OperandKind::String { text, .. } => Value::String(text.clone()),
                _ => return expected("string"),
            },
            Some(Type::Int(size)) => match number.and_then(|number| number.int) {
                Some(int) => Value::Int(size, int),
                None => return expected("integer"),
            },
            Some(Type::Uint(size)) => match number.and_then(|number| number.uint) {
                Some(uint) => Value::Uint(size, uint),
                None => return expected("unsigned integer"),
            },
            Some(Type::Float) => match number.and_then(|number| number.float) {
                Some(float) => Value::Float(float),
                None => return expected("float"),
            },
            Some(of @ (Type::Slice(_) | Type::Map(_) | Type::Time | Type::Object(_))) => {
                let name = of.name();
                let arguments = [&operand.source()[..], name.as_bytes()];
                return Err(self.error("can't handle %s for arg of type %s", &arguments));
            }
        };
        Ok(value.into())
    }

    /// The value as a parameter of this type takes it.
    pub(super) fn checked(&self, slot: Slot, of: Option<Type>) -> Done<Slot> {
        let Some(of) = of else { return Ok(slot) };
        if slot.is_none() {
            if of.can_be_nil() {
                // What `reflect.Value` takes stays no value.
                return Ok(if of == Type::Reflect { slot } else { Slot::declared(Value::zero(of), of) });
            }
            return Err(self.error("invalid value; expected %s", &[of.name().as_bytes()]));
        }
        if matches!(of, Type::Any | Type::Reflect) || slot.value.type_of() == Some(of) {
            return Ok(slot);
        }
        let found = if slot.is_nil_interface() { slot.type_name() } else { slot.value.type_name() };
        let arguments = [of.name(), found];
        let arguments = [arguments[0].as_bytes(), arguments[1].as_bytes()];
        Err(self.error("wrong type for value; expected %s; got %s", &arguments))
    }
}
