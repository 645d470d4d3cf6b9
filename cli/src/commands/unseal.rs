//! `signet unseal`.

use crate::args::UnsealArgs;
use crate::error::{Failure, Outcome};
use crate::private_keys;
use crate::settings;
use crate::unsealing::unseal;

use super::{name_of, sealed_secrets};

/// Opens the SealedSecrets of all inputs into one stream of Secrets.
pub(super) fn run(args: UnsealArgs) -> Outcome {
    let keys = private_keys::read_files(&args.keys)?;
    let inputs = settings::inputs(&args.files)?;
    let (mut output, notation) = settings::output(&args.output)?;
    for input in &inputs {
        for sealed in sealed_secrets(input)? {
            let secret = unseal(&sealed, &keys)
                .map_err(|error| Failure::from(error).at(sealed.place()).at(name_of(input).display()))?;
            output.write(notation.print(&secret).as_bytes())?;
        }
    }
    output.finish()
}
