//! Rendering: walks the syntax tree, evaluates its expressions and writes the output.

mod argument;
mod call;
mod evaluate;

use signet_secret::Plaintext;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::engine::Template;
use crate::error::{Error, Position};
use crate::function::{Cause, Fault, HIDDEN};
use crate::limits::Limit;
use crate::print;
use crate::quote;
use crate::slot::Slot;
use crate::syntax::{Branch, BranchKind, Call, Command, Node, Operand, Pipe};
use crate::value::Value;

/// Renders the template.
pub(crate) fn run(template: &Template, data: &Value, context: &mut Context<'_>) -> Result<Plaintext, Error> {
    let name = template.name().as_bytes();
    let dot = Slot::plain(data.clone());
    let mut state = State {
        template,
        name,
        context,
        out: Zeroizing::new(Vec::new()),
        variables: vec![(b"$", dot.clone())],
        at: At::Text(0),
        depth: 0,
    };
    if let Some(nodes) = template.trees().get(name) {
        state.list(&dot, nodes)?;
    }
    Ok(state.out.into())
}

/// What is being evaluated, for errors.
#[derive(Clone, Copy)]
enum At<'t> {
    Text(usize),
    Pipe(&'t Pipe),
    Action(&'t Pipe),
    Call(&'t Call),
    Command(&'t Command),
    Operand(&'t Operand),
}

impl At<'_> {
    fn offset(self) -> usize {
        match self {
            Self::Text(at) => at,
            Self::Pipe(pipe) | Self::Action(pipe) => pipe.at,
            Self::Call(call) => call.at,
            Self::Command(command) => command.at,
            Self::Operand(operand) => operand.at,
        }
    }

    fn source(self) -> Vec<u8> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Pipe(pipe) => pipe.source(),
            Self::Action(pipe) => [b"{{", &pipe.source()[..], b"}}"].concat(),
            Self::Call(call) => call.source(),
            Self::Command(command) => command.source(),
            Self::Operand(operand) => operand.source(),
        }
    }
}

/// What comes after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

struct State<'t, 'x, 'c> {
    template: &'t Template,
    /// The name of the template being rendered, which may be one defined within.
    name: &'t [u8],
    context: &'x mut Context<'c>,
    out: Zeroizing<Vec<u8>>,
    variables: Vec<(&'t [u8], Slot)>,
    at: At<'t>,
    depth: usize,
}

type Done<T> = Result<T, Error>;

impl<'t> State<'t, '_, '_> {
    // Errors

    fn position(&self) -> Position {
        Position::of(self.at.offset(), self.template.text())
    }

    /// Go's text. As in Go, the location is part of the format, and so is a name with percent signs.
    fn error(&self, format: &str, arguments: &[&[u8]]) -> Error {
        let position = self.position();
        let doubled = |text: &[u8]| String::from_utf8_lossy(text).replace('%', "%%");
        let format = format!(
            "template: {}:{position}: executing {} at <{}>: {format}",
            self.template.name(),
            print::quoted(doubled(self.name).as_bytes()),
            doubled(&self.at.source()),
        );
        let arguments: Vec<Value> = arguments.iter().map(|&argument| argument.into()).collect();
        Error::Execute { text: print::plain(format.as_bytes(), &arguments), position }
    }

    fn limit(&self, limit: Limit) -> Error {
        Error::Limit { name: self.template.name().to_owned(), position: self.position(), limit }
    }

    /// The error of a function.
    fn fault(&self, name: &[u8], fault: Fault) -> Error {
        match fault.0 {
            Cause::Text(text) => self.error("error calling %s: %s", &[name, &text]),
            Cause::Said(words) if self.template.may_say(&words) => {
                self.error("error calling %s: %s", &[name, &words])
            }
            Cause::Said(_) => self.error("error calling %s: %s", &[name, HIDDEN.as_bytes()]),
            Cause::Limit(limit) => self.limit(limit),
        }
    }

    // Limits

    fn step(&mut self) -> Done<()> {
        self.context.work(1).map_err(|limit| self.limit(limit))
    }

    /// Goes one level deeper, for as long as `inner` takes.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        let limit = self.template.engine().bounds().depth;
        if self.depth >= limit {
            return Err(self.limit(Limit::Depth(limit)));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn write(&mut self, text: &[u8]) -> Done<()> {
        let limit = self.template.engine().bounds().output_bytes;
        if self.out.len() + text.len() > limit {
            return Err(self.limit(Limit::OutputBytes(limit)));
        }
        let needed = self.out.len() + text.len();
        if needed > self.out.capacity() {
            // The old buffer is cleared when it is dropped; growing in place would leave a copy behind.
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
            larger.extend_from_slice(&self.out);
            self.out = larger;
        }
        self.out.extend_from_slice(text);
        Ok(())
    }

    // Nodes

    fn list(&mut self, dot: &Slot, nodes: &'t [Node]) -> Done<Flow> {
        for node in nodes {
            match self.node(dot, node)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Slot, node: &'t Node) -> Done<Flow> {
        self.step()?;
        match node {
            Node::Text { at, text } => {
                self.at = At::Text(*at);
                self.write(text)?;
            }
            Node::Action(pipe) => {
                self.at = At::Action(pipe);
                let slot = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.at = At::Action(pipe);
                    self.print(&slot)?;
                }
            }
            Node::Branch(branch) => return self.nested(|state| state.branch(dot, branch)),
            Node::Template(call) => self.nested(|state| state.template(dot, call))?,
            Node::Break { at } => {
                self.at = At::Text(*at);
                return Ok(Flow::Break);
            }
            Node::Continue { at } => {
                self.at = At::Text(*at);
                return Ok(Flow::Continue);
            }
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, slot: &Slot) -> Done<()> {
        match &slot.value {
            Value::String(text) => self.write(text),
            Value::Nil if !slot.boxed => self.write(b"<no value>"),
            value => {
                let text = print::text(self.context, value).map_err(|fault| self.fault(b"print", fault))?;
                self.write(&Zeroizing::new(text))
            }
        }
    }

    fn branch(&mut self, dot: &Slot, branch: &'t Branch) -> Done<Flow> {
        let variables = self.variables.len();
        let flow = match branch.kind {
            BranchKind::Range => self.range(dot, branch),
            kind => self.first_true(dot, kind, branch),
        };
        self.variables.truncate(variables);
        flow
    }

    /// `if` and `with`, which differ in their dot.
    fn first_true(&mut self, dot: &Slot, kind: BranchKind, branch: &'t Branch) -> Done<Flow> {
        for (pipe, nodes) in &branch.arms {
            let slot = self.pipeline(dot, pipe)?;
            if slot.value.is_true() {
                return self.list(if kind == BranchKind::With { &slot } else { dot }, nodes);
            }
        }
        self.list(dot, &branch.otherwise)
    }

    fn range(&mut self, dot: &Slot, branch: &'t Branch) -> Done<Flow> {
        let Some((pipe, nodes)) = branch.arms.first() else { return Ok(Flow::Next) };
        let over = self.pipeline(dot, pipe)?;
        let mut run = Range { pipe, nodes, marks: self.variables.len() };
        let ran = match over.value {
            Value::Int(size, count) => {
                let numbers = (0..count).map(|number| (Slot::NONE, Value::Int(size, number).into()));
                self.check_counting(pipe)?;
                self.iterate(&mut run, numbers)?
            }
            Value::Uint(size, count) => {
                let numbers = (0..count).map(|number| (Slot::NONE, Value::Uint(size, number).into()));
                self.check_counting(pipe)?;
                self.iterate(&mut run, numbers)?
            }
            Value::List(list) => {
                let element = *list.element();
                let items = list.items().iter().enumerate().map(|(at, item)| {
                    let index = Value::int(i64::try_from(at).unwrap_or(i64::MAX));
                    (index.into(), Slot::declared(item.clone(), element))
                });
                self.iterate(&mut run, items)?
            }
            Value::Map(map) => {
                let element = *map.element();
                let entries = map.entries().into_iter();
                let entries =
                    entries.map(|(key, value)| (Value::String(key).into(), Slot::declared(value, element)));
                self.iterate(&mut run, entries)?
            }
            Value::Nil => false,
            _ => return Err(self.error("range can't iterate over [hidden]", &[])),
        };
        if ran {
            return Ok(Flow::Next);
        }
        // Go takes a break in the else part as one out of this very range.
        Ok(match self.list(dot, &branch.otherwise)? {
            Flow::Continue => Flow::Continue,
            _ => Flow::Next,
        })
    }

    fn check_counting(&self, pipe: &Pipe) -> Done<()> {
        if pipe.variables.len() > 1 {
            return Err(self.error("can't use [hidden] to iterate over more than one variable", &[]));
        }
        Ok(())
    }

    /// Whether there was anything to iterate over.
    fn iterate(&mut self, run: &mut Range<'t>, items: impl IntoIterator<Item = (Slot, Slot)>) -> Done<bool> {
        let mut ran = false;
        for (index, element) in items {
            ran = true;
            self.step()?;
            self.set_range_variables(run, &index, &element)?;
            let flow = self.list(&element, run.nodes)?;
            self.variables.truncate(run.marks);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(ran)
    }

    fn set_range_variables(&mut self, run: &Range<'t>, index: &Slot, element: &Slot) -> Done<()> {
        let names = &run.pipe.variables;
        if run.pipe.assigns {
            match &names[..] {
                [] => {}
                [only] => self.assign(only, element)?,
                [first, second, ..] => {
                    self.assign(first, index)?;
                    self.assign(second, element)?;
                }
            }
        } else if let Some(top) = run.marks.checked_sub(names.len()) {
            match &mut self.variables[top..] {
                [only] => only.1 = element.clone(),
                [first, second, ..] => {
                    first.1 = index.clone();
                    second.1 = element.clone();
                }
                [] => {}
            }
        }
        Ok(())
    }

    fn template(&mut self, dot: &Slot, call: &'t Call) -> Done<()> {
        self.at = At::Call(call);
        let Some((name, nodes)) = self.template.trees().get_key_value(&call.name) else {
            let quoted = quote::quote(&call.name);
            return Err(self.error("template %s not defined", &[&quoted]));
        };
        let dot = match &call.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Slot::NONE,
        };
        // A template sees no variables of its caller.
        let outer = std::mem::replace(&mut self.variables, vec![(b"$", dot.clone())]);
        let outer_name = std::mem::replace(&mut self.name, name);
        self.list(&dot, nodes)?;
        self.variables = outer;
        self.name = outer_name;
        Ok(())
    }

    // Variables

    fn assign(&mut self, name: &'t [u8], slot: &Slot) -> Done<()> {
        match self.variables.iter_mut().rfind(|(known, _)| *known == name) {
            Some((_, value)) => {
                *value = slot.clone();
                Ok(())
            }
            None => Err(self.error("undefined variable: %s", &[name])),
        }
    }

    fn variable(&self, name: &[u8]) -> Done<Slot> {
        match self.variables.iter().rfind(|(known, _)| *known == name) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(self.error("undefined variable: %s", &[name])),
        }
    }
}

/// A range while it runs.
struct Range<'t> {
    pipe: &'t Pipe,
    nodes: &'t [Node],
    /// How many variables there are before each iteration.
    marks: usize,
}
