//! The environment as far as it is ours: what begins with `JANGTEO_`, and the names that other
//! programs honour too.

use std::collections::BTreeMap;

use super::keys::KEYS;

/// How our own names begin.
pub(super) const OURS: &str = "JANGTEO_";

/// The variables by name; an empty one is as good as none.
pub(super) fn read() -> BTreeMap<String, String> {
    let is_ours = |name: &str| {
        let honoured = KEYS.iter().any(|key| key.honours.contains(&name));
        name.starts_with(OURS) || honoured
    };
    // A name or value that is no text is nobody's.
    let all = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        Some((name, value))
    });
    all.filter(|(name, value)| is_ours(name) && !value.is_empty())
        .collect()
}
