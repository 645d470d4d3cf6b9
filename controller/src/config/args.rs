//! What was typed: every flag with its type, from the command line and the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};

use super::ConfigError;
use super::go::{self, Nanoseconds};

/// Prefix of the variables that set flags: `--key-size` is `SEALED_SECRETS_KEY_SIZE`.
const ENVIRONMENT_PREFIX: &str = "SEALED_SECRETS_";

/// Placeholder of boolean flags in the help, by which [`command`] knows them.
const BOOL: &str = "BOOL";

/// The flags of the controller, checked for their type and nothing else.
///
/// They are taken as pflag takes them: `--flag value` and `--flag=value`, a boolean needs `=` for a value,
/// of several the last one counts, words that are no flags are ignored.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "signet-controller",
    about = "Turns SealedSecrets into Secrets, in a cluster.",
    // Else the comment above, which is for readers of the code, would be printed by --help.
    long_about = None,
    after_help = "Every flag can also be set by a variable: --key-size by SEALED_SECRETS_KEY_SIZE. The command line \
                  wins.\n\nExample: controller --all-namespaces=false --key-renew-period=0",
    args_override_self = true,
    disable_version_flag = true
)]
pub(super) struct Args {
    /// Prefix of the names of key Secrets, and name of the legacy key
    #[arg(long, default_value = "sealed-secrets-key", value_name = "TEXT")]
    pub(super) key_prefix: String,
    /// Size of new keys in bits: 2048, 3072, 4096 or 8192
    #[arg(long, default_value = "4096", value_name = "INT", value_parser = go::integer)]
    pub(super) key_size: i64,
    /// How long new certificates are valid
    #[arg(long, default_value = "87600h", value_name = "DURATION", value_parser = go::duration)]
    pub(super) key_ttl: Nanoseconds,
    /// Common name in new certificates
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub(super) my_cn: String,
    /// A new key is made this long after the last one; 0 turns renewal off
    #[arg(long, default_value = "720h", value_name = "DURATION", value_parser = go::duration, overrides_with = "rotate_period")]
    pub(super) key_renew_period: Nanoseconds,
    /// Deprecated name of --key-renew-period
    #[arg(long, hide = true, value_name = "DURATION", value_parser = go::duration, overrides_with = "key_renew_period")]
    pub(super) rotate_period: Option<Nanoseconds>,
    /// Which key is the newest: by CertNotBefore or SecretCreationTimestamp
    #[arg(long, default_value = "CertNotBefore", value_name = "ORDER")]
    pub(super) key_order_priority: String,
    /// Make a new key at start if the newest is older than this instant, written as `date -R` prints it
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TIME")]
    pub(super) key_cutoff_time: String,
    /// Annotations of new key Secrets: name=value,name=value
    #[arg(long, default_value = "", hide_default_value = true, value_name = "LIST")]
    pub(super) privatekey_annotations: String,
    /// Labels of new key Secrets: name=value,name=value
    #[arg(long, default_value = "", hide_default_value = true, value_name = "LIST")]
    pub(super) privatekey_labels: String,
    /// Key Secrets are always watched; accepted for compatibility
    #[arg(long, default_value = "false", value_name = BOOL, value_parser = go::boolean)]
    pub(super) watch_for_secrets: bool,

    /// Open the deprecated field spec.data
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) accept_deprecated_v1_data: bool,
    /// Watch all namespaces rather than the controller's own
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) all_namespaces: bool,
    /// Watch the own namespace and these: name,name
    #[arg(long, default_value = "", hide_default_value = true, value_name = "LIST")]
    pub(super) additional_namespaces: String,
    /// Only SealedSecrets that this selector matches
    #[arg(long, default_value = "", hide_default_value = true, value_name = "SELECTOR")]
    pub(super) label_selector: String,
    /// Delete the Secret of a deleted SealedSecret instead of leaving that to the garbage collector
    #[arg(long, default_value = "false", value_name = BOOL, value_parser = go::boolean)]
    pub(super) old_gc_behavior: bool,
    /// Write the status of SealedSecrets
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) update_status: bool,
    /// Do not watch Secrets: deleted ones are not created again, changed ones not repaired
    #[arg(long, default_value = "false", value_name = BOOL, value_parser = go::boolean)]
    pub(super) skip_recreate: bool,
    /// Put Secrets that were changed by others back to what their SealedSecret says
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) repair_drift: bool,
    /// Fast retries of a failed SealedSecret before slow ones, which never end
    #[arg(long, default_value = "5", value_name = "INT", value_parser = go::integer)]
    pub(super) max_unseal_retries: i64,
    /// SealedSecrets in work at the same time
    #[arg(long, default_value = "16", value_name = "INT", value_parser = go::integer)]
    pub(super) concurrency: i64,
    /// Requests are bounded in number, not by a rate; accepted for compatibility
    #[arg(long, default_value = "5", value_name = "FLOAT", value_parser = float)]
    pub(super) kubeclient_qps: f32,
    /// Requests are bounded in number, not by a rate; accepted for compatibility
    #[arg(long, default_value = "10", value_name = "INT", value_parser = go::integer)]
    pub(super) kubeclient_burst: i64,

    /// Elect one of several replicas by a Lease; it alone reconciles and makes keys
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) leader_elect: bool,
    /// Name of the Lease
    #[arg(long, default_value = "sealed-secrets-controller", value_name = "NAME")]
    pub(super) lease_name: String,
    /// How long a leader is believed without a sign of life
    #[arg(long, default_value = "15s", value_name = "DURATION", value_parser = go::duration)]
    pub(super) lease_duration: Nanoseconds,
    /// How often a leader gives a sign of life
    #[arg(long, default_value = "5s", value_name = "DURATION", value_parser = go::duration)]
    pub(super) lease_renew_period: Nanoseconds,

    /// Sustained requests per second of one caller to /v1/verify and /v1/rotate
    #[arg(long, default_value = "2", value_name = "INT", value_parser = go::integer)]
    pub(super) rate_limit: i64,
    /// Requests that one caller may make on top of the rate
    #[arg(long, default_value = "2", value_name = "INT", value_parser = go::integer)]
    pub(super) rate_limit_burst: i64,
    /// Address of the API server
    #[arg(long, default_value = ":8080", value_name = "ADDRESS")]
    pub(super) listen_addr: String,
    /// Address of the metrics server
    #[arg(long, default_value = ":8081", value_name = "ADDRESS")]
    pub(super) listen_metrics_addr: String,
    /// How long a client may take to send a request; 0 for ever
    #[arg(long, default_value = "2m", value_name = "DURATION", value_parser = go::duration)]
    pub(super) read_timeout: Nanoseconds,
    /// How long a request may take from its headers to the end of the answer; 0 for ever
    #[arg(long, default_value = "2m", value_name = "DURATION", value_parser = go::duration)]
    pub(super) write_timeout: Nanoseconds,

    /// Log up to INFO to stdout and the rest to stderr, rather than all to stderr
    #[arg(long, default_value = "true", value_name = BOOL, value_parser = go::boolean)]
    pub(super) log_info_stdout: bool,
    /// Lowest level to log: DEBUG, INFO, WARN or ERROR, also with a distance such as INFO+2
    #[arg(long, default_value = "INFO", value_name = "LEVEL")]
    pub(super) log_level: String,
    /// text or json
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub(super) log_format: String,

    /// Connect as this file says rather than as a pod [default: in-cluster, else KUBECONFIG]
    #[arg(long, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Print the version
    #[arg(long, default_value = "false", value_name = BOOL, value_parser = go::boolean)]
    pub(super) version: bool,

    #[arg(hide = true)]
    words: Vec<OsString>,
}

fn float(text: &str) -> Result<f32, String> {
    text.parse().map_err(|_| "write a number".to_owned())
}

/// The definition of the command line, with pflag's rules for values: a flag that needs one takes the next word
/// whatever it looks like, a boolean takes one only after `=`.
pub(super) fn command() -> clap::Command {
    Args::command().mut_args(|flag| match flag.get_value_names() {
        _ if flag.get_long().is_none() => flag,
        Some([name]) if name.as_str() == BOOL => {
            flag.num_args(0..=1).require_equals(true).default_missing_value("true")
        }
        _ => flag.allow_hyphen_values(true),
    })
}

impl Args {
    /// Reads the command line alone. `line` begins with the name of the program.
    pub(super) fn typed(line: &[OsString]) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches_from(line)?)
    }

    /// Reads variables and command line together.
    ///
    /// Upstream ignores a variable that does not parse; here it is an error that names it.
    pub(super) fn with_environment(
        line: &[OsString],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let (program, typed) =
            line.split_first().map_or((OsString::new(), &[][..]), |(p, rest)| (p.clone(), rest));
        let mut whole = vec![program.clone()];
        for flag in command().get_arguments().filter_map(clap::Arg::get_long) {
            let variable = variable_of(flag);
            let Some(value) = environment(&variable) else { continue };
            let word = OsString::from(format!("--{flag}={value}"));
            command()
                .try_get_matches_from([&program, &word])
                .map_err(|error| ConfigError::Variable { variable, problem: problem_of(&error) })?;
            whole.push(word);
        }
        whole.extend_from_slice(typed);
        Self::typed(&whole).map_err(ConfigError::Usage)
    }
}

/// The variable that sets a flag.
fn variable_of(flag: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", flag.to_ascii_uppercase().replace('-', "_"))
}

/// The reason inside clap's report, which is about a flag that nobody typed.
fn problem_of(error: &clap::Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| "the value is not valid".to_owned(), ToString::to_string)
}
