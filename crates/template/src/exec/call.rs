//! Calls of functions.

use super::evaluate::Final;
use super::{At, Done, State};
use crate::builtin::Builtin;
use crate::function::{Function, HIDDEN};
use crate::slot::Slot;
use crate::syntax::Operand;
use crate::types::Type;
use crate::value::Value;

/// A function of the engine's, or one of the language.
#[derive(Clone, Copy)]
enum Callee<'f> {
    Function(&'f Function),
    Builtin(Builtin),
}

impl Callee<'_> {
    fn parameters(self) -> (&'static [Type], bool) {
        match self {
            Self::Function(function) => (function.parameters(), function.is_variadic()),
            Self::Builtin(builtin) => builtin.parameters(),
        }
    }
}

impl<'t> State<'t, '_, '_> {
    /// Calls the function of this name. Errors in its arguments are told of those, its own of `call`.
    pub(super) fn function(
        &mut self,
        dot: &Slot,
        name: &'t [u8],
        call: At<'t>,
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        let template = self.template;
        let callee = match (template.engine().function(name), Builtin::find(name)) {
            (Some(function), _) => Callee::Function(function),
            (None, Some(builtin)) => Callee::Builtin(builtin),
            (None, None) => return Err(self.error("%q is not a defined function", &[name])),
        };
        let (parameters, variadic) = callee.parameters();
        self.check_count(name, parameters.len(), variadic, arguments.len(), last.is_some())?;
        if let Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) = callee {
            return self.short_circuit(dot, builtin, arguments, last);
        }
        let slots = self.arguments(dot, parameters, variadic, arguments, last)?;
        let result = match callee {
            Callee::Builtin(builtin) => {
                // Go names a callee from before the pipe by its value.
                let source = arguments.first().map_or(HIDDEN.into(), Operand::source);
                builtin.call(self.context, &slots, &String::from_utf8_lossy(&source))
            }
            Callee::Function(function) => {
                let values: Vec<Value> = slots.into_iter().map(|slot| slot.value).collect();
                let result = function.call(self.context, &values);
                result.map(|value| Slot::declared(value, function.result()))
            }
        };
        let result = result.and_then(|slot| {
            self.context.allocate(slot.value.shallow_bytes())?;
            Ok(slot)
        });
        result.map_err(|fault| {
            self.at = call;
            self.fault(name, fault)
        })
    }

    fn check_count(
        &self,
        name: &[u8],
        parameters: usize,
        variadic: bool,
        arguments: usize,
        with_last: bool,
    ) -> Done<()> {
        let given = arguments + usize::from(with_last);
        if variadic && given + 1 < parameters {
            let wanted = parameters - 1;
            let format = format!("wrong number of args for %s: want at least {wanted} got {arguments}");
            return Err(self.error(&format, &[name]));
        }
        if !variadic && given != parameters {
            let format = format!("wrong number of args for %s: want {parameters} got {given}");
            return Err(self.error(&format, &[name]));
        }
        Ok(())
    }

    /// `and` and `or` evaluate no more arguments than they need.
    fn short_circuit(
        &mut self,
        dot: &Slot,
        builtin: Builtin,
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Slot> {
        let mut slot = Slot::NONE;
        for argument in arguments {
            slot = self.argument(dot, Some(Type::Reflect), argument)?;
            if slot.value.is_true() == (builtin == Builtin::Or) {
                return Ok(slot);
            }
        }
        Ok(last.unwrap_or(slot))
    }

    fn arguments(
        &mut self,
        dot: &Slot,
        parameters: &[Type],
        variadic: bool,
        arguments: &'t [Operand],
        last: Final,
    ) -> Done<Vec<Slot>> {
        let parameter = |at: usize| {
            let at = if variadic { at.min(parameters.len() - 1) } else { at };
            parameters.get(at).copied()
        };
        let mut slots = Vec::with_capacity(arguments.len() + 1);
        for (at, argument) in arguments.iter().enumerate() {
            slots.push(self.argument(dot, parameter(at), argument)?);
        }
        if let Some(last) = last {
            slots.push(self.checked(last, parameter(arguments.len()))?);
        }
        Ok(slots)
    }
}
