//! Rust source as a flat list of tokens, each with its line. Comments are gone, so that a rule
//! about code never trips over prose; it is not a parser and knows no types.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    /// Inside a test file, a `#[cfg(test)]` item or a `#[test]` function.
    pub test: bool,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// What stands between the quotes of a string, as written.
    Text(String),
    /// A number or a character.
    Value,
    /// One character of punctuation.
    Mark(char),
    Open(char),
    Close(char),
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(_) | Kind::Value | Kind::Mark(_) | Kind::Open(_) | Kind::Close(_) => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Word(_) | Kind::Value | Kind::Mark(_) | Kind::Open(_) | Kind::Close(_) => None,
        }
    }

    pub fn is(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub fn mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub fn open(&self, bracket: char) -> bool {
        self.kind == Kind::Open(bracket)
    }
}

/// True when two tokens from `at` on are `::`.
pub fn path_sign(tokens: &[Token], at: usize) -> bool {
    tokens.len() > at + 1 && tokens[at].mark(':') && tokens[at + 1].mark(':')
}

/// `x/tests.rs`, and everything under a crate's `tests` folder or in the crate of that name.
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path
            .split('/')
            .rev()
            .skip(1)
            .any(|folder| folder == "tests")
}

pub fn tokens(source: &str, test: bool) -> Result<Vec<Token>> {
    let stream: TokenStream = source.parse().map_err(|error| anyhow!("{error}"))?;
    let mut tokens = Vec::new();
    flatten(stream, test, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, test: bool, into: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    // Set by a test attribute, until the body or the semicolon of the item it stands on.
    let mut test_item = false;
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let kind = match tree {
            TokenTree::Group(group) => {
                let inside = test || test_item;
                if group.delimiter() == Delimiter::Brace {
                    test_item = false;
                }
                flatten_group(&group, inside, into);
                continue;
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let inner = trees.next_if(|next| next.to_string() == "!").is_some();
                if let Some(TokenTree::Group(attribute)) = trees.next_if(is_bracketed) {
                    test_item |= !inner && marks_a_test(&attribute);
                    if !is_doc(&attribute) {
                        into.push(Token {
                            line,
                            test,
                            kind: Kind::Mark('#'),
                        });
                        flatten_group(&attribute, test, into);
                    }
                    continue;
                }
                Kind::Mark('#')
            }
            TokenTree::Punct(mark) => {
                test_item &= mark.as_char() != ';';
                Kind::Mark(mark.as_char())
            }
            TokenTree::Ident(word) => Kind::Word(word.to_string()),
            TokenTree::Literal(literal) => match between_quotes(&literal.to_string()) {
                Some(text) => Kind::Text(text),
                None => Kind::Value,
            },
        };
        into.push(Token {
            line,
            test: test || test_item,
            kind,
        });
    }
}

fn flatten_group(group: &Group, test: bool, into: &mut Vec<Token>) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::None => return flatten(group.stream(), test, into),
    };
    let line = group.span_open().start().line;
    into.push(Token {
        line,
        test,
        kind: Kind::Open(open),
    });
    flatten(group.stream(), test, into);
    let line = group.span_close().end().line;
    into.push(Token {
        line,
        test,
        kind: Kind::Close(close),
    });
}

fn is_bracketed(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// A doc comment is an attribute to the compiler; to a rule about code it is a comment.
fn is_doc(attribute: &Group) -> bool {
    let first = attribute.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(word)) if word == "doc")
}

fn marks_a_test(attribute: &Group) -> bool {
    let says = attribute.stream().to_string().replace(' ', "");
    says == "test" || says == "cfg(test)" || says.starts_with("tokio::test")
}

fn between_quotes(literal: &str) -> Option<String> {
    let prefix = literal.find('"')?;
    let is_string = literal[..prefix]
        .chars()
        .all(|char| matches!(char, 'r' | 'b' | 'c' | '#'));
    let end = literal.rfind('"')?;
    (is_string && end > prefix).then(|| literal[prefix + 1..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<(usize, bool, String)> {
        let tokens = tokens(source, false).unwrap();
        tokens
            .iter()
            .filter_map(|it| Some((it.line, it.test, it.word()?.to_owned())))
            .collect()
    }

    #[test]
    fn comments_and_docs_are_gone_and_lines_are_right() {
        let source = "//! a\n/// b\nfn c() {} // d\n/* e */ static F: u8 = 1;";
        let words: Vec<_> = words(source)
            .into_iter()
            .map(|(line, _, word)| (line, word))
            .collect();
        let expected = [(3, "fn"), (3, "c"), (4, "static"), (4, "F"), (4, "u8")];
        assert_eq!(words, expected.map(|(line, word)| (line, word.to_owned())));
    }

    #[test]
    fn strings_are_text_and_characters_are_not() {
        let tokens = tokens("f(\"a \\\" b\", r#\"c\"#, b\"d\", '\"', 'e', 3)", false).unwrap();
        let texts: Vec<_> = tokens.iter().filter_map(Token::text).collect();
        assert_eq!(texts, ["a \\\" b", "c", "d"]);
    }

    #[test]
    fn test_items_are_marked_to_their_end() {
        let source =
            "#[cfg(test)]\nmod tests { fn a() {} }\nfn b() {}\n#[cfg(test)]\nmod c;\nfn d() {}";
        let tests: Vec<_> = words(source)
            .into_iter()
            .filter(|it| it.1)
            .map(|it| it.2)
            .collect();
        assert_eq!(tests, ["mod", "tests", "fn", "a", "mod", "c"]);
    }

    #[test]
    fn test_files_are_known_by_their_path() {
        assert!(is_test_file("services/order/src/decide/tests.rs"));
        assert!(is_test_file("platform/db/tests/conformance.rs"));
        assert!(is_test_file("tests/src/shop.rs"));
        assert!(!is_test_file("services/order/src/decide.rs"));
    }
}
