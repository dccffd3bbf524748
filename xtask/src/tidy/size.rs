//! Files past one sitting and functions past one screen: asked to be looked at, never failed.

use super::rust::{Kind, Token};
use super::{File, Finding};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;

pub fn look(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        findings.push(file.at(0, format!("{lines} lines; one sitting is {FILE_LINES}")));
    }
    for (name, first, last) in functions(&file.tokens) {
        let lines = last - first + 1;
        if lines > FUNCTION_LINES {
            let says = format!("`{name}` has {lines} lines; one screen is {FUNCTION_LINES}");
            findings.push(file.at(first, says));
        }
    }
    findings
}

/// Name, first and last line of every function with a body.
fn functions(tokens: &[Token]) -> Vec<(&str, usize, usize)> {
    let mut functions = Vec::new();
    for (at, pair) in tokens
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0].is("fn"))
    {
        let Some(name) = pair[1].word() else { continue };
        let mut depth = 0usize;
        let mut in_body = false;
        for token in &tokens[at..] {
            match token.kind {
                Kind::Open(bracket) => {
                    in_body |= depth == 0 && bracket == '{';
                    depth += 1;
                }
                Kind::Close(_) if depth == 0 => break,
                Kind::Close(_) => depth -= 1,
                Kind::Mark(';') if depth == 0 => break,
                Kind::Word(_) | Kind::Text(_) | Kind::Value | Kind::Mark(_) => {}
            }
            if in_body && depth == 0 {
                functions.push((name, pair[0].line, token.line));
                break;
            }
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::tidy::findings;

    #[test]
    fn a_function_past_a_screen_is_named() {
        let long = format!(
            "trait T {{ fn a(); }}\nfn b(c: [u8; 2]) {{\n{}}}\n",
            "f();\n".repeat(69)
        );
        assert_eq!(
            findings(look, "a/src/b.rs", &long),
            ["a/src/b.rs:2: `b` has 71 lines; one screen is 70"]
        );
        let fits = long.replacen("f();\n", "", 1);
        assert_eq!(findings(look, "a/src/b.rs", &fits), [""; 0]);
    }

    #[test]
    fn a_file_past_a_sitting_is_named() {
        assert_eq!(findings(look, "a/src/b.rs", &"//\n".repeat(401)).len(), 1);
        assert_eq!(findings(look, "a/src/b.rs", &"//\n".repeat(400)), [""; 0]);
    }
}
