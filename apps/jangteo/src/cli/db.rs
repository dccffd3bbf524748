//! `jangteo db`: the size and health of a shop's files, and backups of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Subcommand;
use contracts::http::NoBody;
use contracts::http::backup::BackupView;
use db::{Reader, WAL_ALARM_BYTES};
use serde_json::json;

use super::client::Client;
use super::language::{in_language, print, say};
use super::{Ended, Output, Target, folder, json as write_json};
use crate::{backup, check};

/// What SQLite says of a file that it finds nothing wrong with.
const SOUND: &str = "ok";
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
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// Read every page of every file of a folder that no shop runs on; a backup, for one.
    Check {
        /// The folder; without it, the data folder.
        folder: Option<PathBuf>,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(db: Db) -> Result<(), Ended> {
    match db {
        Db::Status { output, target } => status(output, &target.data),
        Db::Backup { to, output, target } => {
            let made = backup(to, &target).await?;
            match output {
                Output::Json => write_json(&made),
                Output::Table => {
                    print(&made.path);
                    Ok(())
                }
            }
        }
        Db::Check {
            folder,
            output,
            target,
        } => check_files(&folder.unwrap_or(target.data), output),
    }
}

fn status(output: Output, folder: &Path) -> Result<(), Ended> {
    folder::found(folder)?;
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
        let alarm = match wal >= WAL_ALARM_BYTES {
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

async fn backup(to: Option<PathBuf>, target: &Target) -> Result<BackupView, Ended> {
    let to = match (folder::runs(target), to) {
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
            let mut made: BackupView = client.act("/api/v1/backups", &NoBody {}, LONGEST).await?;
            if target.url.is_none() {
                made.path = target.data.join(made.path).display().to_string();
            }
            return Ok(made);
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
    let found = folder::found(&target.data)?;
    let _locks = folder::locked(&found).map_err(anyhow::Error::from)?;
    let made = backup::still(found.path(), &to, boot::now())?;
    Ok(made.shown(to.display().to_string()))
}

fn check_files(path: &Path, output: Output) -> Result<(), Ended> {
    let found = folder::found(path)?;
    let _locks = folder::locked(&found).map_err(anyhow::Error::from)?;
    let files = check::DATABASES.map(|name| {
        let file = path.join(format!("{name}.db"));
        let said = integrity(&file).unwrap_or_else(|error| format!("{error:#}"));
        (name, said)
    });
    let backup_of = backup::manifest(path).ok().map(|manifest| manifest.at);
    match output {
        Output::Json => {
            let files = files.each_ref();
            let files = files.map(|(name, said)| json!({ "name": name, "said": said }));
            write_json(&json!({ "files": files, "backupOf": backup_of }))?;
        }
        Output::Table => {
            for (name, said) in &files {
                match said.as_str() {
                    SOUND => print(&format!("✓ {name}")),
                    _ => print(&format!("✗ {name}: {said}")),
                }
            }
        }
    }
    let bad: Vec<&str> = files
        .iter()
        .filter(|(_, said)| said != SOUND)
        .map(|(name, _)| *name)
        .collect();
    if !bad.is_empty() {
        let bad = bad.join(", ");
        let korean = format!("읽을 수 없는 파일이 있어요: {bad} → 백업에서 되살리세요");
        let english = format!("these files are damaged: {bad}; restore them from a backup");
        return Err(Ended::Failed(anyhow!(
            in_language(&korean, &english).to_owned()
        )));
    }
    if let Some(at) = backup_of {
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
