//! `signet verify`.

use signet_manifest::to_json_compact;

use crate::args::VerifyArgs;
use crate::cluster::Controller;
use crate::error::{Exit, Failure, Outcome};
use crate::object::SealedSecret;
use crate::output::say;
use crate::private_keys::{self, Keys};
use crate::settings;
use crate::unsealing;

use super::{name_of, sealed_secrets};

/// Who says whether a SealedSecret can be opened.
enum Judge {
    /// Private keys at hand.
    Keys(Keys),
    /// The controller of a cluster.
    Controller(Box<Controller>),
}

/// Checks all SealedSecrets and reports every one that cannot be opened.
pub(super) fn run(args: VerifyArgs) -> Outcome {
    let inputs = settings::inputs(&args.files)?;
    let mut all = Vec::new();
    for input in &inputs {
        all.extend(sealed_secrets(input)?.into_iter().map(|sealed| (input, sealed)));
    }
    let judge = if args.keys.is_empty() {
        let client = settings::client(&args.cluster, None);
        Judge::Controller(Box::new(Controller::connect(&client, &settings::address(&args.controller))?))
    } else {
        Judge::Keys(private_keys::read_files(&args.keys)?)
    };
    let mut refused = 0;
    for (input, sealed) in &all {
        if let Err(failure) = judge.judge(sealed) {
            let failure = failure.at(sealed.place()).at(name_of(input).display());
            if failure.exit() != Exit::Locked {
                return Err(failure);
            }
            say(&failure);
            refused += 1;
        }
    }
    if refused > 0 {
        let hint = "seal them again for the right name, namespace and scope, or with a key of this cluster";
        return Err(
            Failure::new(Exit::Locked, format!("{refused} of {} cannot be opened", all.len())).hint(hint)
        );
    }
    say(format_args!("{} can be opened", all.len()));
    Ok(())
}

impl Judge {
    fn judge(&self, sealed: &SealedSecret) -> Outcome {
        match self {
            Self::Keys(keys) => Ok(unsealing::open(sealed, keys).map(drop)?),
            Self::Controller(controller) => {
                controller.verify(&to_json_compact(&sealed.to_value())).map_err(|error| {
                    if error.is_conflict() {
                        Failure::new(Exit::Locked, "the controller cannot open it")
                    } else {
                        error.into()
                    }
                })
            }
        }
    }
}
