//! What nobody may leave behind in the source: unfinished work, silenced lints, skipped tests.

use super::rust::Token;
use super::{File, Finding};

/// In comments and code alike.
const NOTES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Kinds of text files that the notes are looked for in.
const KINDS: &[&str] = &[".rs", ".toml", ".sql", ".sh", ".md", "/run"];

/// This file names what it bans.
const THIS_FILE: &str = "xtask/src/tidy/words.rs";

pub fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path != THIS_FILE && KINDS.iter().any(|kind| file.path.ends_with(kind)) {
        for (at, line) in file.text.lines().enumerate() {
            for note in words(line).filter(|word| NOTES.contains(word)) {
                let says = format!("`{note}`: finish it, or file an issue and say why it can wait");
                findings.push(file.at(at + 1, says));
            }
        }
    }
    for (at, token) in file.tokens.iter().enumerate() {
        if let Some(says) = banned_code(&file.tokens, at) {
            findings.push(file.at(token.line, says));
        }
    }
    findings
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char: char| !char.is_alphanumeric() && char != '_')
}

fn banned_code(tokens: &[Token], at: usize) -> Option<&'static str> {
    let next_is_mark = tokens.get(at + 1).is_some_and(|token| token.mark('!'));
    let after_bracket = at >= 1 && tokens[at - 1].open('[');
    let attribute = after_bracket && at >= 2 && tokens[at - 2].mark('#');
    match tokens[at].word()? {
        "dbg" | "todo" | "unimplemented" if next_is_mark => Some("unfinished: a macro of drafts"),
        "allow" if attribute => Some("`#[allow]`: use `#[expect(lint, reason = \"..\")]`"),
        "ignore" if attribute => Some("`#[ignore]`: a test runs, or it is removed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    #[test]
    fn notes_are_found_in_comments_of_every_kind_of_file() {
        assert_eq!(findings(check, "a/src/b.rs", "// TODO: later\n").len(), 1);
        assert_eq!(
            findings(check, "a/src/b.rs", "fn f() {}\n/* FIXME */\n").len(),
            1
        );
        assert_eq!(findings(check, "Cargo.toml", "# XXX\n").len(), 1);
        assert_eq!(findings(check, "a/0001_init.sql", "-- HACK\n").len(), 1);
    }

    #[test]
    fn silenced_lints_and_skipped_tests_are_found() {
        let planted = [
            "#[allow(dead_code)]\nfn f() {}",
            "#![allow(unused)]",
            "#[test]\n#[ignore]\nfn f() {}",
            "#[ignore = \"slow\"]\nfn f() {}",
            "fn f() { dbg!(1) }",
            "fn f() { todo!() }",
        ];
        for source in planted {
            assert_eq!(findings(check, "a/src/b.rs", source).len(), 1, "{source}");
        }
    }

    #[test]
    fn ordinary_code_passes() {
        let source = "/// What to do.\n#[expect(dead_code, reason = \"why\")]\n\
                      fn allow(ignore: u8) { allow(ignore); todos(); }";
        assert_eq!(findings(check, "a/src/b.rs", source), [""; 0]);
    }
}
