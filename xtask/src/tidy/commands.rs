//! The README promises two commands, and only two: one runs the product, one tests it.

use super::Finding;

pub const README: &str = "README.md";

const SECTION: &str = "## Two commands";
const COMMANDS: [&str; 2] = ["cargo run --release", "cargo xtask test"];

pub fn check(readme: &str) -> Vec<Finding> {
    let found = commands(readme);
    if found == COMMANDS {
        return Vec::new();
    }
    let says = format!("`{SECTION}` must hold exactly {COMMANDS:?} in code blocks, not {found:?}");
    vec![Finding {
        path: README.to_owned(),
        line: 0,
        says,
    }]
}

/// The lines of the section's code blocks, without the comments that explain them.
fn commands(readme: &str) -> Vec<&str> {
    let section = readme
        .lines()
        .skip_while(|line| line.trim_end() != SECTION)
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

    const README: &str = "# A\n\n## Two commands\n\n```sh\ncargo run --release   # the shop\n\
                          cargo xtask test\n```\n\n## After\n\n```sh\ncargo install\n```\n";

    #[test]
    fn two_commands_pass_and_a_third_or_none_fails() {
        assert_eq!(check(README), []);
        assert_eq!(
            check(&README.replace("cargo xtask test", "cargo test\nmake")).len(),
            1
        );
        assert_eq!(check(&README.replace("cargo xtask test\n", "")).len(), 1);
        assert_eq!(
            check(&README.replace("## Two commands", "## Commands")).len(),
            1
        );
    }
}
