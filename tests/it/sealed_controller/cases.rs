//! Our equivalents of the cases 1 to 26 of upstream's integration suite. The numbers are those of the
//! reference specification, section 8.2.

mod creation;
mod deletion;
mod existing;
mod failure;
