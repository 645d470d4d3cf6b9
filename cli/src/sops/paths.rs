//! Paths as Go makes them absolute: by their text alone, from the directory that the shell says it is in.

use std::path::Path;

/// The path from the root.
pub(super) fn absolute(path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("{}/{path}", working_directory())) }
}

/// `$PWD` if it is the working directory: it may lead through symbolic links, which the system would resolve.
fn working_directory() -> String {
    let named = std::env::var("PWD").ok().filter(|pwd| pwd.starts_with('/') && is_here(Path::new(pwd)));
    named.unwrap_or_else(|| {
        let here = std::env::current_dir().unwrap_or_default();
        here.to_string_lossy().into_owned()
    })
}

#[cfg(unix)]
fn is_here(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let inode = |path: &Path| std::fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    inode(path).is_some_and(|named| inode(Path::new(".")) == Some(named))
}

#[cfg(not(unix))]
fn is_here(_: &Path) -> bool {
    false
}

/// Without `.`, `..` and doubled separators.
fn clean(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// What comes before the last separator of an absolute path.
pub(super) fn directory_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((directory, _)) => directory,
    }
}

/// What comes after the last separator.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_by_their_text() {
        for (path, expected) in
            [("/a/b", "/a/b"), ("/a/./b/../c//d/", "/a/c/d"), ("/..", "/"), ("/", "/"), ("/a/..", "/")]
        {
            assert_eq!(clean(path), expected);
        }
        assert_eq!((directory_of("/a/b"), directory_of("/a"), name_of("/a/b")), ("/a", "/", "b"));
        assert!(absolute("x").starts_with('/') && absolute("x").ends_with("/x"));
    }
}
