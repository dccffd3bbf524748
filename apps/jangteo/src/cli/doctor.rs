//! `jangteo doctor`: looks at this machine, the data folder and the shop, and says of each what to
//! do next. It changes nothing and asks for no password.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::language::{in_language, say};
use super::table::{Cell, Table, Tone, words};
use super::{Ended, Output, Settings, Target, json as write_json, progress};

mod clock;
mod databases;
mod disk;
mod machine;
mod port;
mod shop;

#[derive(Args, Clone)]
pub(super) struct Flags {
    /// The port that the shop would be served on.
    #[arg(long, default_value_t = super::dev::DEFAULT_PORT)]
    port: u16,
    #[command(flatten)]
    target: Target,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// The same in every language: scripts go by it.
    name: &'static str,
    level: Level,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, korean: &str, english: &str) -> Self {
        Self::new(name, Level::Ok, korean, english)
    }

    fn warn(name: &'static str, korean: &str, english: &str) -> Self {
        Self::new(name, Level::Warn, korean, english)
    }

    fn fail(name: &'static str, korean: &str, english: &str) -> Self {
        Self::new(name, Level::Fail, korean, english)
    }

    fn new(name: &'static str, level: Level, korean: &str, english: &str) -> Self {
        Self {
            name,
            level,
            found: in_language(korean, english).to_owned(),
            next: None,
        }
    }

    fn next(mut self, korean: &str, english: &str) -> Self {
        self.next = Some(in_language(korean, english).to_owned());
        self
    }
}

pub(super) async fn run(flags: Flags, output: Output, settings: &Settings) -> Result<(), Ended> {
    let looked = progress::step("살펴보는 중", "looking", look(&flags, settings));
    let findings = looked.await?;
    let worst = findings.iter().map(|finding| finding.level).max();
    let worst = worst.unwrap_or(Level::Ok);
    match output {
        Output::Json => write_json(&json!({ "worst": worst, "findings": findings }))?,
        Output::Table => table(&findings).print(),
    }
    match worst {
        Level::Ok => {
            say("모두 괜찮아요.", "all is well");
            Ok(())
        }
        Level::Warn => Ok(()),
        Level::Fail => {
            let failed = findings.iter().filter(|it| it.level == Level::Fail);
            let names: Vec<&str> = failed.map(|finding| finding.name).collect();
            let names = names.join(", ");
            Err(Ended::failed(
                &format!("고칠 것이 있어요: {names} → 위에 적힌 명령을 차례로 해 보세요"),
                &format!("to be mended: {names} → type what stands beside each"),
            ))
        }
    }
}

async fn look(flags: &Flags, settings: &Settings) -> anyhow::Result<Vec<Finding>> {
    let mut findings = vec![config(settings)];
    findings.push(port::look(flags.port, &flags.target).await);
    findings.push(shop::look(&flags.target).await);
    let folder = flags.target.data.clone();
    let files = tokio::task::spawn_blocking(move || {
        let mut findings = disk::look(&folder);
        findings.extend(databases::look(&folder));
        findings.push(clock::look(&folder, boot::now()));
        findings
    });
    findings.extend(files.await?);
    findings.extend(machine::look());
    Ok(findings)
}

fn config(settings: &Settings) -> Finding {
    const NAME: &str = "config";
    match (settings.faults.as_slice(), &settings.file) {
        ([], Some(file)) => {
            let file = file.display().to_string();
            Finding::ok(NAME, &file, &file)
        }
        ([], None) => Finding::ok(NAME, "파일 없음, 기본값", "no file, the defaults hold"),
        _ => {
            let told = settings.told_faults();
            Finding::fail(NAME, &told, &told).next("jangteo config check", "jangteo config check")
        }
    }
}

fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new([words("", ""), words("", ""), words("", "")]);
    for finding in findings {
        let (mark, tone) = match finding.level {
            Level::Ok => ("ok", Tone::Good),
            Level::Warn => ("warn", Tone::Open),
            Level::Fail => ("fail", Tone::Bad),
        };
        let next = finding.next.as_deref().map(|next| format!(" → {next}"));
        let told = format!("{}{}", finding.found, next.unwrap_or_default());
        table.row([Cell::new(mark, tone), finding.name.into(), told.into()]);
    }
    table
}

#[cfg(test)]
mod tests;
