//! Lists and mappings in brackets.

use super::{Comments, Mark, NodeId, NodeKind, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn flow_sequence(&mut self, id: NodeId) -> Parsed<()> {
        self.tokens.next();
        let mut first = true;
        while self.peek() != Mark::FlowSequenceEnd {
            self.flow_separator(&mut first)?;
            match self.peek() {
                Mark::FlowSequenceEnd => break,
                Mark::PairStart => {
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
        while self.peek() != Mark::FlowMappingEnd {
            self.flow_separator(&mut first)?;
            if self.peek() == Mark::FlowMappingEnd {
                break;
            }
            self.flow_entry(id, &[Mark::FlowEntry, Mark::FlowMappingEnd])?;
        }
        self.end_mapping(id);
        Ok(())
    }

    fn pair(&mut self) -> Parsed<NodeId> {
        let start = self.start();
        let id = self.push(NodeKind::Mapping(Vec::new()), String::new(), start);
        self.tokens.next();
        self.flow_entry(id, &[Mark::FlowEntry, Mark::FlowSequenceEnd, Mark::PairEnd])?;
        if self.peek() != Mark::PairEnd {
            return Err(self.problem("a comma or a closing bracket was expected"));
        }
        self.tokens.next();
        Ok(id)
    }

    fn flow_separator(&mut self, first: &mut bool) -> Parsed<()> {
        if !std::mem::take(first) {
            if self.peek() != Mark::FlowEntry {
                return Err(self.problem("a comma or a closing bracket was expected"));
            }
            self.tokens.next();
        }
        Ok(())
    }

    fn flow_entry(&mut self, id: NodeId, ends: &[Mark]) -> Parsed<()> {
        let explicit = self.peek() == Mark::Key;
        if explicit {
            self.tokens.next();
        }
        let next = self.peek();
        let no_key = next == Mark::Value || (explicit && ends.contains(&next));
        let key = if no_key { self.nothing() } else { self.node(false, false)? };
        let value = self.value_before(ends, false)?;
        self.add_entry(id, key, value);
        Ok(())
    }
}
