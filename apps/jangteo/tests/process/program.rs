//! A `jangteo` process whose words can be waited for. It never outlives its test.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::timeout;

use crate::caller::Caller;

/// Far longer than anything here takes; a test that meets it has hung.
pub const LONGEST: Duration = Duration::from_secs(60);

const JANGTEO: &str = env!("CARGO_BIN_EXE_jangteo");

/// Whoever measures time, or fills both cores, does it alone.
pub async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}

/// A process that was started and may still run.
pub struct Program {
    child: Child,
    stdout: watch::Receiver<Vec<String>>,
    stderr: watch::Receiver<Vec<String>>,
}

/// How a process ended and what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// A running shop over a data folder.
pub struct Shop {
    pub program: Program,
    pub url: String,
    pub folder: PathBuf,
}

/// `jangteo` with these arguments, in an environment that says nothing about it.
fn command(arguments: &[&OsStr], environment: &[(&str, &str)]) -> Command {
    command_of(JANGTEO, arguments, environment)
}

fn command_of(program: &str, arguments: &[&OsStr], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "PORT", "RUST_LOG"] {
        command.env_remove(name);
    }
    for name in [
        "JANGTEO_CONFIG",
        "JANGTEO_URL",
        "JANGTEO_EMAIL",
        "JANGTEO_PASSWORD",
    ] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied()).args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub async fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Ended {
    run_with(arguments, &[]).await
}

/// Runs a command to its end, in English.
pub async fn run_in_english<A: AsRef<OsStr>>(arguments: &[A]) -> Ended {
    run_with(arguments, &[("LANG", "en_US.UTF-8")]).await
}

pub async fn run_with<A: AsRef<OsStr>>(arguments: &[A], environment: &[(&str, &str)]) -> Ended {
    Program::start(arguments, environment).ended().await
}

impl Program {
    pub fn start<A: AsRef<OsStr>>(arguments: &[A], environment: &[(&str, &str)]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        Self::spawn(command(&arguments, environment))
    }

    /// With the right to so many open files.
    pub fn with_few_files<A: AsRef<OsStr>>(files: u32, arguments: &[A]) -> Self {
        let script = format!("ulimit -n {files}; exec \"$@\"");
        let mut all: Vec<&OsStr> = ["-c".as_ref(), script.as_ref(), "sh".as_ref()].into();
        all.push(OsStr::new(JANGTEO));
        all.extend(arguments.iter().map(AsRef::as_ref));
        Self::spawn(command_of("sh", &all, &[]))
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stdout = lines(child.stdout.take().expect("piped"));
        let stderr = lines(child.stderr.take().expect("piped"));
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The line on standard error that holds `text`, once it is said.
    pub async fn says(&mut self, text: &str) -> String {
        let said = self.try_says(text).await;
        said.unwrap_or_else(|| panic!("{text:?} was not said: {:#?}", self.stderr.borrow()))
    }

    /// As `says`; none when the process ends without it.
    pub async fn try_says(&mut self, text: &str) -> Option<String> {
        let find = |lines: &Vec<String>| lines.iter().find(|line| line.contains(text)).cloned();
        let waited = timeout(LONGEST, self.stderr.wait_for(|lines| find(lines).is_some()));
        let lines = waited.await.expect("the program says something or ends");
        find(&*lines.ok()?)
    }

    /// What was said on standard error so far.
    pub fn said(&self) -> String {
        self.stderr.borrow().join("\n")
    }

    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    pub async fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.id());
        let sent = Command::new("sh").args(["-c", &script]).status().await;
        assert!(sent.expect("a shell").success(), "signal {name} was sent");
    }

    /// SIGSTOP, and waits until each of its threads stands still.
    pub async fn stand_still(&self) {
        self.signal("STOP").await;
        let tasks = format!("/proc/{}/task", self.id());
        let stands = |task: std::io::Result<std::fs::DirEntry>| {
            let stat = std::fs::read_to_string(task.expect("a thread").path().join("stat"));
            let stat = stat.expect("threads do not end while they stand still");
            stat.rsplit(") ").next().expect("a state").starts_with('T')
        };
        let mut look = tokio::time::interval(Duration::from_millis(2));
        let stopped = async {
            while !std::fs::read_dir(&tasks).expect("it runs").all(stands) {
                look.tick().await;
            }
        };
        timeout(LONGEST, stopped).await.expect("it stands still");
    }

    /// kill -9, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Waits for the end of the process and of its words.
    pub async fn ended(self) -> Ended {
        self.ended_within(LONGEST).await
    }

    pub async fn ended_within(mut self, limit: Duration) -> Ended {
        let waited = timeout(limit, self.child.wait()).await;
        let status = waited.unwrap_or_else(|_| panic!("no end in {limit:?}: {}", self.said()));
        Ended {
            status: status.expect("its status is known"),
            stdout: whole(&mut self.stdout).await,
            stderr: whole(&mut self.stderr).await,
        }
    }
}

impl Ended {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Asserts the exit code; shows everything otherwise.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "{self:#?}");
        self
    }

    /// Asserts that standard error holds all of these.
    #[track_caller]
    pub fn tells(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "{text:?} is not in {}",
                self.stderr
            );
        }
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("standard output is JSON")
    }
}

impl Shop {
    /// Starts a shop on a folder and waits until it is ready.
    pub async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[]).await
    }

    pub async fn start_with(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let program = Program::start(&on(folder), environment);
        Self::ready(program, folder).await
    }

    /// Waits until a shop that was started is ready.
    pub async fn ready(mut program: Program, folder: &Path) -> Self {
        let line = program.says("/api/v1").await;
        let address = line
            .split_whitespace()
            .find_map(|word| word.strip_suffix("/api/v1"));
        let url = address.expect("an address").to_owned();
        Self {
            program,
            url,
            folder: folder.to_owned(),
        }
    }

    /// Runs a command on this shop's folder.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        run(&self.arguments(arguments)).await
    }

    pub async fn run_in_english(&self, arguments: &[&str]) -> Ended {
        run_in_english(&self.arguments(arguments)).await
    }

    fn arguments<'a>(&'a self, arguments: &'a [&'a str]) -> Vec<&'a OsStr> {
        let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        all.extend([OsStr::new("--data"), self.folder.as_os_str()]);
        all
    }

    pub async fn log_in(&self, email: &str) -> Caller {
        Caller::log_in(&self.url, email).await
    }

    /// Ends the shop as `kill` without arguments does.
    pub async fn stop(self) -> Ended {
        self.program.signal("TERM").await;
        self.program.ended().await.exits(0)
    }
}

/// The arguments of a shop on a free port over `folder`.
pub fn on(folder: &Path) -> Vec<&OsStr> {
    let mut arguments: Vec<_> = ["dev", "--port", "0", "--data"].map(OsStr::new).into();
    arguments.push(folder.as_os_str());
    arguments
}

/// Collects the lines of a stream as they come; closed at its end.
fn lines(stream: impl AsyncRead + Unpin + Send + 'static) -> watch::Receiver<Vec<String>> {
    let (sender, receiver) = watch::channel(Vec::new());
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|lines| lines.push(line));
        }
    });
    receiver
}

/// Asks a database file something whose answer is one value.
pub fn ask<T: rusqlite::types::FromSql>(file: &Path, question: &str) -> T {
    let reader = db::Reader::open(file).expect("it can be read");
    let answer = reader.query(|connection| connection.query_row(question, [], |row| row.get(0)));
    answer.expect("an answer")
}

async fn whole(lines: &mut watch::Receiver<Vec<String>>) -> String {
    // The sender goes away at the end of the stream.
    let closed = timeout(LONGEST, lines.wait_for(|_| false)).await;
    assert!(closed.expect("the stream ends with the process").is_err());
    lines.borrow().join("\n")
}
