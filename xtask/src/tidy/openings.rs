//! Every Rust file opens with what it is, in a `//!` comment. The tests of a module need not: the
//! module has said it.

use super::rust::is_test_file;
use super::{File, Finding};

pub fn check(file: &File) -> Vec<Finding> {
    // The root of a test binary has no other module to say it.
    let told_elsewhere = is_test_file(&file.path) && !file.path.ends_with("/main.rs");
    let said = file.text.starts_with("//! ") || told_elsewhere;
    if !file.is_rust() || said {
        return Vec::new();
    }
    vec![file.at(
        1,
        "opens without `//!`: say in 1-3 sentences what it is, and what it is not",
    )]
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn a_file_that_does_not_say_what_it_is_fails() {
        for text in [
            "",
            "fn f() {}\n",
            "// a note\n//! late\n",
            "/// of f\nfn f() {}\n",
        ] {
            assert_eq!(findings(check, "a/src/b.rs", text).len(), 1, "{text}");
        }
        assert_eq!(findings(check, "a/src/b.rs", "//! What b is.\n"), [""; 0]);
        assert_eq!(
            findings(check, "a/src/b/tests.rs", "use super::*;\n"),
            [""; 0]
        );
        assert_eq!(findings(check, "README.md", "# A\n"), [""; 0]);
    }
}
