//! What a new file begins with.

use signet_sops::{Branch, Comment, Element, Format, Item, Text, Value};

const HELLO: &str = "Welcome to SOPS! Edit this file as you please!";

/// A document that shows what the format can hold.
pub(super) fn document(format: Format) -> Branch {
    match format {
        Format::Yaml => with_types(true),
        // It has no comments.
        Format::Json => with_types(false),
        Format::Ini => {
            let mut document = Branch::default();
            document.push("Welcome!", with_text());
            document
        }
        Format::Dotenv => {
            let mut document = with_text();
            document.push("example_multiline", "one\ntwo");
            document
        }
        Format::Binary => {
            let mut document = Branch::default();
            document.push("data", HELLO);
            document
        }
    }
}

fn with_types(comments: bool) -> Branch {
    let mut document = Branch::default();
    document.push("hello", HELLO);
    document.push("example_key", "example_value");
    if comments {
        document.push_comment(" Example comment");
    }
    document.push("example_array", list(["example_value1".into(), "example_value2".into()]));
    document.push("example_number", 1_234.567_89);
    document.push("example_booleans", list([true.into(), false.into()]));
    document
}

fn with_text() -> Branch {
    let comment = Comment { text: Text::from(" This is an example file."), inline: false };
    let mut branch = Branch { items: vec![Item::Comment(comment)] };
    branch.push("hello", HELLO);
    branch.push("example_key", "example_value");
    branch
}

fn list<const N: usize>(values: [Value; N]) -> Vec<Element> {
    values.into_iter().map(Element::Value).collect()
}
