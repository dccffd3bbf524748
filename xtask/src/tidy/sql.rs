//! Where SQL may stand: in `platform/db`, in migrations and in the views of a service. Nowhere
//! but in `platform/db` is a statement put together with `format!` (injection starts there).

use super::rust::Token;
use super::{File, Finding};

/// How a statement begins, and what must follow somewhere for it to be one and not prose.
const STATEMENTS: &[(&str, &str)] = &[
    ("SELECT ", " FROM "),
    ("WITH ", " AS ("),
    ("INSERT ", " INTO "),
    ("INSERT OR ", " INTO "),
    ("REPLACE INTO ", ""),
    ("UPDATE ", " SET "),
    ("DELETE FROM ", ""),
    ("CREATE TABLE ", ""),
    ("CREATE INDEX ", ""),
    ("CREATE UNIQUE INDEX ", ""),
    ("CREATE VIEW ", ""),
    ("ALTER TABLE ", ""),
    ("DROP ", " TABLE "),
    ("PRAGMA ", ""),
    ("BEGIN IMMEDIATE", ""),
];

const FORMATTERS: &[&str] = &["format", "write", "writeln", "format_args"];

pub fn check(file: &File) -> Vec<Finding> {
    if !file.is_rust() || file.path.starts_with("platform/db/") {
        return Vec::new();
    }
    let tokens = file.tokens.as_slice();
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.text().is_some_and(is_statement) {
            continue;
        }
        if formatted(tokens, at) {
            let says = "SQL put together with a formatter: bind values, or move it to platform/db";
            findings.push(file.at(token.line, says));
        } else if file.path.starts_with("services/") && !token.test && !may_hold_sql(&file.path) {
            let says = "SQL outside view.rs: the write side asks for rows, platform/db writes SQL";
            findings.push(file.at(token.line, says));
        }
    }
    findings
}

fn may_hold_sql(path: &str) -> bool {
    path.ends_with("/view.rs") || path.contains("/view/") || path.contains("/migrations/")
}

fn is_statement(text: &str) -> bool {
    let text = text.replace("\\n", " ").to_ascii_uppercase();
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "\\")
        .collect();
    let text = format!("{} ", words.join(" "));
    STATEMENTS
        .iter()
        .any(|(start, then)| text.starts_with(start) && text.contains(then))
}

/// True when the string is the first one inside a formatting macro's parentheses.
fn formatted(tokens: &[Token], at: usize) -> bool {
    let before = &tokens[..at];
    let open = before
        .iter()
        .rposition(|token| token.open('(') || token.open('['));
    let Some(open) = open.filter(|open| *open >= 2) else {
        return false;
    };
    let name = tokens[open - 2]
        .word()
        .is_some_and(|word| FORMATTERS.contains(&word));
    name && tokens[open - 1].mark('!') && before[open..].iter().all(|it| it.text().is_none())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::findings;

    const STATEMENT: &str = "fn f() { ask(\"select id\\n  from orders where id = ?\") }";

    #[test]
    fn a_statement_in_a_store_fails_and_in_a_view_passes() {
        let found = findings(check, "services/order/src/store.rs", STATEMENT);
        assert!(found[0].starts_with("services/order/src/store.rs:1: SQL outside view.rs"));
        assert_eq!(
            findings(check, "services/order/src/view.rs", STATEMENT),
            [""; 0]
        );
        assert_eq!(
            findings(check, "services/order/src/view/list.rs", STATEMENT),
            [""; 0]
        );
        assert_eq!(
            findings(check, "platform/db/src/sqlite.rs", STATEMENT),
            [""; 0]
        );
    }

    #[test]
    fn a_statement_from_a_formatter_fails_everywhere_but_in_the_database_crate() {
        let source = "fn f(t: &str) -> String { format!(\"DELETE FROM {t} WHERE id = 1\") }";
        assert_eq!(
            findings(check, "services/order/src/view.rs", source).len(),
            1
        );
        assert_eq!(findings(check, "tests/src/shop.rs", source).len(), 1);
        assert_eq!(
            findings(check, "platform/db/src/sqlite.rs", source).len(),
            0
        );
    }

    #[test]
    fn prose_is_not_sql() {
        let source = "fn f() { a(\"update the stock\"); b(\"select a coupon\"); c(\"with care\") }";
        assert_eq!(
            findings(check, "services/order/src/store.rs", source),
            [""; 0]
        );
    }

    #[test]
    fn a_test_may_look_into_the_tables() {
        let source = format!("#[cfg(test)]\nmod tests {{ {STATEMENT} }}");
        assert_eq!(
            findings(check, "services/order/src/store.rs", &source),
            [""; 0]
        );
    }
}
