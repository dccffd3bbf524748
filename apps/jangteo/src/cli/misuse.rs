//! What clap says of arguments that cannot be meant, in the reader's language.

use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use contracts::problem::Language;

use super::language::{language, print, say};

const MISUSED: u8 = 2;

/// Tells it and gives the exit code: help that was asked for is no misuse.
pub(super) fn told(error: &Error) -> ExitCode {
    if !error.use_stderr() {
        print(error.render().ansi().to_string().trim_end());
        return ExitCode::SUCCESS;
    }
    let said = match (language(), in_korean(error)) {
        (Language::Ko, Some(korean)) => korean,
        (Language::En, _) | (Language::Ko, None) => error.render().ansi().to_string(),
    };
    say(said.trim_end(), said.trim_end());
    ExitCode::from(MISUSED)
}

/// None where clap's own words are the help of a command, which is in Korean already.
fn in_korean(error: &Error) -> Option<String> {
    let what = |kind| context(error, kind).unwrap_or_default();
    let arg = what(ContextKind::InvalidArg);
    let value = what(ContextKind::InvalidValue);
    let cause = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 에 값이 필요해요"),
        ErrorKind::InvalidValue => format!("{arg} 에 '{value}' 값은 쓸 수 없어요"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("{arg} 에 '{value}' 값은 쓸 수 없어요{why}")
        }
        ErrorKind::UnknownArgument => format!("'{arg}' 인자를 몰라요"),
        ErrorKind::InvalidSubcommand => {
            format!("'{}' 명령을 몰라요", what(ContextKind::InvalidSubcommand))
        }
        ErrorKind::ArgumentConflict => {
            let prior = what(ContextKind::PriorArg);
            match prior == arg {
                true => format!("{arg} 는 한 번만 쓸 수 있어요"),
                false => format!("{arg} 는 {prior} 와 함께 쓸 수 없어요"),
            }
        }
        ErrorKind::MissingRequiredArgument => format!("빠진 인자가 있어요: {arg}"),
        ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => format!("{arg} 에 주는 값의 수가 맞지 않아요"),
        ErrorKind::InvalidUtf8 => "UTF-8이 아닌 인자가 있어요".to_owned(),
        _ => return None,
    };
    let mut said = format!("오류: {cause}");
    for (kind, words) in [
        (ContextKind::ValidValue, "쓸 수 있는 값"),
        (ContextKind::SuggestedValue, "이것인가요"),
        (ContextKind::SuggestedArg, "이것인가요"),
        (ContextKind::SuggestedSubcommand, "이것인가요"),
    ] {
        if let Some(text) = context(error, kind).filter(|text| !text.is_empty()) {
            said.push_str(&format!("\n  {words}: {text}"));
        }
    }
    if let Some(usage) = context(error, ContextKind::Usage) {
        let usage = usage.trim_start_matches("Usage:").trim();
        said.push_str(&format!("\n\n사용법: {usage}"));
    }
    said.push_str("\n자세히 → --help");
    Some(said)
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            Some(texts.join(", "))
        }
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_misuse_names_what_was_wrong_in_korean() {
        for (arguments, told) in [
            (
                &["demo", "fail", "luck"][..],
                &["luck", "stock, coupon, point"][..],
            ),
            (&["dev", "--port", "eighty"], &["eighty", "--port"]),
            (
                &["dev", "--prot", "80"],
                &["--prot", "이것인가요", "--port"],
            ),
            (&["sage"], &["sage", "이것인가요", "saga"]),
            (&["saga", "list", "--limit", "0"], &["'0'", "--limit"]),
            (&["saga", "show"], &["빠진 인자"]),
            (&["dlq", "discard", "a.b.c"], &["--reason"]),
            (
                &["dev", "--ephemeral", "--data", "x"],
                &["--ephemeral", "--data"],
            ),
            (&["dev", "--port"], &["--port"]),
        ] {
            let all = ["jangteo"].iter().chain(arguments);
            let error = Cli::try_parse_from(all).err().expect("misused");
            let said = in_korean(&error).expect("words");
            for words in told.iter().chain(&["오류: ", "--help"]) {
                assert!(said.contains(words), "{words} in {said}");
            }
            assert!(!said.contains("error") && !said.contains("Usage"), "{said}");
        }
    }
}
