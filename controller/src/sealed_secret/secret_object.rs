//! A Secret on its way to or from the API server, with its values kept in [`Plaintext`].

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use signet_secret::Plaintext;
use zeroize::Zeroizing;

/// A whole `v1` Secret. It has no `Debug`, on purpose.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretObject {
    #[serde(default = "version")]
    api_version: String,
    #[serde(default = "kind")]
    kind: String,
    #[serde(default)]
    pub(crate) metadata: ObjectMeta,
    #[serde(rename = "type", default, skip_serializing_if = "String::is_empty")]
    pub(crate) type_: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) immutable: Option<bool>,
    #[serde(default, deserialize_with = "null_as_empty", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) data: BTreeMap<String, Encoded>,
}

fn version() -> String {
    "v1".to_owned()
}

fn kind() -> String {
    "Secret".to_owned()
}

fn null_as_empty<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Encoded>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

impl SecretObject {
    pub(crate) fn new(
        metadata: ObjectMeta,
        type_: String,
        immutable: Option<bool>,
        data: BTreeMap<String, Encoded>,
    ) -> Self {
        Self { api_version: version(), kind: kind(), metadata, type_, immutable, data }
    }
}

/// A value that is base64 on the wire and nowhere else.
pub(crate) struct Encoded(pub(crate) Plaintext);

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&Zeroizing::new(STANDARD.encode(self.0.expose())))
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Encoded;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Encoded, E> {
                // The decoder's own message would quote a byte of the value.
                let bytes = STANDARD.decode(text).map_err(|_| E::custom("a value is not base64"))?;
                Ok(Encoded(Plaintext::from(bytes)))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Encoded, E> {
                Ok(Encoded(Plaintext::from(Vec::new())))
            }
        }

        from.deserialize_any(Text).map_err(|_| D::Error::custom("a value is not base64 text"))
    }
}
