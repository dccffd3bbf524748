//! What is said while something takes longer than a second: its name and how long it has taken. On
//! a terminal one line counts the seconds; elsewhere the beginning and the end are told.

use std::io::{IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::language::in_language;
use super::table::Tone;

const A_SECOND: Duration = Duration::from_secs(1);

/// Waits for `work`, and tells that it goes on when it takes long.
pub(super) async fn step<T>(korean: &str, english: &str, work: impl Future<Output = T>) -> T {
    let name = in_language(korean, english);
    let mut shown = Shown::new(name, std::io::stderr().is_terminal());
    let mut work = pin!(work);
    let mut ticks = interval(A_SECOND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    // The first comes at once.
    ticks.tick().await;
    loop {
        tokio::select! {
            done = &mut work => {
                write(&shown.end());
                return done;
            }
            _ = ticks.tick() => write(&shown.second()),
        }
    }
}

/// As `step`, for what blocks its thread: it gets one of its own.
pub(super) async fn blocking<T: Send + 'static>(
    korean: &str,
    english: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let done = step(korean, english, tokio::task::spawn_blocking(work)).await;
    Ok(done?)
}

fn write(text: &str) {
    let mut out = anstream::stderr();
    // A closed terminal is no reason to fail.
    let _unheard = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What is to be written next.
struct Shown<'n> {
    name: &'n str,
    on_terminal: bool,
    seconds: u64,
}

impl<'n> Shown<'n> {
    fn new(name: &'n str, on_terminal: bool) -> Self {
        Self {
            name,
            on_terminal,
            seconds: 0,
        }
    }

    fn second(&mut self) -> String {
        self.seconds += 1;
        let (name, seconds) = (self.name, self.seconds);
        let unit = in_language("초", "s");
        match (self.on_terminal, seconds) {
            (true, _) => format!("\r  … {name} {seconds}{unit}"),
            (false, 1) => format!("  … {name}\n"),
            (false, _) => String::new(),
        }
    }

    fn end(&self) -> String {
        let (name, seconds) = (self.name, self.seconds);
        if seconds == 0 {
            return String::new();
        }
        let back = if self.on_terminal { "\r" } else { "" };
        let mark = Tone::Good.paint("✓");
        let unit = in_language("초", "s");
        format!("{back}  {mark} {name} {seconds}{unit}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quick_is_not_told() {
        assert_eq!(Shown::new("copying", true).end(), "");
        assert_eq!(Shown::new("copying", false).end(), "");
    }

    #[test]
    fn a_terminal_counts_on_one_line_and_a_file_gets_two() {
        let mut terminal = Shown::new("copying", true);
        let told = [terminal.second(), terminal.second(), terminal.end()].concat();
        assert!(told.starts_with("\r  … copying 1"), "{told:?}");
        assert_eq!(
            (told.matches('\r').count(), told.matches('\n').count()),
            (3, 1)
        );
        let mut file = Shown::new("copying", false);
        let told = [file.second(), file.second(), file.end()].concat();
        assert_eq!(
            (told.matches('\r').count(), told.matches('\n').count()),
            (0, 2)
        );
    }

    #[tokio::test]
    async fn the_answer_of_the_work_comes_back() {
        assert_eq!(step("일", "work", async { 7 }).await, 7);
        assert_eq!(blocking("일", "work", || 7).await.expect("it ends"), 7);
    }
}
