//! Every key with its value and the origin of it, and what is wrong with what was given.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::environment::OURS;
use super::file::{Said, Written};
use super::keys::{KEYS, Key};
use crate::cli::Ended;
use crate::cli::language::in_language;

/// How alike a name must be to one of ours to be taken for a slip: of 1.
const ALIKE: f64 = 0.8;
/// Ends the name of a variable that holds the path of a secret.
const FILE: &str = "_FILE";

pub(in crate::cli) struct Settings {
    all: Vec<Setting>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// The file that was asked for.
    pub named: Option<PathBuf>,
    pub faults: Vec<Fault>,
}

pub(in crate::cli) struct Setting {
    pub key: &'static Key,
    pub value: Option<String>,
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
    Flag(String),
}

/// Something that cannot be meant, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Fault {
    pub place: String,
    pub why: String,
}

impl Default for Settings {
    fn default() -> Self {
        let setting = |key: &'static Key| Setting {
            key,
            value: key.default.map(str::to_owned),
            origin: Origin::Default,
        };
        Self {
            all: KEYS.iter().map(setting).collect(),
            file: None,
            named: None,
            faults: Vec::new(),
        }
    }
}

impl Settings {
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.all.iter()
    }

    /// What the flag of that id stands for when it is not given; none where it is no key's.
    pub fn of_flag(&self, id: &str) -> Option<&str> {
        let setting = self.all.iter().find(|setting| setting.key.flag == id)?;
        setting.value.as_deref()
    }

    /// How many keys the file sets.
    pub fn set(&self) -> usize {
        let from_file = |setting: &&Setting| matches!(setting.origin, Origin::File { .. });
        self.all.iter().filter(from_file).count()
    }

    /// # Errors
    /// Exit 2, with all faults, when there is one.
    pub fn refuse_faults(&self) -> Result<(), Ended> {
        match self.faults.is_empty() {
            true => Ok(()),
            false => Err(Ended::Misused(format!(
                "{} → jangteo config check{}",
                self.told_faults(),
                self.flag()
            ))),
        }
    }

    /// What makes another command read the same file; nothing where it does so anyway.
    fn flag(&self) -> String {
        match &self.named {
            Some(file) => format!(" --config {}", file.display()),
            None => String::new(),
        }
    }

    pub fn told_faults(&self) -> String {
        let faults: Vec<String> = self.faults.iter().map(ToString::to_string).collect();
        faults.join("\n  ")
    }

    pub(super) fn take_file(&mut self, said: &Said) {
        self.file = Some(said.path.clone());
        for entry in &said.entries {
            let place = format!("{}:{}", said.path.display(), entry.line);
            if entry.value == Written::Section && is_section(&entry.name) {
                continue;
            }
            let Some(at) = self.position(&entry.name) else {
                let names = KEYS.iter().map(|key| key.name.to_owned());
                self.faults.push(unknown(place, &entry.name, names));
                continue;
            };
            let kind = self.all[at].key.kind;
            let value = match (&entry.value, kind.is_number()) {
                (Written::Text(text), false) => text,
                (Written::Number(number), true) => number,
                (
                    Written::Text(_) | Written::Number(_) | Written::Other(_) | Written::Section,
                    _,
                ) => {
                    let why = format!("{}: {} → {}", entry.name, entry.value, kind.wanted());
                    self.faults.push(Fault { place, why });
                    continue;
                }
            };
            let origin = Origin::File {
                path: said.path.clone(),
                line: entry.line,
            };
            self.set_to(at, value, origin, place);
        }
    }

    pub(super) fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
        for at in 0..self.all.len() {
            let key = self.all[at].key;
            let own = key.variable();
            let names = [own.as_str()]
                .into_iter()
                .chain(key.honours.iter().copied());
            let names: Vec<String> = names.map(str::to_owned).collect();
            for name in &names {
                if let Some(value) = environment.get(name) {
                    let origin = Origin::Environment(name.clone());
                    self.set_to(at, value, origin, name.clone());
                    break;
                }
                if key.is_secret
                    && let Some(path) = environment.get(&format!("{name}{FILE}"))
                {
                    self.set_from(at, path, format!("{name}{FILE}"));
                    break;
                }
            }
        }
        self.refuse_unknown(environment);
    }

    /// These values, with what flags say laid over them.
    pub fn with_flags(mut self, matches: &ArgMatches) -> Self {
        let mut deepest = matches;
        while let Some((_, inner)) = deepest.subcommand() {
            deepest = inner;
        }
        for setting in &mut self.all {
            let id = setting.key.flag;
            // Asking after a flag that a command does not have would panic.
            let has = deepest.try_contains_id(id).is_ok();
            if has && deepest.value_source(id) == Some(ValueSource::CommandLine) {
                let raw = deepest.get_raw(id).and_then(|mut values| values.next());
                setting.value = raw.map(|value| value.to_string_lossy().into_owned());
                setting.origin = Origin::Flag(format!("--{}", id.replace('_', "-")));
            }
        }
        self
    }

    /// A secret may lie in a file of its own.
    fn set_from(&mut self, at: usize, path: &str, variable: String) {
        match std::fs::read_to_string(path) {
            Ok(secret) => {
                let origin = Origin::Environment(variable.clone());
                self.set_to(at, secret.trim_end_matches('\n'), origin, variable);
            }
            Err(error) => self.faults.push(Fault {
                place: variable,
                why: format!("{path}: {error}"),
            }),
        }
    }

    fn set_to(&mut self, at: usize, value: &str, origin: Origin, place: String) {
        let setting = &mut self.all[at];
        match setting.key.kind.check(value) {
            Ok(()) => {
                setting.value = Some(value.to_owned());
                setting.origin = origin;
            }
            Err(why) => {
                let why = format!("{}: {why}", setting.key.name);
                self.faults.push(Fault { place, why });
            }
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|setting| setting.key.name == name)
    }

    /// A variable of ours with a section names a key, or it is a slip.
    fn refuse_unknown(&mut self, environment: &BTreeMap<String, String>) {
        let is_known = |name: &str| {
            KEYS.iter().any(|key| match name.strip_suffix(FILE) {
                Some(secret) => key.is_secret && key.variable() == secret,
                None => key.variable() == name,
            })
        };
        for name in environment.keys() {
            let has_section = name.starts_with(OURS) && name[OURS.len()..].contains("__");
            if has_section && !is_known(name) {
                let names = KEYS.iter().map(Key::variable);
                self.faults.push(unknown(name.clone(), name, names));
            }
        }
    }
}

fn is_section(name: &str) -> bool {
    let sections = KEYS.iter().filter_map(|key| key.name.split_once('.'));
    sections.into_iter().any(|(section, _)| section == name)
}

/// A name that is no key's, with the one that was probably meant.
fn unknown(place: String, name: &str, known: impl Iterator<Item = String>) -> Fault {
    let likeness = known.map(|known| (strsim::jaro_winkler(name, &known), known));
    let closest = likeness.max_by(|one, other| one.0.total_cmp(&other.0));
    let told = in_language("없는 키예요", "no such key");
    let why = match closest.filter(|(likeness, _)| *likeness >= ALIKE) {
        Some((_, meant)) => {
            let meant_told = in_language("이것인가요?", "did you mean");
            format!("{name}: {told} ({meant_told} {meant})")
        }
        None => format!("{name}: {told}"),
    };
    Fault { place, why }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A variable's fault names it already.
        match self.why.starts_with(&self.place) {
            true => f.write_str(&self.why),
            false => write!(f, "{}: {}", self.place, self.why),
        }
    }
}

impl Origin {
    /// What it is, in a word, and where it stands.
    pub fn parts(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Default => ("default", None),
            Self::File { path, line } => ("file", Some(format!("{}:{line}", path.display()))),
            Self::Environment(name) => ("environment", Some(name.clone())),
            Self::Flag(flag) => ("flag", Some(flag.clone())),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Default => in_language("기본값", "default"),
            Self::File { .. } => in_language("파일", "file"),
            Self::Environment(_) => in_language("환경 변수", "environment"),
            Self::Flag(_) => in_language("플래그", "flag"),
        };
        match self.parts().1 {
            Some(place) => write!(f, "{what} {place}"),
            None => f.write_str(what),
        }
    }
}
