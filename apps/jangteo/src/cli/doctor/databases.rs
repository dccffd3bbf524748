//! The databases: can this program open them, which schema they have, and do their logs shrink.

use std::path::Path;

use boot::{Folder, Refused};
use db::{OpenError, Reader, Sqlite, WAL_ALARM_BYTES};

use super::Finding;
use crate::check::{DATABASES, MIGRATIONS, refuse_emptied};
use crate::cli::folder::sizes;
use crate::cli::refusal;

const SCHEMA: &str = "databases";
const LOGS: &str = "wal";
const SQLITE: &str = "sqlite";
const MEGABYTE: u64 = 1 << 20;
/// A log this large has not been moved into its file for long.
const LARGE_LOG: u64 = WAL_ALARM_BYTES / 2;

pub(super) fn look(folder: &Path) -> Vec<Finding> {
    let mut findings = vec![sqlite()];
    if Folder::find(folder).is_some() {
        findings.push(schemas(folder));
        findings.push(logs(folder));
    }
    findings
}

/// What was built in, asked of an empty file.
fn sqlite() -> Finding {
    let about = || -> anyhow::Result<(String, u8)> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("empty.db");
        std::fs::write(&file, "")?;
        let about = Reader::open(&file)?.query(|file| {
            let ask = "SELECT sqlite_version(), sqlite_compileoption_used('DEFAULT_MEMSTATUS=0')";
            file.query_row(ask, [], |row| Ok((row.get(0)?, row.get(1)?)))
        });
        Ok(about?)
    };
    match about() {
        Ok((version, lean)) => {
            let lean = if lean == 1 { ", memstatus=0" } else { "" };
            let told = format!("{version} (WAL, synchronous=FULL{lean})");
            Finding::ok(SQLITE, &told, &told)
        }
        Err(error) => {
            let told = format!("{error:#}");
            Finding::fail(SQLITE, &told, &told)
                .next("TMPDIR=DIR jangteo doctor", "TMPDIR=DIR jangteo doctor")
        }
    }
}

fn schemas(folder: &Path) -> Finding {
    if let Err(Refused::Database { file, error }) = refuse_emptied(folder) {
        return refused(&file, error);
    }
    let mut told = Vec::new();
    for (name, known) in DATABASES.iter().zip(MIGRATIONS) {
        let file = folder.join(format!("{name}.db"));
        if let Err(error) = Sqlite::look(&file, known) {
            return refused(&file, error);
        }
        match schema(&file) {
            Some((platform, own)) => told.push(format!("{name} {platform}.{own}")),
            None => told.push(format!("{name} -")),
        }
    }
    let told = told.join(" · ");
    Finding::ok(
        SCHEMA,
        &format!("스키마 {told}"),
        &format!("schemas {told}"),
    )
}

/// The platform's step and the service's own; none of a file that nothing was written to.
fn schema(file: &Path) -> Option<(i64, i64)> {
    let steps = |connection: &Reader| {
        connection.query(|file| {
            let ask = "SELECT (SELECT max(version) FROM platform_schema_history), \
                       (SELECT max(version) FROM schema_history)";
            file.query_row(ask, [], |row| Ok((row.get(0)?, row.get(1)?)))
        })
    };
    Reader::open(file).and_then(|reader| steps(&reader)).ok()
}

fn refused(file: &Path, error: OpenError) -> Finding {
    let next = match &error {
        OpenError::Damaged(_) => "jangteo dev --data BACKUP",
        OpenError::Newer { .. } => "jangteo --version",
        OpenError::Foreign
        | OpenError::NoPermission
        | OpenError::Migration(_)
        | OpenError::Sqlite(_) => "jangteo dev --data DIR",
    };
    let told = refusal::file(file, error);
    Finding::fail(SCHEMA, &told, &told).next(next, next)
}

fn logs(folder: &Path) -> Finding {
    let sizes = DATABASES.map(|name| (name, sizes(folder, name).log));
    let (name, largest) = sizes
        .into_iter()
        .max_by_key(|(_, bytes)| *bytes)
        .unwrap_or_default();
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    let (largest_mb, total_mb) = (largest / MEGABYTE, total / MEGABYTE);
    let korean = format!("모두 {total_mb} MB, 가장 큰 것은 {name} {largest_mb} MB");
    let english = format!("{total_mb} MB in all, the largest is {name}'s: {largest_mb} MB");
    let next = "jangteo db status";
    match largest {
        0..LARGE_LOG => Finding::ok(LOGS, &korean, &english),
        LARGE_LOG..WAL_ALARM_BYTES => Finding::warn(LOGS, &korean, &english).next(next, next),
        WAL_ALARM_BYTES.. => Finding::fail(LOGS, &korean, &english).next(next, next),
    }
}
