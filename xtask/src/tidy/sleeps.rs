//! Tests wait for conditions: a sleep is too short on a busy machine and too long on any other.

use super::{File, Finding};

const SLEEPS: &[&str] = &["sleep", "sleep_ms", "sleep_until"];

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in file
        .tokens
        .windows(2)
        .filter(|pair| pair[0].test && pair[1].open('('))
    {
        if pair[0].word().is_some_and(|word| SLEEPS.contains(&word)) {
            findings.push(file.at(pair[0].line, "a test sleeps: wait for the condition itself"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    const SLEEPY: &str = "fn f() { std::thread::sleep(SECOND) }";

    #[test]
    fn a_sleep_in_a_test_fails() {
        assert_eq!(findings(check, "tests/tests/kill.rs", SLEEPY).len(), 1);
        assert_eq!(
            findings(check, "platform/db/tests/suite.rs", SLEEPY).len(),
            1
        );
        let inside = format!("#[cfg(test)]\nmod tests {{ {SLEEPY} }}");
        assert_eq!(findings(check, "platform/db/src/lib.rs", &inside).len(), 1);
    }

    #[test]
    fn a_wait_elsewhere_passes() {
        assert_eq!(
            findings(check, "platform/runtime/src/relay.rs", SLEEPY),
            [""; 0]
        );
    }
}
