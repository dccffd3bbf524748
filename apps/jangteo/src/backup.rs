//! A backup: one cut over all databases of a shop, taken while it goes on. The loops stand still
//! between two batches for as long as it takes to open a read transaction on every file; each
//! file is then copied through its transaction.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use contracts::time::Timestamp;
use db::{Failed, Reader, Readers};
use runtime::Paused;
use serde::{Deserialize, Serialize};

use crate::check::{DATABASES, each_at_one_moment};
use crate::shop::Places;

/// Beside the databases: which they are, and of when.
pub const MANIFEST: &str = "backup.json";
/// What a backup is called until it is whole.
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
    let readers: Vec<Arc<Readers>> = databases(&from);
    let paused = pause(places).await?;
    let copied = tokio::task::spawn_blocking(move || copy(&from, &readers, &to, now, Some(paused)));
    copied.await.context("the backup was broken off")?
}

/// Copies a shop that does not run.
pub fn still(from: &Path, to: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    copy(from, &databases(from), to, now, None)
}

/// Reads the manifest of a backup.
pub fn manifest(folder: &Path) -> anyhow::Result<Manifest> {
    let file = folder.join(MANIFEST);
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

fn databases(folder: &Path) -> Vec<Arc<Readers>> {
    let file = |name: &&str| Arc::new(Readers::new(&folder.join(format!("{name}.db"))));
    DATABASES.iter().map(file).collect()
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

fn copy(
    from: &Path,
    readers: &[Arc<Readers>],
    to: &Path,
    now: Timestamp,
    mut paused: Option<Vec<Paused>>,
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
    let unopened: Vec<&Arc<Readers>> = readers.iter().collect();
    each_at_one_moment(&unopened, &mut Vec::new(), &mut |opened| {
        // A transaction begins with its first read: from here on all see this moment.
        for reader in opened {
            reader.query(|file| {
                file.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            })?;
        }
        paused.take();
        for (name, reader) in DATABASES.iter().zip(opened) {
            copy_one(reader, &unfinished.join(format!("{name}.db")))?;
        }
        Ok(())
    })
    .context("could not copy the databases")?;
    copy_beside(from, &unfinished)?;
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
    fs::rename(&unfinished, to).context("could not finish the backup")?;
    if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent)?.sync_all()?;
    }
    Ok(manifest)
}

/// Checked before it counts: a copy that cannot be read is none.
fn copy_one(reader: &Reader, to: &Path) -> Result<(), Failed> {
    reader.copy_to(to)?;
    let copy = Reader::open(to)?;
    let said: String =
        copy.query(|file| file.query_row("PRAGMA quick_check", [], |row| row.get(0)))?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(Failed::Permanent(format!("{}: {said}", to.display()))),
    }
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
