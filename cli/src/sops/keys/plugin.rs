//! age plugins: programs that wrap and unwrap for keys of their own kind.

use signet_sops_keys::age::{FileKey, Stanza};
use signet_sops_keys::{NoAnswer, Plugins};

/// The programs in the path.
pub(super) struct Programs;

impl Plugins for Programs {
    fn wrap(&self, name: &str, _: &str, _: &FileKey) -> Result<Vec<Stanza>, NoAnswer> {
        Err(not_run(name))
    }

    fn unwrap(&self, name: &str, _: &str, _: &[Stanza]) -> Result<Option<FileKey>, NoAnswer> {
        Err(not_run(name))
    }
}

fn not_run(name: &str) -> NoAnswer {
    NoAnswer(format!("plugins are not supported by this program, so age-plugin-{name} is not run"))
}
