//! The encoding of SSH (RFC 4251 section 5): strings and big integers with their length in front.

/// A cursor over encoded fields.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.bytes(length)
    }

    /// A positive integer without leading zeros.
    pub(super) fn positive(&mut self) -> Option<&'a [u8]> {
        let number = self.string()?;
        let is_padded = number.first() == Some(&0);
        let number = if is_padded { &number[1..] } else { number };
        let top = *number.first()?;
        // The padding is there exactly when the number would else be negative.
        (is_padded == (top >= 0x80)).then_some(number)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

pub(super) fn push_string(out: &mut Vec<u8>, bytes: &[u8]) {
    // Names of algorithms, points, and moduli of at most 8192 bits.
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// `number` has no leading zeros.
pub(super) fn push_positive(out: &mut Vec<u8>, number: &[u8]) {
    if number.first().is_some_and(|top| *top >= 0x80) {
        push_string(out, &[&[0], number].concat());
    } else {
        push_string(out, number);
    }
}
