use clap::CommandFactory;

use super::*;

/// What tells people what to type.
const TEXTS: [(&str, &str); 3] = [
    ("README.md", include_str!("../../../../README.md")),
    ("README.ko.md", include_str!("../../../../README.ko.md")),
    (
        "docs/runbook.md",
        include_str!("../../../../docs/runbook.md"),
    ),
];

/// What a text shows to be typed: lines of its blocks, and code within its sentences.
fn shown(text: &'static str) -> Vec<&'static str> {
    let lines = text.lines().map(|line| {
        let end = line.find(['#', '|', '>']).unwrap_or(line.len());
        line[..end].trim()
    });
    let spans = text.split('`').skip(1).step_by(2);
    let shown = lines.chain(spans);
    shown.filter(|text| text.starts_with("jangteo ")).collect()
}

#[test]
fn every_command_that_is_written_down_is_one() {
    for (name, text) in TEXTS {
        let shown = shown(text);
        assert!(shown.len() > 20, "{name}: {shown:?}");
        for text in shown {
            let parsed = Cli::try_parse_from(text.split_whitespace());
            let why = parsed.err().map(|error| error.to_string());
            assert_eq!(why, None, "{name}: {text}");
        }
    }
}

/// Every command, so that one that is added is thought of here: how it answers a program is looked
/// at in the tests of the real process, over the same list.
#[test]
fn every_command_is_one_that_a_program_can_read() {
    fn leaves(command: &clap::Command, path: &str, all: &mut Vec<String>) {
        if !command.has_subcommands() {
            all.push(path.to_owned());
        }
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name());
            leaves(inner, path.trim_start(), all);
        }
    }
    let mut all = Vec::new();
    leaves(&Cli::command(), "", &mut all);
    let documents = "dev, demo order, demo fail, demo cancel, demo refund, demo kill, saga list, \
        saga show, saga watch, saga retry, saga cancel, saga resolve, dlq list, dlq show, \
        dlq redrive, dlq discard, outbox status, projection list, projection rebuild, \
        projection check, db status, db backup, db check, verify, doctor, config show, \
        config check, config default, completions, openapi, asyncapi";
    let documents: Vec<&str> = documents.split(", ").collect();
    assert_eq!(all, documents);
}
