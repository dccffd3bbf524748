//! The data folder: marked as ours, and each database locked by one process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use db::OpenError;

const MARK: &str = "jangteo-data";
/// As `write_durably` calls a mark that it has not written whole yet.
const UNFINISHED_MARK: &str = ".jangteo-data.new";
const MARK_TEXT: &str = "This folder holds the data of a jangteo shop, format 1.\n";

/// Why a data folder or a file in it is not used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(
        "{folder} holds {file}, which is not jangteo's; \
         choose an empty folder: jangteo dev --data DIR"
    )]
    Foreign { folder: PathBuf, file: String },
    #[error(
        "{file} is in use by another jangteo (process {owner}); \
         stop it, or choose another folder: jangteo dev --data DIR"
    )]
    InUse { file: PathBuf, owner: String },
    #[error("{path} is not a folder; choose another: jangteo dev --data DIR")]
    NotFolder { path: PathBuf },
    #[error("{path}: {error}; check its owner and mode, or choose another folder with --data")]
    Io {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("{file}: {error}")]
    Database { file: PathBuf, error: OpenError },
}

/// A data folder that may be used.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes or takes up a data folder. One that holds anything else is refused.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        let io = |error: std::io::Error| {
            let path = path.to_owned();
            match error.kind() {
                // A file stands there, or where one of the folders above it should.
                ErrorKind::AlreadyExists | ErrorKind::NotADirectory => Refused::NotFolder { path },
                _ => Refused::Io { path, error },
            }
        };
        fs::create_dir_all(path).map_err(io)?;
        let mark = path.join(MARK);
        if !mark.exists() {
            for entry in fs::read_dir(path).map_err(io)? {
                let file = entry.map_err(io)?.file_name();
                // A start that was killed here left nothing else behind.
                if file == UNFINISHED_MARK {
                    continue;
                }
                return Err(Refused::Foreign {
                    folder: path.to_owned(),
                    file: file.to_string_lossy().into_owned(),
                });
            }
            write_durably(&mark, MARK_TEXT.as_bytes(), 0o644).map_err(io)?;
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The data folder that a shop left there; none when there is none. Nothing is made.
    pub fn find(path: &Path) -> Option<Self> {
        let found = path.join(MARK).exists();
        found.then(|| Self {
            path: path.to_owned(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file of that name.
    pub fn database(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.db"))
    }

    /// Locks a database for this process, until the lock is dropped. It stands for the lease.
    pub fn lock(&self, name: &str) -> Result<File, Refused> {
        let path = self.path.join(format!("{name}.lock"));
        let io = |error| Refused::Io {
            path: path.clone(),
            error,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(io)?;
                write!(file, "{}", std::process::id()).map_err(io)?;
                Ok(file)
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                file.read_to_string(&mut owner).map_err(io)?;
                Err(Refused::InUse {
                    file: self.database(name),
                    owner,
                })
            }
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }
}

/// Writes a small file so that it is there whole after a power cut, or not at all.
pub(crate) fn write_durably(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let parent = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    let unfinished = parent.join(format!(".{}.new", name.to_string_lossy()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_foreign_files_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("thesis.txt"), "precious").expect("writes");
        let refused = Folder::open(folder.path()).expect_err("a foreign file");
        assert!(refused.to_string().contains("thesis.txt"), "{refused}");
        let files: Vec<_> = fs::read_dir(folder.path()).expect("reads").collect();
        assert_eq!(files.len(), 1, "nothing was added");
    }

    #[test]
    fn a_second_owner_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(folder.path()).expect("an empty folder");
        let held = folder.lock("order").expect("free");
        let refused = folder.lock("order").expect_err("held");
        let (owner, me) = (refused.to_string(), std::process::id().to_string());
        assert!(owner.contains(&me), "{owner} names {me}");
        drop(held);
        folder.lock("order").expect("free again");
    }

    #[test]
    fn a_folder_whose_first_start_was_killed_is_taken_up() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(UNFINISHED_MARK), "This fol").expect("writes");
        Folder::open(folder.path()).expect("as good as empty");
        let files = fs::read_dir(folder.path()).expect("reads").count();
        assert_eq!(files, 1, "the mark took the unfinished one's place");
    }

    #[test]
    fn a_file_is_no_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("shop");
        fs::write(&file, "precious").expect("writes");
        for path in [file.clone(), file.join("below")] {
            let refused = Folder::open(&path).expect_err("a file");
            assert!(matches!(refused, Refused::NotFolder { .. }), "{refused}");
        }
        assert_eq!(fs::read_to_string(&file).expect("reads"), "precious");
    }

    #[test]
    fn looking_for_a_folder_makes_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("shop");
        assert!(Folder::find(&path).is_none());
        assert!(!path.exists());
        Folder::open(&path).expect("a new folder");
        assert_eq!(Folder::find(&path).expect("ours").path(), path);
    }

    #[test]
    fn a_folder_of_ours_is_taken_up_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Folder::open(folder.path()).expect("an empty folder");
        fs::write(folder.path().join("order.db"), "").expect("writes");
        Folder::open(folder.path()).expect("marked as ours");
    }
}
