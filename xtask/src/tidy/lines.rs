//! Lines that fit two to a screen: at most 100 columns of Rust, and no tabs anywhere but where a
//! format demands them. Long strings are continued with a backslash; only an address may be long.

use super::{File, Finding};

const MAX_COLUMNS: usize = 100;

/// Kinds of files that are indented with spaces.
const WITHOUT_TABS: &[&str] = &[
    ".rs", ".toml", ".sql", ".md", ".json", ".yaml", ".sh", "/run",
];

pub fn check(file: &File) -> Vec<Finding> {
    let no_tabs = WITHOUT_TABS.iter().any(|kind| file.path.ends_with(kind));
    let mut findings = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let columns = line.chars().count();
        if file.is_rust() && columns > MAX_COLUMNS && !line.contains("://") {
            let says = format!("{columns} columns, at most {MAX_COLUMNS}");
            findings.push(file.at(at + 1, says));
        }
        if no_tabs && line.contains('\t') {
            findings.push(file.at(at + 1, "a tab: indent with spaces, write \\t in a string"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn the_hundred_and_first_column_fails() {
        let fits = format!("//{}\n", "가".repeat(98));
        let long = format!("fn f() {{}}\n//{}\n", "가".repeat(99));
        assert_eq!(findings(check, "a/src/b.rs", &fits), [""; 0]);
        assert_eq!(
            findings(check, "a/src/b.rs", &long),
            ["a/src/b.rs:2: 101 columns, at most 100"]
        );
        assert_eq!(findings(check, "README.md", &long), [""; 0]);
    }

    #[test]
    fn an_address_may_be_long() {
        let long = format!("// https://example.org/{}\n", "a".repeat(99));
        assert_eq!(findings(check, "a/src/b.rs", &long), [""; 0]);
    }

    #[test]
    fn a_tab_fails() {
        assert_eq!(findings(check, "a/Cargo.toml", "[a]\n\tb = 1\n").len(), 1);
    }
}
