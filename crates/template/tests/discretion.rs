//! What an error may hold when it is read by others than those who may read the values.

mod world;

use signet_template::{Engine, Value};
use world::World;

fn failure(engine: &Engine, template: &str) -> String {
    let template = engine.parse("t", template.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let data = Value::string_map([("user", "admin")]);
    template.render(&data, &mut World(0)).err().expect("the template fails").to_string()
}

#[test]
fn words_of_the_template_are_shown_and_computed_ones_are_not() {
    let discreet = Engine::sealed().discreet();
    for (template, words) in [
        (r#"{{ fail "no user" }}"#, "no user"),
        (r#"{{ "no user" | fail }}"#, "no user"),
        ("{{ fail `` }}", ""),
        ("{{ fail .user }}", "[hidden]"),
        (r#"{{ printf "no %s" .user | fail }}"#, "[hidden]"),
        (r#"{{ .user | trunc 3 | printf "%s" | fail }}"#, "[hidden]"),
    ] {
        let error = failure(&discreet, template);
        assert!(error.ends_with(&format!("error calling fail: {words}")), "{template}: {error}");
        assert!(!error.contains("admin"), "{template}: {error}");
    }
    assert!(failure(&Engine::sealed(), "{{ fail .user }}").ends_with("error calling fail: admin"));
}
