//! Free TCP ports.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

/// Below the range from which the system picks ports of outgoing connections: thousands of those are
/// opened here, and one of them would sooner or later sit on a port between choice and use.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port nobody listens on, on any address, and that this process has not handed out before.
pub fn free_port() -> Result<u16> {
    static TAKEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = taken.get_or_insert_default();
    // Other test processes choose at the same time, so each begins somewhere else.
    let start = RandomState::new().hash_one(std::process::id());
    for step in 0..COUNT {
        let offset = (start % u64::from(COUNT) + u64::from(step)) % u64::from(COUNT);
        let port = FIRST + u16::try_from(offset).unwrap_or_default();
        if !taken.contains(&port) && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            taken.insert(port);
            return Ok(port);
        }
    }
    bail!("no free port between {FIRST} and {}", FIRST + COUNT)
}
