//! What the compiler does not check: crate edges, purity, words, shapes and sizes. Each rule is
//! a file of its own, takes plain data, and has tests that show it failing; this file only
//! reads the repository and runs them.

mod business;
mod clippy_lists;
mod commands;
mod edges;
mod globs;
mod layout;
mod lines;
mod openings;
mod paths;
mod purity;
mod rust;
mod shape;
mod size;
mod sleeps;
mod sql;
mod words;
pub mod workspace;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result, bail};

use crate::shell::{self, command, root};

/// One thing that a rule objects to, or, for the rules of size, asks to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// From 1; 0 when it is the whole file or folder.
    pub line: usize,
    pub says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.says),
            line => write!(out, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// A text file of the repository; Rust files also as tokens.
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<rust::Token>,
}

impl File {
    /// An error when a Rust file has no tokens: an unclosed bracket or string.
    pub fn new(path: &str, text: &str) -> Result<File> {
        let test = rust::is_test_file(path);
        let tokens = match path.ends_with(".rs") {
            true => rust::tokens(text, test).with_context(|| format!("{path} is not Rust"))?,
            false => Vec::new(),
        };
        Ok(File {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
        })
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub fn at(&self, line: usize, says: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            says: says.into(),
        }
    }
}

/// Rules that look at one file at a time.
const FILE_RULES: &[fn(&File) -> Vec<Finding>] = &[
    business::check,
    globs::check,
    layout::check,
    lines::check,
    openings::check,
    paths::check,
    purity::check,
    sleeps::check,
    sql::check,
    words::check,
];

pub fn run() -> Result<()> {
    let files = read_files()?;
    let mut findings: Vec<Finding> = FILE_RULES
        .iter()
        .flat_map(|rule| files.iter().flat_map(rule))
        .collect();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    findings.extend(shape::check(&paths));
    findings.extend(clippy_lists::check(
        text_of(&files, clippy_lists::ROOT)?,
        text_of(&files, clippy_lists::SERVICES)?,
    ));
    for (readme, section) in commands::READMES {
        findings.extend(commands::check(readme, section, text_of(&files, readme)?));
    }
    findings.extend(edges::check(&workspace::packages()?));

    for finding in files.iter().flat_map(size::look) {
        println!("look at {finding}");
    }
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: {} files in order", files.len()),
        found => bail!("tidy objects to {found} things in {} files", files.len()),
    }
    Ok(())
}

/// Every text file that is committed, or would be by `git add --all`.
fn read_files() -> Result<Vec<File>> {
    let mut list = command("git");
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = shell::output(&mut list)?;
    let paths: BTreeSet<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    let mut files = Vec::new();
    for path in paths {
        let on_disk = root().join(path);
        // Deleted but not yet committed, or a link to a folder.
        if !on_disk.is_file() {
            continue;
        }
        let bytes = std::fs::read(&on_disk).with_context(|| format!("could not read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File::new(path, &text)?);
        }
    }
    Ok(files)
}

fn text_of<'a>(files: &'a [File], path: &str) -> Result<&'a str> {
    let file = files.iter().find(|file| file.path == path);
    Ok(file
        .with_context(|| format!("{path} is missing"))?
        .text
        .as_str())
}

/// What a rule says about one planted file: its findings, as lines.
#[cfg(test)]
fn findings(rule: fn(&File) -> Vec<Finding>, path: &str, text: &str) -> Vec<String> {
    let file = File::new(path, text).expect("the planted file is Rust");
    rule(&file).iter().map(ToString::to_string).collect()
}
