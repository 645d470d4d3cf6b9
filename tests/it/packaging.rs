//! The chart, the manifests and the documents: what people install, and what they are told.

mod chart;
mod compatibility;
mod differences;
mod documents;
mod manifests;
mod rights;
mod upgrade;
