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
use super::table::{Cell, Table, Tone, numbers, one_line, words};
use super::{Ended, Output, Target, json};

#[derive(Subcommand)]
pub(super) enum Dlq {
    /// Every parked key, with its first event and the reason.
    List {
        /// Only those of this service, or of the read model `order_view`.
        #[arg(long, value_parser = consumer)]
        service: Option<String>,
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

/// One parked key.
#[derive(Args)]
pub(super) struct One {
    /// `<service>.<publisher>.<key>`, as `list` prints it.
    id: String,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(dlq: Dlq, output: Output) -> Result<(), Ended> {
    match dlq {
        Dlq::List { service, target } => list(service.as_deref(), output, &target).await,
        Dlq::Show(one) => show(&one, output).await,
        Dlq::Redrive(one) => {
            let path = format!("{}/redrive", one.path()?);
            let client = Client::operator(&one.target).await?;
            let view = client.act(&path, &serde_json::json!({}), PATIENCE).await?;
            left(view, &one, output)
        }
        Dlq::Discard { one, reason } => {
            let path = format!("{}/discard", one.path()?);
            let client = Client::operator(&one.target).await?;
            let view = client.act(&path, &WithReason { reason }, PATIENCE).await?;
            left(view, &one, output)
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

impl One {
    /// What is no id of a key would be another path.
    fn path(&self) -> Result<String, Ended> {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let (id, flag) = (&self.id, self.target.flag());
        match id.chars().all(part) {
            true => Ok(format!("/api/v1/dead-letters/{id}")),
            false => Err(Ended::not_found(
                &format!(
                    "{id}: 멈춘 키의 id(서비스.보낸쪽.키)가 아니에요 → jangteo dlq list{flag}"
                ),
                &format!(
                    "{id}: not the id of a parked key (service.publisher.key) \
                     → jangteo dlq list{flag}"
                ),
            )),
        }
    }
}

async fn list(service: Option<&str>, output: Output, target: &Target) -> Result<(), Ended> {
    let client = Client::operator(target).await?;
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
    table(&letters.items).print();
    Ok(())
}

fn table(letters: &[DeadLetterView]) -> Table {
    let mut table = Table::new([
        words("멈춘 키", "parked key"),
        words("첫 이벤트", "first event"),
        numbers("이벤트", "events"),
        words("다음", "next"),
        words("까닭", "why"),
    ]);
    for letter in letters {
        let next = match letter.retry_at {
            _ if letter.events == 0 => Cell::new(in_language("흐름", "flows"), Tone::Good),
            Some(at) => {
                let words = in_language("다시 시도", "again at");
                Cell::new(format!("{words} {at}"), Tone::Open)
            }
            None => Cell::new(
                in_language("사람을 기다림", "waits for a person"),
                Tone::Bad,
            ),
        };
        table.row([
            letter.id.as_str().into(),
            letter.event.as_str().into(),
            letter.events.into(),
            next,
            letter.why.as_str().into(),
        ]);
    }
    table
}

async fn show(one: &One, output: Output) -> Result<(), Ended> {
    let path = one.path()?;
    let client = Client::operator(&one.target).await?;
    let found: DeadLetterDetailView = client.get(&path).await?;
    if output == Output::Json {
        return json(&found);
    }
    table(std::slice::from_ref(&found.letter)).print();
    for event in &found.queue {
        print(&format!(
            "  {:>3}  {}  {:<22} {}",
            event.no,
            event.at,
            event.event,
            one_line(&event.why)
        ));
        print(&format!("       {}", one_line(&event.body)));
    }
    for event in &found.discarded {
        let words = in_language("버림", "discarded");
        let reason = one_line(&event.reason);
        print(&format!(
            "  {words}  {}  {:<22} {}: {reason}",
            event.discarded_at, event.event, event.by
        ));
        print(&format!("       {}", one_line(&event.body)));
    }
    let (id, flag) = (&one.id, one.target.flag());
    if found.letter.events > 0 {
        say(
            &format!("다음: jangteo dlq redrive {id}{flag}"),
            &format!("next: jangteo dlq redrive {id}{flag}"),
        );
    }
    Ok(())
}

fn left(view: RedrivenView, one: &One, output: Output) -> Result<(), Ended> {
    if output == Output::Json {
        json(&view)?;
    }
    let (id, flag) = (&one.id, one.target.flag());
    match view.parked {
        0 => {
            say("키가 다시 흘러요.", "the key flows again");
            Ok(())
        }
        parked => Err(Ended::failed(
            &format!("{id}: 이벤트 {parked}개가 아직 멈춰 있어요 → jangteo dlq show {id}{flag}"),
            &format!("{id}: {parked} events are still parked → jangteo dlq show {id}{flag}"),
        )),
    }
}
