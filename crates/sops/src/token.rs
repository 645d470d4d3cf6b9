//! The text of one encrypted value: `ENC[AES256_GCM,data:...,iv:...,tag:...,type:...]`.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::scalar::Kind;

/// Go's decoder does not look at the bits that the last character has too many.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

const BEGIN: &str = "ENC[AES256_GCM,data:";

/// The parts of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) data: Vec<u8>,
    pub(crate) nonce: Vec<u8>,
    pub(crate) tag: Vec<u8>,
    pub(crate) kind: Kind,
}

/// Why a text is not a token. It never holds the text, which may be a value that somebody forgot to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoToken {
    Shape,
    Base64,
    Kind,
}

impl Token {
    /// Reads a token at the beginning of the first line. As in sops, what follows the last bracket of that line does
    /// not matter.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, NoToken> {
        let [data, nonce, tag, kind] = fields(text).ok_or(NoToken::Shape)?;
        let decode = |text: &str| BASE64.decode(text.replace('\r', "")).map_err(|_| NoToken::Base64);
        Ok(Self {
            data: decode(data)?,
            nonce: decode(nonce)?,
            tag: decode(tag)?,
            kind: Kind::from_word(kind).ok_or(NoToken::Kind)?,
        })
    }

    /// Whether a text has the form of an encrypted comment.
    pub(crate) fn is_comment(text: &[u8]) -> bool {
        fields(text).is_some_and(|[.., kind]| kind == Kind::Comment.word())
    }
}

/// The text of a token.
pub(crate) fn format(data: &[u8], nonce: &[u8], tag: &[u8], kind: Kind) -> String {
    let mut text = String::with_capacity(BEGIN.len() + data.len() / 3 * 4 + 128);
    text.push_str(BEGIN);
    BASE64.encode_string(data, &mut text);
    text.push_str(",iv:");
    BASE64.encode_string(nonce, &mut text);
    text.push_str(",tag:");
    BASE64.encode_string(tag, &mut text);
    text.push_str(",type:");
    text.push_str(kind.word());
    text.push(']');
    text
}

fn fields(text: &[u8]) -> Option<[&str; 4]> {
    let line = text.strip_prefix(BEGIN.as_bytes())?.split(|byte| *byte == b'\n').next()?;
    let end = line.iter().rposition(|byte| *byte == b']')?;
    let inner = std::str::from_utf8(&line[..end]).ok()?;
    let (inner, kind) = inner.rsplit_once(",type:")?;
    let (inner, tag) = inner.rsplit_once(",tag:")?;
    let (data, nonce) = inner.rsplit_once(",iv:")?;
    let fields = [data, nonce, tag, kind];
    fields.iter().all(|field| !field.is_empty()).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "ENC[AES256_GCM,data:oYyi,iv:MyIDYbT718JRr11QtBkcj3Dwm4k1aCGZBVeZf0EyV8o=,\
                        tag:t5z2Z023Up0kxwCgw1gNxg==,type:str]";

    #[test]
    fn a_token_is_written_as_it_was_read() {
        let token = Token::parse(GOOD.as_bytes()).expect("this is a token");
        assert_eq!(format(&token.data, &token.nonce, &token.tag, token.kind), GOOD);
    }

    #[test]
    fn what_follows_the_bracket_does_not_matter() {
        for suffix in ["x", "\nmore]", "]"] {
            let text = format!("{GOOD}{suffix}");
            assert_eq!(Token::parse(text.as_bytes()).is_ok(), suffix != "]", "{suffix:?}");
        }
        assert!(Token::parse(GOOD.replace("oYyi", "oY\ryi").as_bytes()).is_ok());
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, fault) in [
            ("", NoToken::Shape),
            ("hunter2", NoToken::Shape),
            (" ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]", NoToken::Shape),
            ("ENC[AES256_GCM,data:,iv:AA==,tag:AA==,type:str]", NoToken::Shape),
            ("ENC[AES256_GCM,data:AA==,tag:AA==,iv:AA==,type:str]", NoToken::Shape),
            ("ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str", NoToken::Shape),
            ("ENC[AES256_GCM,data:A,iv:AA==,tag:AA==,type:str]", NoToken::Base64),
            ("ENC[AES256_GCM,data:AA==,iv:AA,tag:AA==,type:str]", NoToken::Base64),
            ("ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:word]", NoToken::Kind),
        ] {
            assert_eq!(Token::parse(text.as_bytes()), Err(fault), "{text}");
        }
    }

    #[test]
    fn comments_are_told_by_their_type() {
        assert!(Token::is_comment(GOOD.replace("type:str", "type:comment").as_bytes()));
        assert!(!Token::is_comment(GOOD.as_bytes()));
    }
}
