use clap::CommandFactory;

use super::*;

const README: &str = include_str!("../../../../README.md");

/// What the README shows to be typed: lines of its blocks, and code within its sentences.
fn shown() -> Vec<&'static str> {
    let lines = README.lines().map(|line| {
        let end = line.find('#').unwrap_or(line.len());
        line[..end].trim()
    });
    let spans = README.split('`').skip(1).step_by(2);
    let shown = lines.chain(spans);
    shown.filter(|text| text.starts_with("jangteo ")).collect()
}

#[test]
fn every_command_of_the_readme_is_one() {
    let shown = shown();
    assert!(shown.len() > 20, "{shown:?}");
    for text in shown {
        let parsed = Cli::try_parse_from(text.split_whitespace());
        assert!(parsed.is_ok(), "{text}: {}", parsed.err().expect("refused"));
    }
}

/// All but what runs until it is stopped, and what tells a story as it happens.
#[test]
fn every_answer_can_be_had_as_json() {
    fn leaves(command: &clap::Command, path: &str, without: &mut Vec<String>) {
        let mut subcommands = command.get_subcommands().peekable();
        let is_leaf = subcommands.peek().is_none();
        let output = command.get_arguments().any(|arg| arg.get_id() == "output");
        if is_leaf && !output {
            without.push(path.to_owned());
        }
        for subcommand in subcommands {
            let path = format!("{path} {}", subcommand.get_name());
            leaves(subcommand, path.trim_start(), without);
        }
    }
    let mut without = Vec::new();
    leaves(&Cli::command(), "", &mut without);
    let stories = |path: &String| path.starts_with("demo ") || path == "saga watch";
    let others: Vec<&String> = without.iter().filter(|path| !stories(path)).collect();
    assert_eq!(others, ["dev"], "{without:?}");
}
