//! SOPS files between us and the real sops: each decrypts what the other encrypted, in every format.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use signet_secret::Plaintext;
use signet_sops::keys::{KeyId, MasterKey, Unwrapper, Wrapper};
use signet_sops::{
    Branch, Cipher, Comment, DataKey, Element, Format, Item, Layout, MacCheck, Metadata, Selection,
    SystemRandom, Timestamp, Tree, Value,
};
use signet_sops_keys::age::{self, Identity, Recipient};
use signet_sops_keys::{Interaction, Nobody};
use signet_tests::process::Output;
use signet_tests::{Program, Scenario, peers, scenario_without_cluster};
use zeroize::Zeroizing;

const SOON: Duration = Duration::from_secs(30);
/// Of generated files, for each format and direction.
const FILES: u64 = 40;

/// An age key of no use elsewhere.
const KEY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n";

/// An age key, as data and in a file.
struct Age {
    identities: Vec<Identity>,
    file: PathBuf,
}

impl Age {
    fn new(directory: &Path) -> Result<Self> {
        let file = directory.join("key.txt");
        std::fs::write(&file, KEY)?;
        Ok(Self { identities: Identity::parse_all("key.txt", KEY.as_bytes(), age::Layout::Lines)?, file })
    }

    fn recipient(&self) -> String {
        self.identities[0].recipient().expect("the key is not locked")
    }
}

impl Wrapper for Age {
    type Error = anyhow::Error;

    fn wrap(&mut self, key: &MasterKey, secret: &[u8]) -> Result<String> {
        let KeyId::Age { recipient } = &key.id else { return Err(anyhow!("not an age key")) };
        Ok(recipient.parse::<Recipient>()?.wrap(&Plaintext::from(secret.to_vec()), &Nobody)?)
    }
}

impl Unwrapper for Age {
    type Error = anyhow::Error;

    fn unwrap(&mut self, key: &MasterKey) -> Result<Zeroizing<Vec<u8>>> {
        let secret = age::unwrap(&key.wrapped, &self.identities, Interaction::NONE)?;
        Ok(Zeroizing::new(secret.expose().to_vec()))
    }
}

/// The real sops, with a key for it.
struct Sops<'a> {
    scenario: &'a Scenario,
    program: PathBuf,
    age: Age,
}

impl<'a> Sops<'a> {
    async fn new(scenario: &'a Scenario) -> Result<Self> {
        let program = scenario.peer(&peers::SOPS).await?;
        Ok(Self { scenario, program, age: Age::new(scenario.dir())? })
    }

    async fn run(&self, words: &[&str]) -> Result<Output> {
        Program::new(&self.program)
            .args(words.iter().copied())
            .env("SOPS_AGE_KEY_FILE", &self.age.file)
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .cwd(self.scenario.dir())
            .output(SOON)
            .await
    }

    /// The documents of an encrypted file. Of YAML the first: sops writes some texts in lists such that nobody can read
    /// them, so it is asked for JSON.
    async fn decrypt(&self, format: Format) -> Result<Vec<Branch>> {
        let output = if format == Format::Yaml { Format::Json } else { format };
        let words = ["decrypt", "--output-type", output.word(), file_name(format)];
        let text = self.run(&words).await?.success()?.text();
        Ok(output.read_plain(text.as_bytes())?)
    }

    fn file(&self, name: &str, text: &[u8]) -> Result<PathBuf> {
        let path = self.scenario.dir().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

fn file_name(format: Format) -> &'static str {
    match format {
        Format::Yaml => "file.yaml",
        Format::Json => "file.json",
        Format::Dotenv => "file.env",
        Format::Ini => "file.ini",
        Format::Binary => "file.bin",
    }
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 22] = [
            "a",
            "word",
            "two words",
            "\n",
            "line\n",
            "  ",
            "'",
            "\"",
            "# no comment",
            ": ",
            "- ",
            "é☺",
            "\u{1f600}",
            "true",
            "null",
            "12",
            "0x1f",
            "2024-01-02",
            "ENC[",
            "{}",
            "\\",
            "<&>",
        ];
        (0..self.below(4)).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }

    fn scalar(&mut self) -> Value {
        match self.below(9) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => Value::Int(i64::try_from(self.below(1 << 30)).unwrap_or(0) - (1 << 29)),
            3 => Value::Float(f64::from(u32::try_from(self.below(1 << 20)).unwrap_or(0)) / 1024.0 + 0.1),
            _ => Value::from(self.text()),
        }
    }

    fn value(&mut self, depth: usize, comments: bool) -> Value {
        match self.below(4) {
            0 if depth > 0 => Value::Branch(self.branch(depth - 1, comments)),
            1 if depth > 0 => {
                let mut list = Vec::new();
                for at in 0..self.below(4) {
                    if comments && self.below(4) == 0 {
                        list.push(Element::Comment(comment(at)));
                    }
                    list.push(Element::Value(self.value(depth - 1, comments)));
                }
                Value::List(list)
            }
            _ => self.scalar(),
        }
    }

    fn branch(&mut self, depth: usize, comments: bool) -> Branch {
        let mut branch = Branch::default();
        for at in 0..=self.below(4) {
            if comments && self.below(4) == 0 {
                branch.items.push(Item::Comment(comment(at)));
            }
            let end = ["", " with space", "_unencrypted", ": colon"][self.below(4)];
            branch.push(format!("key{at}{end}"), self.value(depth, comments));
        }
        branch
    }

    fn document(&mut self, format: Format) -> Branch {
        match format {
            Format::Yaml => self.branch(3, true),
            Format::Json => self.branch(3, false),
            Format::Dotenv => self.texts(),
            Format::Ini => {
                let mut branch = Branch::default();
                branch.push("DEFAULT", self.texts());
                branch.push("section", self.texts());
                branch
            }
            Format::Binary => {
                let mut branch = Branch::default();
                branch.push("data", self.text());
                branch
            }
        }
    }

    /// Values on one line, without what the two formats cannot hold.
    fn texts(&mut self) -> Branch {
        let mut branch = Branch::default();
        for at in 0..self.below(5) {
            let text = self.text().replace(['\n', '\\', '`'], "");
            branch.push(format!("KEY{at}"), text.trim_matches(['\'', '"', ' ']));
        }
        branch
    }
}

fn comment(at: usize) -> Comment {
    Comment { text: format!(" comment {at}").into(), inline: false }
}

/// The documents without comments, whose place sops does not always keep.
fn without_comments(branch: &Branch) -> Branch {
    let items = branch.items.iter().filter_map(|item| match item {
        Item::Comment(_) => None,
        Item::Entry(key, value) => Some(Item::Entry(key.clone(), value_without_comments(value))),
    });
    Branch { items: items.collect() }
}

fn value_without_comments(value: &Value) -> Value {
    match value {
        Value::Branch(branch) => Value::Branch(without_comments(branch)),
        Value::List(list) => Value::List(
            list.iter()
                .filter_map(|element| match element {
                    Element::Comment(_) => None,
                    Element::Value(value) => Some(Element::Value(value_without_comments(value))),
                })
                .collect(),
        ),
        scalar => scalar.clone(),
    }
}

fn same(format: Format, one: &[Branch], other: &[Branch]) -> bool {
    let strip = |documents: &[Branch]| -> Vec<Branch> {
        // An INI file has a first section even if that is empty.
        let keep =
            |item: &Item| !matches!(item, Item::Entry(_, Value::Branch(branch)) if branch.items.is_empty());
        let mut documents: Vec<_> = documents.iter().map(without_comments).collect();
        if format == Format::Ini {
            documents.iter_mut().for_each(|document| document.items.retain(keep));
        }
        documents
    };
    strip(one) == strip(other)
}

fn selection(number: u64) -> Selection {
    match number % 4 {
        0 => Selection::EncryptedRegex("[02]".into()),
        1 => Selection::UnencryptedSuffix("space".into()),
        _ => Selection::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_sops_decrypts_what_we_encrypt() {
    scenario_without_cluster(async |scenario| {
        let mut sops = Sops::new(scenario).await?;
        let now = Timestamp::parse("2026-11-21T02:21:27Z").context("this is a time")?;
        for format in Format::ALL {
            for number in 0..FILES {
                let mut numbers = Numbers(number);
                let mut documents = vec![numbers.document(format)];
                if format == Format::Yaml && number % 3 == 0 {
                    documents.push(numbers.document(format));
                }
                let key = MasterKey::new(KeyId::Age { recipient: sops.age.recipient() }, now);
                let mut metadata = Metadata {
                    key_groups: if number % 5 == 0 {
                        vec![vec![key.clone()], vec![key]]
                    } else {
                        vec![vec![key]]
                    },
                    selection: if format == Format::Binary {
                        Selection::Everything
                    } else {
                        selection(number)
                    },
                    mac_only_encrypted: format != Format::Binary && number % 7 == 0,
                    ..Metadata::new(now)
                };
                let data_key = DataKey::generate(&mut SystemRandom)?;
                metadata
                    .wrap_data_key(&data_key, &mut sops.age, &mut SystemRandom)
                    .map_err(|error| anyhow!("{error}"))?;
                let tree = Tree { documents: documents.clone(), metadata };
                let tree = tree.encrypt(&Cipher::new(data_key), now, &mut SystemRandom)?;
                let text = format.write_encrypted(&tree, Layout::default())?;
                sops.file(file_name(format), &text)?;
                let shown = String::from_utf8_lossy(&text);
                let decrypted =
                    sops.decrypt(format).await.with_context(|| format!("{format} {number}:\n{shown}"))?;
                ensure!(same(format, &decrypted, &documents[..1]), "{format} {number}:\n{shown}");
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_decrypt_what_the_real_sops_encrypts() {
    scenario_without_cluster(async |scenario| {
        let mut sops = Sops::new(scenario).await?;
        for format in Format::ALL {
            for number in 0..FILES {
                let documents = vec![Numbers(number + 1000).document(format)];
                let plain = format.write_plain(&documents, Layout::default())?;
                let path = sops.file(file_name(format), plain.expose())?;
                let recipient = sops.age.recipient();
                let mut words = vec!["encrypt", "--age", &recipient];
                if number % 2 == 1 && format != Format::Binary {
                    words.extend(["--encrypted-regex", "[02]"]);
                }
                words.push(file_name(format));
                let encrypted = sops.run(&words).await?.success()?.text();
                std::fs::write(&path, &encrypted)?;

                let tree = format.read_encrypted(encrypted.as_bytes())?;
                let data_key = tree.metadata.unwrap_data_key(&mut sops.age, &[])?;
                let mut cipher = Cipher::new(data_key);
                let decrypted = tree
                    .decrypt(&mut cipher, MacCheck::Verify)
                    .with_context(|| format!("{format} {number}:\n{encrypted}"))?;
                ensure!(
                    same(format, &decrypted.tree.documents, &documents),
                    "{format} {number}:\n{encrypted}"
                );
                let theirs = sops.decrypt(format).await?;
                ensure!(same(format, &theirs, &decrypted.tree.documents), "{format} {number}:\n{encrypted}");
            }
        }
        Ok(())
    })
    .await;
}
