//! The `signet-bench` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    signet_bench::run(&words)
}
