//! Writes what the saga table says into docs: the drawing in docs/saga.md, and between markers
//! in each service's README what it hears and says. The words themselves come from `contracts`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use contracts::envelope::ServiceName;
use contracts::saga;

use crate::shell::root;

const DRAWING: &str = "docs/saga.md";
const OPEN: &str = "<!-- hears -->";
const CLOSE: &str = "<!-- /hears -->";

/// Writes the files; with `check` only says which of them are stale, and fails when any is.
pub fn run(check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (path, text) in wanted()? {
        let on_disk = root().join(&path);
        if std::fs::read_to_string(&on_disk).is_ok_and(|found| found == text) {
            continue;
        }
        if !check {
            std::fs::write(&on_disk, text)
                .with_context(|| format!("could not write {}", path.display()))?;
            println!("wrote {}", path.display());
        }
        stale.push(path.display().to_string());
    }
    if check && !stale.is_empty() {
        bail!(
            "stale: {}; run `cargo xtask saga` and commit what it wrote",
            stale.join(", ")
        );
    }
    if stale.is_empty() {
        println!("saga: docs say what the table says");
    }
    Ok(())
}

/// Each generated file with the text it should have.
fn wanted() -> Result<Vec<(PathBuf, String)>> {
    let mut files = vec![(PathBuf::from(DRAWING), saga::mermaid(&saga::table()))];
    for &service in ServiceName::ALL {
        let path = PathBuf::from(format!("services/{}/README.md", service.as_str()));
        let found = std::fs::read_to_string(root().join(&path))
            .with_context(|| format!("could not read {}", path.display()))?;
        let text = between_markers(&found, &saga::readme_lines(service))
            .with_context(|| format!("could not place what {} hears", path.display()))?;
        files.push((path, text));
    }
    Ok(files)
}

/// The document with these lines, and nothing else, between its two markers.
fn between_markers(document: &str, lines: &str) -> Result<String> {
    ensure!(
        document.matches(OPEN).count() == 1 && document.matches(CLOSE).count() == 1,
        "it needs one line `{OPEN}` and after it one line `{CLOSE}`"
    );
    let (before, rest) = document.split_once(OPEN).context("no opening marker")?;
    let (_, after) = rest
        .split_once(CLOSE)
        .context("the closing marker stands before the opening")?;
    Ok(format!(
        "{before}{OPEN}\n{}\n{CLOSE}{after}",
        lines.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::between_markers;

    const DOCUMENT: &str = "# Order\n\n<!-- hears -->\nold\n<!-- /hears -->\n\n## Tables\n";

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = between_markers(DOCUMENT, "hears A\nsays B\n").unwrap();
        let expected = "# Order\n\n<!-- hears -->\nhears A\nsays B\n<!-- /hears -->\n\n## Tables\n";
        assert_eq!(text, expected);
        assert_eq!(between_markers(&text, "hears A\nsays B\n").unwrap(), text);
    }

    #[test]
    fn a_document_without_its_markers_is_refused() {
        assert!(between_markers("# Order\n", "a").is_err());
        assert!(between_markers("<!-- /hears -->\n<!-- hears -->\n", "a").is_err());
        assert!(between_markers(&DOCUMENT.repeat(2), "a").is_err());
    }
}
