use std::collections::BTreeSet;

use clap::Command;

use super::*;

/// Each command with its path from the root.
fn each(command: &Command, path: &str, look: &mut dyn FnMut(&Command, &str)) {
    look(command, path);
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name());
        each(inner, path.trim_start(), look);
    }
}

#[test]
fn every_command_and_flag_has_its_korean_words_and_none_is_left_over() {
    let mut used = BTreeSet::new();
    each(&Cli::command(), "", &mut |command, path| {
        assert!(korean::words(path).is_some(), "{path:?} has no words");
        used.insert(path.to_owned());
        for arg in command.get_arguments() {
            let spelt = tree::spelt(arg);
            let names = korean::names(path, &spelt);
            let found = names.into_iter().find(|name| korean::words(name).is_some());
            used.insert(found.unwrap_or_else(|| panic!("{path:?} {spelt:?} has no words")));
        }
    });
    let listed: Vec<&str> = korean::WORDS.iter().map(|(name, _)| *name).collect();
    let distinct: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(distinct.len(), listed.len(), "each stands once");
    assert_eq!(distinct, used);
}

#[test]
fn the_korean_help_says_nothing_in_english() {
    let settings = Settings::default();
    let command = tree::in_korean(tree::with_defaults(Cli::command(), &settings));
    each(&command, "", &mut |command, path| {
        let mut command = command.clone().bin_name("jangteo");
        for help in [command.render_help(), command.render_long_help()] {
            let help = help.to_string();
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "Print",
                "default:",
                "possible",
            ] {
                assert!(!help.contains(english), "{english} in {path:?}: {help}");
            }
            assert!(help.contains("사용법: "), "{path:?}: {help}");
        }
    });
}

#[test]
fn what_is_configured_is_shown_as_the_default() {
    let settings = Settings::default();
    let mut command = tree::in_korean(tree::with_defaults(Cli::command(), &settings));
    let dev = command.find_subcommand_mut("dev").expect("a command");
    let help = dev.render_help().to_string();
    assert!(help.contains("[기본값: 8080]"), "{help}");
    assert!(help.contains("[auto, text, json]"), "{help}");
}
