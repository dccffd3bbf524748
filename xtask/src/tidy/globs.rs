//! Names come in one by one: a glob import hides where a name is from. Tests may.

use super::{File, Finding};

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in file.tokens.iter().enumerate() {
        if !token.is("use") || token.test {
            continue;
        }
        let mut imported = file.tokens[at..]
            .iter()
            .take_while(|token| !token.mark(';'));
        if imported.any(|token| token.mark('*')) {
            findings.push(file.at(token.line, "a glob import outside tests: name what is used"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn a_glob_fails_outside_tests_only() {
        assert_eq!(findings(check, "a/src/b.rs", "use super::*;").len(), 1);
        assert_eq!(findings(check, "a/src/b.rs", "use a::{b, c::*};").len(), 1);
        assert_eq!(
            findings(check, "a/src/b.rs", "use a::b;\nfn f(a: *const u8) {}"),
            [""; 0]
        );
        let inside = "#[cfg(test)]\nmod tests { use super::*; }";
        assert_eq!(findings(check, "a/src/b.rs", inside), [""; 0]);
    }
}
