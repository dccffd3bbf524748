//! The machine that is measured on, what a process used of it, and how noisy it is meanwhile.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

/// Linux counts a process's time in these, on every machine it runs on.
const TICKS_A_SECOND: f64 = 100.0;
const PROBES: usize = 64;
const PROBE_BYTES: usize = 512;
/// An fsync that takes longer waited for a core, not for the disk.
const DIRTY: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "the stopwatch of the benchmark; nothing is decided by it"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// What a process has used so far, or between two looks at it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub cpu_seconds: f64,
    pub bytes_written: u64,
    /// The most memory it held, in bytes.
    pub peak_memory: u64,
}

impl Usage {
    pub fn of(process: u32) -> anyhow::Result<Self> {
        let stat = read(&format!("/proc/{process}/stat"))?;
        let after_name = stat.rsplit(')').next().context("a name in parentheses")?;
        let ticks = after_name.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
        let io = read(&format!("/proc/{process}/io"))?;
        let status = read(&format!("/proc/{process}/status"))?;
        Ok(Self {
            cpu_seconds: ticks / TICKS_A_SECOND,
            bytes_written: number_after(&io, "write_bytes:").context("bytes written")?,
            peak_memory: number_after(&status, "VmHWM:").unwrap_or(0) * 1_024,
        })
    }

    /// The memory is the later one's.
    pub fn since(self, before: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            bytes_written: self.bytes_written - before.bytes_written,
            peak_memory: self.peak_memory,
        }
    }
}

/// How long an fsync takes, and how many wait for a core, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    pub load: f64,
    /// The share of time in the last 10 s in which some task waited, in percent.
    pub cpu_pressure: f64,
    pub io_pressure: f64,
    pub fsync_p50: Duration,
    pub fsync_p99: Duration,
}

impl Noise {
    pub fn probe(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("fsync-probe");
        let mut file = File::create(&path)?;
        let mut took = Vec::with_capacity(PROBES);
        for _ in 0..PROBES {
            let begun = now();
            file.write_all(&[7; PROBE_BYTES])?;
            file.sync_data()?;
            took.push(begun.elapsed());
        }
        fs::remove_file(&path)?;
        took.sort_unstable();
        let load = read("/proc/loadavg")?;
        let load = load
            .split_whitespace()
            .next()
            .and_then(|it| it.parse().ok());
        Ok(Self {
            load: load.unwrap_or(0.0),
            cpu_pressure: pressure("cpu"),
            io_pressure: pressure("io"),
            fsync_p50: took[PROBES / 2],
            fsync_p99: took[PROBES - 1],
        })
    }

    pub fn is_dirty(&self) -> bool {
        self.fsync_p50 > DIRTY
    }
}

/// Where the figures come from; nothing in it names a host.
pub fn description() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(':').nth(1)).unwrap_or("?");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let gigabytes = number_after(&memory, "MemTotal:").unwrap_or(0) >> 20;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.split('-').next().unwrap_or("?").trim();
    let model = model.trim();
    format!("{cores} cores ({model}), {gigabytes} GiB, Linux {kernel}")
}

/// Kernels without pressure information feel none.
fn pressure(of: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/pressure/{of}")).unwrap_or_default();
    let average = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix("avg10="));
    average.and_then(|it| it.parse().ok()).unwrap_or(0.0)
}

fn read(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.to_owned())
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let before = Usage::of(std::process::id()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let noise = Noise::probe(folder.path()).unwrap();
        let used = Usage::of(std::process::id()).unwrap().since(before);
        assert!(
            used.cpu_seconds >= 0.0 && used.peak_memory > 1 << 20,
            "{used:?}"
        );
        assert!(noise.fsync_p50 <= noise.fsync_p99 && !noise.fsync_p99.is_zero());
    }

    #[test]
    fn a_machine_is_described() {
        assert!(description().contains("cores ("), "{}", description());
    }
}
