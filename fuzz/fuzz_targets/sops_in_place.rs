#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sops::{Branch, Format, Item, Value};

// Values that are replaced where they stand are read again, and nothing panics.
fuzz_target!(|text: &[u8]| {
    let Ok(mut documents) = Format::Yaml.read_plain(text) else { return };
    documents.iter_mut().for_each(replace);
    let Ok(written) = Format::Yaml.write_plain_over(text, &documents) else { return };
    Format::Yaml.read_plain(written.expose()).expect("what was written can be read");
});

fn replace(branch: &mut Branch) {
    for item in &mut branch.items {
        match item {
            Item::Entry(_, Value::Branch(inner)) => replace(inner),
            Item::Entry(_, value @ Value::Str(_)) => *value = Value::from("new: [text]"),
            _ => {}
        }
    }
}
