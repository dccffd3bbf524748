//! `jangteo dev`: the whole shop in this process, seeded, until Ctrl-C.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use boot::Signals;
use clap::{Args, ValueEnum};
use contracts::http::Role;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::{DemoLogin, Site};

use super::client::{ADDRESS_FILE, DEFAULT_DATA};
use super::language::{in_language, say, won};
use super::{Ended, Output, data_flag, json as write_json, progress, routes};
use crate::seed::{self, ONCALL, PASSWORD, SHOPPER, Seeded};
use crate::shop::Shop;

pub(super) const DEFAULT_PORT: u16 = 8080;
pub(super) const DEFAULT_LOG: &str = "warn";
/// Requests under way get this long after Ctrl-C, so that all of it ends within two seconds.
const DRAIN: Duration = Duration::from_millis(1_500);
/// A failed fsync: the file may not hold what the process believes (`EX_IOERR`).
const EXIT_IN_DOUBT: i32 = 74;
/// What a shell calls a program that Ctrl-C ended.
const EXIT_INTERRUPTED: i32 = 130;

#[derive(Args, Clone)]
pub(super) struct Flags {
    /// Where the data is kept.
    #[arg(long, default_value = DEFAULT_DATA)]
    data: PathBuf,
    /// Keep nothing: the data goes with the process.
    #[arg(long, conflicts_with = "data")]
    ephemeral: bool,
    /// The port to serve on, on this machine only; 0 takes a free one.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Where requests go and what they may take: a routes.toml in the place of the one that ships.
    #[arg(long, value_name = "FILE")]
    routes: Option<PathBuf>,
    /// What is logged: a level, or a filter in the words of RUST_LOG.
    #[arg(long, value_name = "FILTER", default_value = DEFAULT_LOG)]
    log: String,
    /// How it is written; `auto` is text on a terminal and JSON elsewhere.
    #[arg(long, value_enum, default_value = "auto")]
    log_format: LogFormat,
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Auto,
    Text,
    Json,
}

impl From<LogFormat> for boot::LogFormat {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Auto => Self::Auto,
            LogFormat::Text => Self::Text,
            LogFormat::Json => Self::Json,
        }
    }
}

/// Where the data is, and for how long.
struct Kept {
    folder: PathBuf,
    /// Removes the folder of a shop that keeps nothing.
    temporary: Option<tempfile::TempDir>,
}

/// What runs until the signal.
struct Serving {
    shop: Shop,
    kept: Kept,
    stop: watch::Sender<bool>,
    server: JoinHandle<anyhow::Result<()>>,
}

pub(super) async fn run(flags: Flags, output: Output) -> Result<(), Ended> {
    boot::telemetry_as(&flags.log, flags.log_format.into());
    let plan = routes::plan(flags.routes.as_deref())?;
    let mut signals = Signals::listen().context("could not listen for signals")?;
    let bound = match boot::bind(flags.port).await {
        Ok(bound) => bound,
        Err(unbound) => return Err(in_the_way(&flags, unbound)),
    };
    let port = bound.address.port();
    let kept = Kept::new(&flags)?;
    let starting = Shop::start_behind(plan, &kept.folder);
    let shop = progress::step("데이터 열기", "opening the data", starting).await?;
    // One that a killed process left behind points elsewhere; this shop is not ready yet.
    forget_address(&kept.folder)?;
    announce_start(&shop, &kept);

    let (stop, mut stopping) = watch::channel(false);
    let (open, mut opened) = watch::channel(false);
    let router = pages(&shop);
    let server = tokio::spawn(async move {
        // Who connects early waits: a shop half seeded would refuse its own demo logins.
        if opened.wait_for(|open| *open).await.is_err() {
            return Ok(());
        }
        let stopped = async move {
            // The sender only goes away with the process.
            let _closed = stopping.wait_for(|stop| *stop).await;
        };
        bound.serve(router, stopped).await
    });
    let mut serving = Serving {
        shop,
        kept,
        stop,
        server,
    };
    let seeding = seed::seed(&serving.shop.places);
    let seeded = tokio::select! {
        seeded = progress::step("시드", "seeding", seeding) => {
            seeded.context("could not seed the shop")?
        }
        // Broken off while it was still seeding: the next start goes on with it.
        () = signals.next() => {
            drop(open);
            return serving.end(signals).await;
        }
    };
    open.send_replace(true);
    write_address(&serving.kept.folder, port)?;
    announce_ready(&seeded, &serving.kept, port);
    if output == Output::Json {
        let (folder, is_kept) = (&serving.kept.folder, serving.kept.temporary.is_none());
        let url = format!("http://localhost:{port}");
        write_json(&json!({ "url": url, "data": folder, "kept": is_kept }))?;
    }

    tokio::select! {
        () = signals.next() => {}
        ended = serving.shop.ended() => {
            let why = ended.map(|ended| (ended.consumer, ended.why));
            if let Some((consumer, runtime::Stopped::InDoubt(failed))) = why {
                tracing::error!(consumer, %failed, "the disk failed; nothing is certain any more");
                std::process::exit(EXIT_IN_DOUBT);
            }
            forget_address(&serving.kept.folder)?;
            let flag = data_flag(&serving.kept.folder);
            return Err(Ended::failed(
                &format!("서비스 하나가 멈췄어요: {why:?} → jangteo doctor{flag}"),
                &format!("a service ended: {why:?} → jangteo doctor{flag}"),
            ));
        }
    }
    serving.end(signals).await
}

/// The pages in front of the shop's API.
fn pages(shop: &Shop) -> Router {
    let login = |email: &str, role| DemoLogin {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        role,
    };
    web::router(Site {
        api: shop.router(),
        clock: boot::now,
        demo_logins: vec![login(SHOPPER, Role::Shopper), login(ONCALL, Role::Admin)],
    })
}

/// Whose port it is: often it is this very shop, started before.
fn in_the_way(flags: &Flags, unbound: boot::Unbound) -> Ended {
    let own = format!("http://localhost:{}", flags.port);
    let running = std::fs::read_to_string(flags.data.join(ADDRESS_FILE));
    if flags.ephemeral || running.is_err() || running.is_ok_and(|running| running.trim() != own) {
        return Ended::Failed(unbound.into());
    }
    let (folder, flag) = (flags.data.display(), data_flag(&flags.data));
    Ended::refused(
        &format!("{folder} 의 상점이 이미 {own} 에서 돌고 있어요 → jangteo demo order{flag}"),
        &format!("the shop of {folder} runs at {own} already → jangteo demo order{flag}"),
    )
}

impl Kept {
    fn new(flags: &Flags) -> anyhow::Result<Self> {
        if !flags.ephemeral {
            return Ok(Self {
                folder: flags.data.clone(),
                temporary: None,
            });
        }
        let made = tempfile::Builder::new().prefix("jangteo-").tempdir();
        let temporary = made.context("could not make a temporary folder")?;
        Ok(Self {
            folder: temporary.path().to_owned(),
            temporary: Some(temporary),
        })
    }

    /// The flag that makes another command find this shop; empty when it needs none.
    fn flag(&self, port: u16) -> String {
        match self.temporary {
            Some(_) => format!(" --url http://localhost:{port}"),
            None => data_flag(&self.folder),
        }
    }
}

impl Serving {
    /// Answers what is under way, ends the loops, and leaves the folder ready for a next start.
    async fn end(self, mut signals: Signals) -> Result<(), Ended> {
        say(
            "끝내는 중이에요. 한 번 더 누르면 바로 끝나요.",
            "stopping; press again to stop at once",
        );
        forget_address(&self.kept.folder)?;
        let leftover = self
            .kept
            .temporary
            .as_ref()
            .map(|folder| folder.path().to_owned());
        tokio::spawn(async move {
            signals.next().await;
            if let Some(folder) = leftover {
                // What the loops still write is not worth waiting for.
                let _left = std::fs::remove_dir_all(folder);
            }
            std::process::exit(EXIT_INTERRUPTED);
        });
        self.stop.send_replace(true);
        if tokio::time::timeout(DRAIN, self.server).await.is_err() {
            tracing::debug!("requests still under way were broken off");
        }
        Ok(self.shop.stop().await?)
    }
}

fn write_address(folder: &Path, port: u16) -> anyhow::Result<()> {
    let path = folder.join(ADDRESS_FILE);
    std::fs::write(&path, format!("http://localhost:{port}\n"))
        .with_context(|| format!("could not write {}", path.display()))
}

fn forget_address(folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(ADDRESS_FILE);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn announce_start(shop: &Shop, kept: &Kept) {
    let promise = match kept.temporary {
        Some(_) => in_language("끝나면 지워짐", "removed at the end"),
        None => in_language(
            "유지됨, --ephemeral 로 끔",
            "kept; --ephemeral keeps nothing",
        ),
    };
    let version = env!("CARGO_PKG_VERSION");
    let folder = kept.folder.display();
    say(
        &format!("jangteo {version}  데이터: {folder} ({promise})  DB: SQLite  이벤트 로그: 내장"),
        &format!("jangteo {version}  data: {folder} ({promise})  DB: SQLite  event log: embedded"),
    );
    let parts = shop.started.iter();
    let parts = parts.map(|part| format!("[ok] {} {}ms", part.name, part.took.as_millis()));
    let line = format!("  {}", parts.collect::<Vec<_>>().join("  "));
    say(&line, &line);
}

fn announce_ready(seeded: &Seeded, kept: &Kept, port: u16) {
    let Seeded {
        products,
        users,
        coupons,
        points,
    } = seeded;
    let points = won(points.won());
    say(
        &format!("  [ok] 시드: 상품 {products} · 회원 {users} · 쿠폰 {coupons} · 포인트 {points}"),
        &format!(
            "  [ok] seed: {products} products · {users} members · {coupons} coupons · {points}"
        ),
    );
    let lines = [
        (
            "상점      ",
            "shop    ",
            format!("http://localhost:{port}/          {SHOPPER} / {PASSWORD}"),
        ),
        (
            "운영 콘솔 ",
            "console ",
            format!("http://localhost:{port}/console   {ONCALL} / {PASSWORD}"),
        ),
        (
            "API       ",
            "API     ",
            format!("http://localhost:{port}/api/v1"),
        ),
        (
            "문서      ",
            "docs    ",
            format!("http://localhost:{port}/docs   http://localhost:{port}/docs/events"),
        ),
    ];
    for (korean, english, value) in lines {
        say(
            &format!("  {korean}  {value}"),
            &format!("  {english}  {value}"),
        );
    }
    let flag = kept.flag(port);
    let commands = ["demo order", "demo fail point", "verify"];
    let commands = commands
        .map(|command| format!("jangteo {command}{flag}"))
        .join("   |   ");
    say(
        &format!("다음: 새 터미널에서  {commands}"),
        &format!("next, in a new terminal:  {commands}"),
    );
}
