//! `signet seal`.

use crate::args::SealArgs;
use crate::certificate;
use crate::error::Outcome;
use crate::object::SealedSecret;
use crate::sealing::{self, Rules};
use crate::settings::{self, CertificateChoice};

use super::{name_of, read};

/// Seals the Secrets of all inputs into one stream.
pub(super) fn run(args: SealArgs) -> Outcome {
    let choice = CertificateChoice::new(&args.certificate)?;
    let client = settings::client(&args.cluster, args.namespace.as_deref());
    let scope = settings::scope(args.scope.as_deref())?;
    let inputs = settings::inputs(&args.files)?;
    let (mut output, notation) = settings::output(&args.output)?;
    // Read first: a mistake in the input should not cost a round trip to the cluster.
    let (mut secrets, mut conversions) = (Vec::new(), Vec::new());
    for input in &inputs {
        let bytes = read(input)?;
        let stream =
            sealing::read_stream(bytes.expose()).map_err(|failure| failure.at(name_of(input).display()))?;
        if stream.secrets.is_empty() {
            return Err(sealing::no_secrets().at(name_of(input).display()));
        }
        secrets.extend(stream.secrets);
        conversions.extend(stream.conversions);
    }
    let certificate = certificate::choose(&choice, &client)?;
    let rules = Rules {
        scope,
        name: args.name.as_deref(),
        namespace: None,
        allow_empty: args.allow_empty_data,
        client: &client,
    };
    let print = |mut sealed: SealedSecret| {
        if !args.no_hint {
            sealed.set_sealed_with(certificate.fingerprint());
        }
        notation.print(&sealed.to_value())
    };
    sealing::seal_all(secrets, &rules, certificate.public_key(), print, |text| {
        output.write(text.as_bytes())
    })?;
    sealing::warn_of_conversions(&conversions);
    output.finish()
}
