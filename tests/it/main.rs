//! Everything that is tested against real servers, and the rules about the whole tree. One binary, so
//! that it links once; a module per subject.

mod boundaries;
mod command_line;
mod harness;
mod packaging;
mod sealed_controller;
mod sops_files;
mod sops_keys;
