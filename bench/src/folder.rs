//! The folder a benchmark works in: marked as its own, so that it removes nobody's data.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

const MARK: &str = "jangteo-bench";
const MARK_TEXT: &str = "This folder belongs to the benchmark, which removes what is in it.\n";

/// A folder that may be filled and emptied.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Takes up a folder of an earlier benchmark, or makes a new one.
    ///
    /// # Errors
    /// A folder that holds anything and is not marked is refused, and left as it was.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        if !path.join(MARK).exists() {
            let first = fs::read_dir(path)?.next().transpose()?;
            let name = first.map(|it| it.file_name().to_string_lossy().into_owned());
            ensure!(
                name.is_none(),
                "{} holds {}, which is not the benchmark's; choose an empty folder with --folder",
                path.display(),
                name.unwrap_or_default()
            );
            fs::write(path.join(MARK), MARK_TEXT)?;
        }
        let folder = Self {
            path: path.to_owned(),
        };
        folder.clear()?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder within.
    pub fn make(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir(&path)?;
        Ok(path)
    }

    /// A new folder within, with what another holds.
    pub fn copy(&self, of: &Path, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.make(name)?;
        copy_all(of, &path)?;
        Ok(path)
    }

    /// Removes what earlier runs left behind.
    fn clear(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?.path();
            if entry.is_dir() {
                fs::remove_dir_all(&entry)?;
            }
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next run.
        let _left = self.clear();
    }
}

fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_anything_in_it_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("order.db"), "precious").unwrap();
        let refused = Folder::open(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("order.db"), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_of_an_earlier_run_is_emptied_and_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::open(folder.path()).unwrap();
        let template = first.make("template").unwrap();
        fs::create_dir(template.join("keys")).unwrap();
        fs::write(template.join("keys/a"), "a").unwrap();
        let copy = first.copy(&template, "copy").unwrap();
        assert_eq!(fs::read_to_string(copy.join("keys/a")).unwrap(), "a");
        std::mem::forget(first);
        let _again = Folder::open(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the mark");
    }
}
