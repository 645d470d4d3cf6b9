//! Pipelines, commands, fields.

use super::{At, Done, State};
use crate::engine::MissingKey;
use crate::function::Args;
use crate::functions::dates::methods;
use crate::slot::Slot;
use crate::syntax::{Command, Number, Operand, OperandKind, Pipe};
use crate::types::Type;
use crate::value::Value;

/// What stands before the pipe symbol, if anything does.
pub(super) type Final = Option<Slot>;

impl<'t> State<'t, '_, '_> {
    /// The value of the last command; the pipeline's variables are set to it.
    pub(super) fn pipeline(&mut self, dot: &Slot, pipe: &'t Pipe) -> Done<Slot> {
        self.at = At::Pipe(pipe);
        let mut value: Final = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or_default();
        for name in &pipe.variables {
            if pipe.assigns {
                self.assign(name, &value)?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Slot, command: &'t Command, last: Final) -> Done<Slot> {
        self.step()?;
        let Some((first, arguments)) = command.operands.split_first() else { return Ok(Slot::NONE) };
        match &first.kind {
            OperandKind::Field(names) => {
                self.at = At::Operand(first);
                return self.fields(dot, dot.clone(), first, names, arguments, last);
            }
            OperandKind::Chain(inner, names) => return self.chain(dot, first, inner, names, arguments, last),
            OperandKind::Identifier(name) => {
                self.at = At::Operand(first);
                return self.function(dot, name, At::Command(command), arguments, last);
            }
            OperandKind::Pipe(pipe) => {
                self.check_no_arguments(first, arguments, &last)?;
                return self.nested(|state| state.pipeline(dot, pipe));
            }
            OperandKind::Variable(name, names) => {
                return self.variable_operand(dot, first, name, names, arguments, last);
            }
            _ => {}
        }
        self.at = At::Operand(first);
        self.check_no_arguments(first, arguments, &last)?;
        match &first.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Nil => Err(self.error("nil is not a command", &[])),
            OperandKind::Bool(value) => Ok(Value::Bool(*value).into()),
            OperandKind::Number(number) => self.constant(number),
            OperandKind::String { text, .. } => Ok(Value::String(text.clone()).into()),
            _ => Err(self.error("can't evaluate command %q", &[&first.source()])),
        }
    }

    fn check_no_arguments(&self, first: &Operand, arguments: &[Operand], last: &Final) -> Done<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.error("can't give argument to non-function %s", &[&first.source()]))
    }

    /// A number where nothing asks for a type.
    pub(super) fn constant(&self, number: &Number) -> Done<Slot> {
        if number.is_float() {
            return Ok(Value::Float(number.float.unwrap_or_default()).into());
        }
        match number.int {
            Some(int) => Ok(Value::int(int).into()),
            None => Err(self.error("%s overflows int", &[&number.text])),
        }
    }

    pub(super) fn chain(
        &mut self,
        dot: &Slot,
        operand: &'t Operand,
        inner: &'t Operand,
        names: &'t [Vec<u8>],
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        self.at = At::Operand(operand);
        if let OperandKind::Nil = inner.kind {
            return Err(self.error("indirection through explicit nil in %s", &[&operand.source()]));
        }
        let receiver = self.argument(dot, None, inner)?;
        self.fields(dot, receiver, operand, names, arguments, last)
    }

    pub(super) fn variable_operand(
        &mut self,
        dot: &Slot,
        operand: &'t Operand,
        name: &'t [u8],
        names: &'t [Vec<u8>],
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        self.at = At::Operand(operand);
        let value = self.variable(name)?;
        if names.is_empty() {
            self.check_no_arguments(operand, arguments, &last)?;
            return Ok(value);
        }
        self.fields(dot, value, operand, names, arguments, last)
    }

    /// Follows a chain of fields; the arguments are for the last.
    pub(super) fn fields(
        &mut self,
        dot: &Slot,
        mut receiver: Slot,
        operand: &'t Operand,
        names: &'t [Vec<u8>],
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        let Some((final_name, leading)) = names.split_last() else { return Ok(receiver) };
        for name in leading {
            receiver = self.field(dot, receiver, operand, name, &[], None)?;
        }
        self.field(dot, receiver, operand, final_name, arguments, last)
    }

    fn field(
        &mut self,
        dot: &Slot,
        receiver: Slot,
        operand: &'t Operand,
        name: &'t [u8],
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        let missing_key = self.template.engine().when_missing();
        if receiver.is_none() {
            if missing_key == MissingKey::Error {
                return Err(self.error("nil data; no entry for key %q", &[name]));
            }
            return Ok(Slot::NONE);
        }
        let type_name = receiver.type_name();
        if receiver.is_nil_interface() {
            return Err(self.error("nil pointer evaluating %s.%s", &[type_name.as_bytes(), name]));
        }
        if let Value::Time(_) | Value::Object(_) = receiver.value
            && let Some(found) = self.member(dot, &receiver.value, operand, name, arguments, last.as_ref())?
        {
            return Ok(found);
        }
        let Value::Map(map) = &receiver.value else {
            return Err(self.error("can't evaluate field %s in type %s", &[name, type_name.as_bytes()]));
        };
        if !arguments.is_empty() || last.is_some() {
            return Err(self.error("%s is not a method but has arguments", &[name]));
        }
        let element = *map.element();
        match (map.get(name), missing_key) {
            (Some(found), _) => Ok(Slot::declared(found, element)),
            (None, MissingKey::Default) => Ok(Slot::NONE),
            (None, MissingKey::Zero) => Ok(Slot::declared(Value::zero(element), element)),
            (None, MissingKey::Error) => Err(self.error("map has no entry for key %q", &[name])),
        }
    }

    /// A field or method of a time or an object.
    fn member(
        &mut self,
        dot: &Slot,
        receiver: &Value,
        operand: &'t Operand,
        name: &'t [u8],
        arguments: &'t [Operand],
        last: Option<&Slot>,
    ) -> Done<Option<Slot>> {
        let Ok(text_name) = std::str::from_utf8(name) else { return Ok(None) };
        if let Value::Object(object) = receiver
            && let Some((_, field)) = object.fields().into_iter().find(|(known, _)| *known == text_name)
        {
            if !arguments.is_empty() || last.is_some() {
                return Err(self.error("%s has arguments but cannot be invoked as function", &[name]));
            }
            return Ok(Some(field.into()));
        }
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            values.push(self.argument(dot, Some(Type::Reflect), argument)?.value);
        }
        values.extend(last.map(|slot| slot.value.clone()));
        let arguments = Args::new(&values);
        let result = match receiver {
            Value::Object(object) => object.call(text_name, self.context, &arguments),
            Value::Time(time) => methods::call(time, text_name, self.context, &arguments),
            _ => None,
        };
        match result {
            Some(Ok(value)) => Ok(Some(value.into())),
            Some(Err(fault)) => {
                self.at = At::Operand(operand);
                Err(self.fault(name, fault))
            }
            None => Ok(None),
        }
    }
}
