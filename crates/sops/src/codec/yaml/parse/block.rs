//! Lists and mappings by indentation.

use super::{Mark, NodeId, NodeKind, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn block_sequence(&mut self, id: NodeId) -> Parsed<()> {
        self.tokens.next();
        loop {
            match self.peek() {
                Mark::BlockEntry => self.block_entry(id, &[Mark::BlockEntry, Mark::BlockEnd])?,
                Mark::BlockEnd => break,
                _ => return Err(self.problem("a dash was expected")),
            }
        }
        self.tokens.next();
        Ok(())
    }

    pub(super) fn indentless_sequence(&mut self, id: NodeId) -> Parsed<()> {
        while self.peek() == Mark::BlockEntry {
            self.block_entry(id, &[Mark::BlockEntry, Mark::Key, Mark::Value, Mark::BlockEnd])?;
        }
        Ok(())
    }

    /// A dash and its element. One of `ends` instead of an element means that there is none.
    fn block_entry(&mut self, id: NodeId, ends: &[Mark]) -> Parsed<()> {
        let above = self.above.head.len();
        self.tokens.next();
        let next = self.peek();
        if above > 0 && matches!(next, Mark::SequenceStart | Mark::MappingStart) {
            let below = self.above.head.split_off(above);
            self.stem = std::mem::replace(&mut self.above.head, below);
        }
        let element = self.node_before(ends, true, false)?;
        self.add_element(id, element);
        Ok(())
    }

    pub(super) fn block_mapping(&mut self, id: NodeId) -> Parsed<()> {
        const ENDS: [Mark; 3] = [Mark::Key, Mark::Value, Mark::BlockEnd];
        self.tokens.next();
        loop {
            let key = match self.peek() {
                Mark::Key => {
                    self.tokens.next();
                    self.node_before(&ENDS, true, true)?
                }
                Mark::BlockEnd => break,
                _ => return Err(self.problem("a key was expected")),
            };
            self.move_foot_up(id, key);
            let value = self.value_before(&ENDS, true)?;
            self.add_entry(id, key, value);
        }
        self.end_mapping(id);
        // With less indentation, what stands below belongs to the last entry.
        if let Some(last) = self.last_key(id)
            && !self.nodes[id].foot.is_empty()
        {
            self.nodes[last].foot = std::mem::take(&mut self.nodes[id].foot);
        }
        Ok(())
    }

    /// The foot of a key is that of the entry before it.
    fn move_foot_up(&mut self, id: NodeId, key: NodeId) {
        if let Some(before) = self.last_key(id)
            && !self.nodes[key].foot.is_empty()
        {
            self.nodes[before].foot = std::mem::take(&mut self.nodes[key].foot);
        }
    }

    fn last_key(&self, id: NodeId) -> Option<NodeId> {
        match &self.nodes[id].kind {
            NodeKind::Mapping(entries) => entries.last().map(|(key, _)| *key),
            _ => None,
        }
    }
}
