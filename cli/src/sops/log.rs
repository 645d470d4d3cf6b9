//! Notes to the user in the form that sops logs them.

use jiff::Zoned;

use crate::output::say;

/// Something is odd and the command goes on.
pub(super) fn warn(message: &str) {
    note("warning", message);
}

/// Something failed and the command may go on.
pub(super) fn error(message: &str) {
    note("error", message);
}

/// The command line cannot be read.
pub(super) fn fatal(message: &str) {
    note("fatal", message);
}

/// What happens to the files of a command that has several, as Go's own logger prints it.
pub(super) fn progress(message: &str) {
    say(format_args!("{} {message}", Zoned::now().strftime("%Y/%m/%d %H:%M:%S")));
}

fn note(level: &str, message: &str) {
    let time = Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().replace("+00:00", "Z");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/@^+".contains(c);
    let message = if message.chars().all(plain) { message.to_owned() } else { format!("{message:?}") };
    say(format_args!("[CMD]\t time=\"{time}\" level={level} msg={message}"));
}
