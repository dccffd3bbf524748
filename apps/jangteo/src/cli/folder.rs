//! A data folder as commands meet it that work on its files: is there one, and does a shop run on
//! it.

use std::fs::File;
use std::path::Path;

use boot::{Folder, Refused};

use super::{Ended, Target, client::ADDRESS_FILE};
use crate::check;

/// The folder, or that there is none.
pub(super) fn found(path: &Path) -> Result<Folder, Ended> {
    Folder::find(path).ok_or_else(|| {
        let folder = path.display();
        let korean = format!("{folder} 에 상점 데이터가 없어요. 먼저 시작하세요 → jangteo dev");
        let english = format!("{folder} holds no shop's data; start one → jangteo dev");
        Ended::not_found(&korean, &english)
    })
}

/// Keeps a shop from starting on the folder while its files are read.
pub(super) fn locked(folder: &Folder) -> Result<Vec<File>, Refused> {
    check::DATABASES
        .iter()
        .map(|name| folder.lock(name))
        .collect()
}

/// Whether a shop can be asked. A killed one leaves its address behind, and a lock that nobody
/// holds.
pub(super) fn runs(target: &Target) -> bool {
    if target.url.is_some() {
        return true;
    }
    let is_still = || Folder::find(&target.data).is_some_and(|folder| locked(&folder).is_ok());
    target.data.join(ADDRESS_FILE).exists() && !is_still()
}

/// How large a database is, and its write-ahead log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub file: u64,
    pub log: u64,
}

pub(super) fn sizes(folder: &Path, name: &str) -> Sizes {
    let size = |end: &str| {
        let file = folder.join(format!("{name}.db{end}"));
        std::fs::metadata(file).map_or(0, |file| file.len())
    };
    Sizes {
        file: size(""),
        log: size("-wal"),
    }
}
