//! Lists and mappings by indentation.

use super::{Next, NodeId, NodeKind, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn block_sequence(&mut self, id: NodeId) -> Parsed<()> {
        self.tokens.next();
        loop {
            match self.peek() {
                Next::BlockEntry => self.block_entry(id, &[Next::BlockEntry, Next::BlockEnd])?,
                Next::BlockEnd => break,
                _ => return Err(self.problem("a dash was expected")),
            }
        }
        self.tokens.next();
        Ok(())
    }

    pub(super) fn indentless_sequence(&mut self, id: NodeId) -> Parsed<()> {
        while self.peek() == Next::BlockEntry {
            self.block_entry(id, &[Next::BlockEntry, Next::Key, Next::Value, Next::BlockEnd])?;
        }
        Ok(())
    }

    /// A dash and its element. One of `ends` instead of an element means that there is none.
    fn block_entry(&mut self, id: NodeId, ends: &[Next]) -> Parsed<()> {
        let above = self.above.head.len();
        self.tokens.next();
        let next = self.peek();
        if above > 0 && matches!(next, Next::SequenceStart | Next::MappingStart) {
            let below = self.above.head.split_off(above);
            self.stem = std::mem::replace(&mut self.above.head, below);
        }
        let element = if ends.contains(&next) { self.nothing() } else { self.node(true, false)? };
        self.add_element(id, element);
        Ok(())
    }

    pub(super) fn block_mapping(&mut self, id: NodeId) -> Parsed<()> {
        const ENDS: [Next; 3] = [Next::Key, Next::Value, Next::BlockEnd];
        self.tokens.next();
        loop {
            let key = match self.peek() {
                Next::Key => {
                    self.tokens.next();
                    let next = self.peek();
                    if ENDS.contains(&next) { self.nothing() } else { self.node(true, true)? }
                }
                Next::BlockEnd => break,
                _ => return Err(self.problem("a key was expected")),
            };
            self.move_foot_up(id, key);
            let value = if self.peek() == Next::Value {
                self.tokens.next();
                let next = self.peek();
                if ENDS.contains(&next) { self.nothing() } else { self.node(true, true)? }
            } else {
                self.nothing()
            };
            self.add_entry(id, key, value);
        }
        self.end_mapping(id);
        // With less indentation, what stands below belongs to the last entry.
        let last = match &self.nodes[id].kind {
            NodeKind::Mapping(entries) => entries.last().map(|(key, _)| *key),
            _ => None,
        };
        if let Some(last) = last
            && !self.nodes[id].foot.is_empty()
        {
            self.nodes[last].foot = std::mem::take(&mut self.nodes[id].foot);
        }
        Ok(())
    }

    /// The foot of a key is that of the entry before it.
    fn move_foot_up(&mut self, id: NodeId, key: NodeId) {
        let before = match &self.nodes[id].kind {
            NodeKind::Mapping(entries) => entries.last().map(|(key, _)| *key),
            _ => None,
        };
        if let Some(before) = before
            && !self.nodes[key].foot.is_empty()
        {
            self.nodes[before].foot = std::mem::take(&mut self.nodes[key].foot);
        }
    }
}
