//! `jangteo saga`: where sagas stand, and the story of one over all services.

use clap::Subcommand;
use contracts::http::dead_letter::WithReason;
use contracts::http::order::OrderView;
use contracts::http::saga::{ResolvedView, RetriedView, SagaState, SagaStoryView, SagaView};
use contracts::http::{NoBody, Page};
use contracts::ids::{OrderId, OrderNumber};

use serde_json::json;

use super::client::{Client, PATIENCE};
use super::follow::follow;
use super::language::{event_words, in_language, print, say};
use super::{Ended, Output, Target, json as write_json};

#[derive(Subcommand)]
pub(super) enum Saga {
    /// The newest sagas.
    List {
        /// Only those in this state: RUNNING, COMPLETED, COMPENSATING or COMPENSATED.
        #[arg(long)]
        state: Option<SagaState>,
        /// How many, at most 100.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
        limit: u8,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// What every service said of one saga.
    Show {
        /// The order's id or its order number.
        order: String,
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
    /// Follow one saga until nothing of it is under way.
    Watch {
        /// The order's id or its order number.
        order: String,
        #[command(flatten)]
        target: Target,
    },
    /// Have every event of a saga heard once more: who has heard it says nothing twice.
    Retry {
        /// The order's id or number, or a refund's id.
        saga: String,
        #[command(flatten)]
        target: Target,
    },
    /// Cancel an open order.
    Cancel {
        /// The order's id or its order number.
        order: String,
        #[command(flatten)]
        target: Target,
    },
    /// Settle by your word what a saga still waits for. Nothing is put back by it.
    Resolve {
        /// The order's id or number, or a refund's id.
        saga: String,
        /// Goes into the audit; `verify` tells it as an exception.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(saga: Saga) -> Result<(), Ended> {
    match saga {
        Saga::List {
            state,
            limit,
            output,
            target,
        } => list(state, limit, output, &target).await,
        Saga::Show {
            order,
            output,
            target,
        } => show(&order, output, &target).await,
        Saga::Watch { order, target } => watch(&order, &target).await,
        Saga::Retry { saga, target } => retry(&saga, &target).await,
        Saga::Cancel { order, target } => cancel(&order, &target).await,
        Saga::Resolve {
            saga,
            reason,
            target,
        } => resolve(&saga, reason, &target).await,
    }
}

async fn list(
    state: Option<SagaState>,
    limit: u8,
    output: Output,
    target: &Target,
) -> Result<(), Ended> {
    let client = Client::new(target)?
        .login(&target.email, &target.password)
        .await?;
    let filter = state
        .map(|state| format!("&state={state}"))
        .unwrap_or_default();
    let page: Page<SagaView> = client
        .get(&format!("/api/v1/sagas?limit={limit}{filter}"))
        .await?;
    if output == Output::Json {
        return write_json(&page);
    }
    if page.items.is_empty() {
        say("사가가 없어요.", "no sagas");
    }
    for saga in page.items {
        let code = saga.failure_code.map(|code| code.as_str()).unwrap_or("-");
        let parked = if saga.parked {
            in_language("  멈춤", "  parked")
        } else {
            ""
        };
        print(&format!(
            "{}  {}  {:<12}  {code}{parked}",
            saga.saga_id, saga.order_number, saga.state
        ));
    }
    Ok(())
}

async fn show(order: &str, output: Output, target: &Target) -> Result<(), Ended> {
    let order_id = order_id(order)?;
    let client = Client::new(target)?
        .login(&target.email, &target.password)
        .await?;
    let story: SagaStoryView = client.get(&format!("/api/v1/sagas/{order_id}")).await?;
    match output {
        Output::Json => write_json(&story),
        Output::Table => {
            tell(&story);
            Ok(())
        }
    }
}

async fn watch(order: &str, target: &Target) -> Result<(), Ended> {
    let order_id = order_id(order)?;
    let operator = operator(target).await?;
    let story = follow(&operator, &operator, order_id).await?;
    print(&format!("{}  {}", story.saga.saga_id, story.saga.state));
    Ok(())
}

async fn retry(saga: &str, target: &Target) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/retry", order_id(saga)?);
    let client = operator(target).await?;
    let retried: RetriedView = client.act(&path, &json!({}), PATIENCE).await?;
    let (events, handed) = (retried.events, retried.handed);
    say(
        &format!("이벤트 {events}개를 {handed}번 다시 건넸어요."),
        &format!("{events} events were handed over {handed} times"),
    );
    Ok(())
}

async fn cancel(order: &str, target: &Target) -> Result<(), Ended> {
    let order_id = order_id(order)?;
    let path = format!("/api/v1/sagas/{order_id}/cancel");
    let client = operator(target).await?;
    let key = format!("cli-cancel-{order_id}");
    let order: OrderView = client.post(&path, &key, &NoBody {}).await?;
    print(&format!("{}  {}", order.order_id, order.order_number));
    Ok(())
}

async fn resolve(saga: &str, reason: String, target: &Target) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/resolve", order_id(saga)?);
    let client = operator(target).await?;
    let resolved: ResolvedView = client.act(&path, &WithReason { reason }, PATIENCE).await?;
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
fn order_id(text: &str) -> Result<OrderId, Ended> {
    let id = text.parse::<OrderId>().ok();
    let id = id.or_else(|| text.parse::<OrderNumber>().ok().map(OrderNumber::id));
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
