//! The functions of the two engines, by topic.

use crate::function::Functions;

/// The functions that SealedSecret templates have: sprig's.
pub(crate) fn sealed() -> Functions {
    Functions::new()
}

/// The functions that ExternalSecret templates have: sprig's and those of the External Secrets Operator.
pub(crate) fn external() -> Functions {
    Functions::new()
}
