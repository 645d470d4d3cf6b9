use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "SHA256:";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The identity of a public key: SHA-256 of its SSH wire form, printed as `ssh-keygen -l` does,
/// `SHA256:` and 43 characters of unpadded base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is not `SHA256:` followed by 43 characters of unpadded base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseFingerprintError;

impl Fingerprint {
    /// Wraps a digest that the caller computed.
    #[must_use]
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        for chunk in self.0.chunks(3) {
            let group =
                chunk.iter().fold(0u32, |acc, b| (acc << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
            for i in 0..=chunk.len() {
                let sextet = (group >> (18 - 6 * i)) & 0x3f;
                write!(f, "{}", char::from(ALPHABET[sextet as usize]))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let body = text.strip_prefix(PREFIX).ok_or(ParseFingerprintError)?.as_bytes();
        if body.len() != 43 {
            return Err(ParseFingerprintError);
        }
        let mut digest = [0u8; 32];
        for (i, chunk) in body.chunks(4).enumerate() {
            let mut group = 0u32;
            for byte in chunk {
                let sextet = ALPHABET.iter().position(|a| a == byte).ok_or(ParseFingerprintError)?;
                // A position in a table of 64 fits.
                group = (group << 6) | sextet as u32;
            }
            group <<= 6 * (4 - chunk.len());
            let bytes = group.to_be_bytes();
            let out = &mut digest[3 * i..(3 * i + chunk.len() - 1)];
            out.copy_from_slice(&bytes[1..=out.len()]);
        }
        let parsed = Self(digest);
        // Unused trailing bits must be zero, so that each key has one text form.
        if parsed.to_string() == text { Ok(parsed) } else { Err(ParseFingerprintError) }
    }
}

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key fingerprint reads SHA256: and 43 characters of base64")
    }
}

impl std::error::Error for ParseFingerprintError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_digest_convert_both_ways() {
        for seed in 0..=255u8 {
            let print = Fingerprint::from_digest(std::array::from_fn(|i| {
                seed.wrapping_mul(31).wrapping_add(i as u8)
            }));
            assert_eq!(print.to_string().parse(), Ok(print));
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        let good = Fingerprint::from_digest([7; 32]).to_string();
        for bad in [
            "",
            "SHA256:",
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.replace("SHA256:", "MD5:"),
            &good.replace('c', "!"),
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(ParseFingerprintError), "{bad}");
        }
        // The last character carries two unused bits.
        let alias = format!("{}{}", &good[..good.len() - 1], 'd');
        assert!(good == alias || alias.parse::<Fingerprint>().is_err());
    }
}
