//! The nearest clippy.toml wins and is not merged with the root's, so the one of the services
//! repeats it; this keeps the copy whole.

use super::Finding;

pub const ROOT: &str = "clippy.toml";
pub const SERVICES: &str = "services/clippy.toml";

/// Every setting and every banned call of the root's file stands in the services' file too.
pub fn check(root: &str, services: &str) -> Vec<Finding> {
    let repeated: Vec<&str> = settings(services).collect();
    settings(root)
        .filter(|line| !repeated.contains(line))
        .map(|line| Finding {
            path: SERVICES.to_owned(),
            line: 0,
            says: format!("lacks a line of {ROOT}: {line}"),
        })
        .collect()
}

fn settings(file: &str) -> impl Iterator<Item = &str> {
    file.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::check;

    const ROOT: &str = "# why\ndisallowed-methods = [\n    { path = \"a::now\" },\n]\n";

    #[test]
    fn a_ban_that_the_services_lack_fails() {
        assert_eq!(check(ROOT, &format!("{ROOT}\ndisallowed-types = []\n")), []);
        let lacking = ROOT.replace("a::now", "a::then");
        let found = check(ROOT, &lacking);
        assert_eq!(found.len(), 1);
        assert!(found[0].says.contains("a::now"));
    }
}
