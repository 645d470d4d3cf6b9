//! Every flag of sops, and which of them go together.

use super::flags::{Flag, Kind};

macro_rules! flags {
    ($($name:ident: $kind:expr, [$($names:literal),+], $variable:expr, $help:literal;)+) => {
        $(pub(super) static $name: Flag =
            Flag { names: &[$($names),+], kind: $kind, variable: $variable, help: $help };)+
    };
}

const SWITCH: Kind = Kind::Bool(false);
const TEXT: Kind = Kind::Text;
const LIST: Kind = Kind::List;
const NUMBER: Kind = Kind::Number;

flags! {
    HELP: SWITCH, ["help", "h"], None, "show this text";
    VERSION: SWITCH, ["version", "v"], None, "print the version";
    DISABLE_VERSION_CHECK: SWITCH, ["disable-version-check"], Some("SOPS_DISABLE_VERSION_CHECK"), "accepted; nothing is ever looked up";
    CHECK_FOR_UPDATES: SWITCH, ["check-for-updates"], None, "accepted; nothing is ever looked up";

    DECRYPT: SWITCH, ["decrypt", "d"], None, "decrypt a file";
    ENCRYPT: SWITCH, ["encrypt", "e"], None, "encrypt a file";
    ROTATE: SWITCH, ["rotate", "r"], None, "encrypt a file again with a new data key";
    SET: TEXT, ["set"], None, "change one value: '[\"name\"][0] JSON'";

    CONFIG: TEXT, ["config"], Some("SOPS_CONFIG"), "the configuration file, instead of the next .sops.yaml upwards";
    INDENT: NUMBER, ["indent"], None, "spaces for each level of YAML and JSON output";
    VERBOSE: SWITCH, ["verbose"], None, "accepted; there is nothing more to say";
    MAC_ONLY_ENCRYPTED: SWITCH, ["mac-only-encrypted"], None, "have the MAC cover encrypted values alone";

    IN_PLACE: SWITCH, ["in-place", "i"], None, "write to the file that was read";
    OUTPUT: TEXT, ["output"], None, "write to this file";
    INPUT_TYPE: TEXT, ["input-type"], None, "json, yaml, dotenv, ini or binary, instead of what the name of the file says";
    OUTPUT_TYPE: TEXT, ["output-type"], None, "the same for the output";
    FILENAME_OVERRIDE: TEXT, ["filename-override"], None, "take this name for rules and formats instead of that of the file";
    EXTRACT: TEXT, ["extract"], None, "print only what is at this place, such as '[\"name\"][0]'";
    IGNORE_MAC: SWITCH, ["ignore-mac"], None, "decrypt although the file was changed";
    DECRYPTION_ORDER: TEXT, ["decryption-order"], Some("SOPS_DECRYPTION_ORDER"), "kinds of master keys to try first, with commas between";
    SHOW_MASTER_KEYS: SWITCH, ["show-master-keys", "s"], None, "edit the metadata as well";

    LOCAL_SERVICE: Kind::Bool(true), ["enable-local-keyservice"], Some("SOPS_ENABLE_LOCAL_KEYSERVICE"), "use the keys of this machine";
    KEYSERVICE: LIST, ["keyservice"], Some("SOPS_KEYSERVICE"), "a remote key service (not supported)";

    KMS: TEXT, ["kms", "k"], Some("SOPS_KMS_ARN"), "AWS KMS keys by ARN, with commas between";
    AWS_PROFILE: TEXT, ["aws-profile"], None, "the AWS profile of KMS keys";
    GCP_KMS: TEXT, ["gcp-kms"], Some("SOPS_GCP_KMS_IDS"), "Google Cloud KMS keys, with commas between";
    HCKMS: TEXT, ["hckms"], Some("SOPS_HUAWEICLOUD_KMS_IDS"), "Huawei Cloud KMS keys as region:uuid, with commas between";
    AZURE_KV: TEXT, ["azure-kv"], Some("SOPS_AZURE_KEYVAULT_URLS"), "Azure Key Vault keys by URL, with commas between";
    HC_VAULT: TEXT, ["hc-vault-transit"], Some("SOPS_VAULT_URIS"), "Vault transit keys by URL, with commas between";
    PGP: TEXT, ["pgp", "p"], Some("SOPS_PGP_FP"), "OpenPGP keys by fingerprint, with commas between";
    AGE: TEXT, ["age", "a"], Some("SOPS_AGE_RECIPIENTS"), "age recipients, with commas between";
    ENCRYPTION_CONTEXT: TEXT, ["encryption-context"], None, "the encryption context of KMS keys as name:value, with commas between";
    SHAMIR_THRESHOLD: NUMBER, ["shamir-secret-sharing-threshold"], None, "how many key groups are needed to decrypt";

    UNENCRYPTED_SUFFIX: TEXT, ["unencrypted-suffix"], None, "encrypt all but what is under names with this end";
    ENCRYPTED_SUFFIX: TEXT, ["encrypted-suffix"], None, "encrypt what is under names with this end";
    UNENCRYPTED_REGEX: TEXT, ["unencrypted-regex"], None, "encrypt all but what is under names that match";
    ENCRYPTED_REGEX: TEXT, ["encrypted-regex"], None, "encrypt what is under names that match";
    UNENCRYPTED_COMMENT_REGEX: TEXT, ["unencrypted-comment-regex"], None, "encrypt all but what is under comments that match";
    ENCRYPTED_COMMENT_REGEX: TEXT, ["encrypted-comment-regex"], None, "encrypt what is under comments that match";

    ADD_KMS: TEXT, ["add-kms"], None, "add AWS KMS keys";
    RM_KMS: TEXT, ["rm-kms"], None, "remove AWS KMS keys";
    ADD_GCP_KMS: TEXT, ["add-gcp-kms"], None, "add Google Cloud KMS keys";
    RM_GCP_KMS: TEXT, ["rm-gcp-kms"], None, "remove Google Cloud KMS keys";
    ADD_HCKMS: TEXT, ["add-hckms"], None, "add Huawei Cloud KMS keys";
    RM_HCKMS: TEXT, ["rm-hckms"], None, "remove Huawei Cloud KMS keys";
    ADD_AZURE_KV: TEXT, ["add-azure-kv"], None, "add Azure Key Vault keys";
    RM_AZURE_KV: TEXT, ["rm-azure-kv"], None, "remove Azure Key Vault keys";
    ADD_HC_VAULT: TEXT, ["add-hc-vault-transit"], None, "add Vault transit keys";
    RM_HC_VAULT: TEXT, ["rm-hc-vault-transit"], None, "remove Vault transit keys";
    ADD_AGE: TEXT, ["add-age"], None, "add age recipients";
    RM_AGE: TEXT, ["rm-age"], None, "remove age recipients";
    ADD_PGP: TEXT, ["add-pgp"], None, "add OpenPGP keys";
    RM_PGP: TEXT, ["rm-pgp"], None, "remove OpenPGP keys";

    VALUE_FILE: SWITCH, ["value-file"], None, "the value is the name of a file that holds it";
    VALUE_STDIN: SWITCH, ["value-stdin"], None, "read the value from standard input";
    IDEMPOTENT: SWITCH, ["idempotent"], None, "write nothing when nothing changes";

    YES: SWITCH, ["yes", "y"], None, "do not ask";

    GROUP_FILE: TEXT, ["file", "f"], None, "the file to change";
    GROUP_PGP: LIST, ["pgp"], None, "an OpenPGP key by fingerprint";
    GROUP_KMS: LIST, ["kms"], None, "an AWS KMS key by ARN";
    GROUP_GCP_KMS: LIST, ["gcp-kms"], None, "a Google Cloud KMS key";
    GROUP_HCKMS: LIST, ["hckms"], None, "a Huawei Cloud KMS key";
    GROUP_AZURE_KV: LIST, ["azure-kv"], None, "an Azure Key Vault key by URL";
    GROUP_HC_VAULT: LIST, ["hc-vault-transit"], None, "a Vault transit key by URL";
    GROUP_AGE: LIST, ["age"], None, "an age recipient";

    BACKGROUND: SWITCH, ["background"], None, "do not wait for the command (deprecated)";
    PRISTINE: SWITCH, ["pristine"], None, "give the command these variables alone";
    SAME_PROCESS: SWITCH, ["same-process"], None, "become the command instead of starting it";
    USER: TEXT, ["user"], None, "the user to run the command as";
    NO_FIFO: SWITCH, ["no-fifo"], None, "use a file instead of a named pipe";
    FILENAME: TEXT, ["filename"], None, "the name of the temporary file";
}

type Flags = &'static [&'static Flag];

const KEYS: Flags = &[&KMS, &AWS_PROFILE, &GCP_KMS, &HCKMS, &AZURE_KV, &HC_VAULT, &PGP, &AGE];
const SELECTION: Flags = &[&UNENCRYPTED_SUFFIX, &ENCRYPTED_SUFFIX, &UNENCRYPTED_REGEX, &ENCRYPTED_REGEX];
const TYPES: Flags = &[&INPUT_TYPE, &OUTPUT_TYPE];
const SERVICES: Flags = &[&LOCAL_SERVICE, &KEYSERVICE];
const CHANGES: Flags = &[
    &ADD_GCP_KMS,
    &RM_GCP_KMS,
    &ADD_HCKMS,
    &RM_HCKMS,
    &ADD_AZURE_KV,
    &RM_AZURE_KV,
    &ADD_KMS,
    &RM_KMS,
    &ADD_HC_VAULT,
    &RM_HC_VAULT,
    &ADD_AGE,
    &RM_AGE,
    &ADD_PGP,
    &RM_PGP,
];

/// Those before any subcommand, and of the form without one.
pub(super) const GLOBAL: &[Flags] = &[
    &[&DECRYPT, &ENCRYPT, &ROTATE, &DISABLE_VERSION_CHECK, &CHECK_FOR_UPDATES],
    KEYS,
    &[&IN_PLACE, &EXTRACT],
    TYPES,
    &[&SHOW_MASTER_KEYS],
    CHANGES,
    &[&IGNORE_MAC, &MAC_ONLY_ENCRYPTED],
    SELECTION,
    &[&UNENCRYPTED_COMMENT_REGEX, &ENCRYPTED_COMMENT_REGEX, &CONFIG, &ENCRYPTION_CONTEXT, &SET],
    &[&SHAMIR_THRESHOLD, &INDENT, &VERBOSE, &OUTPUT, &FILENAME_OVERRIDE, &DECRYPTION_ORDER],
    SERVICES,
    &[&HELP, &VERSION],
];

pub(super) const OF_ENCRYPT: &[Flags] = &[
    &[&IN_PLACE, &OUTPUT],
    KEYS,
    TYPES,
    SELECTION,
    &[&ENCRYPTION_CONTEXT, &SHAMIR_THRESHOLD, &FILENAME_OVERRIDE],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_DECRYPT: &[Flags] = &[
    &[&IN_PLACE, &EXTRACT, &OUTPUT],
    TYPES,
    &[&IGNORE_MAC, &FILENAME_OVERRIDE, &DECRYPTION_ORDER],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_ROTATE: &[Flags] = &[
    &[&IN_PLACE, &OUTPUT],
    TYPES,
    &[&ENCRYPTION_CONTEXT],
    CHANGES,
    &[&FILENAME_OVERRIDE, &DECRYPTION_ORDER],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_EDIT: &[Flags] = &[
    KEYS,
    TYPES,
    SELECTION,
    &[&ENCRYPTION_CONTEXT, &SHAMIR_THRESHOLD, &SHOW_MASTER_KEYS, &IGNORE_MAC, &DECRYPTION_ORDER],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_SET: &[Flags] = &[
    TYPES,
    &[&VALUE_FILE, &VALUE_STDIN, &SHAMIR_THRESHOLD, &IGNORE_MAC, &DECRYPTION_ORDER, &IDEMPOTENT],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_UNSET: &[Flags] =
    &[TYPES, &[&SHAMIR_THRESHOLD, &IGNORE_MAC, &DECRYPTION_ORDER, &IDEMPOTENT], SERVICES, &[&HELP]];

pub(super) const OF_UPDATEKEYS: &[Flags] = &[&[&YES, &INPUT_TYPE], SERVICES, &[&HELP]];

pub(super) const OF_GROUPS_ADD: &[Flags] = &[
    &[&GROUP_FILE, &GROUP_PGP, &GROUP_KMS, &AWS_PROFILE, &GROUP_GCP_KMS, &GROUP_HCKMS, &GROUP_AZURE_KV],
    &[&GROUP_HC_VAULT, &GROUP_AGE, &IN_PLACE, &SHAMIR_THRESHOLD, &ENCRYPTION_CONTEXT],
    SERVICES,
    &[&HELP],
];

pub(super) const OF_GROUPS_DELETE: &[Flags] =
    &[&[&GROUP_FILE, &IN_PLACE, &SHAMIR_THRESHOLD], SERVICES, &[&HELP]];

pub(super) const OF_EXEC_ENV: &[Flags] =
    &[&[&BACKGROUND, &PRISTINE, &USER, &SAME_PROCESS, &DECRYPTION_ORDER], SERVICES, &[&HELP]];

pub(super) const OF_EXEC_FILE: &[Flags] =
    &[&[&BACKGROUND, &NO_FIFO, &USER], TYPES, &[&FILENAME, &DECRYPTION_ORDER], SERVICES, &[&HELP]];

pub(super) const OF_FILESTATUS: &[Flags] = &[&[&INPUT_TYPE, &HELP]];

/// For commands without any.
pub(super) const NONE: &[Flags] = &[&[&HELP]];

/// The flags that select values, each with the name of its rule in a file.
pub(super) static SELECTIONS: [(&Flag, &str); 6] = [
    (&UNENCRYPTED_SUFFIX, "unencrypted_suffix"),
    (&ENCRYPTED_SUFFIX, "encrypted_suffix"),
    (&ENCRYPTED_REGEX, "encrypted_regex"),
    (&UNENCRYPTED_REGEX, "unencrypted_regex"),
    (&ENCRYPTED_COMMENT_REGEX, "encrypted_comment_regex"),
    (&UNENCRYPTED_COMMENT_REGEX, "unencrypted_comment_regex"),
];

/// The flags that name master keys, for one purpose.
pub(super) struct KeyFlags {
    pub(super) kms: &'static Flag,
    pub(super) gcp_kms: &'static Flag,
    pub(super) hckms: &'static Flag,
    pub(super) azure_kv: &'static Flag,
    pub(super) hc_vault: &'static Flag,
    pub(super) pgp: &'static Flag,
    pub(super) age: &'static Flag,
}

pub(super) static ENCRYPT_WITH: KeyFlags = KeyFlags {
    kms: &KMS,
    gcp_kms: &GCP_KMS,
    hckms: &HCKMS,
    azure_kv: &AZURE_KV,
    hc_vault: &HC_VAULT,
    pgp: &PGP,
    age: &AGE,
};

pub(super) static ADD: KeyFlags = KeyFlags {
    kms: &ADD_KMS,
    gcp_kms: &ADD_GCP_KMS,
    hckms: &ADD_HCKMS,
    azure_kv: &ADD_AZURE_KV,
    hc_vault: &ADD_HC_VAULT,
    pgp: &ADD_PGP,
    age: &ADD_AGE,
};

pub(super) static REMOVE: KeyFlags = KeyFlags {
    kms: &RM_KMS,
    gcp_kms: &RM_GCP_KMS,
    hckms: &RM_HCKMS,
    azure_kv: &RM_AZURE_KV,
    hc_vault: &RM_HC_VAULT,
    pgp: &RM_PGP,
    age: &RM_AGE,
};

impl KeyFlags {
    pub(super) fn all(&self) -> [&'static Flag; 7] {
        [self.kms, self.gcp_kms, self.hckms, self.azure_kv, self.hc_vault, self.pgp, self.age]
    }
}
