//! `jangteo dlq`: keys that are parked because an event of theirs could not be handled.

use clap::{Args, Subcommand};
use contracts::envelope::ServiceName;
use contracts::http::Page;
use contracts::http::dead_letter::{
    DeadLetterDetailView, DeadLetterView, RedrivenView, WithReason,
};

use order::OrderView;
use runtime::Service;

use super::client::{Client, PATIENCE};
use super::language::{in_language, print, say};
use super::{Ended, Output, Target, json};

#[derive(Subcommand)]
pub(super) enum Dlq {
    /// Every parked key, with its first event and the reason.
    List {
        /// Only those of this service, or of the read model `order_view`.
        #[arg(long, value_parser = consumer)]
        service: Option<String>,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// One parked key with all its events, and what was discarded of it.
    Show(One),
    /// Take a key up again, in order, as far as it goes.
    Redrive(One),
    /// Give the first event of a key up; it is kept with the reason. An undo cannot be.
    Discard {
        #[command(flatten)]
        one: One,
        /// Kept with the event, beside your name.
        #[arg(long)]
        reason: String,
    },
}

/// One parked key, and how the answer is written.
#[derive(Args)]
pub(super) struct One {
    /// `<service>.<publisher>.<key>`, as `list` prints it.
    id: String,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(dlq: Dlq) -> Result<(), Ended> {
    match dlq {
        Dlq::List {
            service,
            output,
            target,
        } => list(service.as_deref(), output, &target).await,
        Dlq::Show(one) => show(&one).await,
        Dlq::Redrive(one) => {
            let path = format!("{}/redrive", path(&one.id)?);
            let client = operator(&one.target).await?;
            let view = client.act(&path, &serde_json::json!({}), PATIENCE).await?;
            left(view, one.output)
        }
        Dlq::Discard { one, reason } => {
            let path = format!("{}/discard", path(&one.id)?);
            let client = operator(&one.target).await?;
            let view = client.act(&path, &WithReason { reason }, PATIENCE).await?;
            left(view, one.output)
        }
    }
}

fn consumer(name: &str) -> Result<String, String> {
    let names = ServiceName::ALL.iter().map(|service| service.as_str());
    let names: Vec<_> = names.chain([OrderView::CONSUMER]).collect();
    match names.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(names.join(", ")),
    }
}

async fn list(service: Option<&str>, output: Output, target: &Target) -> Result<(), Ended> {
    let client = operator(target).await?;
    let filter = service
        .map(|service| format!("&service={service}"))
        .unwrap_or_default();
    let mut letters = Page::<DeadLetterView> {
        items: Vec::new(),
        next_cursor: None,
    };
    loop {
        let mut path = format!("/api/v1/dead-letters?limit=100{filter}");
        if let Some(cursor) = &letters.next_cursor {
            path.push_str(&format!("&cursor={cursor}"));
        }
        let page: Page<DeadLetterView> = client.get(&path).await?;
        letters.items.extend(page.items);
        letters.next_cursor = page.next_cursor;
        if letters.next_cursor.is_none() {
            break;
        }
    }
    if output == Output::Json {
        return json(&letters);
    }
    if letters.items.is_empty() {
        say("멈춘 키가 없어요.", "nothing is parked");
    }
    letters.items.iter().for_each(tell);
    Ok(())
}

async fn show(one: &One) -> Result<(), Ended> {
    let path = path(&one.id)?;
    let found: DeadLetterDetailView = operator(&one.target).await?.get(&path).await?;
    if one.output == Output::Json {
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
    for event in &found.discarded {
        let words = in_language("버림", "discarded");
        print(&format!(
            "  {words}  {}  {:<22} {}: {}",
            event.discarded_at, event.event, event.by, event.reason
        ));
        print(&format!("       {}", event.body));
    }
    Ok(())
}

/// What is no id of a key would be another path.
fn path(id: &str) -> Result<String, Ended> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    match id.chars().all(part) {
        true => Ok(format!("/api/v1/dead-letters/{id}")),
        false => Err(Ended::NotFound(format!(
            "{id}: {}",
            in_language(
                "멈춘 키의 id(서비스.보낸쪽.키)가 아니에요 → jangteo dlq list",
                "not the id of a parked key (service.publisher.key); see jangteo dlq list"
            )
        ))),
    }
}

fn tell(letter: &DeadLetterView) {
    let retry = match letter.retry_at {
        _ if letter.events == 0 => in_language("흐름", "flows").to_owned(),
        Some(at) => format!("{} {at}", in_language("다시 시도", "again at")),
        None => in_language("사람을 기다림", "waits for a person").to_owned(),
    };
    print(&format!(
        "{}  {} ({})  {}  {}",
        letter.id, letter.event, letter.events, retry, letter.why
    ));
}

fn left(view: RedrivenView, output: Output) -> Result<(), Ended> {
    if output == Output::Json {
        json(&view)?;
    }
    match view.parked {
        0 if output == Output::Json => Ok(()),
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
