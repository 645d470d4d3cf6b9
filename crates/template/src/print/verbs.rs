//! Format strings: verbs, flags, widths, and which argument is printed.

use super::Printer;
use crate::function::Fault;
use crate::runes;
use crate::value::Value;

/// Widths and precisions above this are no numbers to Go.
const LARGEST: i64 = 1_000_000;

/// Prints the arguments as the format says.
pub(super) fn run(printer: &mut Printer<'_, '_>, format: &[u8], arguments: &[Value]) -> Result<(), Fault> {
    let mut reader = Reader { format, at: 0, arguments, next: 0, reordered: false, good_index: true };
    while let Some(verb_at) = reader.text() {
        printer.context.work(1)?;
        printer.field.out.extend_from_slice(&format[verb_at]);
        printer.field.check()?;
        if reader.at < format.len() {
            reader.at += 1;
            reader.verb(printer)?;
        }
    }
    reader.leftovers(printer)
}

struct Reader<'f> {
    format: &'f [u8],
    at: usize,
    arguments: &'f [Value],
    next: usize,
    reordered: bool,
    good_index: bool,
}

impl Reader<'_> {
    /// The text up to the next percent sign or the end; `None` at the end.
    fn text(&mut self) -> Option<std::ops::Range<usize>> {
        let from = self.at;
        let rest = self.format.get(from..).filter(|rest| !rest.is_empty())?;
        self.at += rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
        Some(from..self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// One verb; the percent sign is past.
    fn verb(&mut self, printer: &mut Printer<'_, '_>) -> Result<(), Fault> {
        self.good_index = true;
        printer.field.clear();
        self.flags(printer);
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.number_argument() {
                Some(width) => {
                    printer.field.minus |= width < 0;
                    printer.field.zero &= width >= 0;
                    printer.field.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => printer.write("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            printer.field.width = self.number();
            if after_index && printer.field.width.is_some() {
                self.good_index = false;
            }
        }
        if self.peek() == Some(b'.') && self.at + 1 < self.format.len() {
            self.at += 1;
            if after_index {
                self.good_index = false;
            }
            after_index = self.precision(printer);
        }
        if !after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            printer.write("%!(NOVERB)");
            return Ok(());
        }
        let (verb, length) = runes::decode(&self.format[self.at..]);
        self.at += length;
        self.print(printer, verb.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn flags(&mut self, printer: &mut Printer<'_, '_>) {
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => printer.field.sharp = true,
                b'0' => printer.field.zero = true,
                b'+' => printer.field.plus = true,
                b'-' => printer.field.minus = true,
                b' ' => printer.field.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// What follows the point. Whether an argument index came last.
    fn precision(&mut self, printer: &mut Printer<'_, '_>) -> bool {
        let after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            let number = self.number_argument();
            printer.field.precision = number.and_then(|number| usize::try_from(number).ok());
            if printer.field.precision.is_none() {
                printer.write("%!(BADPREC)");
            }
            return false;
        }
        printer.field.precision = Some(self.number().unwrap_or(0));
        after_index
    }

    /// A number in the format. One that is too large ends the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let so_far = number.unwrap_or(0);
            if so_far > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(so_far * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.and_then(|number| usize::try_from(number).ok())
    }

    /// The next argument, taken as a width or a precision.
    fn number_argument(&mut self) -> Option<i64> {
        let number = match self.arguments.get(self.next)? {
            Value::Int(_, number) => Some(*number),
            Value::Uint(_, number) => i64::try_from(*number).ok(),
            _ => None,
        };
        self.next += 1;
        number.filter(|number| (-LARGEST..=LARGEST).contains(number))
    }

    /// An index such as `[3]`, if there is one here. Whether it was one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|&byte| byte == b']').filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let digits = &rest[1..close];
        let number = (!digits.is_empty() && digits.len() <= 7 && digits.iter().all(u8::is_ascii_digit))
            .then(|| digits.iter().fold(0usize, |number, digit| number * 10 + usize::from(digit - b'0')));
        self.at += close + 1;
        match number {
            Some(number @ 1..) if number <= self.arguments.len() => {
                self.next = number - 1;
                true
            }
            other => {
                self.good_index = false;
                other.is_some()
            }
        }
    }

    fn print(&mut self, printer: &mut Printer<'_, '_>, verb: char) -> Result<(), Fault> {
        if verb == '%' {
            printer.write("%");
        } else if !self.good_index {
            printer.write(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = self.arguments.get(self.next) {
            if matches!(verb, 'v' | 'w') {
                printer.field.go_syntax = std::mem::take(&mut printer.field.sharp);
                printer.field.with_names = std::mem::take(&mut printer.field.plus);
            }
            self.next += 1;
            return printer.argument(argument, verb);
        } else {
            printer.write(&format!("%!{verb}(MISSING)"));
        }
        printer.field.check()
    }

    /// Arguments that no verb printed.
    fn leftovers(&self, printer: &mut Printer<'_, '_>) -> Result<(), Fault> {
        let rest = self.arguments.get(self.next..).unwrap_or_default();
        if self.reordered || rest.is_empty() {
            return Ok(());
        }
        printer.field.clear();
        printer.write("%!(EXTRA ");
        for (at, argument) in rest.iter().enumerate() {
            if at > 0 {
                printer.write(", ");
            }
            if matches!(argument, Value::Nil) {
                printer.write("<nil>");
            } else {
                printer.write(&format!("{}=", argument.type_name()));
                printer.argument(argument, 'v')?;
            }
        }
        printer.write(")");
        printer.field.check()
    }
}
