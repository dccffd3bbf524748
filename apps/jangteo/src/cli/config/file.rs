//! The configuration file: TOML, read into keys with the lines they stand on.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::settings::Fault;
use crate::cli::language::in_language;

/// Taken where no other is named.
const NAME: &str = "jangteo.toml";

/// What a file says, in its order.
#[derive(Debug)]
pub(super) struct Said {
    pub path: PathBuf,
    pub entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Section and name.
    pub name: String,
    pub value: Written,
    pub line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    Text(String),
    Number(String),
    /// Something that no key takes: a list, a date.
    Other(String),
    /// A section without keys.
    Section,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(other) | Self::Other(other) => f.write_str(other),
            Self::Section => f.write_str("[]"),
        }
    }
}

/// The file that was named, else the one in this folder where there is one.
pub(super) fn read(named: Option<&Path>) -> Result<Option<Said>, Fault> {
    let path = named.unwrap_or(Path::new(NAME));
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(error) => Err(Fault {
            place: path.display().to_string(),
            why: format!(
                "{}: {error}",
                in_language("읽을 수 없어요", "cannot be read")
            ),
        }),
    }
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Said, Fault> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(1, |span| line(span.start));
        Fault {
            place: format!("{}:{at}", path.display()),
            why: error.message().to_owned(),
        }
    })?;
    let mut entries = Vec::new();
    enter(&mut entries, "", table.get_ref());
    let entries = entries.into_iter().map(|(name, value, at)| Entry {
        name,
        value,
        line: line(at),
    });
    Ok(Said {
        path: path.to_owned(),
        entries: entries.collect(),
    })
}

fn enter(entries: &mut Vec<(String, Written, usize)>, section: &str, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = match section {
            "" => key.get_ref().to_string(),
            section => format!("{section}.{}", key.get_ref()),
        };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => enter(entries, &name, inner),
            other => entries.push((name, written(other), key.span().start)),
        }
    }
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(text) => Written::Text(text.to_string()),
        DeValue::Integer(number) => Written::Number(number.to_string()),
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) => {
            Written::Other(value.type_str().to_owned())
        }
        DeValue::Table(_) => Written::Section,
    }
}
