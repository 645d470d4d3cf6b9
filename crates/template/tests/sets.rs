//! Sets of templates, as `template.data` of a SealedSecret holds one.

mod ticking;

use std::time::Duration;

use signet_secret::{KeyName, Plaintext, SecretMap};
use signet_template::{Engine, Error, Function, Functions, Limit, Limits, Type, Value};
use ticking::Ticking;

const TICK: Duration = Duration::from_millis(100);

type Named<T> = Vec<(String, T)>;

fn data() -> SecretMap {
    [("user", &b"admin"[..]), ("bin", b"\xff\x00")]
        .map(|(name, value)| (KeyName::from(name), Plaintext::from(value.to_vec())))
        .into_iter()
        .collect()
}

fn render(engine: &Engine, templates: &[(&str, &str)]) -> Result<Named<Vec<u8>>, Named<Error>> {
    let templates = templates.iter().map(|(name, text)| (*name, text.as_bytes()));
    match engine.render_all(templates, &data(), &mut Ticking::by(TICK)) {
        Ok(rendered) => {
            Ok(rendered.iter().map(|(name, value)| (name.to_string(), value.expose().to_vec())).collect())
        }
        Err(failed) => Err(failed.into_iter().map(|(name, error)| (name.to_string(), error)).collect()),
    }
}

#[test]
fn every_template_gives_its_entry() {
    let rendered =
        render(&Engine::sealed(), &[("user", "<{{ .user }}>"), ("b", "{{ .user }}{{ .bin }}"), ("none", "")]);
    let expected = [("b", &b"admin\xff\x00"[..]), ("none", b""), ("user", b"<admin>")];
    assert!(rendered.ok().unwrap() == expected.map(|(name, value)| (name.to_owned(), value.to_vec())));
    assert!(render(&Engine::sealed(), &[]).ok().unwrap().is_empty());
}

#[test]
fn every_template_that_fails_is_named() {
    let templates =
        [("z", "{{ nope }}"), ("good", "x"), ("a", "\n{{ fail \"no\" }}"), ("m", "{{ index .user \"x\" }}")];
    let failed: Vec<String> = render(&Engine::sealed(), &templates)
        .unwrap_err()
        .iter()
        .map(|(name, error)| format!("{name}|{error}"))
        .collect();
    assert_eq!(
        failed,
        [
            r#"z|template: z:1: function "nope" not defined"#,
            r#"a|template: a:2:3: executing "a" at <fail "no">: error calling fail: no"#,
            r#"m|template: m:1:3: executing "m" at <index .user "x">: error calling index: cannot index slice/array with type string"#,
        ]
    );
}

#[test]
fn no_template_sees_what_another_changed() {
    let mut functions = Functions::new();
    functions.add(Function::new("put", &[Type::Map(&Type::String)], Type::String, |_, args| {
        args.map(0)?.set("user", Value::from("changed"))?;
        Ok(Value::from(""))
    }));
    let templates = [
        ("a", "{{ put . }}{{ .user }}"),
        ("b", "{{ .user }}"),
        ("c", "{{ define \"t\" }}c{{ end }}"),
        ("d", "{{ template \"t\" }}"),
    ];
    let engine = Engine::new(functions);
    let rendered = render(&engine, &templates[..3]).ok().unwrap();
    let expected = [("a", "changed"), ("b", "admin"), ("c", "")];
    assert!(rendered == expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())));
    let failed = render(&engine, &templates).unwrap_err();
    assert!(failed.len() == 1 && failed[0].0 == "d", "{failed:?}");
}

#[test]
fn output_and_time_are_bounded_for_the_set() {
    let engine = Engine::sealed().limits(Limits { output_bytes: 10, ..Limits::default() });
    assert!(render(&engine, &[("a", "12345"), ("b", "67890")]).is_ok());
    let failed = render(&engine, &[("a", "123456"), ("b", "78901"), ("c", "2345")]).unwrap_err();
    assert!(failed.len() == 1 && failed[0].0 == "b", "{failed:?}");
    assert!(matches!(failed[0].1, Error::Limit { limit: Limit::SetBytes(10), .. }), "{failed:?}");

    // Each of these looks at the clock a few times; ten seconds are allowed for all.
    let slow = "{{ range until 2000 }}{{ end }}";
    let templates: Vec<(String, &str)> = (100..200).map(|number| (number.to_string(), slow)).collect();
    let templates: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert!(render(&Engine::sealed(), &templates[..3]).is_ok());
    let failed = render(&Engine::sealed(), &templates).unwrap_err();
    assert!(
        failed.iter().all(|(_, error)| matches!(error, Error::Limit { limit: Limit::Time(_), .. })),
        "{failed:?}"
    );
}
