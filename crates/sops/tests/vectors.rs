//! Values, comments and MACs of one document that the core of sops encrypted.

use signet_sops::{Branch, Cipher, DataKey, Format, Item, Layout, MacCheck, SystemRandom};

const VALUES: &str = "\
#ENC[AES256_GCM,data:iRTRBg==,iv:bXV/x55FhO4JA+u4F2X3T5QkXAx6TAW5obxhGRwHrOE=,tag:Y08ukqW8mlMDwi640+YB7Q==,type:comment]
s: ENC[AES256_GCM,data:aDvg,iv:AeWl+dQROa/67LqUuyCT2Rg/obPEYVxq1XO6vwEUE1w=,tag:pPXfjkOeRnV9ohycjAiK2Q==,type:str]
i: ENC[AES256_GCM,data:zEJq,iv:evQj/3/L1nEQ1sqWyXwsq1FEadAEX3BlJQMSMcQ+XOs=,tag:d27cgMjViIdFikEXXrcgwA==,type:int]
f: ENC[AES256_GCM,data:WaEJ,iv:jLoStAQV3VR+3MtXbE/1X0AyUlxKbUSwRTxS3iPvLDc=,tag:nEiZPirKSRw0/X91BIqvnA==,type:float]
b: ENC[AES256_GCM,data:hkfVEA==,iv:zygVryH0ZvLxbXpYMkGtlSqYXI5TUOp39tqjDrDzj6c=,tag:H1ocSEomKDBIqgf9yJhGvg==,type:bool]
t: ENC[AES256_GCM,data:w5BPdJI54VfxhnVJpAv1sOnopbqzPIK5yA==,iv:oVkMRDVvZQ/p0xOGSP6/h9tbPyeoYIA9Ia0vHCAH/A8=,tag:LWMP0wI60hX+v5V32blGlA==,type:time]
e: \"\"
\"n\": null
m:
    #ENC[AES256_GCM,data:Yvk4mfk=,iv:tE31zKiWKWqdYWa0BP8VqTErtKJFis4MxOgS3L4SsL8=,tag:3PdsNFVSQkg2HOSJ9Mll/g==,type:comment]
    l:
        - ENC[AES256_GCM,data:1w==,iv:zBIfYX5JtNeF52JnKoWMfglZZ/YxgEbN6A2C7FXQ7iY=,tag:mhLpoV2RL6+bcsuArFk9SA==,type:str]
        - y_unencrypted: 7
        - ENC[AES256_GCM,data:JA==,iv:wLZDCwwXaw19pS74uegx8dQ8hCj2yl9gttXQWHGqCN4=,tag:M7s3u8wrq0318QjkJQHK+g==,type:str]
u_unencrypted: plain
";

const METADATA: &str = "\
sops:
    age:
        - enc: none
          recipient: age1none
    lastmodified: \"2026-11-21T02:21:27Z\"
    mac: ENC[AES256_GCM,data:D44Kng1sUK9vMdW/5ZWpG7+5gt3+glfvt1UeJv8PWYAOks/GkH4IdxGaxOosZW8dD6eQVfFddj4AJ2SDblv8Xl6W1RSewqWIePJ4J7daJ2oKrzE88wh9PeuZv5VjkHeAr7vDXfWwtGlNAgbJnniypSBVsDMc1IYr3Arcx2RB70E=,iv:FVoh4d11IL1p07a8Cu17w59SGuZm69z7kJjTi9wcSIw=,tag:CESHVtMylGuJ5sGZN7+Aqg==,type:str]
    unencrypted_suffix: _unencrypted
    version: 3.13.2
";

const PLAIN: &str = "\
# top
s: foo
i: -42
f: 0.1
b: true
t: 2024-01-02T03:04:05+07:00
e: \"\"
\"n\": null
m:
    # in m
    l:
        - x
        - y_unencrypted: 7
        - z
u_unencrypted: plain
";

fn cipher() -> Cipher {
    Cipher::new(DataKey::from_bytes(&[b'f'; 32]).expect("32 bytes are a key"))
}

fn decrypted(text: &str) -> Result<String, String> {
    let tree = Format::Yaml.read_encrypted(text.as_bytes()).map_err(|error| error.to_string())?;
    let decrypted = tree.decrypt(&mut cipher(), MacCheck::Verify).map_err(|error| error.to_string())?;
    let plain = Format::Yaml.write_plain(&decrypted.tree.documents, Layout::default()).expect("it was YAML");
    Ok(String::from_utf8_lossy(plain.expose()).into_owned())
}

#[test]
fn the_document_decrypts_and_its_mac_matches() {
    assert_eq!(decrypted(&format!("{VALUES}{METADATA}")).as_deref(), Ok(PLAIN));
}

#[test]
fn encrypted_again_it_is_the_same() {
    let text = format!("{VALUES}{METADATA}");
    let mut cipher = cipher();
    let tree = Format::Yaml.read_encrypted(text.as_bytes()).expect("it was written by sops");
    let time = tree.metadata.last_modified;
    let tree = tree.decrypt(&mut cipher, MacCheck::Verify).expect("it was encrypted by sops").tree;
    let tree = tree.encrypt(&cipher, time, &mut SystemRandom).expect("it can be encrypted");
    let again = Format::Yaml.write_encrypted(&tree, Layout::default()).expect("it is YAML");
    assert_eq!(String::from_utf8(again).as_deref(), Ok(text.as_str()));
}

/// As sops before 3.13 wrote it, and as hands change it.
#[test]
fn metadata_is_read_in_any_order_case_and_type() {
    let loose = METADATA
        .replace("    age:", "    kms: []\n    pgp: null\n    Mac_Only_Encrypted: \"false\"\n    shamir_threshold: \"0\"\n    more: x\n    Age:")
        .replace("\"2026-11-21T02:21:27Z\"", "2026-11-21T02:21:27Z")
        .replace("    unencrypted_suffix: _unencrypted\n", "");
    assert_eq!(decrypted(&format!("{loose}{VALUES}")).as_deref(), Ok(PLAIN));
}

#[test]
fn the_time_binds_the_mac_in_any_notation_of_its_offset() {
    let with = |time: &str| decrypted(&format!("{VALUES}{}", METADATA.replace("2026-11-21T02:21:27Z", time)));
    assert!(with("2026-11-21T02:21:27+00:00").is_ok());
    assert!(with("2026-11-21T02:21:27.9Z").is_ok());
    assert!(with("2026-11-21T03:21:27+01:00").is_err());
    assert!(with("2026-11-21T02:21:28Z").is_err());
}

/// What sops writes of an encrypted comment in a list, what we write, and a comment that somebody moved.
#[test]
fn comments_are_found_in_lists_and_elsewhere() {
    const COMMENT: &str = "ENC[AES256_GCM,data:Yvk4mfk=,iv:tE31zKiWKWqdYWa0BP8VqTErtKJFis4MxOgS3L4SsL8=,tag:3PdsNFVSQkg2HOSJ9Mll/g==,type:comment]";
    let without = VALUES.replace(&format!("    #{COMMENT}\n"), "");
    let moved = without.replace("u_unencrypted", &format!("#{COMMENT}\nu_unencrypted"));
    let text = decrypted(&format!("{moved}{METADATA}"));
    assert_eq!(text, Ok(PLAIN.replace("    # in m\n", "").replace("u_unencrypted", "# in m\nu_unencrypted")));

    let clear = without.replace("    l:", "    # by hand\n    l:");
    let tree = Format::Yaml.read_encrypted(format!("{clear}{METADATA}").as_bytes()).expect("it is YAML");
    let decrypted =
        tree.decrypt(&mut cipher(), MacCheck::Verify).expect("comments are not covered by the MAC");
    assert_eq!(decrypted.clear_comments, 1);

    let element = without.replace("        - y_", &format!("        - {COMMENT}\n        - y_"));
    let error = self::decrypted(&format!("{element}{METADATA}"));
    assert!(error.is_err_and(|error| error.contains("m.l")), "an element that does not decrypt was a value");
}

#[test]
fn entries_and_documents_follow_each_other() {
    let tree = Format::Yaml.read_encrypted(format!("{VALUES}{METADATA}").as_bytes()).expect("it is YAML");
    let [document]: [Branch; 1] = tree.documents.try_into().unwrap_or_else(|_| panic!("it is one document"));
    let names: Vec<_> = document
        .items
        .iter()
        .map(|item| match item {
            Item::Comment(_) => "#",
            Item::Entry(key, _) => key.name().unwrap_or_default(),
        })
        .collect();
    assert_eq!(names, ["#", "s", "i", "f", "b", "t", "e", "n", "m", "u_unencrypted"]);
}
