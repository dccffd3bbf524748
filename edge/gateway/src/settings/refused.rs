//! Why a `routes.toml` is not used: what is wrong, where, and what was probably meant.

/// Each says what to change.
#[derive(Debug, thiserror::Error)]
pub enum BadRoutes {
    #[error("{0}")]
    Syntax(String),
    #[error("{key} {says}")]
    Value { key: String, says: String },
    #[error("routes.{route}: `{text}` is no route; write `GET /path/{{name}}`: {why}")]
    Match {
        route: String,
        text: String,
        why: String,
    },
    #[error("routes.{route} and routes.{other} both match {text}; remove one of them")]
    Twice {
        route: String,
        other: String,
        text: String,
    },
    #[error("routes.{route}: {text} cannot stand beside {other}, which names other parts")]
    Crossed {
        route: String,
        text: String,
        other: String,
    },
    #[error("no service `{name}` runs in this process and none has a url{meant}")]
    Service { name: String, meant: Meant },
    #[error("services.{name}.url: `{url}` {why}; write http://host:port")]
    Url {
        name: String,
        url: String,
        why: &'static str,
    },
}

/// What the writer probably meant, as the end of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Meant(Option<String>);

impl BadRoutes {
    pub(super) fn syntax(error: &toml::de::Error) -> BadRoutes {
        let meant = unknown_key(error.message());
        BadRoutes::Syntax(format!("{}{meant}", error.to_string().trim_end()))
    }
}

impl Meant {
    /// The nearest of what there is, if any is near.
    pub(crate) fn among<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Meant {
        let near = known
            .into_iter()
            .map(|name| (strsim::jaro_winkler(word, name), name))
            .filter(|(likeness, _)| *likeness >= LIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        Meant(near.map(|(_, name)| name.to_owned()))
    }
}

/// Below this, names have no more in common than any two words.
const LIKE: f64 = 0.75;

impl std::fmt::Display for Meant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// The parser's own words: unknown field `x`, expected one of `a`, `b`.
fn unknown_key(message: &str) -> Meant {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(word) if message.starts_with("unknown field") => Meant::among(word, quoted),
        Some(_) | None => Meant(None),
    }
}
