//! The data folder and the disk below it: whose it is, what fits in, and how long a sync takes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use boot::Folder;

use super::Finding;

const FOLDER: &str = "data folder";
const FREE: &str = "free disk";
const SYNC: &str = "sync";
const MEGABYTE: u64 = 1_000_000;
/// Below it a backup of a small shop does not fit.
const LEAST_FREE: u64 = 100 * MEGABYTE;
const LITTLE_FREE: u64 = 1_000 * MEGABYTE;
/// What a commit writes at least.
const PAGE: [u8; 4_096] = [7; 4_096];
const SYNCS: usize = 100;
/// A slow disk is seen after a few.
const LONGEST_PROBE: Duration = Duration::from_secs(2);
/// Every answer waits for a sync of each service that it passes through.
const SLOW: Duration = Duration::from_millis(50);
/// No disk answers so soon: it is memory, or a drive that says "done" too early.
const TOO_FAST: Duration = Duration::from_micros(20);

pub(super) fn look(folder: &Path) -> Vec<Finding> {
    let mut findings = vec![rights(folder)];
    let place = nearest(folder);
    findings.push(free(&place));
    findings.push(match probe(&place) {
        Ok(mut times) => judge(&mut times),
        Err(error) => Finding::fail(
            SYNC,
            &format!("{} 에 쓸 수 없어요: {error}", place.display()),
            &format!("{} cannot be written: {error}", place.display()),
        )
        .next("jangteo dev --data DIR", "jangteo dev --data DIR"),
    });
    findings
}

/// The folder, or the nearest one above it that is there.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|above| above.is_dir());
    match there {
        Some(there) if !there.as_os_str().is_empty() => there.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn rights(folder: &Path) -> Finding {
    let name = folder.display();
    let elsewhere = "jangteo dev --data DIR";
    if let Err(error) = tempfile::tempfile_in(nearest(folder)) {
        return Finding::fail(
            FOLDER,
            &format!("{name} 에 쓸 수 없어요: {error}. 소유자와 권한을 확인하세요"),
            &format!("{name} cannot be written: {error}; check its owner and mode"),
        )
        .next(elsewhere, elsewhere);
    }
    if Folder::find(folder).is_some() {
        return Finding::ok(
            FOLDER,
            &format!("{name} 에 쓸 수 있어요"),
            &format!("{name} can be written"),
        );
    }
    let is_empty = std::fs::read_dir(folder).map(|mut entries| entries.next().is_none());
    match (folder.exists(), is_empty) {
        (false, _) | (true, Ok(true)) => Finding::ok(
            FOLDER,
            &format!("{name} 에 아직 상점이 없어요. 시작하면 만들어져요"),
            &format!("{name} holds no shop yet; a start makes one"),
        ),
        (true, Ok(false) | Err(_)) => Finding::fail(
            FOLDER,
            &format!("{name} 에 jangteo 것이 아닌 파일이 있어요"),
            &format!("{name} holds files that are not jangteo's"),
        )
        .next(elsewhere, elsewhere),
    }
}

fn free(place: &Path) -> Finding {
    let about = match rustix::fs::statvfs(place) {
        Ok(about) => about,
        Err(error) => {
            let told = error.to_string();
            return Finding::warn(FREE, &told, &told);
        }
    };
    let bytes = about.f_bavail.saturating_mul(about.f_frsize);
    let place = place.display();
    let told = format!("{} MB ({place})", bytes / MEGABYTE);
    let next = "jangteo db status";
    match bytes {
        0..LEAST_FREE => Finding::fail(FREE, &told, &told).next(next, next),
        LEAST_FREE..LITTLE_FREE => Finding::warn(FREE, &told, &told).next(next, next),
        LITTLE_FREE.. => Finding::ok(FREE, &told, &told),
    }
}

/// How long each sync of one written page took.
#[expect(
    clippy::disallowed_methods,
    reason = "measures the disk for people; nothing depends on it"
)]
fn probe(place: &Path) -> std::io::Result<Vec<Duration>> {
    let mut file: File = tempfile::tempfile_in(place)?;
    let begun = Instant::now();
    let mut times = Vec::with_capacity(SYNCS);
    while times.len() < SYNCS && begun.elapsed() < LONGEST_PROBE {
        file.write_all(&PAGE)?;
        let before = Instant::now();
        file.sync_data()?;
        times.push(before.elapsed());
    }
    Ok(times)
}

fn judge(times: &mut [Duration]) -> Finding {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let (half, most) = (at(50), at(99));
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    let (p50, p99) = (millis(half), millis(most));
    let told = format!("p50 {p50:.2} ms · p99 {p99:.2} ms");
    if half < TOO_FAST {
        return Finding::warn(
            SYNC,
            &format!("{told}: 디스크라기엔 너무 빨라요. 메모리이거나, 미리 끝났다고 하는 장치예요"),
            &format!("{told}: too fast for a disk; it is memory, or a drive that lies"),
        )
        .next(
            "전원이 나가면 데이터가 사라질 수 있어요: jangteo dev --data 다른_디스크",
            "a power cut may take data away: jangteo dev --data ANOTHER_DISK",
        );
    }
    match most > SLOW {
        false => Finding::ok(SYNC, &told, &told),
        true => Finding::warn(
            SYNC,
            &format!("{told}: 느려요. 주문 하나는 여러 번 기다려요"),
            &format!("{told}: slow; an order waits for several of them"),
        )
        .next(
            "더 빠른 디스크로: jangteo dev --data DIR",
            "take a faster disk: jangteo dev --data DIR",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_sync_is_judged_by_its_worst_and_by_what_no_disk_can_do() {
        for (micros, level) in [
            (&[300, 300, 400][..], Level::Ok),
            (&[300, 300, 90_000, 90_000], Level::Warn),
            (&[3, 3, 4], Level::Warn),
        ] {
            let mut times: Vec<_> = micros.iter().copied().map(Duration::from_micros).collect();
            let finding = judge(&mut times);
            assert_eq!(finding.level, level, "{finding:?}");
            assert_eq!(finding.next.is_some(), level != Level::Ok, "{finding:?}");
        }
    }

    #[test]
    fn a_folder_is_judged_without_being_made() {
        let around = tempfile::tempdir().expect("a folder");
        let new = around.path().join("a/b");
        assert_eq!(nearest(&new), around.path());
        assert_eq!(rights(&new).level, Level::Ok);
        assert!(!new.exists());
        std::fs::write(around.path().join("thesis.txt"), "precious").expect("writes");
        assert_eq!(rights(around.path()).level, Level::Fail);
        assert_eq!(probe(around.path()).expect("writes").len(), SYNCS);
    }
}
