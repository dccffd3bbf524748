//! Generated documents: whole ones, and lines between two markers in one that is written by hand.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::shell::root;

/// Writes files, each with the text it should have, where they have another; with `check` only
/// says which those are, and fails when there are any. `task` is what writes them. True when all
/// had their text.
pub fn put(files: Vec<(PathBuf, String)>, check: bool, task: &str) -> Result<bool> {
    let mut stale = Vec::new();
    for (path, text) in files {
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
            "stale: {}; run `cargo xtask {task}` and commit what it wrote",
            stale.join(", ")
        );
    }
    Ok(stale.is_empty())
}

/// The text of a file of the repository.
pub fn read(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(root().join(path));
    text.with_context(|| format!("could not read {}", path.display()))
}

/// Two lines of a document; what stands between them is generated.
pub struct Markers {
    pub open: &'static str,
    pub close: &'static str,
}

impl Markers {
    /// The document with these lines, and nothing else, between its two markers.
    pub fn put(&self, document: &str, lines: &str) -> Result<String> {
        let Markers { open, close } = self;
        ensure!(
            document.matches(open).count() == 1 && document.matches(close).count() == 1,
            "it needs one line `{open}` and after it one line `{close}`"
        );
        let (before, rest) = document.split_once(open).context("no opening marker")?;
        let (_, after) = rest
            .split_once(close)
            .context("the closing marker stands before the opening")?;
        let lines = lines.trim_end();
        Ok(format!("{before}{open}\n{lines}\n{close}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Markers;

    const DOCUMENT: &str = "# Order\n\n<!-- hears -->\nold\n<!-- /hears -->\n\n## Tables\n";
    const HEARS: Markers = Markers {
        open: "<!-- hears -->",
        close: "<!-- /hears -->",
    };

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = HEARS.put(DOCUMENT, "hears A\nsays B\n").unwrap();
        let expected = "# Order\n\n<!-- hears -->\nhears A\nsays B\n<!-- /hears -->\n\n## Tables\n";
        assert_eq!(text, expected);
        assert_eq!(HEARS.put(&text, "hears A\nsays B\n").unwrap(), text);
    }

    #[test]
    fn a_document_without_its_markers_is_refused() {
        assert!(HEARS.put("# Order\n", "a").is_err());
        let reversed = "<!-- /hears -->\n<!-- hears -->\n";
        assert!(HEARS.put(reversed, "a").is_err());
        assert!(HEARS.put(&DOCUMENT.repeat(2), "a").is_err());
    }
}
