//! `jangteo db`: the size and health of a shop's files, and backups of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use contracts::http::NoBody;
use contracts::http::backup::BackupView;
use db::{Migrations, Reader, Sqlite, WAL_ALARM_BYTES};
use serde_json::json;

use super::client::Client;
use super::language::{in_language, print, say};
use super::table::{Cell, Table, Tone, numbers, words};
use super::{Ended, Output, Target, folder, json as write_json, progress};
use crate::{backup, check};

/// What SQLite says of a file that it finds nothing wrong with.
const SOUND: &str = "ok";
/// Copying a large shop takes as long as reading it.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(600);

#[derive(Subcommand)]
pub(super) enum Db {
    /// The size of each file and of its write-ahead log.
    Status {
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

pub(super) async fn run(db: Db, output: Output) -> Result<(), Ended> {
    match db {
        Db::Status { target } => status(output, &target.data),
        Db::Backup { to, target } => {
            let made = backup(to, &target).await?;
            match output {
                Output::Json => write_json(&made),
                Output::Table => {
                    print(&made.path);
                    Ok(())
                }
            }
        }
        Db::Check { folder, target } => check_files(&folder.unwrap_or(target.data), output).await,
    }
}

fn status(output: Output, folder: &Path) -> Result<(), Ended> {
    folder::found(folder)?;
    let files = check::DATABASES.map(|name| (name, folder::sizes(folder, name)));
    if output == Output::Json {
        let files = files
            .map(|(name, size)| json!({ "name": name, "bytes": size.file, "walBytes": size.log }));
        return write_json(&files);
    }
    let mut table = Table::new([
        words("파일", "file"),
        numbers("크기 MB", "size MB"),
        numbers("WAL MB", "WAL MB"),
        words("", ""),
    ]);
    for (name, size) in files {
        let alarm = match size.log >= WAL_ALARM_BYTES {
            true => in_language("! WAL이 줄지 않아요", "! the log does not shrink"),
            false => "",
        };
        table.row([
            name.into(),
            format!("{:.1}", size.file as f64 / 1e6).into(),
            format!("{:.1}", size.log as f64 / 1e6).into(),
            Cell::new(alarm, Tone::Bad),
        ]);
    }
    table.print();
    Ok(())
}

async fn backup(to: Option<PathBuf>, target: &Target) -> Result<BackupView, Ended> {
    let flag = target.flag();
    match (folder::runs(target), to) {
        (true, Some(_)) => Err(Ended::refused(
            &format!(
                "돌고 있는 상점의 백업은 그 데이터 폴더 안에 만들어져요. --to 없이 부르세요 \
                 → jangteo db backup{flag}"
            ),
            &format!(
                "a running shop keeps its backups in its data folder; leave --to out \
                 → jangteo db backup{flag}"
            ),
        )),
        (true, None) => backup_running(target).await,
        (false, Some(to)) => backup_still(&target.data, to).await,
        (false, None) => Err(Ended::refused(
            &format!("어디에 만들지 알려 주세요: --to DIR → jangteo db backup --to DIR{flag}"),
            &format!("say where it should be: --to DIR → jangteo db backup --to DIR{flag}"),
        )),
    }
}

async fn backup_running(target: &Target) -> Result<BackupView, Ended> {
    let client = Client::operator(target).await?;
    let made = client.act("/api/v1/backups", &NoBody {}, LONGEST);
    let mut made: BackupView = progress::step("백업", "copying the shop", made).await?;
    if target.url.is_none() {
        made.path = target.data.join(made.path).display().to_string();
    }
    Ok(made)
}

async fn backup_still(data: &Path, to: PathBuf) -> Result<BackupView, Ended> {
    let found = folder::found(data)?;
    let _locks = folder::locked(&found).map_err(anyhow::Error::from)?;
    let shown = to.display().to_string();
    let made = progress::blocking("백업", "copying the shop", move || {
        backup::still(found.path(), &to, boot::now())
    });
    let made = made.await?.map_err(|why| {
        Ended::failed(
            &format!("{shown} 에 백업하지 못했어요: {why:#} → jangteo db backup --to 다른_폴더"),
            &format!("could not back up to {shown}: {why:#} → jangteo db backup --to ELSEWHERE"),
        )
    })?;
    Ok(made.shown(shown))
}

async fn check_files(path: &Path, output: Output) -> Result<(), Ended> {
    let found = folder::found(path)?;
    let _locks = folder::locked(&found).map_err(anyhow::Error::from)?;
    let folder = path.to_owned();
    let read = move || {
        let files = check::DATABASES.iter().zip(check::MIGRATIONS);
        let files = files.map(|(name, known)| {
            let file = folder.join(format!("{name}.db"));
            let said = integrity(&file, known).unwrap_or_else(|error| format!("{error:#}"));
            (*name, said)
        });
        files.collect::<Vec<_>>()
    };
    let files = progress::blocking("모든 쪽 읽기", "reading every page", read).await?;
    let backup_of = backup::manifest(path).ok().map(|manifest| manifest.at);
    match output {
        Output::Json => {
            let files = files.iter();
            let files = files.map(|(name, said)| json!({ "name": name, "said": said }));
            let files: Vec<_> = files.collect();
            write_json(&json!({ "files": files, "backupOf": backup_of }))?;
        }
        Output::Table => {
            for (name, said) in &files {
                match said.as_str() {
                    SOUND => print(&format!("{} {name}", Tone::Good.paint("✓"))),
                    _ => print(&format!("{} {name}: {said}", Tone::Bad.paint("✗"))),
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
        let (bad, folder) = (bad.join(", "), path.display());
        return Err(Ended::failed(
            &format!(
                "{folder} 에 손상된 파일이 있어요: {bad} → 백업에서 되살리세요: \
                 jangteo dev --data BACKUP"
            ),
            &format!(
                "files in {folder} are damaged: {bad} → go on from a backup: \
                 jangteo dev --data BACKUP"
            ),
        ));
    }
    if let Some(at) = backup_of {
        say(
            &format!("{at} 의 백업이에요."),
            &format!("a backup of {at}"),
        );
    }
    Ok(())
}

/// As a start looks at it, then page by page: SQLite itself does not mind a file that ends early.
fn integrity(file: &Path, known: Migrations) -> anyhow::Result<String> {
    // A start would take an empty one for new.
    if std::fs::metadata(file).map_or(0, |about| about.len()) == 0 {
        bail!(in_language("비어 있어요", "there is nothing in it"));
    }
    Sqlite::look(file, known)?;
    let reader = Reader::open(file)?;
    let said = reader.query(|file| {
        file.query_row("PRAGMA integrity_check(1)", [], |row| {
            row.get::<_, String>(0)
        })
    });
    said.with_context(|| file.display().to_string())
}
