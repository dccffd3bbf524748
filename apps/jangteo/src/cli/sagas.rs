//! `jangteo saga`: where sagas stand, and the story of one over all services.

use clap::{Args, Subcommand};
use contracts::http::dead_letter::WithReason;
use contracts::http::order::OrderView;
use contracts::http::saga::{
    ResolvedView, RetriedView, SagaKind, SagaState, SagaStoryView, SagaView,
};
use contracts::http::{NoBody, Page};
use contracts::ids::{OrderNumber, SagaId};
use contracts::saga::Step;
use serde_json::json;

use super::client::{Client, PATIENCE};
use super::language::{event_words, in_language, print, say};
use super::{Ended, Output, Target, follow, json as write_json};

#[derive(Subcommand)]
pub(super) enum Saga {
    /// Sagas, the newest first: orders' and refunds'.
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// How many, at most 100.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
        limit: u8,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// What every service said of one saga.
    Show(One),
    /// Follow one saga until nothing of it is under way.
    Watch {
        /// The order's id or number, or a refund's id.
        saga: String,
        #[command(flatten)]
        target: Target,
    },
    /// Have every event of a saga heard once more: who has heard it says nothing twice.
    Retry(One),
    /// Cancel an open order.
    Cancel(One),
    /// Settle by your word what a saga still waits for. Nothing is put back by it.
    Resolve {
        #[command(flatten)]
        one: One,
        /// Goes into the audit; `verify` tells it as an exception.
        #[arg(long)]
        reason: String,
    },
}

/// Which sagas are listed.
#[derive(Args)]
pub(super) struct Wanted {
    /// Only those in this state: RUNNING, COMPLETED, COMPENSATING or COMPENSATED.
    #[arg(long)]
    state: Option<SagaState>,
    /// Only those that began at least so many seconds ago.
    #[arg(long)]
    age: Option<u32>,
    /// Only those that wait for this step or its undo: deduct-stock, pay-points ..
    #[arg(long, value_parser = step)]
    step: Option<Step>,
}

/// One saga, and how the answer is written.
#[derive(Args)]
pub(super) struct One {
    /// The order's id or number, or a refund's id.
    saga: String,
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(saga: Saga) -> Result<(), Ended> {
    match saga {
        Saga::List {
            wanted,
            limit,
            output,
            target,
        } => list(&wanted, limit.into(), output, &target).await,
        Saga::Show(one) => show(&one).await,
        Saga::Watch { saga, target } => watch(&saga, &target).await,
        Saga::Retry(one) => retry(&one).await,
        Saga::Cancel(one) => cancel(&one).await,
        Saga::Resolve { one, reason } => resolve(&one, reason).await,
    }
}

fn step(slug: &str) -> Result<Step, String> {
    let slugs = || Step::ALL.iter().map(|step| step.slug());
    Step::from_slug(slug).ok_or_else(|| slugs().collect::<Vec<_>>().join(", "))
}

async fn list(wanted: &Wanted, limit: usize, output: Output, target: &Target) -> Result<(), Ended> {
    let client = operator(target).await?;
    let mut filter = String::new();
    for (name, value) in [
        ("state", wanted.state.map(|state| state.to_string())),
        ("age", wanted.age.map(|age| age.to_string())),
        ("step", wanted.step.map(|step| step.slug().to_owned())),
    ] {
        if let Some(value) = value {
            filter.push_str(&format!("&{name}={value}"));
        }
    }
    let mut found = Page::<SagaView> {
        items: Vec::new(),
        next_cursor: None,
    };
    // A page may end before it is full: the shop looks at so many rows at a time.
    loop {
        let left = limit - found.items.len();
        let mut path = format!("/api/v1/sagas?limit={left}{filter}");
        if let Some(cursor) = &found.next_cursor {
            path.push_str(&format!("&cursor={cursor}"));
        }
        let page: Page<SagaView> = client.get(&path).await?;
        found.items.extend(page.items);
        found.next_cursor = page.next_cursor;
        if found.next_cursor.is_none() || found.items.len() >= limit {
            break;
        }
    }
    if output == Output::Json {
        return write_json(&found);
    }
    if found.items.is_empty() {
        say("사가가 없어요.", "no sagas");
    }
    found.items.iter().for_each(line);
    Ok(())
}

fn line(saga: &SagaView) {
    let code = saga.failure_code.map(|code| code.as_str()).unwrap_or("-");
    let mut notes = String::new();
    if saga.kind == SagaKind::Refund {
        notes.push_str(in_language("  환불", "  refund"));
    }
    if saga.parked {
        notes.push_str(in_language("  멈춤", "  parked"));
    }
    for step in saga.waits_for.iter() {
        notes.push_str(&format!("  … {}", step.words()));
    }
    print(&format!(
        "{}  {}  {:<12}  {code}{notes}",
        saga.saga_id, saga.order_number, saga.state
    ));
}

async fn show(one: &One) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}", saga_id(&one.saga)?);
    let story: SagaStoryView = operator(&one.target).await?.get(&path).await?;
    match one.output {
        Output::Json => write_json(&story),
        Output::Table => {
            tell(&story);
            Ok(())
        }
    }
}

async fn watch(saga: &str, target: &Target) -> Result<(), Ended> {
    let saga_id = saga_id(saga)?;
    let story = follow::watch(&operator(target).await?, saga_id).await?;
    line(&story.saga);
    Ok(())
}

async fn retry(one: &One) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/retry", saga_id(&one.saga)?);
    let client = operator(&one.target).await?;
    let retried: RetriedView = client.act(&path, &json!({}), PATIENCE).await?;
    if one.output == Output::Json {
        return write_json(&retried);
    }
    for handed in &retried.services {
        let words = match handed.redriven {
            true => in_language("멈춘 키를 다시 시작", "took its parked key up"),
            false => in_language("다시 건넴", "handed over"),
        };
        print(&format!(
            "{:<10} {:>3}  {words}",
            handed.service, handed.events
        ));
    }
    if !retried.whole {
        say(
            "로그에 처음부터 남아 있지 않아요. 지워진 이벤트는 다시 건넬 수 없어요.",
            "the log no longer has its beginning; what was pruned cannot be handed over",
        );
    }
    Ok(())
}

async fn cancel(one: &One) -> Result<(), Ended> {
    let order_id = saga_id(&one.saga)?;
    let path = format!("/api/v1/sagas/{order_id}/cancel");
    let client = operator(&one.target).await?;
    let key = format!("cli-cancel-{order_id}");
    let order: OrderView = client.post(&path, &key, &NoBody {}).await?;
    match one.output {
        Output::Json => write_json(&order),
        Output::Table => {
            print(&format!("{}  {}", order.order_id, order.order_number));
            Ok(())
        }
    }
}

async fn resolve(one: &One, reason: String) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/resolve", saga_id(&one.saga)?);
    let client = operator(&one.target).await?;
    let resolved: ResolvedView = client.act(&path, &WithReason { reason }, PATIENCE).await?;
    if one.output == Output::Json {
        return write_json(&resolved);
    }
    for step in resolved.steps.iter() {
        print(step.words());
    }
    Ok(())
}

async fn operator(target: &Target) -> Result<Client, Ended> {
    Client::new(target)?
        .login(&target.email, &target.password)
        .await
}

/// An id, or an order number, which is the same in other words.
fn saga_id(text: &str) -> Result<SagaId, Ended> {
    let id = text.parse::<SagaId>().ok();
    let number = || text.parse::<OrderNumber>().ok();
    let id = id.or_else(|| number().map(|number| number.id().into()));
    id.ok_or_else(|| {
        Ended::NotFound(format!(
            "{text}: {}",
            in_language(
                "주문 id(13자)나 주문 번호(YYYYMMDD-XXXXXXXXXX)가 아니에요",
                "neither an order id (13 characters) nor a number (YYYYMMDD-XXXXXXXXXX)"
            )
        ))
    })
}

/// The story as lines: when after the beginning, who, what.
pub(super) fn tell(story: &SagaStoryView) {
    let saga = &story.saga;
    let code = saga
        .failure_code
        .map(|code| format!("  {code}"))
        .unwrap_or_default();
    print(&format!(
        "{}  {}  {}{code}",
        saga.saga_id, saga.order_number, saga.state
    ));
    let Some(first) = story.timeline.first() else {
        say(
            "이벤트 로그에 더 남아 있지 않아요.",
            "the event log no longer has its events",
        );
        return;
    };
    for event in &story.timeline {
        let millis = event.at.since(first.at).as_micros() as f64 / 1_000.0;
        let lane = if event.undo { "↩" } else { " " };
        let code = event
            .code
            .map(|code| format!("  {code}"))
            .unwrap_or_default();
        print(&format!(
            "  +{millis:>8.1}ms {lane} {:<10} {:<22} {}{code}",
            event.service,
            event.event,
            event_words(&event.event)
        ));
    }
    for step in story.remaining.iter() {
        print(&format!("  {:>12} … {}", "", step.words()));
    }
}
