//! Functions on slash-separated paths.

use super::also;
use crate::function::Function;
use crate::types::Type;

const ONE: &[Type] = &[Type::String];

pub(super) fn all() -> Vec<Function> {
    let text = |name, part: fn(&[u8]) -> Vec<u8>| {
        Function::new(name, ONE, Type::String, move |_, args| Ok(part(args.string(0)?).into()))
    };
    let absolute =
        Function::new("isAbs", ONE, Type::Bool, |_, args| Ok(args.string(0)?.starts_with(b"/").into()))
            .about("Tells whether a path starts at the root.", r#"{{ isAbs "/etc" }}"#);
    [
        also(
            text("base", base).about("Gives the last part of a path.", r#"{{ base "a/b.txt" }}"#),
            &["osBase"],
        ),
        also(
            text("dir", |path| clean(&path[..after_last_slash(path)]))
                .about("Gives a path without its last part.", r#"{{ dir "a/b.txt" }}"#),
            &["osDir"],
        ),
        also(
            text("clean", clean)
                .about("Shortens a path without changing where it leads.", r#"{{ clean "a/../b//c" }}"#),
            &["osClean"],
        ),
        also(
            text("ext", extension).about("Gives the extension of a file name.", r#"{{ ext "b.txt" }}"#),
            &["osExt"],
        ),
        also(absolute, &["osIsAbs"]),
    ]
    .concat()
}

fn after_last_slash(path: &[u8]) -> usize {
    path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
}

fn base(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let Some(last) = path.iter().rposition(|byte| *byte != b'/') else { return b"/".to_vec() };
    let path = &path[..=last];
    path[after_last_slash(path)..].to_vec()
}

fn extension(path: &[u8]) -> Vec<u8> {
    let name = &path[after_last_slash(path)..];
    name.iter().rposition(|byte| *byte == b'.').map_or_else(Vec::new, |dot| name[dot..].to_vec())
}

fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => drop(parts.pop()),
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/".as_slice(), &joined].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
