//! The group `bitnami.com`, as sealed-secrets defines it.

mod sealed_secret;

pub use sealed_secret::{
    ConditionStatus, INSTANCE_LABEL, KEY_LABEL, KEY_LABEL_ACTIVE, MANAGED_ANNOTATION, PATCH_ANNOTATION,
    SEALED_WITH_ANNOTATION, SKIP_OWNER_ANNOTATION, SYNCED, SealedSecret, SealedSecretCondition,
    SealedSecretSpec, SealedSecretStatus, SecretTemplate, SyncedReason,
};
