//! Is the clock where it was: not before what the shop has written already.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use contracts::time::Timestamp;
use db::Reader;

use super::Finding;
use crate::check::DATABASES;

const NAME: &str = "clock";
/// File systems round.
const SLACK: Duration = Duration::from_secs(2);

pub(super) fn look(folder: &Path, now: Timestamp) -> Finding {
    let files = DATABASES.map(|name| folder.join(format!("{name}.db")));
    let written = files.iter().filter_map(|file| written_at(file)).max();
    let made = files.iter().filter_map(|file| last_id_at(file)).max();
    judge(now, written, made)
}

/// When a file was last written, by the clock of then.
fn written_at(file: &Path) -> Option<Timestamp> {
    let at = std::fs::metadata(file)
        .and_then(|about| about.modified())
        .ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(
        i64::try_from(since.as_micros()).ok()?,
    ))
}

/// The last millisecond that an id of this database may carry.
fn last_id_at(file: &Path) -> Option<Timestamp> {
    let reader = Reader::open(file).ok()?;
    let asked = reader.query(|file| {
        file.query_row("SELECT max(last_ms) FROM writer", [], |row| {
            row.get::<_, Option<i64>>(0)
        })
    });
    asked.ok()?.map(Timestamp::from_millis)
}

fn judge(now: Timestamp, written: Option<Timestamp>, made: Option<Timestamp>) -> Finding {
    let behind = |then: Option<Timestamp>| {
        let ahead = then.map(|then| then.since(now)).unwrap_or_default();
        (ahead > SLACK).then_some(ahead.as_secs())
    };
    let next = (
        "시계를 맞추세요: timedatectl status",
        "set the clock: timedatectl status",
    );
    match (behind(written), behind(made)) {
        (None, None) => Finding::ok(NAME, &now.to_string(), &now.to_string()),
        (Some(seconds), _) => Finding::warn(
            NAME,
            &format!("{now}: 파일에 적힌 시각보다 {seconds}초 늦어요"),
            &format!("{now}: {seconds} s behind what the files say"),
        )
        .next(next.0, next.1),
        (None, Some(seconds)) => Finding::warn(
            NAME,
            &format!("{now}: 마지막 id보다 {seconds}초 늦어요. 새 id는 그 뒤를 이어요"),
            &format!("{now}: {seconds} s behind the last id; new ids go on after it"),
        )
        .next(next.0, next.1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_clock_behind_what_was_written_is_told() {
        let at = Timestamp::from_millis;
        let now = at(1_800_000_000_000);
        let later = Some(at(1_800_000_060_000));
        for (written, made, level) in [
            (None, None, Level::Ok),
            (Some(now), Some(now), Level::Ok),
            (Some(at(1_800_000_001_000)), None, Level::Ok),
            (later, None, Level::Warn),
            (None, later, Level::Warn),
        ] {
            let finding = judge(now, written, made);
            assert_eq!(finding.level, level, "{finding:?}");
            assert_eq!(finding.next.is_some(), level == Level::Warn);
        }
    }
}
