//! Killing a loop in the middle of a saga: nothing is lost, nothing comes twice, and the loop is
//! opened again by itself.

use std::time::Duration;

use clap::{Args, ValueEnum};
use contracts::http::Page;
use contracts::http::loops::{KillLoop, LoopView};
use contracts::http::order::{AcceptedView, PlaceOrder};
use contracts::http::saga::SagaState;

use super::{Flags, Stage, cart, key};
use crate::cli::Ended;
use crate::cli::language::say;

/// A loop is open again within milliseconds.
const MOST_TRIES: usize = 50;
const ASK_AGAIN: Duration = Duration::from_millis(100);

#[derive(Args)]
pub(in crate::cli) struct KillFlags {
    /// Whose loop is killed.
    #[arg(long, value_enum, default_value = "payment")]
    service: Struck,
    /// Where in its batch.
    #[arg(long, value_enum, default_value = "before-commit")]
    point: Point,
    #[command(flatten)]
    pub(super) flags: Flags,
}

#[derive(Clone, Copy, ValueEnum)]
enum Struck {
    Product,
    Order,
    Payment,
    Promotion,
}

#[derive(Clone, Copy, ValueEnum)]
enum Point {
    /// Decided, not committed.
    BeforeCommit,
    /// Committed, its events not published.
    AfterCommit,
    /// Published, nobody answered.
    AfterPublish,
}

pub(super) async fn kill(stage: &Stage, flags: &KillFlags) -> Result<(), Ended> {
    let (service, point) = (name(flags.service), words(flags.point));
    let [first, second] = stage.two_on_the_shelf()?;
    let total = 2 * first.price.won() + second.price.won();
    stage.have_points(total).await?;
    let before = stage.reopened(service).await?;
    let path = format!("/api/v1/loops/{service}/kill");
    let body = KillLoop {
        point: point.to_owned(),
    };
    stage.operator.tell(&path, &body).await?;
    say(
        &format!("{service} 루프가 다음 배치의 {point} 에서 죽어요."),
        &format!("{service}'s loop dies at {point} of its next batch"),
    );
    let cart = cart([(first.id, 2), (second.id, 1)], None);
    let placed = stage.place_until_answered(&cart).await?;
    let story = stage.follow(&placed).await?;
    stage.conclude(&story, SagaState::Completed, None).await?;
    let times = stage.reopened(service).await? - before;
    if times == 0 {
        let flag = &stage.flag;
        return Err(Ended::failed(
            &format!("{service} 루프가 죽지 않았어요 → jangteo doctor{flag}"),
            &format!("{service}'s loop was not killed → jangteo doctor{flag}"),
        ));
    }
    say(
        &format!("{service} 루프를 {times}번 다시 열었고, 주문은 한 번만 이루어졌어요."),
        &format!("{service}'s loop was opened again {times} times; the order was made once"),
    );
    let flag = &stage.flag;
    say(
        &format!("확인: jangteo verify --at-rest{flag}"),
        &format!("to be sure: jangteo verify --at-rest{flag}"),
    );
    Ok(())
}

impl Stage {
    async fn reopened(&self, name: &str) -> Result<u64, Ended> {
        let page: Page<LoopView> = self.operator.get("/api/v1/loops").await?;
        let found = page.items.into_iter().find(|view| view.name == name);
        Ok(found.map_or(0, |view| view.reopened))
    }

    /// Asks under one key until there is an answer: what was lost with the loop is found again.
    async fn place_until_answered(&self, cart: &PlaceOrder) -> Result<AcceptedView, Ended> {
        let key = key("kill");
        let mut pause = tokio::time::interval(ASK_AGAIN);
        for tries in 1.. {
            pause.tick().await;
            match self.shopper.post("/api/v1/orders", &key, cart).await {
                Err(Ended::Failed(lost)) if tries < MOST_TRIES => say(
                    &format!("대답을 잃었어요 ({lost}). 같은 키로 다시 물어봐요."),
                    &format!("the answer was lost ({lost}); asking again under the same key"),
                ),
                answered => return answered,
            }
        }
        unreachable!("the last try is answered either way")
    }
}

const fn name(service: Struck) -> &'static str {
    match service {
        Struck::Product => "product",
        Struck::Order => "order",
        Struck::Payment => "payment",
        Struck::Promotion => "promotion",
    }
}

const fn words(point: Point) -> &'static str {
    match point {
        Point::BeforeCommit => "before-commit",
        Point::AfterCommit => "after-commit",
        Point::AfterPublish => "after-publish",
    }
}
