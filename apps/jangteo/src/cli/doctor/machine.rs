//! What the machine allows, and how this terminal is spoken to.

use std::io::IsTerminal;

use contracts::problem::Language;
use rustix::process::{Resource, getrlimit};

use super::Finding;
use crate::cli::language::{language, locale};

const FILES: &str = "open files";
const TERMINAL: &str = "terminal";
/// Six databases of three files each, their readers, and a socket for each client.
const LEAST_FILES: u64 = 128;
const FEW_FILES: u64 = 1_024;

pub(super) fn look() -> [Finding; 2] {
    [files(getrlimit(Resource::Nofile).current), terminal()]
}

/// None: no limit.
fn files(limit: Option<u64>) -> Finding {
    let Some(limit) = limit else {
        return Finding::ok(FILES, "제한 없음", "no limit");
    };
    let (korean, english) = (format!("{limit}개까지"), format!("{limit} at most"));
    let next = format!("ulimit -n {FEW_FILES}");
    match limit {
        0..LEAST_FILES => Finding::fail(FILES, &korean, &english).next(&next, &next),
        LEAST_FILES..FEW_FILES => Finding::warn(FILES, &korean, &english).next(&next, &next),
        FEW_FILES.. => Finding::ok(FILES, &korean, &english),
    }
}

fn terminal() -> Finding {
    let spoken = match language() {
        Language::Ko => "한국어",
        Language::En => "English",
    };
    let locale = locale().unwrap_or_else(|| "-".to_owned());
    let (korean, english) = match std::io::stdout().is_terminal() {
        true => ("터미널", "a terminal"),
        false => ("터미널 아님, 색 없음", "no terminal, no colours"),
    };
    let told = |what: &str| format!("{spoken} (LANG {locale}), {what}");
    let finding = Finding::ok(TERMINAL, &told(korean), &told(english));
    match language() {
        Language::Ko => finding.next("영어로: LANG=en_US.UTF-8 jangteo doctor", ""),
        Language::En => finding.next("", "한국어: LANG=ko_KR.UTF-8 jangteo doctor"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn few_files_are_told_and_too_few_fail() {
        for (limit, level) in [
            (Some(64), Level::Fail),
            (Some(256), Level::Warn),
            (Some(1_024), Level::Ok),
            (None, Level::Ok),
        ] {
            assert_eq!(files(limit).level, level, "{limit:?}");
        }
    }
}
