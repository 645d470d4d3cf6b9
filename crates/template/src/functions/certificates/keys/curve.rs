//! The elliptic curves that keys of Go's `crypto/ecdsa` are on (FIPS 186-4).

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, ParsedPublicKey,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::functions) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

const P224_ORDER: [u8; 28] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x16, 0xa2, 0xe0,
    0xb8, 0xf0, 0x3e, 0x13, 0xdd, 0x29, 0x45, 0x5c, 0x5c, 0x2a, 0x3d,
];
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const P384_ORDER: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a,
    0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
];
const P521_ORDER: [u8; 66] = [
    0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfa,
    0x51, 0x86, 0x87, 0x83, 0xbf, 0x2f, 0x96, 0x6b, 0x7f, 0xcc, 0x01, 0x48, 0xf7, 0x09, 0xa5, 0xd0, 0x3b,
    0xb5, 0xc9, 0xb8, 0x89, 0x9c, 0x47, 0xae, 0xbb, 0x6f, 0xb7, 0x1e, 0x91, 0x38, 0x64, 0x09,
];

impl Curve {
    const ALL: [Self; 4] = [Self::P224, Self::P256, Self::P384, Self::P521];

    /// The curve of this object identifier.
    pub(super) fn named(identifier: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.identifier() == identifier)
    }

    /// The contents of its object identifier.
    pub(super) fn identifier(self) -> &'static [u8] {
        match self {
            Self::P224 => &[0x2b, 0x81, 0x04, 0x00, 0x21],
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
        }
    }

    /// How many points there are: private keys are smaller numbers of as many bytes.
    fn order(self) -> &'static [u8] {
        match self {
            Self::P224 => &P224_ORDER,
            Self::P256 => &P256_ORDER,
            Self::P384 => &P384_ORDER,
            Self::P521 => &P521_ORDER,
        }
    }

    /// The length of a private key in bytes.
    pub(super) fn size(self) -> usize {
        self.order().len()
    }

    /// Whether a number of this size is a private key. The time it takes tells which of its first bytes are those
    /// of the order, which is so for hardly any key.
    pub(super) fn has(self, private: &[u8]) -> bool {
        private.len() == self.size() && private < self.order() && private.iter().any(|byte| *byte != 0)
    }

    /// Whether the uncompressed encoding of a point is one of this curve. Nothing here knows P-224: for it only the
    /// form is looked at.
    pub(super) fn has_point(self, point: &[u8]) -> bool {
        let check: &EcdsaVerificationAlgorithm = match self {
            Self::P224 => return point.len() == 57 && point[0] == 4,
            _ if point.first() != Some(&4) => return false,
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
        };
        ParsedPublicKey::new(check, point).is_ok()
    }

    /// What Go says of a number that is no private key.
    pub(super) fn not_a_key(self, private: &[u8]) -> &'static str {
        if private == self.order() || private.iter().all(|byte| *byte == 0) {
            "ecdsa: invalid public key encoding"
        } else {
            "input overflows the modulus"
        }
    }

    /// What Go says of the uncompressed encoding of no point.
    pub(super) fn not_a_point(self, point: &[u8]) -> &'static str {
        let form = point.len() == 1 + 2 * self.size();
        match self {
            Self::P224 if form => "P224 point not on curve",
            Self::P224 => "invalid P224 point encoding",
            Self::P256 if form => "P256 point not on curve",
            Self::P256 => "invalid P256 point encoding",
            Self::P384 if form => "P384 point not on curve",
            Self::P384 => "invalid P384 point encoding",
            Self::P521 if form => "P521 point not on curve",
            Self::P521 => "invalid P521 point encoding",
        }
    }

    /// The uncompressed encoding of a private key's point; nothing for P-224.
    pub(super) fn point(self, private: &[u8]) -> Option<Vec<u8>> {
        let algorithm = match self {
            Self::P224 => return None,
            Self::P256 => &ECDH_P256,
            Self::P384 => &ECDH_P384,
            Self::P521 => &ECDH_P521,
        };
        let key = agreement::PrivateKey::from_private_key(algorithm, private).ok()?;
        Some(key.compute_public_key().ok()?.as_ref().to_vec())
    }

    /// How Go signs with a key on this curve: the object identifier, and the algorithm if there is one here.
    pub(super) fn signing(self) -> (&'static [u8], Option<&'static EcdsaSigningAlgorithm>) {
        match self {
            Self::P224 => (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], None),
            Self::P256 => {
                (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], Some(&ECDSA_P256_SHA256_ASN1_SIGNING))
            }
            Self::P384 => {
                (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03], Some(&ECDSA_P384_SHA384_ASN1_SIGNING))
            }
            Self::P521 => {
                (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04], Some(&ECDSA_P521_SHA512_ASN1_SIGNING))
            }
        }
    }
}
