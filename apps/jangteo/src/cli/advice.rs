//! What to type after a shop has said no: a command for every code, so that no refusal is a dead
//! end.

use super::language::in_language;

/// The next command after a problem of this code; `flag` makes it find the same shop. A newer shop
/// knows more codes than this program: the last arm is for them too.
pub(super) fn after(code: &str, flag: &str) -> String {
    let next = match code {
        "VALIDATION_FAILED" | "INVALID_CURSOR" | "ROUTE_NOT_FOUND" | "METHOD_NOT_ALLOWED" => {
            return "jangteo --help".to_owned();
        }
        "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "USER_CLOSED" => in_language(
            "이메일과 비밀번호를 확인하세요: jangteo config show --origin",
            "check email and password: jangteo config show --origin",
        ),
        "FORBIDDEN" | "SCOPE_MISSING" => in_language(
            "운영자로 다시 해 보세요: jangteo saga list --email oncall@demo",
            "try as an operator: jangteo saga list --email oncall@demo",
        ),
        "ORDER_NOT_FOUND" | "EVENTS_PRUNED" => "jangteo saga list",
        "ORDER_NOT_CANCELLABLE"
        | "ORDER_NOT_REFUNDABLE"
        | "SAGA_NOT_RESOLVABLE"
        | "USER_CANCELLED"
        | "EXPIRED"
        | "OPERATOR" => in_language(
            "지금 상태를 보세요: jangteo saga show ORDER",
            "see how it stands: jangteo saga show ORDER",
        ),
        "DEAD_LETTER_NOT_FOUND" | "UNDO_NOT_DISCARDABLE" => "jangteo dlq list",
        _ => "jangteo doctor",
    };
    format!("{next}{flag}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use contracts::problem::Code;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn after_every_code_comes_a_command_that_exists() {
        for code in Code::ALL.iter().map(|code| code.as_str()).chain(["LATER"]) {
            let told = after(code, " --data shop");
            let at = told.find("jangteo ").expect("a command");
            let parsed = Cli::try_parse_from(told[at..].split_whitespace());
            // Help comes back as an error that is none.
            let is_good = parsed.map_or_else(|error| !error.use_stderr(), |_| true);
            assert!(is_good, "{code}: {told}");
        }
    }
}
