//! One file that passes through both programs in turn, command after command.

use std::path::{Path, PathBuf};

use super::workbench::{ALICE, BOB, Case, YAML, ours, real_sops};

/// A file and the program whose turn it is.
struct Chain<'a> {
    programs: [PathBuf; 2],
    turn: usize,
    name: &'a str,
    text: String,
}

impl Chain<'_> {
    /// Runs a command that changes the file.
    #[track_caller]
    fn step(&mut self, line: &str, words: &[&str]) {
        self.turn += 1;
        let config = "creation_rules: [{age: [@ALICE, @BOB]}]\n";
        let case = words.iter().fold(Case::new(line), |case, word| case.word(word));
        let case = case.file(self.name, &self.text).file(".sops.yaml", config);
        let keys = format!("{} {}", ALICE.identity, BOB.identity);
        let trace = case.env("SOPS_AGE_KEY", keys).run(&self.programs[self.turn % 2]);
        trace.ends_with(0);
        self.text = trace.file(self.name).to_owned();
    }

    /// What both programs make of it.
    #[track_caller]
    fn decrypted(&self) -> String {
        let [one, other] = self.programs.each_ref().map(|program| {
            let case = Case::new(&format!("decrypt --output-type json {}", self.name));
            let trace = case.file(self.name, &self.text).alice().run(program);
            trace.ends_with(0);
            trace.stdout
        });
        assert_eq!(one, other);
        one
    }
}

#[track_caller]
fn chain(first: usize, name: &str, text: &str, theirs: &Path) -> String {
    let mut chain = Chain { programs: [ours(), theirs.to_owned()], turn: first, name, text: text.to_owned() };
    chain.step(&format!("encrypt -i --age @ALICE {name}"), &[]);
    chain.step(&format!("set {name}"), &["[\"a\"]", "\"changed\""]);
    chain.step(&format!("rotate -i --add-age @BOB {name}"), &[]);
    chain.step(&format!("set {name}"), &["[\"new\"]", "\"x\""]);
    chain.step(&format!("rotate -i --rm-age @ALICE {name}"), &[]);
    chain.step(&format!("updatekeys -y {name}"), &[]);
    chain.step(&format!("unset {name}"), &["[\"b\"]"]);
    chain.step(&format!("groups add -i --file {name} --age @BOB"), &[]);
    chain.step(&format!("groups delete -i --file {name} --shamir-secret-sharing-threshold 1"), &["1"]);
    chain.step(&format!("rotate -i {name}"), &[]);
    chain.decrypted()
}

#[test]
fn both_programs_may_take_turns_with_one_file() {
    let Some(theirs) = real_sops("both_programs_may_take_turns_with_one_file") else { return };
    for (name, text) in [
        ("a.yaml", YAML),
        ("a.json", r#"{"a": "x", "b": [1, 2.5], "c": {"d": null}}"#),
        ("a.env", "# c\na=1\nb=2\nc=a\\nb\n"),
    ] {
        assert_eq!(chain(0, name, text, &theirs), chain(1, name, text, &theirs), "{name}");
    }
}

#[test]
fn what_does_not_change_keeps_its_ciphertext() {
    let before = super::workbench::encrypted("a.yaml", YAML);
    let set = Case::new("set a.yaml [\"a\"] \"changed\"").file("a.yaml", &before).alice().run(&ours());
    let after = set.ends_with(0).file("a.yaml");
    let changed: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    let fields: Vec<&str> = changed.iter().filter_map(|line| line.trim().split(':').next()).collect();
    // The time is the same when both happen within a second.
    assert!(
        fields == ["a", "lastmodified", "mac"] || fields == ["a"] || fields == ["a", "mac"],
        "{changed:?}"
    );
}
