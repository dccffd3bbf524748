//! `jangteo demo`: drives a running shop through its public API, as a shopper would.

use clap::{Args, Subcommand, ValueEnum};
use contracts::events::order::OrderStatus;
use contracts::http::Page;
use contracts::http::order::{AcceptedView, OrderView, PlaceItem, PlaceOrder};
use contracts::http::payment::{BalanceView, ChargeView};
use contracts::http::product::ProductView;
use contracts::http::promotion::{CouponView, UserCouponView};
use contracts::http::saga::{SagaState, SagaStoryView};
use contracts::ids::{OrderId, ProductId, UserCouponId};
use contracts::money::{Money, Quantity};
use contracts::problem::Code;
use serde_json::json;

use super::client::Client;
use super::follow::{Told, follow, seen};
use super::language::{print, say, won};
use super::sagas::tell;
use super::{Ended, Output, Target, json as write_json};
use crate::seed::{PASSWORD, SHOPPER};

mod kill;
mod refund;

/// A cancel races the saga, which takes milliseconds: it may lose some times before it wins.
const MOST_RACES: usize = 50;
/// What the shopper charges when the points do not reach.
const CHARGE: i64 = 100_000;
/// Of one product in one line.
const MOST_PIECES: i64 = Quantity::MAX_PER_LINE as i64;

#[derive(Subcommand)]
pub(super) enum Demo {
    /// Buy two things with a coupon.
    Order(Flags),
    /// Place an order that a service refuses, and watch everything come back.
    Fail {
        /// Who refuses.
        what: Failing,
        #[command(flatten)]
        flags: Flags,
    },
    /// Place an order and cancel it while its saga runs.
    Cancel(Flags),
    /// Buy two things and give them back: one piece first, then the rest.
    Refund(Flags),
    /// Kill a service's loop in the middle of a saga and watch both come to their end.
    Kill(kill::KillFlags),
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Failing {
    Stock,
    Coupon,
    Point,
}

#[derive(Args)]
pub(super) struct Flags {
    #[command(flatten)]
    target: Target,
}

/// The demo's shopper and the operator who looks on.
struct Stage {
    shopper: Client,
    operator: Client,
    products: Vec<ProductView>,
    /// Makes another command find the same shop.
    flag: String,
    output: Output,
}

pub(super) async fn run(demo: Demo, output: Output) -> Result<(), Ended> {
    let set = async |flags: &Flags| Stage::set(&flags.target, output).await;
    match demo {
        Demo::Order(flags) => order(&set(&flags).await?).await,
        Demo::Fail { what, flags } => fail(&set(&flags).await?, what).await,
        Demo::Cancel(flags) => cancel(&set(&flags).await?).await,
        Demo::Kill(flags) => kill::kill(&set(&flags.flags).await?, &flags).await,
        Demo::Refund(flags) => refund::refund(&set(&flags).await?).await,
    }
}

async fn order(stage: &Stage) -> Result<(), Ended> {
    let [first, second] = stage.two_on_the_shelf()?;
    let total = 2 * first.price.won() + second.price.won();
    stage.have_points(total).await?;
    let coupon = stage.coupon(first, total).await?;
    let cart = cart([(first.id, 2), (second.id, 1)], coupon);
    say(
        &format!("‘{}’ 2개와 ‘{}’ 1개를 주문해요.", first.name, second.name),
        &format!("ordering 2 of '{}' and 1 of '{}'", first.name, second.name),
    );
    let story = stage.place_and_follow(&cart).await?;
    stage.conclude(&story, SagaState::Completed, None).await
}

async fn fail(stage: &Stage, what: Failing) -> Result<(), Ended> {
    let (cart, code) = match what {
        Failing::Stock => (stage.more_than_there_is()?, Code::OutOfStock),
        Failing::Coupon => {
            let [first, _] = stage.two_on_the_shelf()?;
            // An id that nobody was ever given.
            (
                cart([(first.id, 1)], Some(UserCouponId::new(1))),
                Code::CouponNotOwned,
            )
        }
        Failing::Point => (
            stage.more_than_points_reach().await?,
            Code::InsufficientPoint,
        ),
    };
    let before = stage.balance().await?;
    let story = stage.place_and_follow(&cart).await?;
    stage
        .conclude(&story, SagaState::Compensated, Some(code))
        .await?;
    let after = stage.balance().await?;
    say(
        &format!(
            "포인트: 주문 전 {} → 지금 {}",
            won(before.won()),
            won(after.won())
        ),
        &format!(
            "points: {} before, {} now",
            won(before.won()),
            won(after.won())
        ),
    );
    Ok(())
}

async fn cancel(stage: &Stage) -> Result<(), Ended> {
    let product = stage.cheapest()?;
    let cart = cart([(product.id, 1)], None);
    for lost in 0..MOST_RACES {
        stage.have_points(product.price.won()).await?;
        let placed = stage.place(&cart).await?;
        let path = format!("/api/v1/orders/{}/cancel", placed.order_id);
        let cancelled: Result<OrderView, Ended> =
            stage.shopper.post(&path, &key("cancel"), &json!({})).await;
        match cancelled {
            Ok(order) if order.status == OrderStatus::Cancelled => {
                if lost > 0 {
                    say(
                        &format!("취소가 {lost}번 늦어, 그 주문들은 확정됐어요."),
                        &format!("the cancel came too late {lost} times; those orders stand"),
                    );
                }
                let story = stage.follow(&placed).await?;
                return stage
                    .conclude(&story, SagaState::Compensated, Some(Code::UserCancelled))
                    .await;
            }
            Ok(_) | Err(Ended::Refused(_)) => {}
            Err(ended) => return Err(ended),
        }
    }
    let flag = &stage.flag;
    Err(Ended::refused(
        &format!(
            "{MOST_RACES}번 모두 주문이 먼저 확정됐어요. 다시 해 보세요 → jangteo demo cancel{flag}"
        ),
        &format!(
            "all {MOST_RACES} orders were confirmed before their cancel; try again \
             → jangteo demo cancel{flag}"
        ),
    ))
}

fn cart<const N: usize>(items: [(ProductId, i64); N], coupon: Option<UserCouponId>) -> PlaceOrder {
    let items = items.map(|(product_id, quantity)| PlaceItem {
        product_id,
        quantity,
        expected_unit_price: None,
    });
    PlaceOrder {
        items: items.into(),
        user_coupon_id: coupon,
    }
}

/// A key that no other run uses.
fn key(what: &str) -> String {
    format!(
        "demo-{what}-{}-{}",
        std::process::id(),
        boot::now().micros()
    )
}

impl Stage {
    async fn set(target: &Target, output: Output) -> Result<Self, Ended> {
        let nobody = Client::new(target)?;
        let shopper = nobody.login(SHOPPER, PASSWORD).await?;
        let operator = nobody.login(&target.email, &target.password).await?;
        let page: Page<ProductView> = shopper.get("/api/v1/products?limit=100").await?;
        Ok(Self {
            shopper,
            operator,
            products: page.items,
            flag: target.flag(),
            output,
        })
    }

    fn two_on_the_shelf(&self) -> Result<[&ProductView; 2], Ended> {
        let mut shelf = self
            .products
            .iter()
            .filter(|product| product.available_quantity >= 2);
        match (shelf.next(), shelf.next()) {
            (Some(first), Some(second)) => Ok([first, second]),
            _ => Err(sold_out()),
        }
    }

    fn cheapest(&self) -> Result<&ProductView, Ended> {
        let left = self
            .products
            .iter()
            .filter(|product| product.available_quantity > 0);
        let cheapest = left.min_by_key(|product| product.price);
        cheapest.ok_or_else(sold_out)
    }

    /// One piece more than the shelf holds. Of what is sold out already an order is refused
    /// before its saga begins.
    fn more_than_there_is(&self) -> Result<PlaceOrder, Ended> {
        let left = self
            .products
            .iter()
            .filter(|product| product.available_quantity > 0);
        let scarce = left.min_by_key(|product| product.available_quantity);
        let scarce = scarce.filter(|product| product.available_quantity < MOST_PIECES);
        let scarce = scarce.ok_or_else(|| {
            Ended::refused(
                "모든 상품의 재고가 한 줄에 담을 수 있는 것보다 많아요 → jangteo demo fail point",
                "the shelf holds more of everything than a line can → jangteo demo fail point",
            )
        })?;
        Ok(cart([(scarce.id, scarce.available_quantity + 1)], None))
    }

    /// A cart worth twice the balance, so that no coupon makes it reach.
    async fn more_than_points_reach(&self) -> Result<PlaceOrder, Ended> {
        let balance = self.balance().await?.won();
        let pieces = |product: &ProductView| 2 * balance / product.price.won().max(1) + 1;
        let dear = self
            .products
            .iter()
            .filter(|product| pieces(product) <= product.available_quantity.min(MOST_PIECES))
            .max_by_key(|product| product.price);
        let dear = dear.ok_or_else(|| {
            let balance = won(balance);
            Ended::refused(
                &format!(
                    "포인트가 너무 많아 모자라게 할 수 없어요: {balance} → jangteo demo order"
                ),
                &format!("too many points to run short of them: {balance} → jangteo demo order"),
            )
        })?;
        let pieces = pieces(dear);
        let coupon = self.coupon(dear, pieces * dear.price.won()).await?;
        Ok(cart([(dear.id, pieces)], coupon))
    }

    async fn balance(&self) -> Result<Money, Ended> {
        let points: BalanceView = self.shopper.get("/api/v1/points/me").await?;
        Ok(points.balance)
    }

    async fn have_points(&self, needed: i64) -> Result<(), Ended> {
        let lacking = needed - self.balance().await?.won();
        if lacking <= 0 {
            return Ok(());
        }
        let body = json!({ "amount": lacking.max(CHARGE) });
        let charged: ChargeView = self
            .shopper
            .post("/api/v1/points/me/charge", &key("charge"), &body)
            .await?;
        let balance = won(charged.balance.won());
        say(
            &format!("포인트를 충전했어요. 잔액 {balance}"),
            &format!("charged points; balance {balance}"),
        );
        Ok(())
    }

    /// A coupon of the shopper's that is good for a cart of that total with that product.
    async fn coupon(
        &self,
        product: &ProductView,
        total: i64,
    ) -> Result<Option<UserCouponId>, Ended> {
        let offers: Page<CouponView> = self.shopper.get("/api/v1/coupons?limit=100").await?;
        let suits = |offer: &CouponView| {
            let minimum = offer.min_order_amount.unwrap_or(Money::ZERO);
            let scope = offer.scope.as_ref();
            minimum.won() <= total
                && scope.is_none_or(|scope| scope.categories.contains(&product.category))
        };
        let path = "/api/v1/users/me/coupons?status=AVAILABLE&limit=100";
        let held: Page<UserCouponView> = self.shopper.get(path).await?;
        let good = |coupon: &UserCouponView| {
            offers
                .items
                .iter()
                .any(|offer| offer.id == coupon.coupon_id && suits(offer))
        };
        Ok(held
            .items
            .into_iter()
            .find(good)
            .map(|coupon| coupon.user_coupon_id))
    }

    async fn place(&self, cart: &PlaceOrder) -> Result<AcceptedView, Ended> {
        self.shopper
            .post("/api/v1/orders", &key("order"), cart)
            .await
    }

    /// How much of an order's audit is told.
    async fn seen(&self, order_id: OrderId) -> Result<i64, Ended> {
        seen(&self.shopper, order_id).await
    }

    async fn place_and_follow(&self, cart: &PlaceOrder) -> Result<SagaStoryView, Ended> {
        let placed = self.place(cart).await?;
        self.follow(&placed).await
    }

    async fn follow(&self, placed: &AcceptedView) -> Result<SagaStoryView, Ended> {
        if self.output == Output::Table {
            print(&format!("{}  {}", placed.order_id, placed.order_number));
        }
        follow(&self.shopper, &self.operator, placed.order_id, self.told()).await
    }

    /// A program wants one document at the end.
    const fn told(&self) -> Told {
        match self.output {
            Output::Table => Told::InWords,
            Output::Json => Told::Silently,
        }
    }

    /// Tells the whole story, and fails when the saga did not end as it should.
    async fn conclude(
        &self,
        story: &SagaStoryView,
        expected: SagaState,
        code: Option<Code>,
    ) -> Result<(), Ended> {
        match self.output {
            Output::Json => write_json(story)?,
            Output::Table => {
                say("모든 서비스에서 본 사가:", "the saga over all services:");
                tell(story);
            }
        }
        self.expect(story, expected, code)
    }

    fn expect(
        &self,
        story: &SagaStoryView,
        expected: SagaState,
        code: Option<Code>,
    ) -> Result<(), Ended> {
        let saga = &story.saga;
        let show = format!("jangteo saga show {}{}", saga.order_number, self.flag);
        if saga.state == expected && saga.failure_code == code {
            say(
                &format!("다시 보기: {show}"),
                &format!("to see it again: {show}"),
            );
            return Ok(());
        }
        let ended = |state: SagaState, code: Option<Code>| match code {
            Some(code) => format!("{state} {code}"),
            None => state.to_string(),
        };
        let (is, should) = (ended(saga.state, saga.failure_code), ended(expected, code));
        Err(Ended::failed(
            &format!("사가가 {should} 대신 {is} 상태로 끝났어요 → {show}"),
            &format!("the saga ended {is}, not {should} → {show}"),
        ))
    }
}

fn sold_out() -> Ended {
    Ended::refused(
        "남은 상품이 없어요. 새 상점에서 해 보세요 → jangteo dev --ephemeral",
        "nothing is left on the shelf; try in a new shop → jangteo dev --ephemeral",
    )
}
