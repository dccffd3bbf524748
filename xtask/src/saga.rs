//! Writes what the saga table says into docs: the drawing in docs/saga.md, and between markers
//! in each service's README what it hears and says. The words themselves come from `contracts`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use contracts::envelope::ServiceName;
use contracts::saga;

use crate::markers::Markers;
use crate::shell::root;

const DRAWING: &str = "docs/saga.md";
const HEARS: Markers = Markers {
    open: "<!-- hears -->",
    close: "<!-- /hears -->",
};

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
        let text = HEARS
            .put(&found, &saga::readme_lines(service))
            .with_context(|| format!("could not place what {} hears", path.display()))?;
        files.push((path, text));
    }
    Ok(files)
}
