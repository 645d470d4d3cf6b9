//! Errors say where: the line as Go counts it, and the column, also when parsing.

mod world;

use signet_template::Engine;
use world::World;

/// Line and column of the error.
fn place(template: &str) -> (usize, Option<usize>) {
    let data = signet_template::Value::string_map([("user", "admin")]);
    let engine = Engine::external();
    let parsed = engine.parse("t", template.as_bytes());
    let error = match parsed {
        Err(error) => error,
        Ok(parsed) => parsed.render(&data, &mut World(0)).err().unwrap(),
    };
    (error.position().line, error.position().column)
}

#[test]
fn errors_point_at_what_is_wrong() {
    for (template, line, column) in [
        ("{{ nope }}", 1, Some(3)),
        ("a\nbc {{ .user | nope 1 }}", 2, Some(14)),
        ("{{ .user }}\n{{ $x }}", 2, Some(3)),
        ("{{ .my-key }}", 1, Some(3)),
        ("x {{ \"open }}", 1, Some(5)),
        ("{{ if .user }}", 1, Some(14)),
        ("{{ if .user }}\n", 2, Some(0)),
        ("x {{ end }}", 1, Some(9)),
        ("{{ .user ) }}", 1, Some(9)),
        ("{{ .missing }}", 1, Some(3)),
        ("\n  {{ fail \"no\" }}", 2, Some(5)),
        ("{{ index .user \"x\" }}", 1, Some(3)),
    ] {
        assert_eq!(place(template), (line, column), "{template:?}");
    }
}
