//! Why the shop does not start, in the reader's language: which file or port, and what to do.

use std::path::Path;

use anyhow::Error;
use boot::{Refused, Unbound};
use contracts::problem::Language;
use db::OpenError;

use super::language::language;

/// What went wrong, with its causes.
pub(super) fn told(error: &Error) -> String {
    if language() == Language::En {
        return format!("{error:#}");
    }
    if let Some(unbound) = error.downcast_ref::<Unbound>() {
        return port(unbound);
    }
    match error.downcast_ref::<Refused>() {
        Some(refused) => folder(refused),
        None => format!("{error:#}"),
    }
}

/// Whether a guard said no, so that doing the same again cannot help.
pub(super) fn by_a_guard(error: &Error) -> bool {
    match error.downcast_ref::<Refused>() {
        Some(Refused::Foreign { .. } | Refused::InUse { .. } | Refused::NotFolder { .. }) => true,
        Some(Refused::Database { error, .. }) => match error {
            OpenError::Foreign | OpenError::Newer { .. } | OpenError::Damaged(_) => true,
            OpenError::NoPermission | OpenError::Migration(_) | OpenError::Sqlite(_) => false,
        },
        Some(Refused::Io { .. }) | None => false,
    }
}

/// Why one database file is not opened.
pub(super) fn file(file: &Path, error: OpenError) -> String {
    let file = file.to_owned();
    told(&Refused::Database { file, error }.into())
}

fn port(unbound: &Unbound) -> String {
    match unbound {
        Unbound::InUse { port, other } => {
            format!("{port} 포트를 다른 프로그램이 쓰고 있어요 → jangteo dev --port {other}")
        }
        Unbound::Io { port, error } => format!("{port} 포트를 열 수 없어요: {error}"),
    }
}

fn folder(refused: &Refused) -> String {
    match refused {
        Refused::Foreign { folder, file } => format!(
            "{} 폴더에 jangteo 것이 아닌 {file} 파일이 있어요. \
             빈 폴더를 고르세요 → jangteo dev --data DIR",
            folder.display()
        ),
        Refused::InUse { file, owner } => format!(
            "{} 파일을 다른 jangteo(프로세스 {owner})가 쓰고 있어요. \
             그 프로세스를 끝내거나 다른 폴더를 고르세요 → jangteo dev --data DIR",
            file.display()
        ),
        Refused::NotFolder { path } => format!(
            "{} 경로는 폴더가 아니에요. 다른 폴더를 고르세요 → jangteo dev --data DIR",
            path.display()
        ),
        Refused::Io { path, error } => format!(
            "{} 경로를 쓸 수 없어요: {error}. \
             소유자와 권한을 확인하거나 다른 폴더를 고르세요 → jangteo dev --data DIR",
            path.display()
        ),
        Refused::Database { file, error } => {
            format!("{} 파일: {}", file.display(), database(error))
        }
    }
}

fn database(error: &OpenError) -> String {
    match error {
        OpenError::Foreign => "jangteo의 데이터베이스가 아니에요. \
             다른 곳으로 옮기거나 다른 폴더를 고르세요 → jangteo dev --data DIR"
            .to_owned(),
        OpenError::Newer { step } => {
            format!("이 프로그램보다 새 스키마({step})예요. 더 새로운 jangteo로 시작하세요")
        }
        OpenError::Damaged(why) => {
            format!("손상됐어요({why}). 백업에서 되살리거나 다른 폴더를 고르세요")
        }
        OpenError::NoPermission => "쓸 권한이 없어요. 소유자와 권한을 확인하세요".to_owned(),
        OpenError::Migration(why) => format!("스키마를 새로 고치지 못했어요: {why}"),
        OpenError::Sqlite(error) => format!("열 수 없어요: {error}"),
    }
}
