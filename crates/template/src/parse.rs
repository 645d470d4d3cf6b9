//! From tokens to a syntax tree.

mod control;
mod expression;
mod literal;

use crate::engine::Engine;
use crate::error::{Error, Position};
use crate::lex::{Kind, Lexer, Token};
use crate::limits::Limit;
use crate::print;
use crate::syntax::{Node, Trees, is_empty};
use crate::value::Value;

/// Parses a text and the templates it defines.
pub(crate) fn parse(engine: &Engine, name: &str, text: &[u8]) -> Result<Trees, Error> {
    let limit = engine.bounds().template_bytes;
    if text.len() > limit {
        let position = Position { line: 1, column: None };
        return Err(Error::Limit { name: name.to_owned(), position, limit: Limit::TemplateBytes(limit) });
    }
    let (left, right) = engine.delimiters_in_use();
    let mut lexer = Lexer::new(text, left.as_bytes(), right.as_bytes());
    lexer.break_is_keyword = !engine.has_function(b"break");
    lexer.continue_is_keyword = !engine.has_function(b"continue");
    let mut parser =
        Parser { engine, name, text, lexer, trees: Trees::new(), tree: Tree::new(name.as_bytes()), depth: 0 };
    let nodes = parser.main()?;
    parser.add(nodes)?;
    Ok(parser.trees)
}

type Parsed<T> = Result<T, Error>;

struct Parser<'s> {
    engine: &'s Engine,
    name: &'s str,
    text: &'s [u8],
    lexer: Lexer<'s>,
    trees: Trees,
    tree: Tree,
    depth: usize,
}

/// What the parser knows of the template it is in; a definition inside begins anew.
struct Tree {
    name: Vec<u8>,
    tokens: [Token; 3],
    /// How many of the tokens are still to be read, the last one first.
    pending: usize,
    /// Where the token begins that was taken last.
    taken_at: usize,
    variables: Vec<Vec<u8>>,
    /// The line of the action being parsed; 0 outside.
    action_line: usize,
    ranges: usize,
}

impl Tree {
    fn new(name: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            tokens: [Token::none(), Token::none(), Token::none()],
            pending: 0,
            taken_at: 0,
            variables: vec![b"$".to_vec()],
            action_line: 0,
            ranges: 0,
        }
    }
}

/// Where a list of nodes ends.
enum End {
    End,
    Else,
}

impl End {
    fn text(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

/// An action, or the end of the list it is in.
enum Item {
    Node(Node),
    End(End),
}

impl Parser<'_> {
    // Errors

    /// An error at the token taken last.
    fn error(&self, format: &str, arguments: &[&[u8]]) -> Error {
        self.error_at(self.tree.taken_at, format, arguments)
    }

    /// Go's text, where `format` and the template's name are formats both, as in Go.
    fn error_at(&self, at: usize, format: &str, arguments: &[&[u8]]) -> Error {
        let line = self.tree.tokens[0].line;
        let format = format!("template: {}:{line}: {format}", self.name);
        let arguments: Vec<Value> = arguments.iter().map(|&argument| argument.into()).collect();
        let text = print::plain(format.as_bytes(), &arguments);
        // Go names the line of the token read last, which may be a later one, read ahead.
        let position = Position::of(at, self.text);
        let column = position.column.filter(|_| position.line == line);
        Error::Parse { text, position: Position { line, column } }
    }

    fn unexpected(&self, token: &Token, context: &str) -> Error {
        if token.kind != Kind::Error {
            return self.error_at(token.at, "unexpected %s in %s", &[&token.describe(), context.as_bytes()]);
        }
        let mut extra = String::new();
        if self.tree.action_line != 0 && self.tree.action_line != token.line {
            let action = if token.text.ends_with(b" action") { "" } else { " in action" };
            extra = format!("{action} started at {}:{}", self.name, self.tree.action_line);
        }
        self.error_at(token.at, "%s%s", &[&token.describe(), extra.as_bytes()])
    }

    /// Goes one level deeper, for as long as `inner` takes.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let limit = self.engine.bounds().depth;
        if self.depth >= limit {
            let position = Position { line: self.tree.tokens[0].line, column: None };
            return Err(Error::Limit { name: self.name.to_owned(), position, limit: Limit::Depth(limit) });
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    // Tokens

    fn next(&mut self) -> Token {
        if self.tree.pending > 0 {
            self.tree.pending -= 1;
        } else {
            self.tree.tokens[0] = self.lexer.next();
        }
        let token = &self.tree.tokens[self.tree.pending];
        self.tree.taken_at = token.at;
        token.clone()
    }

    fn backup(&mut self) {
        self.tree.pending += 1;
    }

    /// Puts back two tokens, of which the second is still in its place.
    fn backup2(&mut self, first: Token) {
        self.tree.tokens[1] = first;
        self.tree.pending = 2;
    }

    /// Puts back three tokens, of which the third is still in its place.
    fn backup3(&mut self, first: Token, second: Token) {
        self.tree.tokens[1] = second;
        self.tree.tokens[2] = first;
        self.tree.pending = 3;
    }

    fn peek(&mut self) -> &Token {
        if self.tree.pending == 0 {
            self.tree.pending = 1;
            self.tree.tokens[0] = self.lexer.next();
        }
        &self.tree.tokens[self.tree.pending - 1]
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    // Templates

    /// The whole text.
    fn main(&mut self) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelimiter {
                let delimiter = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delimiter);
            }
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::End(end) => return Err(self.error("unexpected %s", &[end.text().as_bytes()])),
            }
        }
        Ok(nodes)
    }

    /// What follows `define`.
    fn definition(&mut self) -> Parsed<()> {
        self.within(b"definition", |parser| {
            const CONTEXT: &str = "define clause";
            let token = parser.next_non_space();
            parser.tree.name = parser.template_name(&token, CONTEXT)?;
            parser.expect(Kind::RightDelimiter, CONTEXT)?;
            let (nodes, end) = parser.list()?;
            if let End::Else = end {
                return Err(parser.error("unexpected %s in %s", &[b"{{else}}", CONTEXT.as_bytes()]));
            }
            parser.add(nodes)
        })
    }

    /// Parses a definition, which knows nothing of where it stands.
    fn within<T>(&mut self, name: &[u8], inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.tree, Tree::new(name));
        let result = self.nested(inner);
        self.tree = outer;
        result
    }

    /// Keeps the current template, which may be defined again only if one of the two is empty.
    fn add(&mut self, nodes: Vec<Node>) -> Parsed<()> {
        match self.trees.get(&self.tree.name) {
            Some(known) if !is_empty(known) => {
                if !is_empty(&nodes) {
                    let name = self.tree.name.clone();
                    return Err(self.error("template: multiple definition of template %q", &[&name]));
                }
            }
            _ => {
                self.trees.insert(self.tree.name.clone(), nodes);
            }
        }
        Ok(())
    }

    /// Nodes up to `end` or `else`.
    fn list(&mut self) -> Parsed<(Vec<Node>, End)> {
        let mut nodes = Vec::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::End(end) => return Ok((nodes, end)),
            }
        }
        Err(self.error("unexpected EOF", &[]))
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text { at: token.at, text: token.text })),
            Kind::LeftDelimiter => {
                self.tree.action_line = token.line;
                let item = self.action();
                self.tree.action_line = 0;
                item
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }
}
