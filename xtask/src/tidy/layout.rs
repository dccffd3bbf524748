//! Names of files and folders say what is in them: no drawers, no `mod.rs`.

use super::{File, Finding};

const DRAWERS: &[&str] = &[
    "common", "core", "helper", "helpers", "misc", "models", "shared", "types", "util", "utils",
];

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path.ends_with("/mod.rs") {
        findings.push(file.at(
            0,
            "mod.rs: name the file after its module, beside its folder",
        ));
    }
    for part in file.path.split('/') {
        let name = part.strip_suffix(".rs").unwrap_or(part);
        if DRAWERS.contains(&name) {
            findings.push(file.at(0, format!("`{part}` is a drawer: name what is in it")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn drawers_and_mod_files_fail() {
        for path in [
            "utils/src/a.rs",
            "a/src/common/b.rs",
            "a/src/types.rs",
            "a/src/b/mod.rs",
        ] {
            assert_eq!(findings(check, path, "").len(), 1, "{path}");
        }
        assert_eq!(findings(check, "platform/db/src/commonly.rs", ""), [""; 0]);
    }
}
