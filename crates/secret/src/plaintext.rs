use zeroize::Zeroizing;

/// A decrypted value: any bytes, cleared when dropped.
///
/// A type that holds one cannot derive `Debug`, `Clone`, `PartialEq` or a serialisation by accident:
///
/// ```compile_fail
/// let p = signet_secret::Plaintext::from(b"s3cret".to_vec());
/// println!("{p:?}");
/// ```
/// ```compile_fail
/// let p = signet_secret::Plaintext::from(b"s3cret".to_vec());
/// println!("{p}");
/// ```
/// ```compile_fail
/// let p = signet_secret::Plaintext::from(b"s3cret".to_vec());
/// let q = p.clone();
/// ```
/// ```compile_fail
/// let p = signet_secret::Plaintext::from(b"s3cret".to_vec());
/// assert!(p == signet_secret::Plaintext::from(b"s3cret".to_vec()));
/// ```
/// ```compile_fail
/// #[derive(Debug)]
/// struct Holder { value: signet_secret::Plaintext }
/// ```
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// The bytes. Borrow, use, drop; do not copy them into anything that is not cleared.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes. Not a secret: every envelope reveals it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the value is the empty string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}
