//! What people do with the pages, done in headless Chromium: the shop is started as `jangteo dev`
//! starts it, on a free port and a folder of its own, and `tests/browser` drives it. What the
//! machine lacks is installed where that can be done.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{self, PROFILE, cargo, command, root};
use crate::test::Totals;

const TESTS: &str = "tests/browser";
/// Under these names Chromium is known.
const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// What Debian calls what is needed: fonts, because half of the texts are Korean; sqlite3, because
/// a test holds a database.
const PACKAGES: [&str; 3] = ["chromium", "fonts-noto-cjk", "sqlite3"];
/// Far longer than a start takes.
const READY: Duration = Duration::from_secs(60);

pub fn run() -> Result<()> {
    println!("{}", run_all()?);
    Ok(())
}

/// Runs the tests in the browser; the totals come back only when all passed.
pub fn run_all() -> Result<Totals> {
    let mut totals = Totals::default();
    let mut node = prepared()?;
    let shop = Shop::start()?;
    // One after another: some of them hold what the others need.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    let ended_well = shell::run_lines(shop.told_to(&mut node), |line| {
        println!("{line}");
        hear(&mut totals, line);
    });
    let (ended_well, stopped) = (ended_well?, shop.stop());
    ensure!(
        ended_well && totals.failed == 0,
        "the browser's tests did not all pass: {totals}"
    );
    ensure!(totals.passed > 0, "no test ran in the browser");
    stopped?;
    Ok(totals)
}

/// Writes docs/screenshots for the READMEs.
pub fn screenshots() -> Result<()> {
    let mut node = prepared()?;
    let shop = Shop::start()?;
    node.arg("screenshots.js")
        .arg(root().join("docs/screenshots"));
    let taken = shell::run(shop.told_to(&mut node));
    shop.stop()?;
    taken
}

/// Adds what the test runner's closing lines say: `ℹ pass 12`.
fn hear(totals: &mut Totals, line: &str) {
    let said = line.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
    let Some((word, count)) = said.split_once(' ') else {
        return;
    };
    match (word, count.parse::<u64>()) {
        ("pass", Ok(count)) => totals.passed += count,
        ("fail" | "cancelled", Ok(count)) => totals.failed += count,
        (_, _) => {}
    }
}

/// Node in the folder of the tests, with their packages and a browser.
fn prepared() -> Result<Command> {
    let chromium = chromium()?;
    ensure!(
        found(&["npm"]).is_some() && found(&["node"]).is_some(),
        "the browser's tests need Node.js 20 or newer with npm: apt-get install nodejs npm"
    );
    let mut npm = command("npm");
    npm.current_dir(root().join(TESTS));
    shell::run(npm.args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--loglevel=error",
    ]))?;
    let mut node = command("node");
    node.current_dir(root().join(TESTS));
    node.env("JANGTEO_CHROMIUM", chromium);
    Ok(node)
}

/// The browser; installed when it is not there and this machine lets us.
fn chromium() -> Result<PathBuf> {
    if let Some(path) = found(&CHROMIUM)
        && found(&["sqlite3"]).is_some()
    {
        return Ok(path);
    }
    let packages = PACKAGES.join(" ");
    let hint = format!("install Chromium and sqlite3, as in: apt-get install {packages}");
    ensure!(
        found(&["apt-get"]).is_some(),
        "no browser was found; {hint}"
    );
    println!("installing {packages}");
    let mut update = command("apt-get");
    shell::run(update.args(["update", "-qq"])).context(hint.clone())?;
    let mut install = command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install
        .args(["install", "-qq", "--no-install-recommends"])
        .args(PACKAGES);
    shell::run(&mut install).context(hint.clone())?;
    found(&CHROMIUM).with_context(|| format!("no browser was found; {hint}"))
}

/// The first of these programs that the path has.
fn found(names: &[&str]) -> Option<PathBuf> {
    let mut which = Command::new("sh");
    which.arg("-c");
    let script: Vec<String> = names
        .iter()
        .map(|name| format!("command -v {name}"))
        .collect();
    let output = which.arg(script.join(" || ")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    let path = path.lines().next()?.trim();
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// A shop for the browser.
struct Shop {
    process: Child,
    address: String,
    data: PathBuf,
}

impl Shop {
    fn start() -> Result<Self> {
        let mut build = cargo();
        // As the tests build it, so that nothing is compiled again with other features.
        build.args([
            "test",
            "--workspace",
            "--test",
            "process",
            "--no-run",
            "--locked",
        ]);
        shell::run(build.args(["--profile", PROFILE]))?;
        let target = target()?;
        let data = target.join("browser-shop");
        if data.exists() {
            std::fs::remove_dir_all(&data).context("could not remove the shop of another run")?;
        }
        let mut program = command(target.join("debug/jangteo"));
        program.args(["dev", "--port", "0", "--data"]).arg(&data);
        for name in ["PORT", "RUST_LOG"] {
            program.env_remove(name);
        }
        program.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = program.spawn().context("could not start the shop")?;
        let stderr = process
            .stderr
            .take()
            .context("standard error was piped a line above")?;
        match ready(stderr) {
            Some(address) => Ok(Self {
                process,
                address,
                data,
            }),
            None => {
                // It may have ended by itself, which is why nothing was heard.
                let _ended = process.kill();
                bail!(
                    "the shop did not say where it is within {} s",
                    READY.as_secs()
                );
            }
        }
    }

    fn told_to<'c>(&self, node: &'c mut Command) -> &'c mut Command {
        node.env("JANGTEO_SHOP", &self.address)
            .env("JANGTEO_DATA", &self.data)
    }

    /// Ends it as Ctrl-C does, and takes its data away.
    fn stop(mut self) -> Result<()> {
        let mut interrupt = command("kill");
        shell::run(interrupt.arg("-INT").arg(self.process.id().to_string()))?;
        let status = self.process.wait().context("could not wait for the shop")?;
        ensure!(status.success(), "the shop ended with {status}");
        std::fs::remove_dir_all(&self.data).context("could not remove the shop's data")
    }
}

/// Where the shop is, once it says so. What it says afterwards is heard too, or it would stand
/// still; complaints are passed on.
fn ready(stderr: impl std::io::Read + Send + 'static) -> Option<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            match address(&line) {
                // Only the first is waited for.
                Some(address) => drop(tell.send(address)),
                None if line.starts_with('{') => println!("shop: {line}"),
                None => {}
            }
        }
    });
    told.recv_timeout(READY).ok()
}

/// `http://localhost:8080`, where a line has it.
fn address(line: &str) -> Option<String> {
    let start = line.find("http://localhost:")?;
    let rest = &line[start + "http://localhost:".len()..];
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("http://localhost:{port}"))
}

fn target() -> Result<PathBuf> {
    let metadata = crate::tidy::workspace::metadata()?;
    Ok(Path::new(metadata.target_directory.as_str()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_found_where_it_says_it_is() {
        let banner = "  상점        http://localhost:41273/          shopper@demo / demo1234";
        assert_eq!(address(banner).as_deref(), Some("http://localhost:41273"));
        assert_eq!(address("  [ok] user 12ms"), None);
    }

    #[test]
    fn what_the_runner_counts_is_counted() {
        let mut totals = Totals::default();
        for line in [
            "✔ pass 3 things (5ms)",
            "ℹ tests 7",
            "ℹ pass 5",
            "ℹ fail 1",
            "ℹ cancelled 1",
        ] {
            hear(&mut totals, line);
        }
        assert_eq!((totals.passed, totals.failed), (5, 2));
    }
}
