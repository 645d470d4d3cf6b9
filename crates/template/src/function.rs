//! Functions: what they are called, which Go signature they have, and how they fail.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bytes::ByteString;
use crate::context::Context;
use crate::limits::Limit;
use crate::time::Time;
use crate::types::Type;
use crate::value::{List, Map, Value};

/// Why a function failed.
pub struct Fault(pub(crate) Cause);

pub(crate) enum Cause {
    /// The text of the Go function's error.
    Text(Vec<u8>),
    /// What the template itself wants to be said.
    Said(Vec<u8>),
    /// A limit of this rendering.
    Limit(Limit),
}

/// Stands in an error where Go prints a value: the value may be a secret.
pub const HIDDEN: &str = "[hidden]";

impl Fault {
    /// An error with Go's text. The text must hold [`HIDDEN`] where Go prints an argument.
    #[must_use]
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self(Cause::Text(text.into()))
    }

    /// An error with words of the template. An engine that is [discreet](crate::Engine::discreet) hides them when they
    /// were computed.
    #[must_use]
    pub fn said(words: impl Into<Vec<u8>>) -> Self {
        Self(Cause::Said(words.into()))
    }
}

impl From<Limit> for Fault {
    fn from(limit: Limit) -> Self {
        Self(Cause::Limit(limit))
    }
}

/// What a function does. Arguments have been checked against the signature.
pub type Body = dyn Fn(&mut Context<'_>, &Args<'_>) -> Result<Value, Fault> + Send + Sync;

/// A function that templates can call.
#[derive(Clone)]
pub struct Function {
    name: &'static str,
    first_name: &'static str,
    parameters: &'static [Type],
    variadic: bool,
    result: Type,
    about: &'static str,
    example: &'static str,
    body: Arc<Body>,
}

impl Function {
    /// A function with these parameters and result. A result of `Type::Any` is an `interface {}` to Go,
    /// which shows in some errors.
    pub fn new(
        name: &'static str,
        parameters: &'static [Type],
        result: Type,
        body: impl Fn(&mut Context<'_>, &Args<'_>) -> Result<Value, Fault> + Send + Sync + 'static,
    ) -> Self {
        let body = Arc::new(body);
        Self { name, first_name: name, parameters, variadic: false, result, about: "", example: "", body }
    }

    /// Makes the last parameter take any number of arguments, none included.
    #[must_use]
    pub fn variadic(mut self) -> Self {
        assert!(!self.parameters.is_empty(), "a variadic function has a parameter");
        self.variadic = true;
        self
    }

    /// Adds a sentence and an example for the reference.
    #[must_use]
    pub fn about(mut self, about: &'static str, example: &'static str) -> Self {
        self.about = about;
        self.example = example;
        self
    }

    /// The same function under another name.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// What templates call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The Go signature, such as `substr(int, int, string) string`.
    #[must_use]
    pub fn signature(&self) -> String {
        signature(self.name, self.parameters, self.variadic, self.result)
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.about
    }

    /// A template that shows its use, under the name it was made with.
    #[must_use]
    pub fn example(&self) -> &'static str {
        self.example
    }

    pub(crate) fn first_name(&self) -> &'static str {
        self.first_name
    }

    pub(crate) fn result(&self) -> Type {
        self.result
    }

    pub(crate) fn is_variadic(&self) -> bool {
        self.variadic
    }

    pub(crate) fn parameters(&self) -> &'static [Type] {
        self.parameters
    }

    pub(crate) fn call(&self, context: &mut Context<'_>, args: &[Value]) -> Result<Value, Fault> {
        (self.body)(context, &Args(args))
    }
}

pub(crate) fn signature(name: &str, parameters: &[Type], variadic: bool, result: Type) -> String {
    let last = parameters.len().wrapping_sub(1);
    let parameters: Vec<String> = (parameters.iter().enumerate())
        .map(|(at, of)| {
            let dots = if variadic && at == last { "..." } else { "" };
            format!("{dots}{}", of.name())
        })
        .collect();
    format!("{name}({}) {}", parameters.join(", "), result.name())
}

/// The arguments of one call, in the order of the parameters. Reading one as another type than its
/// parameter's is an error of its own, never a panic.
pub struct Args<'a>(&'a [Value]);

impl<'a> Args<'a> {
    pub(crate) fn new(values: &'a [Value]) -> Self {
        Self(values)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All arguments from this one on: those of a variadic parameter.
    #[must_use]
    pub fn rest(&self, from: usize) -> &'a [Value] {
        self.0.get(from..).unwrap_or_default()
    }

    /// An argument as it is; nil when there is none.
    #[must_use]
    pub fn value(&self, at: usize) -> &'a Value {
        const NIL: &Value = &Value::Nil;
        self.0.get(at).unwrap_or(NIL)
    }

    /// A `string`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn string(&self, at: usize) -> Result<&'a ByteString, Fault> {
        match self.value(at) {
            Value::String(text) => Ok(text),
            other => Err(mismatch(at, "string", other)),
        }
    }

    /// A `bool`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn bool(&self, at: usize) -> Result<bool, Fault> {
        match self.value(at) {
            Value::Bool(value) => Ok(*value),
            other => Err(mismatch(at, "bool", other)),
        }
    }

    /// A signed integer.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn int(&self, at: usize) -> Result<i64, Fault> {
        match self.value(at) {
            Value::Int(_, value) => Ok(*value),
            other => Err(mismatch(at, "int", other)),
        }
    }

    /// An unsigned integer.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn uint(&self, at: usize) -> Result<u64, Fault> {
        match self.value(at) {
            Value::Uint(_, value) => Ok(*value),
            other => Err(mismatch(at, "uint", other)),
        }
    }

    /// A `float64`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn float(&self, at: usize) -> Result<f64, Fault> {
        match self.value(at) {
            Value::Float(value) => Ok(*value),
            other => Err(mismatch(at, "float64", other)),
        }
    }

    /// A list.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn list(&self, at: usize) -> Result<&'a List, Fault> {
        match self.value(at) {
            Value::List(list) => Ok(list),
            other => Err(mismatch(at, "list", other)),
        }
    }

    /// A map.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn map(&self, at: usize) -> Result<&'a Map, Fault> {
        match self.value(at) {
            Value::Map(map) => Ok(map),
            other => Err(mismatch(at, "map", other)),
        }
    }

    /// A `time.Time`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn time(&self, at: usize) -> Result<&'a Time, Fault> {
        match self.value(at) {
            Value::Time(time) => Ok(time),
            other => Err(mismatch(at, "time.Time", other)),
        }
    }
}

fn mismatch(at: usize, expected: &str, found: &Value) -> Fault {
    Fault::text(format!("argument {at} has type {}; should be {expected}", found.type_name()))
}

/// The functions of an engine, by name, beside those of the language itself.
#[derive(Clone, Default)]
pub struct Functions {
    known: BTreeMap<&'static str, Function>,
    withheld: BTreeMap<&'static str, &'static str>,
}

impl Functions {
    /// No function beside those of the language.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function, in place of an earlier one of the same name.
    pub fn add(&mut self, function: Function) {
        self.known.insert(function.name(), function);
    }

    /// Adds many functions.
    pub fn extend(&mut self, functions: impl IntoIterator<Item = Function>) {
        functions.into_iter().for_each(|function| self.add(function));
    }

    /// Names a function that is left out on purpose, and says why in words that follow "it": `it reads the
    /// environment`.
    pub fn withhold(&mut self, name: &'static str, why: &'static str) {
        self.withheld.insert(name, why);
    }

    /// The function of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.known.get(name)
    }

    /// Why there is no function of this name, when that is on purpose.
    #[must_use]
    pub fn why_withheld(&self, name: &str) -> Option<&'static str> {
        self.withheld.get(name).copied()
    }

    /// The names that are left out on purpose, and why.
    pub fn withheld(&self) -> impl ExactSizeIterator<Item = (&'static str, &'static str)> {
        self.withheld.iter().map(|(name, why)| (*name, *why))
    }

    /// All functions by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Function> {
        self.known.values()
    }
}
