//! Help: clap's own in English, the same tree in Korean words, and what most people type first.

use clap::{Command, CommandFactory};
use contracts::problem::Language;

use super::config::Settings;
use super::language::{in_language, language};
use super::{Cli, table::Tone};

mod korean;
mod tree;

/// What most people want to type first, and what it does in Korean and in English.
const EXAMPLES: [(&str, &str, &str); 8] = [
    (
        "jangteo dev",
        "상점을 열어요. 데이터는 ./.jangteo 에 남아요",
        "start the shop; its data stays in ./.jangteo",
    ),
    (
        "jangteo demo order",
        "하나 사고, 사가가 끝나는 것을 봐요",
        "buy something and watch the saga end",
    ),
    (
        "jangteo demo fail point",
        "주문이 실패하고 모두 되돌아오는 것을 봐요",
        "watch an order fail and everything come back",
    ),
    (
        "jangteo saga list",
        "주문들이 어디까지 왔는지 봐요",
        "see where orders stand",
    ),
    (
        "jangteo dlq list",
        "처리하지 못해 멈춘 이벤트를 봐요",
        "see what could not be handled",
    ),
    (
        "jangteo verify --at-rest",
        "재고 · 포인트 · 쿠폰이 맞는지 증명해요",
        "prove stock, points and coupons",
    ),
    (
        "jangteo db backup",
        "돌고 있는 상점을 한 순간으로 백업해요",
        "copy the running shop, all of one moment",
    ),
    (
        "jangteo doctor",
        "안 될 때 무엇부터 할지 알려 줘요",
        "what to do first when something is wrong",
    ),
];

/// The whole command line, in the reader's language; what is configured is the flags' default.
pub(super) fn command(settings: &Settings) -> Command {
    // Without a subcommand it is `dev`, which `parse` sees to.
    let command = Cli::command()
        .subcommand_required(false)
        .arg_required_else_help(false);
    let command = tree::with_defaults(command, settings).after_help(examples());
    match language() {
        Language::En => command,
        Language::Ko => tree::in_korean(command),
    }
}

fn examples() -> String {
    let longest = EXAMPLES.iter().map(|(command, ..)| command.len()).max();
    let width = longest.unwrap_or_default();
    let line = |(command, korean, english): &(&str, &'static str, &'static str)| {
        let words = Tone::Quiet.paint(in_language(korean, english));
        format!("  {command:<width$}  {words}")
    };
    EXAMPLES.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
