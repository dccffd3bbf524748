//! Each README promises two commands, and only two: one runs the product, one tests it.

use super::Finding;

/// The READMEs, and what each calls the section of its commands.
pub const READMES: [(&str, &str); 2] = [
    ("README.md", "## Two commands"),
    ("README.ko.md", "## 명령 두 개"),
];

const COMMANDS: [&str; 2] = ["cargo run --release", "cargo xtask test"];

pub fn check(path: &str, section: &str, readme: &str) -> Vec<Finding> {
    let found = commands(section, readme);
    if found == COMMANDS {
        return Vec::new();
    }
    let says = format!("`{section}` must hold exactly {COMMANDS:?} in code blocks, not {found:?}");
    vec![Finding {
        path: path.to_owned(),
        line: 0,
        says,
    }]
}

/// The lines of the section's code blocks, without the comments that explain them.
fn commands<'r>(section: &str, readme: &'r str) -> Vec<&'r str> {
    let section = readme
        .lines()
        .skip_while(|line| line.trim_end() != section)
        .skip(1);
    let mut in_block = false;
    let mut commands = Vec::new();
    for line in section.take_while(|line| !line.starts_with("## ")) {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let command = line.split(" #").next().unwrap_or(line).trim();
            commands.extend((!command.is_empty()).then_some(command));
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::check;

    const README: &str = "# A\n\n## Two commands\n\n```sh\n\
                          cargo run --release   # the shop\ncargo xtask test\n```\n\n\
                          ## After\n\n```sh\ncargo install\n```\n";

    fn findings(readme: &str) -> usize {
        check("README.md", "## Two commands", readme).len()
    }

    #[test]
    fn two_commands_pass_and_a_third_or_none_fails() {
        assert_eq!(findings(README), 0);
        let third = README.replace("cargo xtask test", "cargo test\nmake");
        assert_eq!(findings(&third), 1);
        assert_eq!(findings(&README.replace("cargo xtask test\n", "")), 1);
        assert_eq!(
            findings(&README.replace("## Two commands", "## Commands")),
            1
        );
        assert_eq!(check("README.ko.md", "## 명령 두 개", README).len(), 1);
    }
}
