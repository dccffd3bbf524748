//! Files under `golden/` that code must keep producing. `UPDATE_GOLDEN=1 cargo test -p contracts`
//! writes them anew; the difference is then reviewed like code.

use std::fs;
use std::path::PathBuf;

pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name)
}

/// Asserts that the file holds this text, or writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the switch of a test run, no configuration"
)]
pub fn check(name: &str, actual: &str) {
    let path = path(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        expected, actual,
        "golden/{name} is stale; look, then write it with UPDATE_GOLDEN=1"
    );
}
