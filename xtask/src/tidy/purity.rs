//! What decides stays pure: no clock, chance, order of hashing, input or output in the `domain`
//! and `decide` of a service, and none but what the batch itself needs in the simulator. Their
//! tests may drive what is not pure.

use super::rust::{Token, is_test_file, path_sign};
use super::{File, Finding};

const CLOCK_AND_CHANCE: &[&str] = &[
    "SystemTime",
    "Instant",
    "HashMap",
    "HashSet",
    "RandomState",
    "thread_rng",
    "spawn",
    "spawn_blocking",
];

/// Besides, in a service: `decide` is synchronous and knows no driver.
const INPUT_AND_OUTPUT: &[&str] = &[
    "async", "await", "tokio", "rusqlite", "axum", "reqwest", "tracing", "print", "println",
    "eprint", "eprintln", "dbg",
];

/// Modules of `std` that reach outside the process or depend on the machine.
const STD_MODULES: &[&str] = &["env", "fs", "io", "net", "process", "thread"];

/// The simulator's front: it reads arguments, prints, and counts seconds.
const SIM_FRONT: &[&str] = &[
    "sim/src/main.rs",
    "sim/src/cli.rs",
    "sim/src/cli/",
    "sim/src/bin/",
];

pub fn check(file: &File) -> Vec<Finding> {
    if !file.is_rust() || is_test_file(&file.path) {
        return Vec::new();
    }
    let (banned, whose): (&[&[&str]], _) = if decides(&file.path) {
        (
            &[CLOCK_AND_CHANCE, INPUT_AND_OUTPUT],
            "domain and decide are pure",
        )
    } else if simulates(&file.path) {
        (&[CLOCK_AND_CHANCE], "one seed replays a run")
    } else {
        return Vec::new();
    };
    let tokens = file.tokens.as_slice();
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let drawn = word == "rand" && path_sign(tokens, at + 1);
        if drawn || banned.iter().any(|words| words.contains(&word)) {
            findings.push(file.at(token.line, format!("`{word}` here, but {whose}")));
        }
        for module in std_modules(tokens, at) {
            findings.push(file.at(token.line, format!("`std::{module}` here, but {whose}")));
        }
    }
    findings
}

fn decides(path: &str) -> bool {
    let mut parts = path.split('/');
    let (Some("services"), Some(_), Some("src")) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    matches!(
        parts.next(),
        Some("decide.rs" | "decide" | "domain.rs" | "domain")
    )
}

fn simulates(path: &str) -> bool {
    path.starts_with("sim/src/") && !SIM_FRONT.iter().any(|front| path.starts_with(front))
}

/// The banned modules that a path or a `use` from `std` at this token names.
fn std_modules(tokens: &[Token], at: usize) -> Vec<&str> {
    if !tokens[at].is("std") || !path_sign(tokens, at + 1) {
        return Vec::new();
    }
    let first_words = match tokens.get(at + 3) {
        Some(token) if token.open('{') => {
            let group = &tokens[at + 4..];
            let starts = (0..group.len()).filter(|&i| i == 0 || group[i - 1].mark(','));
            let end = group
                .iter()
                .position(|token| token.mark(';'))
                .unwrap_or(group.len());
            starts
                .filter(|&i| i < end)
                .filter_map(|i| group[i].word())
                .collect()
        }
        Some(token) => token.word().into_iter().collect(),
        None => Vec::new(),
    };
    first_words
        .into_iter()
        .filter(|word| STD_MODULES.contains(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    const DECIDE: &str = "services/order/src/decide.rs";

    #[test]
    fn a_decision_that_reads_a_clock_fails() {
        let found = findings(
            check,
            DECIDE,
            "fn f() -> u64 {\n    SystemTime::now().into()\n}",
        );
        assert_eq!(
            found,
            [format!(
                "{DECIDE}:2: `SystemTime` here, but domain and decide are pure"
            )]
        );
    }

    #[test]
    fn each_banned_thing_is_found() {
        let planted = [
            "use std::collections::HashMap;",
            "use std::{collections::BTreeMap, fs};",
            "use std::env;",
            "async fn f() {}",
            "fn f() { println!(\"here\") }",
            "fn f() -> u8 { rand::random() }",
            "use tokio::sync::mpsc;",
            "use rusqlite::Connection;",
        ];
        for source in planted {
            assert_eq!(findings(check, DECIDE, source).len(), 1, "{source}");
            assert_eq!(
                findings(check, "services/order/src/domain/cart.rs", source).len(),
                1
            );
            assert_eq!(
                findings(check, "services/order/src/api.rs", source).len(),
                0
            );
        }
    }

    #[test]
    fn words_in_comments_and_strings_and_harmless_paths_pass() {
        let source = "// no tokio here\nuse std::{collections::BTreeMap, fmt};\n\
                      fn f() -> &'static str { \"Instant\" }\nfn g(rand: u8) -> u8 { rand }";
        assert_eq!(findings(check, DECIDE, source), [""; 0]);
    }

    #[test]
    fn the_simulator_may_await_but_not_hash() {
        let source = "async fn f(m: HashMap<u8, u8>) {}";
        assert_eq!(findings(check, "sim/src/world.rs", source).len(), 1);
        assert_eq!(findings(check, "sim/src/main.rs", source).len(), 0);
    }
}
