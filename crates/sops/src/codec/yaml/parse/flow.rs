//! Lists and mappings in brackets.

use super::{Comments, Next, NodeId, NodeKind, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn flow_sequence(&mut self, id: NodeId) -> Parsed<()> {
        self.tokens.next();
        let mut first = true;
        while self.peek() != Next::FlowSequenceEnd {
            self.flow_separator(&mut first)?;
            match self.peek() {
                Next::FlowSequenceEnd => break,
                Next::PairStart => {
                    let pair = self.pair()?;
                    self.add_element(id, pair);
                }
                _ => {
                    let element = self.node(false, false)?;
                    self.add_element(id, element);
                }
            }
        }
        let Comments { beside, foot, .. } = self.take_comments();
        self.nodes[id].beside = beside;
        self.nodes[id].foot = foot;
        self.tokens.next();
        Ok(())
    }

    pub(super) fn flow_mapping(&mut self, id: NodeId) -> Parsed<()> {
        self.tokens.next();
        let mut first = true;
        while self.peek() != Next::FlowMappingEnd {
            self.flow_separator(&mut first)?;
            if self.peek() == Next::FlowMappingEnd {
                break;
            }
            self.flow_entry(id, &[Next::FlowEntry, Next::FlowMappingEnd])?;
        }
        self.end_mapping(id);
        Ok(())
    }

    fn pair(&mut self) -> Parsed<NodeId> {
        let start = self.start();
        let id = self.push(NodeKind::Mapping(Vec::new()), String::new(), start);
        self.tokens.next();
        self.flow_entry(id, &[Next::FlowEntry, Next::FlowSequenceEnd, Next::PairEnd])?;
        if self.peek() != Next::PairEnd {
            return Err(self.problem("a comma or a closing bracket was expected"));
        }
        self.tokens.next();
        Ok(id)
    }

    fn flow_separator(&mut self, first: &mut bool) -> Parsed<()> {
        if !std::mem::take(first) {
            if self.peek() != Next::FlowEntry {
                return Err(self.problem("a comma or a closing bracket was expected"));
            }
            self.tokens.next();
        }
        Ok(())
    }

    fn flow_entry(&mut self, id: NodeId, ends: &[Next]) -> Parsed<()> {
        let explicit = self.peek() == Next::Key;
        if explicit {
            self.tokens.next();
        }
        let next = self.peek();
        let no_key = next == Next::Value || (explicit && ends.contains(&next));
        let key = if no_key { self.nothing() } else { self.node(false, false)? };
        let value = if self.peek() == Next::Value {
            self.tokens.next();
            let next = self.peek();
            if ends.contains(&next) { self.nothing() } else { self.node(false, false)? }
        } else {
            self.nothing()
        };
        self.add_entry(id, key, value);
        Ok(())
    }
}
