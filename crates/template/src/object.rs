//! Values that are none of the basic ones: structs of Go libraries that templates can look into.

use crate::context::Context;
use crate::function::{Args, Fault};
use crate::value::Value;

/// A Go struct, a pointer to one, or a named type with methods.
pub trait Object {
    /// The type's name as Go prints it, such as `sprig.certificate` or `*semver.Version`.
    fn type_name(&self) -> &'static str;

    /// The kind's name as Go prints it, for a type that is not a pointer.
    fn kind_name(&self) -> &'static str {
        "struct"
    }

    /// The exported fields in the order of declaration, as `{{ .Name }}` reads and `{{ . }}` prints them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What Go's `String()` or `Error()` returns, when the type has one: printing uses it.
    fn text(&self) -> Option<Vec<u8>> {
        None
    }

    /// Calls a method; `None` when there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of the method.
    fn call(&self, name: &str, context: &mut Context<'_>, args: &Args<'_>) -> Option<Result<Value, Fault>> {
        let _ = (name, context, args);
        None
    }
}
