//! A backup: one cut over all databases of a shop, taken while it goes on. The loops stand still
//! between two batches for as long as it takes to open a read transaction on every file; each
//! file is then copied through its transaction.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use contracts::http::backup::{BackupFileView, BackupView};
use contracts::time::Timestamp;
use db::{Failed, Reader, Readers};
use runtime::Paused;
use serde::{Deserialize, Serialize};

use crate::check::{DATABASES, at_one_moment, long_readers};
use crate::shop::Places;

/// Beside the databases: which they are, and of when.
pub const MANIFEST: &str = "backup.json";
/// Where a running shop keeps its own, within its data folder.
pub const FOLDER: &str = "backups";
/// What ends the name of a backup until it is whole.
const UNFINISHED: &str = ".unfinished";
/// Marks a data folder, and holds the key that tokens are signed with.
const MARK: &str = "jangteo-data";
const KEYS: &str = "keys";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub at: Timestamp,
    pub version: String,
    pub files: Vec<Copied>,
}

impl Manifest {
    /// What is told of it, found at `path`.
    pub fn shown(self, path: String) -> BackupView {
        let files = self.files.into_iter().map(|file| BackupFileView {
            name: file.name,
            bytes: file.bytes,
        });
        BackupView {
            path,
            at: self.at,
            files: files.collect(),
        }
    }
}

/// One database in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Copied {
    pub name: String,
    pub bytes: u64,
}

/// Copies a running shop to a folder that is not there yet.
pub async fn running(places: &Places, to: PathBuf) -> anyhow::Result<Manifest> {
    let now = places.order.handle.now();
    let from = places.order.folder.clone();
    let readers = places.long_readers.clone();
    let paused = pause(places).await?;
    let copied = tokio::task::spawn_blocking(move || {
        let cut = || drop(paused);
        whole_or_nothing(&to, now, |unfinished| {
            copy(&from, &readers, unfinished, cut)
        })
    });
    copied.await.context("the backup was broken off")?
}

/// Copies a shop that does not run.
pub fn still(from: &Path, to: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    let readers = long_readers(from);
    whole_or_nothing(to, now, |unfinished| {
        copy(from, &readers, unfinished, || ())
    })
}

/// Removes what a shop left that was killed while it copied itself.
pub fn remove_unfinished(folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join(FOLDER);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            let left = entry.path();
            fs::remove_dir_all(&left).with_context(|| left.display().to_string())?;
        }
    }
    Ok(())
}

/// Reads the manifest of a backup.
pub fn manifest(folder: &Path) -> anyhow::Result<Manifest> {
    let file = folder.join(MANIFEST);
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// All loops at once: a commit of one between two cuts would be in one file and not in the other.
async fn pause(places: &Places) -> anyhow::Result<Vec<Paused>> {
    let paused = futures::try_join!(
        places.user.handle.pause(),
        places.product.handle.pause(),
        places.order.handle.pause(),
        places.order_view.handle.pause(),
        places.payment.handle.pause(),
        places.promotion.handle.pause(),
    );
    let (user, product, order, view, payment, promotion) =
        paused.context("the shop is stopping")?;
    Ok(vec![user, product, order, view, payment, promotion])
}

/// Fills a folder beside the wanted one, and gives it its name once all of it is on disk.
fn whole_or_nothing(
    to: &Path,
    now: Timestamp,
    fill: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<Manifest> {
    if to.exists() {
        bail!(
            "{} is there already: a backup overwrites nothing",
            to.display()
        );
    }
    let mut name = to.as_os_str().to_owned();
    name.push(UNFINISHED);
    let unfinished = PathBuf::from(name);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).context("could not remove an unfinished backup")?;
    }
    fs::create_dir_all(&unfinished).with_context(|| unfinished.display().to_string())?;
    let filled = fill(&unfinished).and_then(|()| finish(&unfinished, to, now));
    if filled.is_err() {
        // What went wrong is worth more than that its traces could not be removed.
        let _left = fs::remove_dir_all(&unfinished);
    }
    filled
}

/// `cut` is called once every file shows the same moment.
fn copy(from: &Path, readers: &[Readers], to: &Path, cut: impl FnOnce()) -> anyhow::Result<()> {
    let mut cut = Some(cut);
    at_one_moment(readers, &mut Vec::new(), &mut |opened| {
        // A transaction begins with its first read: from here on all see this moment.
        for reader in opened {
            reader.query(|file| {
                file.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            })?;
        }
        if let Some(cut) = cut.take() {
            cut();
        }
        for (name, reader) in DATABASES.iter().zip(opened) {
            reader.copy_to(&to.join(format!("{name}.db")))?;
        }
        Ok(())
    })
    .context("could not copy the databases")?;
    for name in DATABASES {
        check_one(&to.join(format!("{name}.db"))).context("a copy cannot be read")?;
    }
    copy_beside(from, to)
}

/// Checked before it counts: a copy that cannot be read is none. By now nothing of the shop's own
/// files is held.
fn check_one(copy: &Path) -> Result<(), Failed> {
    let said: String = Reader::open(copy)?
        .query(|file| file.query_row("PRAGMA quick_check", [], |row| row.get(0)))?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(Failed::Permanent(format!("{}: {said}", copy.display()))),
    }
}

fn finish(unfinished: &Path, to: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    let mut files = Vec::new();
    for name in DATABASES {
        let file = unfinished.join(format!("{name}.db"));
        let bytes = fs::metadata(&file)?.len();
        let name = name.to_owned();
        files.push(Copied { name, bytes });
    }
    let manifest = Manifest {
        at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files,
    };
    let text = serde_json::to_string_pretty(&manifest)?;
    let file = unfinished.join(MANIFEST);
    fs::write(&file, text)?;
    File::open(&file)?.sync_all()?;
    fs::rename(unfinished, to).context("could not finish the backup")?;
    if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent)?.sync_all()?;
    }
    Ok(manifest)
}

/// The mark and the key: without them tokens and folder would be another shop's.
fn copy_beside(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from.join(MARK), to.join(MARK)).context("could not copy the folder's mark")?;
    let keys = from.join(KEYS);
    if !keys.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to.join(KEYS))?;
    for entry in fs::read_dir(keys)? {
        let entry = entry?;
        // With its mode: nobody else may read it.
        let copy = to.join(KEYS).join(entry.file_name());
        fs::copy(entry.path(), &copy).context("could not copy a key")?;
        File::open(&copy)?.sync_all()?;
    }
    Ok(())
}
