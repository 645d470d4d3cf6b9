//! Engines, and the templates they make.

use std::sync::Arc;

use signet_secret::{KeyName, Plaintext, SecretMap};

use crate::builtin::Builtin;
use crate::context::{Context, Environment};
use crate::error::{Error, Position};
use crate::exec;
use crate::function::{Function, Functions};
use crate::functions;
use crate::limits::{Limit, Limits};
use crate::parse;
use crate::syntax::Trees;
use crate::value::Value;

/// What a field of a map gives that is not there: Go's option `missingkey`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// Nothing, printed as `<no value>`.
    #[default]
    Default,
    /// The zero value of the map's element type.
    Zero,
    /// An error.
    Error,
}

/// Functions, delimiters, limits: what templates are parsed and rendered with.
#[derive(Clone)]
pub struct Engine {
    functions: Arc<Functions>,
    missing_key: MissingKey,
    delimiters: (String, String),
    limits: Limits,
    discreet: bool,
}

impl Engine {
    /// An engine with functions of your own, beside those of the language.
    #[must_use]
    pub fn new(functions: Functions) -> Self {
        Self {
            functions: Arc::new(functions),
            missing_key: MissingKey::Default,
            delimiters: (String::new(), String::new()),
            limits: Limits::default(),
            discreet: false,
        }
    }

    /// As `template.data` of a SealedSecret is rendered: sprig's functions; a missing key gives `<no value>`.
    #[must_use]
    pub fn sealed() -> Self {
        Self::new(functions::sealed())
    }

    /// As the templates of an ExternalSecret are rendered: its functions; a missing key is an error.
    #[must_use]
    pub fn external() -> Self {
        Self::new(functions::external()).missing_key(MissingKey::Error)
    }

    /// Says what a missing key gives.
    #[must_use]
    pub fn missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// Sets the delimiters of actions. An empty one stands for Go's, `{{` or `}}`.
    #[must_use]
    pub fn delimiters(mut self, left: &str, right: &str) -> Self {
        self.delimiters = (left.to_owned(), right.to_owned());
        self
    }

    /// Sets what a template may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Shows the words of `fail` only where they stand in the template's own text. For errors that are read by others
    /// than those who may read the values: a template can compute its words from them.
    #[must_use]
    pub fn discreet(mut self) -> Self {
        self.discreet = true;
        self
    }

    /// Parses a template. The name appears in errors, and as the name of the template within itself.
    ///
    /// # Errors
    ///
    /// With Go's text when it is no template, or when it is larger or deeper than the limits allow.
    pub fn parse(&self, name: &str, text: &[u8]) -> Result<Template, Error> {
        let trees = parse::parse(self, name, text)?;
        Ok(Template { engine: self.clone(), name: name.to_owned(), text: text.to_vec(), trees })
    }

    /// Renders a set of templates, each named after the entry that it becomes, as `template.data` of a
    /// SealedSecret is one. All see the same data: none sees what another made of it.
    ///
    /// The limits hold for each template; those on output and time hold for the set too, however many
    /// templates it has.
    ///
    /// # Errors
    ///
    /// Every template that cannot be parsed or rendered, by name. Nothing of the others is given then.
    pub fn render_all<'t>(
        &self,
        templates: impl IntoIterator<Item = (&'t str, &'t [u8])>,
        data: &SecretMap,
        environment: &mut dyn Environment,
    ) -> Result<SecretMap, Vec<(KeyName, Error)>> {
        let data = Value::from(data);
        let mut rendered = SecretMap::new();
        let mut failed = Vec::new();
        let mut room = self.limits.output_bytes;
        for (name, text) in templates {
            match self.render_one(name, text, &data, room, environment) {
                Ok(output) => {
                    room -= output.len();
                    rendered.insert(name, output);
                }
                Err(error) => failed.push((name.into(), error)),
            }
        }
        if failed.is_empty() { Ok(rendered) } else { Err(failed) }
    }

    fn render_one(
        &self,
        name: &str,
        text: &[u8],
        data: &Value,
        room: usize,
        environment: &mut dyn Environment,
    ) -> Result<Plaintext, Error> {
        let output = self.parse(name, text)?.render(&data.detached(), environment)?;
        if output.len() > room {
            let limit = Limit::SetBytes(self.limits.output_bytes);
            return Err(Error::Limit {
                name: name.to_owned(),
                position: Position { line: 1, column: None },
                limit,
            });
        }
        Ok(output)
    }

    /// The functions beside those of the language.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    pub(crate) fn bounds(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn when_missing(&self) -> MissingKey {
        self.missing_key
    }

    pub(crate) fn delimiters_in_use(&self) -> (&str, &str) {
        let (left, right) = (&*self.delimiters.0, &*self.delimiters.1);
        (if left.is_empty() { "{{" } else { left }, if right.is_empty() { "}}" } else { right })
    }

    pub(crate) fn function(&self, name: &[u8]) -> Option<&Function> {
        std::str::from_utf8(name).ok().and_then(|name| self.functions.get(name))
    }

    pub(crate) fn has_function(&self, name: &[u8]) -> bool {
        self.function(name).is_some() || Builtin::find(name).is_some()
    }

    pub(crate) fn why_withheld(&self, name: &[u8]) -> Option<&'static str> {
        std::str::from_utf8(name).ok().and_then(|name| self.functions.why_withheld(name))
    }
}

/// A parsed template, to be rendered any number of times, on any thread.
pub struct Template {
    engine: Engine,
    name: String,
    text: Vec<u8>,
    trees: Trees,
}

impl Template {
    /// Renders the template with `data` as its dot.
    ///
    /// # Errors
    ///
    /// With Go's text when an action fails on this data, or when a limit is reached. Nothing of the output is
    /// given then.
    pub fn render(&self, data: &Value, environment: &mut dyn Environment) -> Result<Plaintext, Error> {
        let mut context = Context::new(environment, &self.engine.limits);
        exec::run(self, data, &mut context)
    }

    /// The name given to it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether an error may hold words that the template asks for.
    pub(crate) fn may_say(&self, words: &[u8]) -> bool {
        !self.engine.discreet || functions::letters::find(&self.text, words).is_some()
    }

    pub(crate) fn trees(&self) -> &Trees {
        &self.trees
    }
}
