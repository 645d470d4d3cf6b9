//! Functions whose results differ each time: what holds for all of them.

mod world;

use signet_template::{Engine, Value};
use world::World;

fn render(template: &str, seed: u64) -> String {
    let parsed = Engine::sealed().parse("t", template.as_bytes()).expect("the template is one");
    let data = Value::string_map::<&str, &str>([]);
    let output = parsed.render(&data, &mut World(seed)).expect("the template renders");
    String::from_utf8(output.expose().to_vec()).expect("the output is text")
}

#[test]
fn random_texts_have_the_shape_that_was_asked_for() {
    for (template, shape) in [
        ("{{ randAlphaNum 40 }}", "^[A-Za-z0-9]{40}$"),
        ("{{ randAlpha 40 }}", "^[A-Za-z]{40}$"),
        ("{{ randNumeric 40 }}", "^[0-9]{40}$"),
        ("{{ randAscii 40 }}", "^[ -~]{40}$"),
        ("{{ randBytes 16 }}", "^[A-Za-z0-9+/]{22}==$"),
        ("{{ uuidv4 }}", "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
        (r#"{{ bcrypt "x" }}"#, r"^[$]2a[$]10[$][./A-Za-z0-9]{53}$"),
        (r#"{{ htpasswd "u" "x" }}"#, r"^u:[$]2a[$]10[$][./A-Za-z0-9]{53}$"),
        ("{{ randInt 3 6 }}", "^[345]$"),
    ] {
        let shape = regex::Regex::new(shape).expect("the shape is an expression");
        for seed in 0..3 {
            assert!(shape.is_match(&render(template, seed)), "{template}");
        }
        assert!(template.contains("randInt") || render(template, 1) != render(template, 2), "{template}");
    }
}

#[test]
fn what_was_encrypted_is_decrypted_with_the_same_password() {
    for text in ["", "a", "exactly sixteen!", "longer than one block of the cipher"] {
        let template = format!(r#"{{{{ encryptAES "key" "{text}" | decryptAES "key" }}}}"#);
        assert_eq!(render(&template, 7), text);
    }
}

#[test]
fn shuffling_keeps_the_characters() {
    assert_eq!(
        render(r#"{{ shuffle "héllo wörld" | splitList "" | sortAlpha | join "" }}"#, 5),
        " dhlllorwéö"
    );
}

#[test]
fn time_is_that_of_the_caller() {
    assert_eq!(
        render(r#"{{ now | date "2006-01-02" }} {{ ago now }} {{ now | unixEpoch }}"#, 1),
        "1970-01-01 0s 0"
    );
}
