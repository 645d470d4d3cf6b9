//! What was typed: the one definition of `signet`'s command line, from which help, completions and the
//! reference page come. Nothing here looks at files, variables of other programs, or the network.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use signet_sealed::Scope;

use crate::cluster::{DEFAULT_CONTROLLER_NAME, DEFAULT_CONTROLLER_NAMESPACE};

/// Variables that stand in for flags. They are kubeseal's, so that one setting serves both.
pub(crate) mod variables {
    /// Stands in for `--cert`.
    pub(crate) const CERT: &str = "SEALED_SECRETS_CERT";
    /// Stands in for `--controller-namespace`.
    pub(crate) const CONTROLLER_NAMESPACE: &str = "SEALED_SECRETS_CONTROLLER_NAMESPACE";
    /// Stands in for `--controller-name`.
    pub(crate) const CONTROLLER_NAME: &str = "SEALED_SECRETS_CONTROLLER_NAME";
    /// Stands in for `--namespace`.
    pub(crate) const NAMESPACE: &str = "SEALED_SECRETS_NAMESPACE";
}

/// Seal Kubernetes Secrets so that only the cluster can open them
#[derive(Debug, Parser)]
#[command(
    name = "signet",
    version = concat!("v", env!("CARGO_PKG_VERSION")),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:\n  kubectl create secret generic db -n shop --from-literal=password=hunter2 \
                  --dry-run=client -o yaml | signet seal > db.yaml\n\n\
                  Called as `kubeseal`, by a link of that name or as `signet kubeseal`, it takes kubeseal's flags; \
                  called as `sops`, those of sops."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Seal Secrets
    Seal(SealArgs),
    /// Open SealedSecrets with private keys, without a cluster
    Unseal(UnsealArgs),
    /// Check that SealedSecrets can be opened, by the controller or with private keys
    Verify(VerifyArgs),
    /// Show scope, items, sizes and keys of SealedSecrets without opening them
    Inspect(InspectArgs),
    /// Seal one value and put it into a SealedSecret file
    Set(SetArgs),
    /// Remove one item from a SealedSecret file
    Unset(UnsetArgs),
    /// Seal the SealedSecrets of whole trees again with the newest key
    Reseal(ResealArgs),
    /// Print the sealing certificate
    Cert(CertArgs),
    /// List, make, back up and restore the controller's keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Render a Go template with given values, without a cluster
    Template(TemplateArgs),
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Print the version
    Version,
    /// Print this reference in Markdown
    #[command(hide = true)]
    Reference(ReferenceArgs),
    /// Behave as sops, with its commands and flags
    #[command(disable_help_flag = true)]
    Sops(SopsArgs),
    /// Behave as kubeseal, with its flags
    #[command(disable_help_flag = true)]
    Kubeseal(KubesealArgs),
}

/// Words for sops, which reads them itself.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet sops encrypt --age age1... secrets.yaml > secrets.enc.yaml\n  \
                        signet sops decrypt secrets.enc.yaml")]
pub(crate) struct SopsArgs {
    /// The commands and flags of sops; `signet sops --help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WORDS")]
    pub(crate) words: Vec<String>,
}

/// Words for kubeseal, which reads them itself.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  signet kubeseal --scope cluster-wide -o yaml < secret.yaml > sealed.yaml"
)]
pub(crate) struct KubesealArgs {
    /// kubeseal's flags; `signet kubeseal --help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    pub(crate) words: Vec<String>,
}

/// Seal Secrets
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet seal secret.yaml > sealed.yaml\n  \
                        signet seal --cert cert.pem --scope namespace-wide -w sealed.yaml secret.yaml")]
pub(crate) struct SealArgs {
    /// Files with Secrets, in YAML or JSON; standard input without one or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Where the SealedSecret may be used; replaces what the annotations of the input say
    #[arg(long, value_parser = scope_parser(), value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// Name for the Secret
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Namespace for a Secret that names none; one that names another is refused
    #[arg(short, long, env = variables::NAMESPACE, hide_env_values = true, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Seal a Secret that has no values
    #[arg(long)]
    pub(crate) allow_empty_data: bool,
    /// Do not note the key's fingerprint in an annotation, by which the controller finds the key at once
    #[arg(long)]
    pub(crate) no_hint: bool,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Open SealedSecrets
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet keys backup -w keys.yaml\n  \
                        signet unseal --key keys.yaml sealed.yaml")]
pub(crate) struct UnsealArgs {
    /// Files with SealedSecrets; standard input without one or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Private key: PEM, or key Secrets in YAML or JSON; may be repeated
    #[arg(short, long = "key", value_name = "FILE", required = true)]
    pub(crate) keys: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Check SealedSecrets
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  signet verify sealed.yaml\n  signet verify --key keys.yaml apps/*/sealed.yaml"
)]
pub(crate) struct VerifyArgs {
    /// Files with SealedSecrets; standard input without one or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Private key to check with instead of asking the controller; may be repeated
    #[arg(short, long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) controller: ControllerArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Show SealedSecrets
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  signet inspect sealed.yaml\n  signet inspect --key keys.yaml -o json sealed.yaml"
)]
pub(crate) struct InspectArgs {
    /// Files with SealedSecrets; standard input without one or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Private key to try, to tell which one sealed the values; may be repeated
    #[arg(short, long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,
    /// How to print
    #[arg(short = 'o', long, value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

/// Seal one value into a file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet set sealed.yaml password            # asks for the value\n  \
                        printf %s \"$TOKEN\" | signet set sealed.yaml token\n  \
                        signet set sealed.yaml tls.key --from-file server.key")]
pub(crate) struct SetArgs {
    /// File with the SealedSecret; name, namespace and scope are taken from it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Key of the item
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// File that holds the value, byte for byte; else standard input, or a prompt on a terminal
    #[arg(long, value_name = "PATH")]
    pub(crate) from_file: Option<PathBuf>,
    /// Name of the SealedSecret, in a file with several
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Namespace to seal for, when the file names none
    #[arg(short, long, env = variables::NAMESPACE, hide_env_values = true, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Remove one item from a file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet unset sealed.yaml old-token")]
pub(crate) struct UnsetArgs {
    /// File with the SealedSecret
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Key of the item
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// Name of the SealedSecret, in a file with several
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Seal trees again
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet reseal --dry-run clusters/prod\n  \
                        signet reseal clusters/prod                  # through the controller\n  \
                        signet reseal --key keys.yaml clusters/prod  # without a cluster\n\n\
With --key, an item that the newest key opens is left alone. Through the controller nobody but the controller \
can tell: there an object is left alone when its annotation signet.dev/sealed-with names the newest key, and \
gets that annotation when it is sealed again. Running it again continues where it stopped.")]
pub(crate) struct ResealArgs {
    /// Files, and directories whose .yaml, .yml and .json files are looked at
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Private key to open with; the values are then sealed here and not by the controller; may be repeated
    #[arg(short, long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,
    /// With --key: certificate to seal with, instead of the newest of the keys
    #[arg(long, value_name = "FILE|URL", requires = "keys")]
    pub(crate) cert: Option<String>,
    /// Print what would be sealed again and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Seal again what is sealed with the newest key already
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) controller: ControllerArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Print the certificate
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet cert > cert.pem\n  signet cert --refresh -w cert.pem")]
pub(crate) struct CertArgs {
    /// File to write to
    #[arg(short, long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the controller's keys
    List(KeysListArgs),
    /// Make a new key
    Generate(KeysGenerateArgs),
    /// Print all keys, private parts included
    Backup(KeysBackupArgs),
    /// Put keys of a backup back into the cluster
    Restore(KeysRestoreArgs),
}

/// List keys
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet keys list\n  signet keys list -o json")]
pub(crate) struct KeysListArgs {
    /// How to print
    #[arg(short = 'o', long, value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
    #[command(flatten)]
    pub(crate) store: KeyStoreArgs,
}

/// Make a key
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet keys generate\n  \
                        signet keys generate --to key.yaml > cert.pem   # without a cluster")]
pub(crate) struct KeysGenerateArgs {
    /// Write the key Secret to this file instead of the cluster
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// RSA bits: 2048, 3072, 4096 or 8192
    #[arg(long, value_name = "BITS", default_value_t = 4096)]
    pub(crate) key_size: usize,
    /// How long the certificate is valid, as a Go duration
    #[arg(long, value_name = "DURATION", default_value = "87600h")]
    pub(crate) ttl: String,
    /// Common name of the certificate
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) common_name: String,
    #[command(flatten)]
    pub(crate) store: KeyStoreArgs,
}

/// Back up keys
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet keys backup -w keys.yaml\n  \
                        signet keys backup | age -r age1... > keys.yaml.age")]
pub(crate) struct KeysBackupArgs {
    /// File to write to, readable by its owner alone
    #[arg(short, long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) store: KeyStoreArgs,
}

/// Restore keys
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  signet keys restore keys.yaml\n  age -d -i id.txt keys.yaml.age | signet keys restore -"
)]
pub(crate) struct KeysRestoreArgs {
    /// Backup to read; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) store: KeyStoreArgs,
}

/// Render a Go template with given values, without a cluster
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Example:\n  signet template url.tpl --data values.yaml\n  \
                  echo '{{ .user }}:{{ .password | b64enc }}' | signet template - --data values.yaml\n  \
                  signet unseal --key keys.yaml sealed.yaml | signet template --engine sealed url.tpl --data -\n\n\
The values are a YAML or JSON map of key to text, or a Secret: there `data` is base64, which is the way in for \
bytes that are not text. The output is exactly what the template gives, and nothing when it fails. Time, time zone \
and randomness are those of this machine."
)]
pub(crate) struct TemplateArgs {
    #[command(subcommand)]
    pub(crate) command: Option<TemplateCommand>,
    /// File with the template; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) file: Option<PathBuf>,
    /// File with the values, a map or a Secret in YAML or JSON; `-` is standard input
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// What a missing key gives. In a cluster it is an error in an ExternalSecret, and `default`, which prints
    /// `<no value>`, in a SealedSecret
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = MissingKeyChoice::Error)]
    pub(crate) missing_key: MissingKeyChoice,
    /// What actions begin with
    #[arg(long, value_name = "TEXT", default_value = "{{")]
    pub(crate) left_delimiter: String,
    /// What actions end with
    #[arg(long, value_name = "TEXT", default_value = "}}")]
    pub(crate) right_delimiter: String,
    /// File to write to, replaced only when everything succeeded
    #[arg(short, long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

/// What else can be done about templates.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// List the functions of templates, or explain one
    Functions(TemplateFunctionsArgs),
}

/// List the functions of templates, or explain one
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet template functions\n  signet template functions b64enc")]
pub(crate) struct TemplateFunctionsArgs {
    /// Function to explain
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

/// Whose templates.
#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// Whose templates: those of ExternalSecrets, or of SealedSecrets, which have fewer functions
    #[arg(long, value_enum, default_value_t = EngineChoice::External)]
    pub(crate) engine: EngineChoice,
}

/// An engine of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineChoice {
    /// Templates of ExternalSecrets
    External,
    /// Templates in SealedSecrets
    Sealed,
}

/// What a key gives that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingKeyChoice {
    /// `<no value>`
    Default,
    /// An empty text
    Zero,
    /// An error
    Error,
}

/// Print a page of the reference
#[derive(Debug, Args)]
pub(crate) struct ReferenceArgs {
    /// Which page
    #[arg(value_enum, default_value_t = ReferencePage::Commands)]
    pub(crate) page: ReferencePage,
}

/// A page of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReferencePage {
    /// The command line
    Commands,
    /// The functions of templates
    Functions,
}

/// Print a completion script
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signet completion bash > /etc/bash_completion.d/signet")]
pub(crate) struct CompletionArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Where sealed or opened objects go, and how they look.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// How to print; a file called .json is written as JSON unless this says otherwise
    #[arg(short = 'o', long, value_enum)]
    pub(crate) format: Option<ObjectFormat>,
    /// File to write to, replaced only when everything succeeded
    #[arg(short, long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

/// How objects are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ObjectFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Which certificate to seal with.
#[derive(Debug, Args)]
pub(crate) struct CertificateArgs {
    /// Certificate file or URL; then no cluster is asked
    #[arg(long, env = variables::CERT, hide_env_values = true, value_name = "FILE|URL")]
    pub(crate) cert: Option<String>,
    /// Fetch the certificate from the controller even if a recent one is on disk
    #[arg(long)]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) controller: ControllerArgs,
}

/// Where the controller is.
#[derive(Debug, Args)]
pub(crate) struct ControllerArgs {
    /// Namespace of the controller
    #[arg(
        long,
        env = variables::CONTROLLER_NAMESPACE,
        hide_env_values = true,
        value_name = "NAMESPACE",
        default_value = DEFAULT_CONTROLLER_NAMESPACE
    )]
    pub(crate) controller_namespace: String,
    /// Name of the controller's Service
    #[arg(
        long,
        env = variables::CONTROLLER_NAME,
        hide_env_values = true,
        value_name = "NAME",
        default_value = DEFAULT_CONTROLLER_NAME
    )]
    pub(crate) controller_name: String,
}

/// Where the controller's keys are.
#[derive(Debug, Args)]
pub(crate) struct KeyStoreArgs {
    /// Namespace of the controller
    #[arg(
        long,
        env = variables::CONTROLLER_NAMESPACE,
        hide_env_values = true,
        value_name = "NAMESPACE",
        default_value = DEFAULT_CONTROLLER_NAMESPACE
    )]
    pub(crate) controller_namespace: String,
    /// What names of key Secrets begin with
    #[arg(long, value_name = "PREFIX", default_value = "sealed-secrets-key")]
    pub(crate) key_prefix: String,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Which cluster, and as whom. There is no flag for a token or a password: other users of the machine see
/// command lines.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterArgs {
    /// Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod's own cluster
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<String>,
    /// Kubeconfig context
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// Kubeconfig cluster
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    /// Kubeconfig user
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Address of the API server
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Certificate authority file of the API server
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate_authority: Option<String>,
    /// Do not check the API server's certificate
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Name in the API server's certificate
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_server_name: Option<String>,
    /// Proxy to reach the API server through
    #[arg(long, value_name = "URL")]
    pub(crate) proxy_url: Option<String>,
    /// User to act as
    #[arg(long = "as", value_name = "USER")]
    pub(crate) impersonate: Option<String>,
    /// Group to act as; may be repeated
    #[arg(long = "as-group", value_name = "GROUP")]
    pub(crate) impersonate_groups: Vec<String>,
    /// UID to act as
    #[arg(long = "as-uid", value_name = "UID")]
    pub(crate) impersonate_uid: Option<String>,
    /// Time limit of one request, such as 30s
    #[arg(long, value_name = "DURATION")]
    pub(crate) request_timeout: Option<String>,
}

fn scope_parser() -> PossibleValuesParser {
    PossibleValuesParser::new(Scope::ALL.map(Scope::as_str))
}
