//! Writes what the saga table says into docs: the drawing in docs/saga.md, and between markers
//! in each service's README what it hears and says. The words themselves come from `contracts`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use contracts::envelope::ServiceName;
use contracts::saga;

use crate::generated::{self, Markers};

const DRAWING: &str = "docs/saga.md";
const HEARS: Markers = Markers {
    open: "<!-- hears -->",
    close: "<!-- /hears -->",
};

/// Writes the files; with `check` only says which of them are stale, and fails when any is.
pub fn run(check: bool) -> Result<()> {
    if generated::put(wanted()?, check, "saga")? {
        println!("saga: docs say what the table says");
    }
    Ok(())
}

/// Each generated file with the text it should have.
fn wanted() -> Result<Vec<(PathBuf, String)>> {
    let mut files = vec![(PathBuf::from(DRAWING), saga::mermaid(&saga::table()))];
    for &service in ServiceName::ALL {
        let path = PathBuf::from(format!("services/{}/README.md", service.as_str()));
        let found = generated::read(&path)?;
        let text = HEARS
            .put(&found, &saga::readme_lines(service))
            .with_context(|| format!("could not place what {} hears", path.display()))?;
        files.push((path, text));
    }
    Ok(files)
}
