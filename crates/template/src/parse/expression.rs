//! Pipelines, commands and operands.

use super::{Parsed, Parser};
use crate::lex::Kind;
use crate::quote;
use crate::syntax::{Command, Operand, OperandKind, Pipe};

impl Parser<'_> {
    /// Variables to set, and commands, up to the token `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let at = self.peek_non_space().at;
        let mut pipe = Pipe { at, variables: Vec::new(), assigns: false, commands: Vec::new() };
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
        self.check_pipeline(&pipe, context)?;
        Ok(pipe)
    }

    /// The variables in front of `:=` or `=`.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next();
            // In "$x foo" it takes "foo" to know that the variable is an argument.
            let after = self.peek().clone();
            let next = self.peek_non_space();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assigns = next.kind == Kind::Assign;
                    self.next_non_space();
                    pipe.variables.push(variable.text.clone());
                    self.tree.variables.push(variable.text);
                    return Ok(());
                }
                Kind::Char if next.text == b"," => {
                    self.next_non_space();
                    pipe.variables.push(variable.text.clone());
                    self.tree.variables.push(variable.text);
                    if context != "range" || pipe.variables.len() >= 2 {
                        return Err(self.error("too many declarations in %s", &[context.as_bytes()]));
                    }
                    let next = self.peek_non_space().kind;
                    if !matches!(next, Kind::Variable | Kind::RightDelimiter | Kind::RightParen) {
                        return Err(self.error("range can only initialize variables", &[]));
                    }
                }
                _ if after.kind == Kind::Space => {
                    self.backup3(variable, after);
                    return Ok(());
                }
                _ => {
                    self.backup2(variable);
                    return Ok(());
                }
            }
        }
    }

    fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return Err(self.error("missing value for %s", &[context.as_bytes()]));
        }
        for (at, command) in pipe.commands.iter().enumerate().skip(1) {
            if let OperandKind::Bool(_)
            | OperandKind::Dot
            | OperandKind::Nil
            | OperandKind::Number(_)
            | OperandKind::String { .. } = command.operands[0].kind
            {
                let text = format!("non executable command in pipeline stage {}", at + 1);
                return Err(self.error(&text, &[]));
            }
        }
        Ok(())
    }

    /// Operands up to a pipe symbol or the end of the pipeline.
    fn command(&mut self) -> Parsed<Command> {
        let at = self.peek_non_space().at;
        let mut operands = Vec::new();
        loop {
            self.peek_non_space();
            operands.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelimiter | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        if operands.is_empty() {
            return Err(self.error("empty command", &[]));
        }
        Ok(Command { at, operands })
    }

    /// A term and the fields after it, if there is one here.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(mut operand) = self.term()? else { return Ok(None) };
        let next = self.peek().clone();
        if next.kind != Kind::Field {
            return Ok(Some(operand));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.next().text[1..].to_vec());
        }
        match &mut operand.kind {
            OperandKind::Field(names) | OperandKind::Variable(_, names) => names.append(&mut fields),
            OperandKind::Bool(_)
            | OperandKind::String { .. }
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                return Err(self.error("unexpected . after term %q", &[&operand.source()]));
            }
            _ => {
                let kind = OperandKind::Chain(Box::new(operand), fields);
                return Ok(Some(Operand { at: next.at, kind }));
            }
        }
        operand.at = next.at;
        Ok(Some(operand))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            Kind::Identifier => {
                self.check_function(&token.text)?;
                OperandKind::Identifier(token.text)
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable => {
                if !self.tree.variables.contains(&token.text) {
                    return Err(self.error("undefined variable %q", &[&token.text]));
                }
                OperandKind::Variable(token.text, Vec::new())
            }
            Kind::Field => OperandKind::Field(vec![token.text[1..].to_vec()]),
            Kind::Bool => OperandKind::Bool(token.text == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                OperandKind::Number(self.number(token.kind, token.text)?)
            }
            Kind::LeftParen => {
                let pipe =
                    self.nested(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                // Errors point at the first thing in the parentheses.
                let at = pipe.at;
                return Ok(Some(Operand { at, kind: OperandKind::Pipe(Box::new(pipe)) }));
            }
            Kind::String | Kind::RawString => {
                let text = quote::unquote(&token.text);
                let text = text.ok_or_else(|| self.error("invalid syntax", &[]))?.into();
                OperandKind::String { literal: token.text, text }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.at, kind }))
    }

    fn check_function(&self, name: &[u8]) -> Parsed<()> {
        if self.engine.has_function(name) {
            return Ok(());
        }
        match self.engine.why_withheld(name) {
            Some(why) => Err(self.error("function %q not defined: %s", &[name, why.as_bytes()])),
            None => Err(self.error("function %q not defined", &[name])),
        }
    }
}
