//! No committed file names a folder of the machine it was written on.

use super::{File, Finding};

const MACHINE_PATHS: &[&str] = &["/work/", "/tmp/", "/root/", "/home/"];

/// This file names what it bans.
const THIS_FILE: &str = "xtask/src/tidy/paths.rs";

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        for path in MACHINE_PATHS.iter().filter(|path| names(line, path)) {
            findings.push(file.at(at + 1, format!("`{path}` is a folder of one machine")));
        }
    }
    if file.path == THIS_FILE {
        Vec::new()
    } else {
        findings
    }
}

/// True when the path stands at its root: `/home/` does, `docs/home/` and an address do not.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|char| char.is_alphanumeric() || "./}_-".contains(char))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn a_machine_path_fails_in_any_text_file() {
        assert_eq!(findings(check, "README.md", "see /work/main\n").len(), 1);
        assert_eq!(
            findings(check, "a/src/b.rs", "const A: &str = \"/tmp/a\";\n").len(),
            1
        );
        assert_eq!(
            findings(check, "a/data.json", "{\"a\": \"/root/b\"}").len(),
            1
        );
    }

    #[test]
    fn addresses_and_inner_folders_pass() {
        assert_eq!(
            findings(check, "README.md", "docs/work/a https://a.org/home/b\n"),
            [""; 0]
        );
    }
}
