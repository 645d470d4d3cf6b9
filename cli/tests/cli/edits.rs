//! Files that are changed in place: `--merge-into`, `signet set`, `signet unset`, `signet reseal`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use signet_sealed::PrivateKey;

use crate::support::{KEY, KeyPair, OTHER_KEY, Sandbox, mask, values};

/// A file as people keep it: comments, an order of its own, other documents around it.
fn file(sandbox: &Sandbox) -> String {
    let seal =
        |value: &str| sandbox.kubeseal("--cert cert.pem --raw -n b --name a").stdin(value).succeeds().stdout;
    format!(
        "# kept by hand\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a   # the name\n  \
         namespace: b\nspec:\n  encryptedData:\n    # first\n    one: {}\n\n    two: {} # second\n  template:\n    \
         metadata:\n      annotations:\n        old: kept\n    type: Opaque\n",
        seal("1"),
        seal("2")
    )
}

/// The lines that differ, masked: `-` gone, `+` new.
fn changes(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("-{}", mask(line)));
    let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+{}", mask(line)));
    gone.chain(new).collect()
}

#[track_caller]
fn open(sandbox: &Sandbox, name: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
    let line = format!("--recovery-unseal --recovery-private-key key.pem -f {name}");
    values(&sandbox.kubeseal(&line).succeeds().json())
}

#[test]
fn set_touches_the_line_of_the_item_and_no_other() {
    let sandbox = Sandbox::new();
    let before = file(&sandbox);
    sandbox.file("f.yaml", &before);
    sandbox
        .signet("set f.yaml two --cert cert.pem")
        .stdin("new")
        .succeeds()
        .says("replaced `two` of b/a")
        .prints("");
    let after = sandbox.read("f.yaml");
    assert_eq!(changes(&before, &after), ["-    two: SEALED # second", "+    two: SEALED # second"]);
    sandbox.signet("set f.yaml three --cert cert.pem").stdin("3").succeeds().says("added `three` of b/a");
    assert_eq!(changes(&after, &sandbox.read("f.yaml")), ["+    three: SEALED"]);
    let opened = open(&sandbox, "f.yaml");
    assert_eq!(
        opened,
        [("one", "1"), ("three", "3"), ("two", "new")].map(|(k, v)| (k.to_owned(), v.into())).into()
    );
    assert_eq!(sandbox.names(), ["cert.pem", "f.yaml", "key.pem"]);
}

#[test]
fn unset_removes_the_line_of_the_item_and_no_other() {
    let sandbox = Sandbox::new();
    let before = file(&sandbox);
    sandbox.file("f.yaml", &before);
    sandbox.signet("unset f.yaml two").succeeds().says("removed `two` of b/a").prints("");
    assert_eq!(changes(&before, &sandbox.read("f.yaml")), ["-    two: SEALED # second"]);
    sandbox.signet("unset f.yaml two").fails(3).says("no item `two`").says("hint: ");
    sandbox.signet("unset f.yaml one").succeeds();
    assert!(open(&sandbox, "f.yaml").is_empty());
}

#[test]
fn set_takes_name_namespace_and_scope_from_the_file() {
    for (scope, namespace) in [("strict", "b"), ("namespace-wide", "b"), ("cluster-wide", "")] {
        let sandbox = Sandbox::new();
        let input = format!("metadata: {{name: a, namespace: '{namespace}'}}\nstringData: {{k: v}}\n");
        let line = format!("--cert cert.pem --scope {scope} -w f.json");
        sandbox.kubeseal(&line).stdin(input).succeeds();
        sandbox.signet("set f.json k --cert cert.pem").stdin("new").succeeds();
        assert_eq!(open(&sandbox, "f.json")["k"], b"new", "{scope}");
    }
}

#[test]
fn set_works_on_one_of_several_documents_and_in_lists() {
    let sandbox = Sandbox::new();
    let first = file(&sandbox);
    let second = first.replace("name: a ", "name: c ");
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {one: x}\n";
    sandbox.file("f.yaml", format!("{config}---\n{first}---\n{second}"));
    let before = sandbox.read("f.yaml");
    sandbox.signet("set f.yaml one --cert cert.pem").stdin("n").fails(3).says("several").says("--name");
    assert_eq!(sandbox.read("f.yaml"), before);
    sandbox.signet("set f.yaml one --cert cert.pem --name c").stdin("n").succeeds().says("b/c");
    assert!(sandbox.read("f.yaml").starts_with(&format!("{config}---\n{first}---\n")));
    sandbox
        .signet("set f.yaml one --cert cert.pem --name d")
        .stdin("n")
        .fails(3)
        .says("no such SealedSecret");

    let item = first.trim_start_matches("# kept by hand\n").trim_end().replace('\n', "\n  ");
    sandbox.file("list.yaml", format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n"));
    let before = sandbox.read("list.yaml");
    sandbox.signet("set list.yaml one --cert cert.pem").stdin("n").succeeds();
    assert_eq!(changes(&before, &sandbox.read("list.yaml")), ["-      one: SEALED", "+      one: SEALED"]);
}

#[test]
fn set_refuses_what_could_never_be_opened() {
    let sandbox = Sandbox::new();
    let before = file(&sandbox);
    sandbox.file("f.yaml", &before).file("g.yaml", before.replace("  namespace: b\n", ""));
    sandbox.signet("set f.yaml k --cert cert.pem -n c").stdin("v").fails(3).says("namespace mismatch");
    sandbox.signet("set f.yaml a/b --cert cert.pem").stdin("v").fails(2).says("cannot be a key");
    sandbox.signet("set g.yaml k --cert cert.pem").stdin("v").fails(3).says("--namespace");
    sandbox.signet("set g.yaml k --cert cert.pem -n b").stdin("v").succeeds();
    sandbox
        .signet("set missing.yaml k --cert cert.pem")
        .stdin("v")
        .fails(3)
        .says("no such file or directory");
    sandbox.signet("set cert.pem k --cert cert.pem").stdin("v").fails(3);
    assert_eq!(sandbox.read("f.yaml"), before);
}

#[test]
fn set_takes_a_value_byte_for_byte_and_notes_a_line_break() {
    let sandbox = Sandbox::new();
    sandbox.file("f.yaml", file(&sandbox)).file("value", b"\xff\n");
    sandbox
        .signet("set f.yaml k --cert cert.pem --from-file value")
        .succeeds()
        .says("ends with a line break");
    assert_eq!(open(&sandbox, "f.yaml")["k"], b"\xff\n");
    // A value on the command line would be seen by every user of the machine.
    sandbox.signet("set f.yaml k v --cert cert.pem").fails(2);
}

#[test]
fn a_changed_file_keeps_its_permissions_and_a_link_stays_a_link() {
    let sandbox = Sandbox::new();
    sandbox.file("real.yaml", file(&sandbox));
    fs::set_permissions(sandbox.path().join("real.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.yaml", sandbox.path().join("f.yaml")).unwrap();
    for run in [
        sandbox.signet("set f.yaml k --cert cert.pem").stdin("v"),
        sandbox.signet("unset f.yaml k"),
        sandbox.kubeseal("--cert cert.pem --merge-into f.yaml").stdin("stringData: {m: v}"),
        sandbox.signet("reseal f.yaml --key key.pem --force"),
    ] {
        run.succeeds();
        assert!(fs::symlink_metadata(sandbox.path().join("f.yaml")).unwrap().is_symlink());
        assert_eq!(fs::metadata(sandbox.path().join("real.yaml")).unwrap().mode() & 0o777, 0o640);
    }
    assert_eq!(sandbox.names(), ["cert.pem", "f.yaml", "key.pem", "real.yaml"]);
}

// Merging.

#[test]
fn a_merge_adds_items_labels_and_annotations_and_keeps_the_rest() {
    let sandbox = Sandbox::new();
    let before = file(&sandbox);
    sandbox.file("f.yaml", &before);
    let input = "metadata: {name: other, namespace: other, labels: {l: x}, annotations: {new: z}}\n\
                 stringData: {two: new, three: 3}\ntype: other\nimmutable: true\n";
    sandbox.kubeseal("--cert cert.pem --merge-into f.yaml").stdin(input).succeeds().says_nothing().prints("");
    assert_eq!(
        changes(&before, &sandbox.read("f.yaml")),
        [
            "-    two: SEALED # second",
            "+    two: SEALED # second",
            "+    three: SEALED",
            "+        new: z",
            "+      labels:",
            "+        l: x",
        ]
        .map(str::to_owned)
    );
    let opened = open(&sandbox, "f.yaml");
    assert_eq!((&*opened["one"], &*opened["two"], &*opened["three"]), (&b"1"[..], &b"new"[..], &b"3"[..]));
}

#[test]
fn a_merge_into_a_file_without_metadata_maps_works() {
    let sandbox = Sandbox::new();
    sandbox
        .kubeseal("--cert cert.pem -w f.json")
        .stdin("metadata: {name: a, namespace: b}\nstringData: {k: v}")
        .succeeds();
    let input = "metadata: {labels: {l: x}, annotations: {a: z}}\nstringData: {m: w}\n";
    sandbox.kubeseal("--cert cert.pem --merge-into f.json").stdin(input).succeeds();
    let object: serde_json::Value = serde_json::from_str(&sandbox.read("f.json")).unwrap();
    assert_eq!(object["spec"]["template"]["metadata"]["labels"]["l"], "x");
    assert_eq!(object["spec"]["template"]["metadata"]["annotations"]["a"], "z");
    assert_eq!(open(&sandbox, "f.json")["m"], b"w");

    let bare =
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: b}\nspec: {}\n";
    sandbox.file("bare.yaml", bare);
    sandbox.kubeseal("--cert cert.pem --merge-into bare.yaml").stdin(input).succeeds();
    assert_eq!(open(&sandbox, "bare.yaml")["m"], b"w");
}

#[test]
fn a_merge_takes_scope_and_notation_from_the_file() {
    for scope in ["namespace-wide", "cluster-wide"] {
        for (name, notation) in [("f.yaml", "yaml"), ("f", "json")] {
            let sandbox = Sandbox::new();
            let line = format!("--cert cert.pem --scope {scope} -o {notation} -w {name}");
            sandbox.kubeseal(&line).stdin("metadata: {name: a, namespace: b}\nstringData: {k: v}").succeeds();
            sandbox
                .kubeseal(&format!("--cert cert.pem --merge-into {name}"))
                .stdin("stringData: {m: w}")
                .succeeds();
            assert_eq!(open(&sandbox, name)["m"], b"w", "{scope}");
            assert_eq!(sandbox.read(name).starts_with('{'), notation == "json");
            let narrower = format!("--cert cert.pem --merge-into {name} --scope {scope}");
            sandbox.kubeseal(&narrower).stdin("stringData: {n: x}").succeeds();
        }
    }
    let sandbox = Sandbox::new();
    sandbox.file("f.yaml", file(&sandbox));
    let line = "--cert cert.pem --merge-into f.yaml --scope cluster-wide";
    sandbox.kubeseal(line).stdin("stringData: {m: w}").fails(1).says("the file is strict");
    // An annotation of the input cannot change the scope of the file either.
    let input =
        "metadata: {annotations: {sealedsecrets.bitnami.com/cluster-wide: 'true'}}\nstringData: {m: w}";
    sandbox.kubeseal("--cert cert.pem --merge-into f.yaml").stdin(input).succeeds();
    assert_eq!(open(&sandbox, "f.yaml")["m"], b"w");
}

#[test]
fn a_notation_that_is_asked_for_rewrites_the_file() {
    let sandbox = Sandbox::new();
    sandbox.file("f.yaml", file(&sandbox));
    sandbox.kubeseal("--cert cert.pem --merge-into f.yaml -o json").stdin("stringData: {m: w}").succeeds();
    assert!(sandbox.read("f.yaml").starts_with("{\n  \"kind\": \"SealedSecret\""));
    assert_eq!(open(&sandbox, "f.yaml")["m"], b"w");
    sandbox.kubeseal("--cert cert.pem --merge-into f.yaml -o xml").stdin("stringData: {m: w}").fails(1);
}

#[test]
fn all_documents_of_the_input_are_merged() {
    let sandbox = Sandbox::new();
    sandbox.file("f.yaml", file(&sandbox));
    let input = "stringData: {x: 1}\n---\nstringData: {z: 2}\n";
    sandbox.kubeseal("--cert cert.pem --merge-into f.yaml").stdin(input).succeeds();
    let keys: Vec<String> = open(&sandbox, "f.yaml").into_keys().collect();
    assert_eq!(keys, ["one", "two", "x", "z"]);
}

#[test]
fn a_merge_that_would_lose_something_leaves_the_file_alone() {
    let sandbox = Sandbox::new();
    let one = file(&sandbox);
    let several = format!("{one}---\n{}", one.replace("name: a ", "name: c "));
    sandbox
        .file("several.yaml", &several)
        .file("f.yaml", &one)
        .file("other.yaml", "kind: Secret\nmetadata: {name: a}\n");
    let merge = |target: &str, flags: &str, input: &str| {
        sandbox.kubeseal(&format!("--cert cert.pem --merge-into {target} {flags}")).stdin(input).fails(1)
    };
    merge("several.yaml", "", "stringData: {m: w}").says("2 documents");
    merge("other.yaml", "", "stringData: {m: w}").says("expected a SealedSecret");
    merge("missing.yaml", "", "stringData: {m: w}").says("no such file or directory");
    merge("f.yaml", "-n c", "stringData: {m: w}").says("namespace mismatch");
    merge("f.yaml", "", "").says("no secrets found");
    merge("f.yaml", "", "metadata: {name: x}").says("--allow-empty-data");
    merge("f.yaml", "", "data: {k: '!'}").says("not valid base64");
    assert_eq!((sandbox.read("several.yaml"), sandbox.read("f.yaml")), (several, one));
    assert_eq!(sandbox.names(), ["cert.pem", "f.yaml", "key.pem", "other.yaml", "several.yaml"]);
}

// Resealing.

/// A tree with objects of an old and a new key, and much that is none of our business.
fn tree(sandbox: &Sandbox) -> KeyPair {
    let old = KeyPair::new(&PrivateKey::from_pem(OTHER_KEY.key.as_bytes()).unwrap(), 30);
    sandbox.file("old.pem", &old.certificate);
    sandbox.file("keys.yaml", format!("{}---\n{}", old.secret("old"), KEY.secret("new")));
    fs::create_dir_all(sandbox.path().join("tree/deep/.git")).unwrap();
    let seal = |certificate: &str, name: &str| {
        let input = format!("metadata: {{name: {name}, namespace: b}}\nstringData: {{k: v-{name}, l: w}}\n");
        sandbox.kubeseal(&format!("--cert {certificate} -o yaml")).stdin(input).succeeds().stdout
    };
    sandbox.file("tree/new.yaml", seal("cert.pem", "new"));
    sandbox.file(
        "tree/old.yml",
        format!("# comment\n{}---\nkind: ConfigMap\n", seal("old.pem", "old").trim_start_matches("---\n")),
    );
    sandbox.file("tree/deep/both.yaml", format!("{}{}", seal("old.pem", "c"), seal("cert.pem", "d")));
    sandbox.file("tree/deep/chart.yaml", "{{ if .Values.x }}\nkind: ConfigMap\n{{ end }}\n");
    sandbox.file("tree/deep/.git/old.yaml", seal("old.pem", "hidden"));
    sandbox.file("tree/old.txt", seal("old.pem", "text"));
    old
}

#[test]
fn a_tree_is_sealed_again_with_the_newest_key_and_nothing_else_changes() {
    let sandbox = Sandbox::new();
    tree(&sandbox);
    let read = |name: &str| sandbox.read(&format!("tree/{name}"));
    let untouched = ["new.yaml", "deep/chart.yaml", "deep/.git/old.yaml", "old.txt"];
    let before = untouched.map(read);
    let (old, both) = (read("old.yml"), read("deep/both.yaml"));

    let dry = sandbox.signet("reseal tree --key keys.yaml --cert cert.pem --dry-run").succeeds();
    dry.says("would reseal 4 items of 2 objects in 2 files; 2 had the newest key already; 0 failed");
    dry.prints("tree/deep/both.yaml: b/c: k, l\ntree/old.yml: b/old: k, l\n");
    assert_eq!((read("old.yml"), read("deep/both.yaml")), (old.clone(), both.clone()));

    let done = sandbox.signet("reseal tree --key keys.yaml --cert cert.pem").succeeds();
    done.says("resealed 4 items of 2 objects in 2 files; 2 had the newest key already; 0 failed").prints("");
    assert_eq!(untouched.map(read), before);
    assert_eq!(
        changes(&old, &read("old.yml")),
        ["-    k: SEALED", "-    l: SEALED", "+    k: SEALED", "+    l: SEALED"]
    );
    assert!(
        read("old.yml").starts_with("# comment\n") && read("old.yml").ends_with("---\nkind: ConfigMap\n")
    );
    let opened = sandbox.signet("unseal --key key.pem -o json tree/old.yml").succeeds();
    assert_eq!(values(&opened.json())["k"], b"v-old");

    let again = sandbox.signet("reseal tree --key keys.yaml --cert cert.pem").succeeds();
    again.says("resealed 0 items of 0 objects in 0 files; 4 had the newest key already; 0 failed");
    sandbox
        .signet("reseal tree --key keys.yaml --cert cert.pem --force")
        .succeeds()
        .says("resealed 8 items of 4 objects");
}

#[test]
fn what_cannot_be_sealed_again_is_reported_and_the_rest_is_done() {
    let sandbox = Sandbox::new();
    tree(&sandbox);
    sandbox.file("tree/broken.yaml", "kind: SealedSecret\na: [\n");
    sandbox.file("tree/legacy.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: x, namespace: b}\nspec: {data: AAAA}\n");
    let outcome = sandbox.signet("reseal tree --key keys.yaml --cert cert.pem").fails(6);
    outcome
        .says("tree/broken.yaml")
        .says("tree/legacy.yaml")
        .says("b/x")
        .says("2 failed")
        .says("resealed 4 items");
    // Without the key of the old ones nothing changes and everything is named.
    let sandbox = Sandbox::new();
    tree(&sandbox);
    let before = sandbox.read("tree/deep/both.yaml");
    let outcome = sandbox.signet("reseal tree/deep/both.yaml tree/old.yml --key key.pem").fails(6);
    outcome.says("tree/deep/both.yaml: b/c: no key could decrypt secret (k, l)").says("tree/old.yml: b/old");
    assert_eq!(sandbox.read("tree/deep/both.yaml"), before);
    sandbox.signet("reseal tree/old.yml --key key.pem").fails(4);
    sandbox.signet("reseal missing --key key.pem").fails(3).says("no such file or directory");
}

#[test]
fn the_newest_key_must_be_known() {
    let sandbox = Sandbox::new();
    tree(&sandbox);
    sandbox.file("other.pem", &OTHER_KEY.key);
    let outcome = sandbox.signet("reseal tree --key key.pem --key other.pem").fails(2);
    outcome.says("newest").says("--cert");
}

#[test]
fn a_note_of_the_key_follows_the_key_where_there_is_one() {
    let sandbox = Sandbox::new();
    let old = tree(&sandbox);
    let input = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";
    sandbox.signet("seal --cert old.pem -w noted.yaml").stdin(input).succeeds();
    assert!(sandbox.read("noted.yaml").contains(&old.fingerprint));
    sandbox.signet("reseal noted.yaml --key keys.yaml --cert cert.pem").succeeds();
    assert!(sandbox.read("noted.yaml").contains(&KEY.fingerprint));
    assert!(!sandbox.read("noted.yaml").contains(&old.fingerprint));
}
