//! The syntax tree of a template, and how Go prints its expressions in errors.

use std::collections::BTreeMap;

use crate::bytes::ByteString;
use crate::quote;

/// All templates of one text: the main one and those it defines, by name.
pub(crate) type Trees = BTreeMap<Vec<u8>, Vec<Node>>;

/// Something between two delimiters, or the text between two of those.
pub(crate) enum Node {
    Text { at: usize, text: Vec<u8> },
    Action(Pipe),
    Branch(Branch),
    Template(Call),
    Break { at: usize },
    Continue { at: usize },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BranchKind {
    If,
    With,
    Range,
}

/// `if`, `with` or `range`, with its chain of `else if`.
pub(crate) struct Branch {
    pub(crate) kind: BranchKind,
    pub(crate) arms: Vec<(Pipe, Vec<Node>)>,
    pub(crate) otherwise: Vec<Node>,
}

/// `template` or `block`.
pub(crate) struct Call {
    pub(crate) at: usize,
    pub(crate) name: Vec<u8>,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands, each of which gets the result of the one before, and the variables that get the last one's.
pub(crate) struct Pipe {
    pub(crate) at: usize,
    pub(crate) variables: Vec<Vec<u8>>,
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// An operand and its arguments.
pub(crate) struct Command {
    pub(crate) at: usize,
    pub(crate) operands: Vec<Operand>,
}

pub(crate) struct Operand {
    pub(crate) at: usize,
    pub(crate) kind: OperandKind,
}

pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    String {
        literal: Vec<u8>,
        text: ByteString,
    },
    Identifier(Vec<u8>),
    /// Names without the dot.
    Field(Vec<Vec<u8>>),
    /// The name with its dollar sign, and the fields after it.
    Variable(Vec<u8>, Vec<Vec<u8>>),
    /// A function or parentheses, and the fields after it.
    Chain(Box<Operand>, Vec<Vec<u8>>),
    Pipe(Box<Pipe>),
}

/// A number in every type that can hold it.
pub(crate) struct Number {
    pub(crate) text: Vec<u8>,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
}

impl Number {
    /// Whether the number is a `float64` where nothing asks for a type.
    pub(crate) fn is_float(&self) -> bool {
        let has = |any_of: &[u8]| self.text.iter().any(|byte| any_of.contains(byte));
        let hexadecimal = self.text.len() > 2 && matches!(self.text[..2], [b'0', b'x' | b'X']);
        let whole = hexadecimal && !has(b"pP") || self.text.first() == Some(&b'\'');
        self.float.is_some() && !whole && has(b".eEpP")
    }
}

impl Call {
    /// As Go prints it.
    pub(crate) fn source(&self) -> Vec<u8> {
        let mut out = b"{{template ".to_vec();
        out.extend(quote::quote(&self.name));
        if let Some(pipe) = &self.pipe {
            out.push(b' ');
            pipe.write(&mut out);
        }
        out.extend_from_slice(b"}}");
        out
    }
}

impl Pipe {
    /// As Go prints it.
    pub(crate) fn source(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        for (at, name) in self.variables.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(name);
        }
        if !self.variables.is_empty() {
            out.extend_from_slice(if self.assigns { b" = " } else { b" := " });
        }
        for (at, command) in self.commands.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b" | ");
            }
            command.write(out);
        }
    }
}

impl Command {
    /// As Go prints it.
    pub(crate) fn source(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        for (at, operand) in self.operands.iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            operand.write_within(out);
        }
    }
}

impl Operand {
    /// As Go prints it when it stands alone.
    pub(crate) fn source(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.kind {
            OperandKind::Pipe(pipe) => pipe.write(&mut out),
            _ => self.write_within(&mut out),
        }
        out
    }

    fn write_within(&self, out: &mut Vec<u8>) {
        let fields = |out: &mut Vec<u8>, names: &[Vec<u8>]| {
            for name in names {
                out.push(b'.');
                out.extend_from_slice(name);
            }
        };
        match &self.kind {
            OperandKind::Dot => out.push(b'.'),
            OperandKind::Nil => out.extend_from_slice(b"nil"),
            OperandKind::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
            OperandKind::Number(number) => out.extend_from_slice(&number.text),
            OperandKind::String { literal, .. } => out.extend_from_slice(literal),
            OperandKind::Identifier(name) => out.extend_from_slice(name),
            OperandKind::Field(names) => fields(out, names),
            OperandKind::Variable(name, names) => {
                out.extend_from_slice(name);
                fields(out, names);
            }
            OperandKind::Chain(operand, names) => {
                operand.write_within(out);
                fields(out, names);
            }
            OperandKind::Pipe(pipe) => {
                out.push(b'(');
                pipe.write(out);
                out.push(b')');
            }
        }
    }
}

/// Whether there is nothing but white space.
pub(crate) fn is_empty(nodes: &[Node]) -> bool {
    // Go's `bytes.TrimSpace` knows white space beyond ASCII.
    nodes.iter().all(|node| match node {
        Node::Text { text, .. } => String::from_utf8_lossy(text).trim().is_empty(),
        _ => false,
    })
}
