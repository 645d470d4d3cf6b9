//! Every flag and variable of kubeseal.

use signet_sealed::Scope;

use super::flags::{Flag, FlagError, Kind, boolean, csv, parse};
use crate::cluster::{Overrides, namespace_name};
use signet_secret::Redacted;

/// Variables are this followed by the flag's name in capitals, `-` as `_`.
const VARIABLE_PREFIX: &str = "SEALED_SECRETS_";

/// Help of kubeseal's logging flags, which have no variables.
const LOGGING: &str = "accepted and ignored (logging)";

/// What was typed, with defaults filled in.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) cert: String,
    pub(super) controller_namespace: String,
    pub(super) controller_name: String,
    pub(super) format: String,
    /// Whether the format was asked for, so that it is not taken from the file of a merge.
    pub(super) format_given: bool,
    pub(super) sealed_secret_file: String,
    pub(super) secret_file: String,
    pub(super) fetch_cert: bool,
    pub(super) allow_empty_data: bool,
    pub(super) validate: bool,
    pub(super) merge_into: String,
    pub(super) raw: bool,
    pub(super) name: String,
    pub(super) from_file: Vec<String>,
    pub(super) scope: Scope,
    pub(super) re_encrypt: bool,
    pub(super) recovery_unseal: bool,
    pub(super) recovery_private_key: Vec<String>,
    pub(super) help: bool,
    pub(super) version: bool,
    pub(super) client: Overrides,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cert: String::new(),
            controller_namespace: crate::cluster::DEFAULT_CONTROLLER_NAMESPACE.to_owned(),
            controller_name: crate::cluster::DEFAULT_CONTROLLER_NAME.to_owned(),
            format: "json".to_owned(),
            format_given: false,
            sealed_secret_file: String::new(),
            secret_file: String::new(),
            fetch_cert: false,
            allow_empty_data: false,
            validate: false,
            merge_into: String::new(),
            raw: false,
            name: String::new(),
            from_file: Vec::new(),
            scope: Scope::Strict,
            re_encrypt: false,
            recovery_unseal: false,
            recovery_private_key: Vec::new(),
            help: false,
            version: false,
            client: Overrides { request_timeout: "0".to_owned(), ..Overrides::default() },
        }
    }
}

impl Options {
    /// Reads variables first and then the command line, which wins; lists add up.
    ///
    /// # Errors
    /// A flag or variable that is unknown or has a bad value.
    pub(super) fn read(
        words: &[String],
        variable: &dyn Fn(&str) -> Option<String>,
        note: &mut dyn FnMut(String),
    ) -> Result<Self, FlagError> {
        let mut options = Self::default();
        for flag in FLAGS.iter().filter(|flag| flag.help != LOGGING) {
            let name = variable_name(flag.name);
            if let Some(value) = variable(&name) {
                options.take_variable(flag, &name, &value)?;
            }
        }
        parse(FLAGS, words, &mut options, note)?;
        Ok(options)
    }

    fn take_variable(&mut self, flag: &Flag<Self>, name: &str, value: &str) -> Result<(), FlagError> {
        // An empty boolean is how scripts unset a variable, and `SEALED_SECRETS_VERSION=v0.36.6` is how they
        // choose a release to install: neither is a mistake.
        let ignorable = value.is_empty() || matches!(flag.name, "version" | "help");
        match (flag.set)(self, value) {
            Err(cause) if !(flag.kind == Kind::Bool && ignorable) => {
                Err(FlagError::Bad(format!("invalid value {value:?} of the variable {name}: {cause}")))
            }
            _ => Ok(()),
        }
    }
}

/// `SEALED_SECRETS_CONTROLLER_NAME` for `controller-name`.
pub(super) fn variable_name(flag: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", flag.to_uppercase().replace('-', "_"))
}

/// The usage text, flags in the order of their names.
pub(super) fn usage(program: &str) -> String {
    let mut flags: Vec<&Flag<Options>> = FLAGS.iter().filter(|flag| !flag.help.is_empty()).collect();
    flags.sort_by_key(|flag| flag.name);
    let left = |flag: &Flag<Options>| {
        let short = flag.short.map_or("    ".to_owned(), |letter| format!("-{letter}, "));
        match flag.kind {
            Kind::Bool => format!("  {short}--{}", flag.name),
            Kind::Value(kind) => format!("  {short}--{} {kind}", flag.name),
        }
    };
    let width = flags.iter().map(|flag| left(flag).len()).max().unwrap_or(0);
    let mut text = format!("Usage of {program}:\n");
    for flag in flags {
        text.push_str(&format!("{:width$}   {}\n", left(flag), flag.help));
    }
    text
}

/// A flag that stores text in a field.
macro_rules! text {
    ($name:literal, $short:expr, $help:literal, $($field:ident).+) => {
        Flag {
            name: $name,
            short: $short,
            kind: Kind::Value("string"),
            set: |options, value| {
                options.$($field).+ = value.to_owned();
                Ok(())
            },
            help: $help,
            deprecated: None,
        }
    };
}

/// A flag that stores a boolean in a field.
macro_rules! switch {
    ($name:literal, $help:literal, $($field:ident).+) => {
        Flag {
            name: $name,
            short: None,
            kind: Kind::Bool,
            set: |options, value| {
                options.$($field).+ = boolean(value)?;
                Ok(())
            },
            help: $help,
            deprecated: None,
        }
    };
}

/// A flag that adds comma-separated text to a list.
macro_rules! list {
    ($name:literal, $help:literal, $field:ident) => {
        Flag {
            name: $name,
            short: None,
            kind: Kind::Value("strings"),
            set: |options, value| {
                options.$field.extend(csv(value)?);
                Ok(())
            },
            help: $help,
            deprecated: None,
        }
    };
}

/// A flag that stores a credential.
macro_rules! credential {
    ($name:literal, $help:literal, $field:ident) => {
        Flag {
            name: $name,
            short: None,
            kind: Kind::Value("string"),
            set: |options, value| {
                options.client.$field = Redacted::new(value.to_owned());
                Ok(())
            },
            help: $help,
            deprecated: None,
        }
    };
}

/// A logging flag of kubeseal: its value is checked and has no effect.
macro_rules! logging {
    ($name:literal, $short:expr, $kind:expr, $check:expr) => {
        Flag {
            name: $name,
            short: $short,
            kind: $kind,
            set: |_, value| $check(value),
            help: LOGGING,
            deprecated: None,
        }
    };
}

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn is_boolean(value: &str) -> Result<(), String> {
    boolean(value).map(|_| ())
}

fn is_number(value: &str) -> Result<(), String> {
    value.parse::<i32>().map(|_| ()).map_err(|_| "use a whole number".to_owned())
}

fn is_size(value: &str) -> Result<(), String> {
    value.parse::<u64>().map(|_| ()).map_err(|_| "use a whole number".to_owned())
}

const FLAGS: &[Flag<Options>] = &[
    text!("cert", None, "certificate file or URL to seal with; the cluster is then not asked", cert),
    text!(
        "controller-namespace",
        None,
        "namespace of the controller (default \"kube-system\")",
        controller_namespace
    ),
    text!(
        "controller-name",
        None,
        "name of the controller's Service (default \"sealed-secrets-controller\")",
        controller_name
    ),
    Flag {
        name: "format",
        short: Some('o'),
        kind: Kind::Value("string"),
        set: |options, value| {
            options.format = value.to_owned();
            options.format_given = !value.is_empty();
            Ok(())
        },
        help: "output format, json or yaml (default \"json\", of a merge that of the file)",
        deprecated: None,
    },
    text!("sealed-secret-file", Some('w'), "file to write to instead of standard output", sealed_secret_file),
    text!("secret-file", Some('f'), "file to read instead of standard input", secret_file),
    switch!("fetch-cert", "print the certificate, for later use with --cert", fetch_cert),
    switch!("allow-empty-data", "seal a Secret that has no data", allow_empty_data),
    switch!("validate", "ask the controller whether it can open the SealedSecret", validate),
    text!("merge-into", None, "add the sealed items to this SealedSecret file", merge_into),
    switch!("raw", "seal one value, from --from-file or standard input", raw),
    text!("name", None, "name of the Secret; needed with --raw in strict scope", name),
    list!("from-file", "with --raw: file that holds the value", from_file),
    text!("kubeconfig", None, "kubeconfig file to use", client.kubeconfig),
    Flag {
        name: "scope",
        short: None,
        kind: Kind::Value("string"),
        set: |options, value| {
            options.scope = value
                .parse()
                .map_err(|_| "must be one of: strict, namespace-wide, cluster-wide".to_owned())?;
            Ok(())
        },
        help: "where the SealedSecret may be used: strict, namespace-wide, cluster-wide (default strict, \
               or what the annotations of the input say)",
        deprecated: None,
    },
    Flag {
        name: "rotate",
        short: None,
        kind: Kind::Bool,
        set: |options, value| {
            options.re_encrypt = boolean(value)?;
            Ok(())
        },
        help: "",
        deprecated: Some("please use --re-encrypt instead"),
    },
    switch!("re-encrypt", "seal again with the newest key of the cluster", re_encrypt),
    switch!(
        "recovery-unseal",
        "open a SealedSecret with the keys of --recovery-private-key",
        recovery_unseal
    ),
    list!(
        "recovery-private-key",
        "private key file for --recovery-unseal: PEM, or the key Secrets in YAML or JSON",
        recovery_private_key
    ),
    switch!("help", "print this text", help),
    switch!("version", "print the version", version),
    Flag {
        name: "namespace",
        short: Some('n'),
        kind: Kind::Value("string"),
        set: |options, value| {
            options.client.namespace = namespace_name(value).to_owned();
            Ok(())
        },
        help: "namespace of the Secret",
        deprecated: None,
    },
    text!("context", None, "kubeconfig context to use", client.context),
    text!("cluster", None, "kubeconfig cluster to use", client.cluster),
    text!("user", None, "kubeconfig user to use", client.user),
    text!("server", None, "address of the Kubernetes API server", client.server),
    credential!("token", "bearer token for the API server", token),
    text!("as", None, "user to act as", client.impersonate),
    text!("as-uid", None, "UID to act as", client.impersonate_uid),
    Flag {
        name: "as-group",
        short: None,
        kind: Kind::Value("stringArray"),
        set: |options, value| {
            options.client.impersonate_groups.push(value.to_owned());
            Ok(())
        },
        help: "group to act as; may be repeated",
        deprecated: None,
    },
    text!("username", None, "user name for basic authentication", client.username),
    credential!("password", "password for basic authentication", password),
    text!(
        "certificate-authority",
        None,
        "certificate authority file of the API server",
        client.certificate_authority
    ),
    text!("client-certificate", None, "client certificate file", client.client_certificate),
    text!("client-key", None, "client key file", client.client_key),
    switch!("insecure-skip-tls-verify", "do not check the API server's certificate", client.insecure),
    text!("tls-server-name", None, "name in the API server's certificate", client.tls_server_name),
    text!("proxy-url", None, "proxy to reach the API server through", client.proxy_url),
    switch!("disable-compression", "do not compress responses", client.disable_compression),
    text!(
        "request-timeout",
        None,
        "time limit of one request, such as 30s; 0 is none (default \"0\")",
        client.request_timeout
    ),
    logging!("v", Some('v'), Kind::Value("Level"), is_number),
    logging!("add_dir_header", None, Kind::Bool, is_boolean),
    logging!("alsologtostderr", None, Kind::Bool, is_boolean),
    logging!("alsologtostderrthreshold", None, Kind::Value("severity"), any),
    logging!("legacy_stderr_threshold_behavior", None, Kind::Bool, is_boolean),
    logging!("log_backtrace_at", None, Kind::Value("traceLocation"), any),
    logging!("log_dir", None, Kind::Value("string"), any),
    logging!("log_file", None, Kind::Value("string"), any),
    logging!("log_file_max_size", None, Kind::Value("uint"), is_size),
    logging!("logtostderr", None, Kind::Bool, is_boolean),
    logging!("one_output", None, Kind::Bool, is_boolean),
    logging!("skip_headers", None, Kind::Bool, is_boolean),
    logging!("skip_log_headers", None, Kind::Bool, is_boolean),
    logging!("stderrthreshold", None, Kind::Value("severity"), any),
    logging!("vmodule", None, Kind::Value("moduleSpec"), any),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, variables: &[(&str, &str)]) -> Result<Options, FlagError> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let lookup = |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        };
        Options::read(&words, &lookup, &mut |_| {})
    }

    #[test]
    fn every_flag_has_one_name_and_every_letter_one_flag() {
        let mut names: Vec<_> = FLAGS.iter().map(|flag| flag.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FLAGS.len());
        let mut letters: Vec<_> = FLAGS.iter().filter_map(|flag| flag.short).collect();
        letters.sort_unstable();
        assert_eq!(letters, ['f', 'n', 'o', 'v', 'w']);
    }

    #[test]
    fn the_command_line_wins_over_variables_and_lists_add_up() {
        let variables = [
            ("SEALED_SECRETS_SCOPE", "cluster-wide"),
            ("SEALED_SECRETS_NAME", "from-env"),
            ("SEALED_SECRETS_RAW", "T"),
            ("SEALED_SECRETS_FROM_FILE", "a,\"b,c\""),
            ("SEALED_SECRETS_NAMESPACE", "ns/env"),
        ];
        let options = read("--name typed --raw=false --from-file d --from-file e,f", &variables).unwrap();
        assert_eq!(options.scope, Scope::ClusterWide);
        assert_eq!(options.name, "typed");
        assert!(!options.raw);
        assert_eq!(options.from_file, ["a", "b,c", "d", "e", "f"]);
        assert_eq!(options.client.namespace, "env");
    }

    #[test]
    fn an_empty_variable_is_the_empty_value() {
        let options = read(
            "",
            &[("SEALED_SECRETS_FORMAT", ""), ("SEALED_SECRETS_SCOPE", ""), ("SEALED_SECRETS_RAW", "")],
        );
        let options = options.unwrap();
        assert_eq!((options.format.as_str(), options.scope, options.raw), ("", Scope::Strict, false));
    }

    #[test]
    fn a_variable_that_does_not_parse_is_an_error_but_a_release_to_install_is_not() {
        let error = read("", &[("SEALED_SECRETS_SCOPE", "stirct")]).unwrap_err().to_string();
        assert!(error.contains("SEALED_SECRETS_SCOPE") && error.contains("stirct"), "{error}");
        assert!(read("", &[("SEALED_SECRETS_VALIDATE", "yes")]).is_err());
        assert!(!read("", &[("SEALED_SECRETS_VERSION", "v0.36.6")]).unwrap().version);
        assert!(read("", &[("SEALED_SECRETS_VERSION", "1")]).unwrap().version);
    }

    #[test]
    fn logging_flags_are_accepted_and_have_no_variable() {
        read("-v 5 --v=3 -v=2 --logtostderr --vmodule a=1 --log_file_max_size 7 --stderrthreshold=2", &[])
            .unwrap();
        assert!(read("-v x", &[]).is_err());
        assert!(read("--logtostderr=maybe", &[]).is_err());
        read("", &[("SEALED_SECRETS_V", "x"), ("SEALED_SECRETS_LOGTOSTDERR", "x")]).unwrap();
    }

    #[test]
    fn the_usage_text_names_every_flag_but_the_deprecated_one() {
        let usage = usage("kubeseal");
        for flag in FLAGS {
            assert_eq!(usage.contains(&format!("--{}", flag.name)), flag.name != "rotate", "{}", flag.name);
        }
    }
}
