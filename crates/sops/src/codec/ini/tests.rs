use super::*;
use crate::codec::WriteError;
use crate::tree::{Branch, Comment, Item, Value};

fn written(branch: &Branch) -> String {
    let text = write(std::slice::from_ref(branch)).unwrap_or_else(|error| panic!("{error}"));
    text.as_str().unwrap_or_default().to_owned()
}

fn section(name: &str, items: Vec<Item>) -> Branch {
    let mut branch = Branch::default();
    branch.push(name, Branch { items });
    branch
}

fn comment(text: &str) -> Item {
    Item::Comment(Comment { text: text.into(), inline: false })
}

fn entry(name: &str, value: &str) -> Item {
    Item::Entry(name.into(), value.into())
}

#[test]
fn sections_hold_names_values_and_comments() {
    let text = "; of the section\n[s]\n# of a\na = 'x' ; beside\nlong : \"y\"\n";
    let branch = read(text.as_bytes()).expect("the text is good");
    let mut expected = section(DEFAULT, vec![]);
    expected.items.extend(
        section(
            "s",
            vec![comment("of the section"), entry("a", "x"), comment("of a\n; beside"), entry("long", "y")],
        )
        .items,
    );
    assert!(branch == expected);
    assert_eq!(written(&branch), "; of the section\n[s]\n; of a\n; beside\na    = x\nlong = y\n");
}

#[test]
fn values_come_back_whatever_they_hold() {
    for value in [
        "",
        "x",
        " x ",
        "a#b",
        "a;b",
        "a\nb",
        "a`b",
        "\"q\"",
        "'q'",
        "\"\"\"x",
        "x\\",
        "\\",
        "a = b",
        "[s]",
        "\"",
        "ends\"",
        "two\n\nlines\n",
        "` and\nnewline",
        "# first",
    ] {
        let branch = section("s", vec![entry("k", value)]);
        let again = read(written(&branch).as_bytes()).expect("what was written can be read");
        let Some(Value::Branch(again)) = again.value("s") else { panic!("there is a section") };
        assert!(again.value("k") == Some(&Value::from(value)), "{value:?}: {}", written(&branch));
    }
}

#[test]
fn names_come_back_or_are_refused() {
    for name in ["k", "a b", "a=b", "a:b", "a\"b", "é"] {
        let again = read(written(&section("s", vec![entry(name, "v")])).as_bytes());
        let Some(Value::Branch(again)) = again.ok().and_then(|again| again.value("s").cloned()) else {
            panic!("there is a section")
        };
        assert!(again.value(name).is_some(), "{name}");
    }
    for name in ["", "#a", ";a", "[a", "-", " a", "a\nb", "`=`"] {
        let error = write(&[section("s", vec![entry(name, "v")])]).err();
        assert!(matches!(error, Some(WriteError::Name { .. })), "{name:?}");
    }
}

#[test]
fn lines_that_are_nothing_are_refused_by_their_number() {
    for (text, expected) in [
        ("a = 1\nhunter2\n", "line 2: there is no `=` or `:`"),
        ("\n[s\n", "line 2: a section has no closing bracket"),
        ("= x", "line 1: a value has no name"),
        ("\"a = x", "line 1: a quoted name does not end"),
        ("a = `x", "line 1: a quoted value does not end"),
    ] {
        assert_eq!(read(text.as_bytes()).err().map(|error| error.to_string()).as_deref(), Some(expected));
    }
}

#[test]
fn what_is_no_section_cannot_be_written() {
    let mut branch = Branch::default();
    branch.push("a", "x");
    assert!(matches!(write(&[branch]), Err(WriteError::Value { path, .. }) if path == "a"));
    let nested = section("s", vec![Item::Entry("k".into(), Value::List(Vec::new()))]);
    assert!(matches!(write(&[nested]), Err(WriteError::Value { path, .. }) if path == "s.k"));
}
