//! `jangteo db`: the size and health of a shop's files, and backups of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use boot::Folder;
use clap::Subcommand;
use contracts::http::NoBody;
use contracts::http::backup::BackupView;
use db::Reader;
use serde_json::json;

use super::client::{ADDRESS_FILE, Client};
use super::language::{in_language, print, say};
use super::{Ended, Output, Target, json as write_json};
use crate::{backup, check};

/// A checkpoint that does not come leaves the log growing.
const WAL_ALARM: u64 = 256 << 20;
/// Copying a large shop takes as long as reading it.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(600);

#[derive(Subcommand)]
pub(super) enum Db {
    /// The size of each file and of its write-ahead log.
    Status {
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// One cut over all files: of a running shop into its data folder, else wherever you say.
    Backup {
        /// Where to; it must not be there yet. Only of a shop that does not run.
        #[arg(long)]
        to: Option<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
    /// Read every page of every file of a folder that no shop runs on; a backup, for one.
    Check {
        /// The folder; without it, the data folder.
        folder: Option<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(db: Db) -> Result<(), Ended> {
    match db {
        Db::Status { output, target } => status(output, &target.data),
        Db::Backup { to, target } => backup(to, &target).await,
        Db::Check { folder, target } => check_files(&folder.unwrap_or(target.data)),
    }
}

fn status(output: Output, folder: &Path) -> Result<(), Ended> {
    found(folder)?;
    let mut files = Vec::new();
    for name in check::DATABASES {
        let size = |end: &str| {
            let file = folder.join(format!("{name}.db{end}"));
            std::fs::metadata(file).map_or(0, |file| file.len())
        };
        let (bytes, wal) = (size(""), size("-wal"));
        files.push((name, bytes, wal));
    }
    if output == Output::Json {
        let files = files
            .iter()
            .map(|(name, bytes, wal)| json!({ "name": name, "bytes": bytes, "walBytes": wal }));
        return write_json(&files.collect::<Vec<_>>());
    }
    for (name, bytes, wal) in files {
        let alarm = match wal > WAL_ALARM {
            true => in_language("  ! WAL이 줄지 않아요", "  ! the log does not shrink"),
            false => "",
        };
        let (mega, log) = (bytes as f64 / 1e6, wal as f64 / 1e6);
        print(&format!(
            "{name:<12} {mega:>10.1} MB  WAL {log:>8.1} MB{alarm}"
        ));
    }
    Ok(())
}

async fn backup(to: Option<PathBuf>, target: &Target) -> Result<(), Ended> {
    let runs = target.url.is_some() || target.data.join(ADDRESS_FILE).exists();
    let to = match (runs, to) {
        (true, Some(_)) => {
            return Err(Ended::Refused(
                in_language(
                    "돌고 있는 상점의 백업은 그 데이터 폴더 안에 만들어져요 → --to 없이 부르세요",
                    "a running shop keeps its backups in its data folder; leave --to out",
                )
                .to_owned(),
            ));
        }
        (true, None) => {
            let client = Client::new(target)?
                .login(&target.email, &target.password)
                .await?;
            let made: BackupView = client.act("/api/v1/backups", &NoBody {}, LONGEST).await?;
            print(&target.data.join(&made.path).display().to_string());
            return Ok(());
        }
        (false, Some(to)) => to,
        (false, None) => {
            return Err(Ended::Refused(
                in_language(
                    "어디에 만들지 알려 주세요 → --to DIR",
                    "say where it should be: --to DIR",
                )
                .to_owned(),
            ));
        }
    };
    let folder = found(&target.data)?;
    let _locks = locked(&folder)?;
    backup::still(folder.path(), &to, boot::now())?;
    print(&to.display().to_string());
    Ok(())
}

fn check_files(folder: &Path) -> Result<(), Ended> {
    let found = found(folder)?;
    let _locks = locked(&found)?;
    let mut bad = Vec::new();
    for name in check::DATABASES {
        let file = folder.join(format!("{name}.db"));
        let said = integrity(&file).unwrap_or_else(|error| format!("{error:#}"));
        if said == "ok" {
            print(&format!("✓ {name}"));
        } else {
            print(&format!("✗ {name}: {said}"));
            bad.push(name);
        }
    }
    if !bad.is_empty() {
        let bad = bad.join(", ");
        let korean = format!("읽을 수 없는 파일이 있어요: {bad} → 백업에서 되살리세요");
        let english = format!("these files are damaged: {bad}; restore them from a backup");
        return Err(Ended::Failed(anyhow!(
            in_language(&korean, &english).to_owned()
        )));
    }
    if let Ok(manifest) = backup::manifest(folder) {
        let at = manifest.at;
        say(
            &format!("{at} 의 백업이에요."),
            &format!("a backup of {at}"),
        );
    }
    Ok(())
}

fn integrity(file: &Path) -> anyhow::Result<String> {
    let reader = Reader::open(file)?;
    let said = reader.query(|file| {
        file.query_row("PRAGMA integrity_check(1)", [], |row| {
            row.get::<_, String>(0)
        })
    });
    said.with_context(|| file.display().to_string())
}

fn found(folder: &Path) -> Result<Folder, Ended> {
    Folder::find(folder).ok_or_else(|| {
        let folder = folder.display();
        let korean = format!("{folder} 에 상점 데이터가 없어요");
        let english = format!("{folder} holds no shop's data");
        Ended::NotFound(in_language(&korean, &english).to_owned())
    })
}

fn locked(folder: &Folder) -> Result<Vec<std::fs::File>, Ended> {
    let locks = check::DATABASES.iter().map(|name| folder.lock(name));
    let locks: Result<Vec<_>, _> = locks.collect();
    Ok(locks.map_err(anyhow::Error::from)?)
}
