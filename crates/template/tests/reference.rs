//! Every function can be looked up, and its example does what it shows.

use signet_template::{Engine, MissingKey};

fn engines() -> [Engine; 2] {
    [Engine::sealed(), Engine::external()]
}

#[test]
fn every_function_has_a_signature_a_sentence_and_an_example() {
    for engine in engines() {
        let mut unused = Vec::new();
        for description in engine.descriptions() {
            let name = description.name;
            assert!(description.signature.starts_with(&format!("{name}(")), "{description:?}");
            assert!(description.summary.ends_with('.'), "{description:?}");
            assert!(
                description.summary.starts_with(|first: char| first.is_ascii_uppercase()),
                "{description:?}"
            );
            let words =
                |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
            if !words(&description.example) {
                unused.push(format!("{name}: {}", description.example));
            }
        }
        assert!(unused.is_empty(), "{unused:#?}");
    }
}

#[test]
fn every_example_is_a_template() {
    for engine in engines() {
        for description in engine.descriptions() {
            if let Err(error) = engine.parse("example", description.example.as_bytes()) {
                panic!("{}: {error}", description.example);
            }
        }
    }
}

/// Examples that show nothing on purpose, by what they need.
#[test]
fn examples_give_something_unless_it_depends_on_more() {
    /// Entries that no example data can stand for.
    const KEYS: [&str; 7] = [".archive", ".bundle", ".ca", ".cert", ".cipher", ".jwk", ".key"];
    let engine = Engine::external();
    let silent: Vec<&str> = (engine.descriptions().into_iter())
        .filter(|description| !KEYS.iter().any(|key| description.example.contains(key)))
        .filter(|description| engine.example_output(&description.example).is_none())
        .map(|description| description.name)
        .collect();
    let chance = |name: &str| {
        name.starts_with("rand")
            || name.starts_with("gen")
            || ["bcrypt", "buildCustomCert", "encryptAES", "fail", "htpasswd", "now", "shuffle", "uuidv4"]
                .contains(&name)
    };
    let time = |name: &str| name.contains("ate") || name == "unixEpoch" || name == "ago";
    let unexplained: Vec<&&str> = silent.iter().filter(|name| !chance(name) && !time(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    for name in ["now", "uuidv4", "randAlphaNum", "shuffle", "fail", "randInt"] {
        assert!(silent.contains(&name), "{name}: {silent:?}");
    }
}

#[test]
fn examples_give_what_they_would_in_a_secret() {
    let engine = Engine::sealed();
    for (example, expected) in [
        ("{{ .user }}", Some("admin")),
        (r#"{{ index . "user" }}"#, Some("admin")),
        ("{{ .missing }}", None),
        ("{{ now }}", None),
        ("{{ randAlphaNum 20 }}", None),
        ("{{ nope }}", None),
        (r#"{{ b64dec "/w==" }}"#, None),
    ] {
        assert_eq!(engine.example_output(example).as_deref(), expected, "{example}");
    }
    assert_eq!(engine.missing_key(MissingKey::Zero).example_output("{{ .missing }}"), None);
}

#[test]
fn functions_of_an_engine_stand_before_those_of_the_language() {
    let signature = |engine: &Engine, name: &str| {
        let all = engine.descriptions();
        let mut found = all.iter().filter(|description| description.name == name);
        let description = found.next().map(|description| description.signature.clone());
        assert!(found.next().is_none(), "{name} twice");
        description
    };
    assert_eq!(
        signature(&Engine::sealed(), "slice").unwrap(),
        "slice(interface {}, ...interface {}) interface {}"
    );
    let bare = Engine::new(signet_template::Functions::new());
    assert_eq!(signature(&bare, "slice").unwrap(), "slice(reflect.Value, ...reflect.Value) reflect.Value");
    assert_eq!(signature(&bare, "printf").unwrap(), "printf(string, ...interface {}) string");
    assert_eq!(bare.descriptions().len(), 19);
    let withheld: Vec<&str> = Engine::sealed().functions().withheld().map(|(name, _)| name).collect();
    assert_eq!(withheld, ["env", "expandenv", "getHostByName"]);
}
