//! Where documents begin and end, and documents put together at random.

use super::values::SCALARS;
use super::{Case, SEAL, compare};

#[test]
fn streams_are_split_as_kubeseal_does() {
    let one = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";
    let two = "metadata: {name: c, namespace: d}\nstringData: {l: w}\n";
    let json_one = r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"v"}}"#;
    let json_two = r#"{"metadata":{"name":"c","namespace":"d"},"stringData":{"l":"w"}}"#;
    let numbers = r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":5}}"#;
    let streams = [
        String::new(),
        "\n".to_owned(),
        "---\n".to_owned(),
        "# comment\n".to_owned(),
        "text".to_owned(),
        "- a\n".to_owned(),
        "{}".to_owned(),
        "null".to_owned(),
        one.to_owned(),
        format!("---\n{one}"),
        format!("{one}---\n"),
        format!("---\n---\n{one}---\n---\n{two}---\n"),
        format!("{one}---\n{two}"),
        format!("{one}--- # comment\n{two}"),
        format!("{one}...\n"),
        format!("# first\n---\n{one}"),
        format!("%YAML 1.1\n---\n{one}"),
        format!("{one}---\nfoo: bar\n---\n{two}"),
        one.replace('\n', "\r\n"),
        format!("\u{feff}{one}"),
        format!("\n\n{one}"),
        json_one.to_owned(),
        format!("{json_one}\n{json_two}\n"),
        format!("{json_one}{json_two}"),
        format!("  \n{json_one}"),
        format!("{json_one}\n---\n{json_two}"),
        format!("{json_one}\n---\n{two}"),
        format!("{json_one}{json_two}{json_one}"),
        numbers.to_owned(),
        format!("{json_one}\n{numbers}"),
        format!("\u{feff}{json_one}"),
        r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"v"},"stringData":{"l":"w"}}"#
            .to_owned(),
        r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"\ud83d\ude00 \u003c\u2028"}}"#
            .to_owned(),
        r#"{"kind":"List","items":[{"metadata":{"name":"a"},"stringData":{"k":"v"}}]}"#.to_owned(),
        "kind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {k: not base64}\n".to_owned(),
        "kind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {k: aGVsbG8=}\n".to_owned(),
        "metadata: {generateName: a, namespace: b}\nstringData: {k: v}\n".to_owned(),
        "metadata: {name: a, namespace: b}\n".to_owned(),
        format!("{one}---\nmetadata: {{name: a, namespace: b}}\n"),
        format!("{one}---\nmetadata: {{namespace: b}}\nstringData: {{k: v}}\n"),
    ];
    let mut cases = Vec::new();
    for stream in &streams {
        for line in [SEAL, "--cert cert.pem -oyaml", "--cert cert.pem --name forced --allow-empty-data"] {
            cases.push(Case::new(line, stream.clone()));
        }
        cases.push(Case::new("--cert cert.pem -f in.yaml -w out.yaml", "").file("in.yaml", &**stream));
    }
    compare("streams_are_split_as_kubeseal_does", cases);
}

/// A generator that gives the same inputs in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's multiplier; the high bits are good enough to choose test inputs.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }
}

/// A document put together from pieces, most of them harmless. None is a syntax error: those kubeseal skips.
fn document(dice: &mut Dice) -> String {
    let scalars: Vec<&str> = SCALARS
        .iter()
        .copied()
        .filter(|scalar| !scalar.contains('\n') && !matches!(*scalar, "a: b" | "- a" | "% a"))
        .collect();
    let mut text = String::new();
    for line in ["apiVersion: v1\n", "kind: Secret\n", "# comment\n", "other: {a: [1, 2]}\n"] {
        if dice.roll(2) == 0 {
            text.push_str(line);
        }
    }
    text.push_str("metadata:\n");
    text.push_str(&format!("  name: {}\n", dice.pick(&["a", "a", "a", "12", "yes", "''"])));
    text.push_str(dice.pick(&["  namespace: b\n", "  namespace: b\n", "  namespace: 7\n", ""]));
    for map in ["labels", "annotations"] {
        for _ in 0..dice.roll(3) {
            if !text.contains(&format!("  {map}:\n")) {
                text.push_str(&format!("  {map}:\n"));
            }
            let key = ["k", "l", "m"][dice.roll(3)];
            if !text.ends_with(&format!("    {key}: ")) {
                text.push_str(&format!("    {key}{}: {}\n", dice.roll(1000), dice.pick(&scalars)));
            }
        }
    }
    if dice.roll(3) > 0 {
        text.push_str("stringData:\n");
        for at in 0..=dice.roll(4) {
            text.push_str(&format!("  s{at}: {}\n", dice.pick(&scalars)));
        }
    }
    if dice.roll(3) > 0 {
        text.push_str("data:\n");
        for at in 0..=dice.roll(3) {
            text.push_str(&format!(
                "  d{at}: {}\n",
                dice.pick(&["aGVsbG8=", "''", "AP8=", "null", "aGVsbG8"])
            ));
        }
    }
    text.push_str(dice.pick(&["", "type: Opaque\n", "type: kubernetes.io/tls\n", "immutable: true\n"]));
    text
}

#[test]
fn streams_put_together_at_random_are_sealed_as_kubeseal_does() {
    let mut dice = Dice(7);
    let cases = (0..200).map(|_| {
        let documents: Vec<String> = (0..=dice.roll(3)).map(|_| document(&mut dice)).collect();
        let line = format!(
            "{SEAL} {} {} {} {}",
            dice.pick(&["", "", "-o yaml", "-w out.json"]),
            dice.pick(&["", "", "--scope namespace-wide", "--scope cluster-wide"]),
            dice.pick(&["", "", "-n b", "-n c"]),
            dice.pick(&["", "", "--allow-empty-data", "--name forced"]),
        );
        Case::new(
            line,
            documents.join(dice.pick(&["---\n", "--- \n", "---\n---\n", "---\n# comment\n---\n"])),
        )
    });
    compare("streams_put_together_at_random_are_sealed_as_kubeseal_does", cases.collect());
}
