//! Every key of the configuration, in one table: its names on the command line, in the environment
//! and in the file, its default, and what a value must be.

use crate::cli::client::DEFAULT_DATA;
use crate::cli::language::in_language;
use crate::seed::{ONCALL, PASSWORD};

pub(in crate::cli) struct Key {
    /// As the file has it: section and name.
    pub name: &'static str,
    /// The id of the flag whose default it is.
    pub flag: &'static str,
    /// Variables that are honoured besides its own, the first one most.
    pub honours: &'static [&'static str],
    pub default: Option<&'static str>,
    pub is_secret: bool,
    pub kind: Kind,
}

/// What a value must be.
#[derive(Clone, Copy)]
pub(in crate::cli) enum Kind {
    Port,
    Folder,
    Url,
    Word,
    Filter,
    OneOf(&'static [&'static str]),
}

pub(in crate::cli) const KEYS: [Key; 7] = [
    Key {
        honours: &["PORT"],
        ..key("server.port", "port", Some("8080"), Kind::Port)
    },
    key("data.folder", "data", Some(DEFAULT_DATA), Kind::Folder),
    Key {
        honours: &["RUST_LOG"],
        ..key("log.level", "log", Some("warn"), Kind::Filter)
    },
    key(
        "log.format",
        "log_format",
        Some("auto"),
        Kind::OneOf(&["auto", "text", "json"]),
    ),
    Key {
        honours: &["JANGTEO_URL"],
        ..key("client.url", "url", None, Kind::Url)
    },
    Key {
        honours: &["JANGTEO_EMAIL"],
        ..key("client.email", "email", Some(ONCALL), Kind::Word)
    },
    Key {
        honours: &["JANGTEO_PASSWORD"],
        is_secret: true,
        ..key("client.password", "password", Some(PASSWORD), Kind::Word)
    },
];

const fn key(
    name: &'static str,
    flag: &'static str,
    default: Option<&'static str>,
    kind: Kind,
) -> Key {
    Key {
        name,
        flag,
        honours: &[],
        default,
        is_secret: false,
        kind,
    }
}

impl Key {
    /// `JANGTEO_SERVER__PORT` for `server.port`.
    pub fn variable(&self) -> String {
        let name = self.name.replace('.', "__").to_uppercase();
        format!("{}{name}", super::environment::OURS)
    }
}

impl Kind {
    /// What is wrong with a value, in the reader's language.
    pub fn check(self, value: &str) -> Result<(), String> {
        let is_good = match self {
            Self::Port => value.parse::<u16>().is_ok(),
            Self::Folder | Self::Word => !value.trim().is_empty(),
            Self::Url => value.starts_with("http://") || value.starts_with("https://"),
            Self::OneOf(words) => words.contains(&value),
            Self::Filter => return boot::look_at_filter(value),
        };
        match is_good {
            true => Ok(()),
            false => Err(format!("{value:?}: {}", self.wanted())),
        }
    }

    /// Whether the file has it as a number and not as a text.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Port)
    }

    pub fn wanted(self) -> String {
        match self {
            Self::Port => {
                in_language("0에서 65535까지의 수", "a number from 0 to 65535").to_owned()
            }
            Self::Folder => in_language("폴더 경로", "the path of a folder").to_owned(),
            Self::Url => in_language(
                "http:// 나 https:// 로 시작하는 주소",
                "an address that begins with http:// or https://",
            )
            .to_owned(),
            Self::Word => in_language("비어 있지 않은 글", "a text that is not empty").to_owned(),
            Self::Filter => in_language(
                "로그 수준이나 RUST_LOG 형식의 필터",
                "a level, or a filter in the words of RUST_LOG",
            )
            .to_owned(),
            Self::OneOf(words) => words.join(", "),
        }
    }
}
