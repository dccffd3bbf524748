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
use super::language::{event_words, in_language, print, print_line, say};
use super::table::{Cell, Table, Tone, numbers, words};
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
        #[command(flatten)]
        target: Target,
    },
    /// What every service said of one saga.
    Show(One),
    /// Follow one saga until nothing of it is under way.
    Watch(One),
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

/// One saga.
#[derive(Args)]
pub(super) struct One {
    /// The order's id or number, or a refund's id.
    saga: String,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(saga: Saga, output: Output) -> Result<(), Ended> {
    match saga {
        Saga::List {
            wanted,
            limit,
            target,
        } => list(&wanted, limit.into(), output, &target).await,
        Saga::Show(one) => show(&one, output).await,
        Saga::Watch(one) => watch(&one, output).await,
        Saga::Retry(one) => retry(&one, output).await,
        Saga::Cancel(one) => cancel(&one, output).await,
        Saga::Resolve { one, reason } => resolve(&one, reason, output).await,
    }
}

fn step(slug: &str) -> Result<Step, String> {
    let slugs = || Step::ALL.iter().map(|step| step.slug());
    Step::from_slug(slug).ok_or_else(|| slugs().collect::<Vec<_>>().join(", "))
}

async fn list(wanted: &Wanted, limit: usize, output: Output, target: &Target) -> Result<(), Ended> {
    let client = Client::operator(target).await?;
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
    table(&found.items).print();
    Ok(())
}

fn table(sagas: &[SagaView]) -> Table {
    let mut table = Table::new([
        words("사가", "saga"),
        words("주문번호", "order number"),
        words("상태", "state"),
        words("실패 코드", "failure"),
        words("기다리는 것", "waits for"),
    ]);
    for saga in sagas {
        let mut notes = Vec::new();
        if saga.kind == SagaKind::Refund {
            notes.push(in_language("환불", "refund").to_owned());
        }
        if saga.parked {
            notes.push(in_language("멈춤", "parked").to_owned());
        }
        let waits = saga.waits_for.iter();
        notes.extend(waits.map(|step| format!("… {}", step.words())));
        let code = saga.failure_code.map(|code| code.as_str());
        table.row([
            saga.saga_id.into(),
            saga.order_number.into(),
            Cell::new(saga.state, tone(saga.state)),
            code.unwrap_or("-").into(),
            notes.join("  ").into(),
        ]);
    }
    table
}

const fn tone(state: SagaState) -> Tone {
    match state {
        SagaState::Completed => Tone::Good,
        SagaState::Compensated => Tone::Plain,
        SagaState::Running | SagaState::Compensating => Tone::Open,
    }
}

async fn show(one: &One, output: Output) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}", one.id()?);
    let client = Client::operator(&one.target).await?;
    let story: SagaStoryView = client.get(&path).await?;
    match output {
        Output::Json => write_json(&story),
        Output::Table => {
            tell(&story);
            Ok(())
        }
    }
}

async fn watch(one: &One, output: Output) -> Result<(), Ended> {
    let saga_id = one.id()?;
    let operator = Client::operator(&one.target).await?;
    let story = follow::watch(&operator, saga_id, output).await?;
    match output {
        Output::Json => print_line(&story.saga),
        Output::Table => {
            table(std::slice::from_ref(&story.saga)).print();
            Ok(())
        }
    }
}

async fn retry(one: &One, output: Output) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/retry", one.id()?);
    let client = Client::operator(&one.target).await?;
    let retried: RetriedView = client.act(&path, &json!({}), PATIENCE).await?;
    if output == Output::Json {
        return write_json(&retried);
    }
    let mut table = Table::new([
        words("서비스", "service"),
        numbers("이벤트", "events"),
        words("한 일", "done"),
    ]);
    for handed in &retried.services {
        let done = match handed.redriven {
            true => in_language("멈춘 키를 다시 시작", "took its parked key up"),
            false => in_language("다시 건넴", "handed over"),
        };
        table.row([
            handed.service.as_str().into(),
            handed.events.into(),
            done.into(),
        ]);
    }
    table.print();
    if !retried.whole {
        say(
            "로그에 처음부터 남아 있지 않아요. 지워진 이벤트는 다시 건넬 수 없어요.",
            "the log no longer has its beginning; what was pruned cannot be handed over",
        );
    }
    next(one, "show");
    Ok(())
}

async fn cancel(one: &One, output: Output) -> Result<(), Ended> {
    let order_id = one.id()?;
    let path = format!("/api/v1/sagas/{order_id}/cancel");
    let client = Client::operator(&one.target).await?;
    let key = format!("cli-cancel-{order_id}");
    let order: OrderView = client.post(&path, &key, &NoBody {}).await?;
    match output {
        Output::Json => write_json(&order),
        Output::Table => {
            print(&format!("{}  {}", order.order_id, order.order_number));
            next(one, "watch");
            Ok(())
        }
    }
}

async fn resolve(one: &One, reason: String, output: Output) -> Result<(), Ended> {
    let path = format!("/api/v1/sagas/{}/resolve", one.id()?);
    let client = Client::operator(&one.target).await?;
    let resolved: ResolvedView = client.act(&path, &WithReason { reason }, PATIENCE).await?;
    if output == Output::Json {
        return write_json(&resolved);
    }
    for step in resolved.steps.iter() {
        print(step.words());
    }
    next(one, "show");
    Ok(())
}

/// What to look at after something was changed.
fn next(one: &One, verb: &str) {
    let (saga, flag) = (&one.saga, one.target.flag());
    say(
        &format!("다음: jangteo saga {verb} {saga}{flag}"),
        &format!("next: jangteo saga {verb} {saga}{flag}"),
    );
}

impl One {
    /// An id, or an order number, which is the same in other words.
    fn id(&self) -> Result<SagaId, Ended> {
        let (text, flag) = (&self.saga, self.target.flag());
        let id = text.parse::<SagaId>().ok();
        let number = || text.parse::<OrderNumber>().ok();
        let id = id.or_else(|| number().map(|number| number.id().into()));
        id.ok_or_else(|| {
            Ended::not_found(
                &format!(
                    "{text}: 주문 id(13자)나 주문 번호(YYYYMMDD-XXXXXXXXXX)가 아니에요 \
                     → jangteo saga list{flag}"
                ),
                &format!(
                    "{text}: neither an order id (13 characters) nor a number \
                     (YYYYMMDD-XXXXXXXXXX) → jangteo saga list{flag}"
                ),
            )
        })
    }
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
        saga.saga_id,
        saga.order_number,
        tone(saga.state).paint(saga.state.as_str())
    ));
    let Some(first) = story.timeline.first() else {
        say(
            "이벤트 로그에 더 남아 있지 않아요.",
            "the event log no longer has its events",
        );
        return;
    };
    let mut table = Table::within("  ", std::array::from_fn::<_, 6, _>(|_| words("", "")));
    for event in &story.timeline {
        let millis = event.at.since(first.at).as_micros() as f64 / 1_000.0;
        let code = event.code.map(|code| code.to_string());
        table.row([
            format!("+{millis:>8.1}ms").into(),
            if event.undo { "↩" } else { "" }.into(),
            event.service.as_str().into(),
            event.event.as_str().into(),
            event_words(&event.event).into(),
            Cell::new(code.unwrap_or_default(), Tone::Bad),
        ]);
    }
    table.print();
    for step in story.remaining.iter() {
        print(&format!("  {:>12} … {}", "", step.words()));
    }
}
