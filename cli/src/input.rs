//! Reading files and standard input, bounded and without leaving copies behind.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use signet_secret::Plaintext;
use zeroize::Zeroizing;

use crate::error::{Exit, Failure, Outcome};

/// Largest input that is read, in bytes.
const LIMIT: usize = 256 << 20;

const CHUNK: usize = 64 << 10;

/// All of standard input. It may hold plaintext, so it is kept as such.
pub(crate) fn read_stdin() -> Outcome<Plaintext> {
    read_stdin_up_to(LIMIT)
}

/// All of standard input, refused when it has more bytes than the limit.
pub(crate) fn read_stdin_up_to(limit: usize) -> Outcome<Plaintext> {
    unbuffered_stdin()
        .and_then(|file| read_up_to(limit, file))
        .map_err(|error| Failure::input(format!("read standard input: {}", crate::error::reason(&error))))
}

/// Standard input without the library's buffer, which is never wiped.
#[cfg(unix)]
pub(crate) fn unbuffered_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Standard input without the library's buffer, which is never wiped.
#[cfg(windows)]
pub(crate) fn unbuffered_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// All of a file.
pub(crate) fn read_file(path: &Path) -> Outcome<Plaintext> {
    read_file_up_to(LIMIT, path)
}

/// All of a file, refused when it has more bytes than the limit.
pub(crate) fn read_file_up_to(limit: usize, path: &Path) -> Outcome<Plaintext> {
    let file = File::open(path).map_err(|error| Failure::file(Exit::Input, "open", path, &error))?;
    read_up_to(limit, file).map_err(|error| Failure::file(Exit::Input, "read", path, &error))
}

/// Whether standard input is a terminal, where a reader would wait for someone to type.
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Reads to the end. A vector that grows leaves its old buffers in memory: these are wiped.
pub(crate) fn read_up_to(limit: usize, mut source: impl Read) -> io::Result<Plaintext> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(CHUNK));
    loop {
        if bytes.len() == bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * bytes.capacity()));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        let (filled, room) = (bytes.len(), bytes.capacity());
        bytes.resize(room, 0);
        let read = loop {
            match source.read(&mut bytes[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        bytes.truncate(filled + read);
        if read == 0 {
            return Ok(Plaintext::from(bytes));
        }
        if bytes.len() > limit {
            return Err(io::Error::other(format!("more than {} MiB", limit >> 20)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_of_any_length_is_read_whole() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7] {
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let read = read_up_to(LIMIT, bytes.as_slice()).unwrap();
            assert!(read.expose() == bytes, "{length} bytes");
        }
    }

    #[test]
    fn input_without_end_is_refused() {
        let limit = 1 << 20;
        assert!(read_up_to(limit, io::repeat(b'x').take(limit as u64)).unwrap().len() == limit);
        let error = read_up_to(limit, io::repeat(b'x')).err().unwrap();
        assert_eq!(error.to_string(), "more than 1 MiB");
    }
}
