//! `jangteo dlq`: keys that are parked because an event of theirs could not be handled.

use clap::Subcommand;
use contracts::http::Page;
use contracts::http::dead_letter::{
    DeadLetterDetailView, DeadLetterView, RedrivenView, WithReason,
};

use super::client::{Client, PATIENCE};
use super::language::{in_language, print, say};
use super::{Ended, Output, Target, json};

#[derive(Subcommand)]
pub(super) enum Dlq {
    /// Every parked key, with its first event and the reason.
    List {
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// One parked key with all its events.
    Show {
        /// `<service>.<publisher>.<key>`, as `list` prints it.
        id: String,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// Take a key up again, in order, as far as it goes.
    Redrive {
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Give the first event of a key up. An undo cannot be.
    Discard {
        id: String,
        /// Goes into the log with the event.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(dlq: Dlq) -> Result<(), Ended> {
    match dlq {
        Dlq::List { output, target } => list(output, &target).await,
        Dlq::Show { id, output, target } => show(&id, output, &target).await,
        Dlq::Redrive { id, target } => {
            let path = format!("/api/v1/dead-letters/{id}/redrive");
            let client = operator(&target).await?;
            left(client.act(&path, &serde_json::json!({}), PATIENCE).await?)
        }
        Dlq::Discard { id, reason, target } => {
            let path = format!("/api/v1/dead-letters/{id}/discard");
            let client = operator(&target).await?;
            left(client.act(&path, &WithReason { reason }, PATIENCE).await?)
        }
    }
}

async fn list(output: Output, target: &Target) -> Result<(), Ended> {
    let page: Page<DeadLetterView> = operator(target).await?.get("/api/v1/dead-letters").await?;
    if output == Output::Json {
        return json(&page);
    }
    if page.items.is_empty() {
        say("멈춘 키가 없어요.", "nothing is parked");
    }
    page.items.iter().for_each(tell);
    Ok(())
}

async fn show(id: &str, output: Output, target: &Target) -> Result<(), Ended> {
    let path = format!("/api/v1/dead-letters/{id}");
    let found: DeadLetterDetailView = operator(target).await?.get(&path).await?;
    if output == Output::Json {
        return json(&found);
    }
    tell(&found.letter);
    for event in &found.queue {
        print(&format!(
            "  {:>3}  {}  {:<22} {}",
            event.no, event.at, event.event, event.why
        ));
        print(&format!("       {}", event.body));
    }
    Ok(())
}

fn tell(letter: &DeadLetterView) {
    let retry = match letter.retry_at {
        Some(at) => format!("{} {at}", in_language("다시 시도", "again at")),
        None => in_language("사람을 기다림", "waits for a person").to_owned(),
    };
    print(&format!(
        "{}  {} ({})  {}  {}",
        letter.id, letter.event, letter.events, retry, letter.why
    ));
}

fn left(view: RedrivenView) -> Result<(), Ended> {
    match view.parked {
        0 => {
            say("키가 다시 흘러요.", "the key flows again");
            Ok(())
        }
        parked => {
            let korean = format!("이벤트 {parked}개가 아직 멈춰 있어요 → jangteo dlq show");
            let english = format!("{parked} events are still parked; see jangteo dlq show");
            Err(Ended::Failed(anyhow::anyhow!(
                in_language(&korean, &english).to_owned()
            )))
        }
    }
}

async fn operator(target: &Target) -> Result<Client, Ended> {
    Client::new(target)?
        .login(&target.email, &target.password)
        .await
}
