//! Why a command ends without what was asked, and the exit code that scripts go by.

use anyhow::anyhow;

use super::language::in_language;
use super::refusal;

#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// Exit 1.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
    /// Exit 2: what was given on the command line, in the environment or in a file.
    #[error("{0}")]
    Misused(String),
    /// Exit 3.
    #[error("{0}")]
    NotFound(String),
    /// Exit 4.
    #[error("{0}")]
    Refused(String),
}

impl Ended {
    /// Failed, in the reader's language.
    pub fn failed(korean: &str, english: &str) -> Self {
        Self::Failed(anyhow!(in_language(korean, english).to_owned()))
    }

    pub fn not_found(korean: &str, english: &str) -> Self {
        Self::NotFound(in_language(korean, english).to_owned())
    }

    /// Refused by a guard, in the reader's language.
    pub fn refused(korean: &str, english: &str) -> Self {
        Self::Refused(in_language(korean, english).to_owned())
    }

    /// The cause, its place, and what to type next.
    pub fn told(&self) -> String {
        let told = match self {
            Self::Failed(error) => refusal::told(error),
            Self::Misused(what) | Self::NotFound(what) | Self::Refused(what) => what.clone(),
        };
        // What nobody foresaw names no command.
        match told.contains("jangteo ") || told.contains(" → ") {
            true => told,
            false => format!("{told} → jangteo doctor"),
        }
    }

    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(error) if refusal::by_a_guard(error) => 4,
            Self::Failed(_) => 1,
            Self::Misused(_) => 2,
            Self::NotFound(_) => 3,
            Self::Refused(_) => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_exit_code_and_names_what_to_type() {
        let failed = || Ended::from(anyhow!("the disk burns"));
        for (ended, code) in [
            (failed(), 1),
            (Ended::Misused("prot".to_owned()), 2),
            (
                Ended::not_found("없음 → jangteo dev", "none → jangteo dev"),
                3,
            ),
            (Ended::refused("안 됨", "no"), 4),
        ] {
            assert_eq!(ended.exit_code(), code, "{ended:?}");
            assert_eq!(ended.told().matches("jangteo ").count(), 1, "{ended:?}");
        }
        assert!(
            failed().told().starts_with("the disk burns"),
            "the cause first"
        );
    }
}
