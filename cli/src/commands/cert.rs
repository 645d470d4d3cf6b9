//! `signet cert`.

use crate::args::CertArgs;
use crate::certificate;
use crate::error::Outcome;
use crate::output::{Output, say};
use crate::settings::{self, CertificateChoice};

/// Prints the certificate that `signet seal` would use.
pub(super) fn run(args: CertArgs) -> Outcome {
    let choice = CertificateChoice::new(&args.certificate)?;
    let client = settings::client(&args.cluster, None);
    let mut output = Output::to(args.write.as_deref())?;
    let certificate = certificate::choose(&choice, &client)?;
    say(format_args!(
        "key {}, {} bits, valid from {} until {}",
        certificate.fingerprint(),
        certificate.public_key().bits(),
        certificate.not_before(),
        certificate.not_after()
    ));
    output.write(certificate.to_pem().as_bytes())?;
    output.finish()
}
