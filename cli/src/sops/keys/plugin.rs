//! age plugins: programs that wrap and unwrap for keys of their own kind. They are talked to in stanzas, on their standard
//! input and output, as age's plugin specification (`recipient-v1`, `identity-v1`) says.

mod conversation;

use signet_secret::Plaintext;
use signet_sops_keys::age::{FileKey, Stanza};
use signet_sops_keys::{NoAnswer, Plugins};
use zeroize::Zeroizing;

use conversation::{Conversation, Message};

use crate::output::say;
use crate::prompt;

/// The programs in the path.
pub(super) struct Programs;

impl Plugins for Programs {
    fn wrap(&self, name: &str, recipient: &str, file_key: &FileKey) -> Result<Vec<Stanza>, NoAnswer> {
        let mut plugin = Conversation::start(name, "recipient-v1")?;
        plugin.send(&["add-recipient", recipient], b"")?;
        plugin.send(&["wrap-file-key"], file_key.expose())?;
        plugin.send(&["done"], b"")?;
        let mut stanzas = Vec::new();
        listen(&mut plugin, |message| {
            // The first argument says which file; there is one.
            let Message { words, body } = message;
            match words.as_slice() {
                [kind, file, tag, args @ ..] if kind == "recipient-stanza" && file == "0" => {
                    stanzas.push(Stanza { tag: tag.clone(), args: args.to_vec(), body: body.to_vec() });
                    true
                }
                _ => false,
            }
        })?;
        if stanzas.is_empty() { Err(NoAnswer("it gave no stanza".to_owned())) } else { Ok(stanzas) }
    }

    fn unwrap(&self, name: &str, identity: &str, stanzas: &[Stanza]) -> Result<Option<FileKey>, NoAnswer> {
        let mut plugin = Conversation::start(name, "identity-v1")?;
        plugin.send(&["add-identity", identity], b"")?;
        for Stanza { tag, args, body } in stanzas {
            let mut words = vec!["recipient-stanza", "0", tag.as_str()];
            words.extend(args.iter().map(String::as_str));
            plugin.send(&words, body)?;
        }
        plugin.send(&["done"], b"")?;
        let mut file_key = None;
        listen(&mut plugin, |message| {
            if message.words.first().is_none_or(|kind| kind != "file-key") {
                return false;
            }
            let bytes: Option<[u8; 16]> = message.body.as_slice().try_into().ok();
            file_key = bytes.map(|bytes| FileKey::new(Zeroizing::new(bytes)));
            true
        })?;
        Ok(file_key)
    }
}

/// Answers what a plugin says until it is done. `take` has what it was asked for, and says whether that was it.
fn listen(plugin: &mut Conversation, mut take: impl FnMut(&Message) -> bool) -> Result<(), NoAnswer> {
    let mut error = None;
    loop {
        let message = plugin.receive()?;
        let text = || String::from_utf8_lossy(&message.body).into_owned();
        match message.words.first().map(String::as_str) {
            Some("done") => break,
            Some("msg") => {
                say(text());
                plugin.send(&["ok"], b"")?;
            }
            Some("error") => {
                error.get_or_insert(NoAnswer(text()));
                plugin.send(&["ok"], b"")?;
            }
            // What is public is not shown either: it is short, and asked for rarely.
            Some("request-secret" | "request-public") => match ask(&text()) {
                Some(answer) => plugin.send(&["ok"], answer.expose())?,
                None => plugin.send(&["fail"], b"")?,
            },
            Some("labels") => plugin.send(&["ok"], b"")?,
            _ if take(&message) => plugin.send(&["ok"], b"")?,
            _ => plugin.send(&["unsupported"], b"")?,
        }
    }
    error.map_or(Ok(()), Err)
}

/// Asks the user for the plugin.
fn ask(question: &str) -> Option<Plaintext> {
    prompt::ask_on_terminal(&format!("{question}: ")).ok()
}
