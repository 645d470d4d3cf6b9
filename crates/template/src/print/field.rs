//! One printed field: flags, width and precision, and the basic kinds under them.

use crate::function::Fault;
use crate::limits::Limit;
use crate::number::format_float;
use crate::quote;
use crate::runes;

/// Where printing goes, and how the next thing is printed.
#[derive(Default)]
pub(super) struct Field {
    pub(super) out: Vec<u8>,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%#v`
    pub(super) go_syntax: bool,
    /// `%+v`
    pub(super) with_names: bool,
    room: usize,
    overflow: bool,
}

impl Field {
    pub(super) fn new(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Back to no flags, width and precision.
    pub(super) fn clear(&mut self) {
        let out = std::mem::take(&mut self.out);
        *self = Self { out, room: self.room, overflow: self.overflow, ..Self::default() };
    }

    /// Fails when more was to be written than there is room for.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.overflow || self.out.len() > self.room {
            return Err(Limit::ValueBytes(self.room).into());
        }
        Ok(())
    }

    fn padding(&mut self, count: usize) {
        if self.out.len().saturating_add(count) > self.room {
            self.overflow = true;
            return;
        }
        let with = if self.zero && !self.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, with);
    }

    /// Writes the text, padded to the width in characters.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let missing = self.width.unwrap_or(0).saturating_sub(runes::count(text));
        if !self.minus {
            self.padding(missing);
        }
        self.out.extend_from_slice(text);
        if self.minus {
            self.padding(missing);
        }
    }

    /// The same, but never padded with zeros.
    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::take(&mut self.zero);
        self.pad(text);
        self.zero = zero;
    }

    pub(super) fn boolean(&mut self, value: bool, verb: char) -> bool {
        if matches!(verb, 't' | 'v') {
            self.pad(if value { b"true" } else { b"false" });
            return true;
        }
        false
    }

    /// An integer by its size and sign. False when the verb is none for integers.
    pub(super) fn integer(&mut self, size: u64, negative: bool, signed: bool, verb: char) -> bool {
        // What Go converts to a character is the number's 64 bits.
        let bits = if negative { size.wrapping_neg() } else { size };
        match verb {
            'v' if self.go_syntax && !signed => self.hexadecimal(size, true),
            'v' | 'd' => self.digits(size, negative, 10, verb),
            'b' => self.digits(size, negative, 2, verb),
            'o' | 'O' => self.digits(size, negative, 8, verb),
            'x' | 'X' => self.digits(size, negative, 16, verb),
            'c' => self.pad(runes::from_u64(bits).encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => self.pad(&quote::quote_rune(runes::from_u64(bits), self.plus)),
            'U' => self.unicode(bits),
            _ => return false,
        }
        true
    }

    fn hexadecimal(&mut self, size: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.sharp, prefix);
        self.digits(size, false, 16, 'v');
        self.sharp = sharp;
    }

    /// Where Go prints an address, which varies: always the same one.
    pub(super) fn address(&mut self) {
        self.hexadecimal(0xc0_0000_0000, !self.sharp);
    }

    fn digits(&mut self, size: u64, negative: bool, base: u8, verb: char) {
        let mut zeros = 0;
        if let Some(precision) = self.precision {
            if precision == 0 && size == 0 {
                return self.pad_with_spaces(b"");
            }
            zeros = precision;
        } else if self.zero
            && !self.minus
            && let Some(width) = self.width
        {
            zeros = width.saturating_sub(usize::from(negative || self.plus || self.space));
        }
        let mut digits = match base {
            2 => format!("{size:b}"),
            8 => format!("{size:o}"),
            16 if verb == 'X' => format!("{size:X}"),
            16 => format!("{size:x}"),
            _ => format!("{size}"),
        };
        if digits.len() < zeros {
            digits.insert_str(0, &"0".repeat(zeros - digits.len()));
        }
        let prefix = match base {
            2 if self.sharp => "0b",
            8 if self.sharp && !digits.starts_with('0') => "0",
            16 if self.sharp && verb == 'X' => "0X",
            16 if self.sharp => "0x",
            _ => "",
        };
        let octal = if verb == 'O' { "0o" } else { "" };
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        };
        self.pad_with_spaces(format!("{sign}{octal}{prefix}{digits}").as_bytes());
    }

    fn unicode(&mut self, number: u64) {
        let digits = self.precision.unwrap_or(0).max(4);
        // The standard library panics at widths above 65,535.
        let bare = format!("{number:X}");
        let mut text = format!("U+{}{bare}", "0".repeat(digits.saturating_sub(bare.len())));
        let character = u32::try_from(number).ok().and_then(char::from_u32);
        if let Some(character) = character
            && self.sharp
            && quote::is_print(character)
        {
            text.push_str(&format!(" '{character}'"));
        }
        self.pad_with_spaces(text.as_bytes());
    }

    /// A float. False when the verb is none for floats.
    pub(super) fn float(&mut self, number: f64, verb: char) -> bool {
        let (form, precision) = match verb {
            'v' => (b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
            'f' | 'e' | 'E' => (verb as u8, Some(6)),
            'F' => (b'f', Some(6)),
            _ => return false,
        };
        let precision = self.precision.or(precision);
        let mut text = format_float(number, form, precision);
        if !text.starts_with(['+', '-']) {
            text.insert(0, if self.space && !self.plus { ' ' } else { '+' });
        }
        if self.space && !self.plus && text.starts_with('+') {
            text.replace_range(..1, " ");
        }
        if !number.is_finite() {
            let bare = (number.is_nan() && !self.space && !self.plus)
                || (!self.plus && text.starts_with('+') && !number.is_nan());
            self.pad_with_spaces(&text.as_bytes()[usize::from(bare && number.is_nan())..]);
            return true;
        }
        if self.sharp && form != b'b' {
            text = with_point(&text, verb, precision);
        }
        if !self.plus && text.starts_with('+') {
            self.pad(&text.as_bytes()[1..]);
        } else if let Some(width) = self.width.filter(|width| self.zero && !self.minus && *width > text.len())
        {
            // The sign comes before the zeros.
            self.out.push(text.as_bytes()[0]);
            self.padding(width - text.len());
            self.out.extend_from_slice(&text.as_bytes()[1..]);
        } else {
            self.pad(text.as_bytes());
        }
        true
    }

    /// A string. False when the verb is none for strings.
    pub(super) fn text(&mut self, text: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.go_syntax => self.quoted(text),
            'v' | 's' => self.string(text),
            'x' | 'X' => self.hexadecimal_text(text, verb),
            'q' => self.quoted(text),
            _ => return false,
        }
        true
    }

    /// A string cut to the precision in characters and padded.
    pub(super) fn string(&mut self, text: &[u8]) {
        let text = self.cut(text);
        self.pad(text);
    }

    fn cut<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.precision {
            Some(precision) => {
                let length = runes::iter(text).take(precision).map(|(_, bytes)| bytes.len()).sum();
                &text[..length]
            }
            None => text,
        }
    }

    /// Whether there is room for a text that grows this many times.
    fn fits(&mut self, text: &[u8], growth: usize) -> bool {
        let fits = self.out.len().saturating_add(text.len().saturating_mul(growth)) <= self.room;
        self.overflow |= !fits;
        fits
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.cut(text);
        if !self.fits(text, quote::GROWTH) {
            return;
        }
        if self.sharp && quote::can_backquote(text) {
            return self.pad(&[b"`", text, b"`"].concat());
        }
        let quoted = if self.plus { quote::quote_to_ascii(text) } else { quote::quote(text) };
        self.pad(&quoted);
    }

    fn hexadecimal_text(&mut self, text: &[u8], verb: char) {
        let text = &text[..self.precision.unwrap_or(text.len()).min(text.len())];
        // Two digits, the prefix and a space.
        if !self.fits(text, 5) {
            return;
        }
        let prefix = match (self.sharp, verb) {
            (true, 'X') => "0X",
            (true, _) => "0x",
            _ => "",
        };
        let mut out = Vec::with_capacity(text.len() * 2);
        for (at, byte) in text.iter().enumerate() {
            if at == 0 || self.space {
                out.extend_from_slice(if at > 0 { b" " } else { b"" });
                out.extend_from_slice(prefix.as_bytes());
            }
            let digits = if verb == 'X' { format!("{byte:02X}") } else { format!("{byte:02x}") };
            out.extend_from_slice(digits.as_bytes());
        }
        self.pad(&out);
    }
}

/// What the flag `#` adds to a float: the decimal point, and the zeros after it.
fn with_point(number: &str, verb: char, precision: Option<usize>) -> String {
    let hexadecimal = matches!(verb, 'x' | 'X');
    let mark = |c: char| if hexadecimal { matches!(c, 'p' | 'P') } else { matches!(c, 'e' | 'E') };
    let at = number.find(mark).unwrap_or(number.len());
    let (mantissa, tail) = number.split_at(at);
    let wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.map_or(6, |precision| precision),
        _ => 0,
    };
    let digits = mantissa[1..].chars().filter(|&c| c != '.');
    let mut seen = digits.skip_while(|&c| c == '0').count();
    let mut text = mantissa.to_owned();
    if !mantissa.contains('.') {
        seen += usize::from(&mantissa[1..] == "0");
        text.push('.');
    }
    text.extend(std::iter::repeat_n('0', wanted.saturating_sub(seen)));
    text + tail
}
