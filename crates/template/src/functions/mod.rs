//! The functions of the two engines, by topic.

mod certificates;
pub(crate) mod dates;
mod decimals;
mod defaults;
mod der;
mod dictionaries;
mod digests;
mod encodings;
mod failure;
mod json;
mod jwk;
mod keys;
pub(crate) mod letters;
mod lists;
mod numbers;
mod passwords;
mod paths;
mod pems;
mod pkcs12;
mod randomness;
mod reflection;
mod regexes;
mod strings;
mod urls;
mod versions;
mod wording;
mod x509;
mod yaml;

use crate::function::{Fault, Function, Functions};

/// What Go says when the type of nil is asked for its kind, as most list functions do.
const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The functions that SealedSecret templates have: sprig's.
pub(crate) fn sealed() -> Functions {
    let mut functions = Functions::new();
    functions.extend(certificates::all());
    functions.extend(dates::all());
    functions.extend(defaults::all());
    functions.extend(dictionaries::all());
    functions.extend(digests::all());
    functions.extend(encodings::all());
    functions.extend(json::all());
    functions.extend(keys::all());
    functions.extend(lists::all());
    functions.extend(numbers::all());
    functions.extend(passwords::all());
    functions.extend(paths::all());
    functions.extend(randomness::all());
    functions.extend(reflection::all());
    functions.extend(regexes::all());
    functions.extend(strings::all());
    functions.extend(urls::all());
    functions.extend(versions::all());
    functions.extend(wording::all());
    functions.withhold("env", "it reads the environment");
    functions.withhold("expandenv", "it reads the environment");
    functions.withhold("getHostByName", "it asks the network");
    functions
}

/// The functions that ExternalSecret templates have: sprig's and those of the External Secrets Operator.
pub(crate) fn external() -> Functions {
    let mut functions = sealed();
    functions.extend(encodings::external());
    functions.extend(jwk::external());
    functions.extend(passwords::external());
    functions.extend(pems::external());
    functions.extend(pkcs12::external());
    functions.extend(yaml::external());
    functions.withhold("getSecretKey", "it reads from the cluster");
    functions
}

/// The function under its own name and under others.
fn also(function: Function, others: &[&'static str]) -> Vec<Function> {
    let mut all: Vec<Function> = others.iter().map(|name| function.clone().named(name)).collect();
    all.push(function);
    all
}

fn fault<T>(text: impl Into<Vec<u8>>) -> Result<T, Fault> {
    Err(Fault::text(text))
}
