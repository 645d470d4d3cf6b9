//! Actions: the words of the language, and expressions that print.

use super::{End, Item, Parsed, Parser};
use crate::lex::{Kind, Token};
use crate::quote;
use crate::syntax::{Branch, BranchKind, Call, Node};

impl BranchKind {
    fn word(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }
}

impl Parser<'_> {
    /// What follows the left delimiter.
    pub(super) fn action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.jump("{{break}}", Node::Break { at: token.at })?,
            Kind::Continue => self.jump("{{continue}}", Node::Continue { at: token.at })?,
            Kind::Else => return self.otherwise(),
            Kind::End => {
                self.expect(Kind::RightDelimiter, "end")?;
                return Ok(Item::End(End::End));
            }
            Kind::If => self.branch(BranchKind::If)?,
            Kind::Range => self.branch(BranchKind::Range)?,
            Kind::Template => self.template()?,
            Kind::With => self.branch(BranchKind::With)?,
            _ => {
                self.backup();
                // Variables declared here last until the next `end`.
                Node::Action(self.pipeline("command", Kind::RightDelimiter)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, word: &str, node: Node) -> Parsed<Node> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelimiter {
            return Err(self.unexpected(&token, word));
        }
        if self.tree.ranges == 0 {
            return Err(self.error(&format!("{word} outside {{{{range}}}}"), &[]));
        }
        Ok(node)
    }

    /// What follows `else`. `if` and `with` stay to be read.
    fn otherwise(&mut self) -> Parsed<Item> {
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelimiter, "else")?;
        }
        Ok(Item::End(End::Else))
    }

    fn branch(&mut self, kind: BranchKind) -> Parsed<Node> {
        let variables = self.tree.variables.len();
        let branch = self.nested(|parser| parser.arms(kind))?;
        self.tree.variables.truncate(variables);
        Ok(Node::Branch(branch))
    }

    /// The condition and its nodes, those of each `else if`, and those of `else`.
    fn arms(&mut self, kind: BranchKind) -> Parsed<Branch> {
        let mut arms = Vec::new();
        loop {
            let pipe = self.pipeline(kind.word(), Kind::RightDelimiter)?;
            let range = usize::from(kind == BranchKind::Range);
            self.tree.ranges += range;
            let (nodes, end) = self.list()?;
            self.tree.ranges -= range;
            arms.push((pipe, nodes));
            if let End::End = end {
                return Ok(Branch { kind, arms, otherwise: Vec::new() });
            }
            let next = self.peek().kind;
            if kind == BranchKind::If && next == Kind::If || kind == BranchKind::With && next == Kind::With {
                self.next();
                continue;
            }
            let (otherwise, end) = self.list()?;
            if let End::Else = end {
                return Err(self.error("expected end; found %s", &[end.text().as_bytes()]));
            }
            return Ok(Branch { kind, arms, otherwise });
        }
    }

    /// A template defined where it is used.
    fn block(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelimiter)?;
        let end = self.within(&name, |parser| {
            let (nodes, end) = parser.list()?;
            if let End::End = end {
                parser.add(nodes)?;
            }
            Ok(end)
        })?;
        if let End::Else = end {
            return Err(self.error("unexpected %s in %s", &[b"{{else}}", CONTEXT.as_bytes()]));
        }
        Ok(Node::Template(Call { at: token.at, name, pipe: Some(pipe) }))
    }

    fn template(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelimiter {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelimiter)?);
        }
        Ok(Node::Template(Call { at: token.at, name, pipe }))
    }

    pub(super) fn template_name(&self, token: &Token, context: &str) -> Parsed<Vec<u8>> {
        match token.kind {
            Kind::String | Kind::RawString => {
                quote::unquote(&token.text).ok_or_else(|| self.error("invalid syntax", &[]))
            }
            _ => Err(self.unexpected(token, context)),
        }
    }
}
