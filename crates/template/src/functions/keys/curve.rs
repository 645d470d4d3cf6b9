//! The elliptic curves of NIST that Go's `crypto/ecdsa` knows (SP 800-186).

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm,
};

/// A curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

/// What aws-lc does on a curve.
pub(super) struct Algorithms {
    pub(super) agreement: &'static agreement::Algorithm,
    pub(super) verification: &'static EcdsaVerificationAlgorithm,
    pub(super) signing: &'static EcdsaSigningAlgorithm,
}

impl Curve {
    const ALL: [Self; 4] = [Self::P224, Self::P256, Self::P384, Self::P521];

    pub(super) fn of(object_identifier: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.identifier() == object_identifier)
    }

    /// The curve of this name in a JWK (RFC 7518).
    pub(in crate::functions) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"P-256" => Some(Self::P256),
            b"P-384" => Some(Self::P384),
            b"P-521" => Some(Self::P521),
            _ => None,
        }
    }

    /// What Go calls it in errors.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P224 => "P224",
            Self::P256 => "P256",
            Self::P384 => "P384",
            Self::P521 => "P521",
        }
    }

    /// The contents of its object identifier.
    pub(super) fn identifier(self) -> &'static [u8] {
        match self {
            Self::P224 => &[0x2b, 0x81, 4, 0, 33],
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            Self::P384 => &[0x2b, 0x81, 4, 0, 34],
            Self::P521 => &[0x2b, 0x81, 4, 0, 35],
        }
    }

    /// The object identifier of how Go signs with a key on it.
    pub(super) fn signature(self) -> &'static [u8] {
        match self {
            Self::P224 | Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            Self::P384 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3],
            Self::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4],
        }
    }

    pub(super) fn bits(self) -> usize {
        match self {
            Self::P224 => 224,
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// The size of a coordinate and of a private key.
    pub(super) fn bytes(self) -> usize {
        self.bits().div_ceil(8)
    }

    /// The prime that coordinates are below.
    pub(super) fn prime(self) -> Vec<u8> {
        let mut prime = vec![0xff; self.bytes()];
        match self {
            Self::P224 => {
                prime[16..27].fill(0);
                prime[27] = 1;
            }
            Self::P256 => {
                prime[4..8].copy_from_slice(&[0, 0, 0, 1]);
                prime[8..20].fill(0);
            }
            Self::P384 => {
                prime[31] = 0xfe;
                prime[36..44].fill(0);
            }
            Self::P521 => prime[0] = 1,
        }
        prime
    }

    /// The order of the base point, which private keys are below.
    pub(super) fn order(self) -> &'static [u8] {
        match self {
            Self::P224 => &P224_ORDER,
            Self::P256 => &P256_ORDER,
            Self::P384 => &P384_ORDER,
            Self::P521 => &P521_ORDER,
        }
    }

    /// Nothing for P-224.
    pub(super) fn algorithms(self) -> Option<Algorithms> {
        Some(match self {
            Self::P224 => return None,
            Self::P256 => Algorithms {
                agreement: &ECDH_P256,
                verification: &ECDSA_P256_SHA256_ASN1,
                signing: &ECDSA_P256_SHA256_ASN1_SIGNING,
            },
            Self::P384 => Algorithms {
                agreement: &ECDH_P384,
                verification: &ECDSA_P384_SHA384_ASN1,
                signing: &ECDSA_P384_SHA384_ASN1_SIGNING,
            },
            Self::P521 => Algorithms {
                agreement: &ECDH_P521,
                verification: &ECDSA_P521_SHA512_ASN1,
                signing: &ECDSA_P521_SHA512_ASN1_SIGNING,
            },
        })
    }
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
