//! Giving an order back: a piece of it first, then all that is left.

use contracts::http::order::{
    OrderItemId, OrderView, RefundAcceptedView, RefundItem, RefundStatus, RequestRefund,
};
use contracts::http::saga::SagaState;
use contracts::ids::{OrderId, RefundId};
use contracts::money::Money;

use super::{Stage, cart, key};
use crate::cli::follow::follow_on;
use crate::cli::language::{in_language, say, won};
use crate::cli::{Ended, Output, json};

pub(super) async fn refund(stage: &Stage) -> Result<(), Ended> {
    let [first, second] = stage.two_on_the_shelf()?;
    let total = 2 * first.price.won() + second.price.won();
    stage.have_points(total).await?;
    let before = stage.balance().await?;
    let coupon = stage.coupon(first, total).await?;
    let cart = cart([(first.id, 2), (second.id, 1)], coupon);
    let story = stage.place_and_follow(&cart).await?;
    match stage.output {
        Output::Table => stage.conclude(&story, SagaState::Completed, None).await?,
        // The order, with its refunds, is the answer.
        Output::Json => stage.expect(&story, SagaState::Completed, None)?,
    }
    let order_id: OrderId = story.saga.saga_id.cast();
    let paid = stage.balance().await?;

    say(
        &format!("‘{}’ 1개를 돌려줘요.", first.name),
        &format!("giving 1 of '{}' back", first.name),
    );
    let piece = RefundItem {
        order_item_id: OrderItemId { order_id, line: 1 },
        quantity: 1,
    };
    let one = stage.give_back(order_id, Some(vec![piece])).await?;
    say("나머지를 모두 돌려줘요.", "giving all the rest back");
    let rest = stage.give_back(order_id, None).await?;

    let order = stage.order(order_id).await?;
    if stage.output == Output::Json {
        json(&order)?;
    }
    let back = done(&order, &[one.refund_id, rest.refund_id])?;
    let after = stage.balance().await?;
    say(
        &format!(
            "포인트: 주문 전 {} → 결제 뒤 {} → 환불 뒤 {} (돌아온 {})",
            won(before.won()),
            won(paid.won()),
            won(after.won()),
            won(back.won())
        ),
        &format!(
            "points: {} before, {} once paid, {} now ({} came back)",
            won(before.won()),
            won(paid.won()),
            won(after.won()),
            won(back.won())
        ),
    );
    let owed = order.paid_price.unwrap_or(Money::ZERO);
    if back != owed || after != before {
        let (flag, owed, back) = (&stage.flag, won(owed.won()), won(back.won()));
        return Err(Ended::failed(
            &format!("{owed} 중 {back} 만 돌아왔어요 → jangteo verify --at-rest{flag}"),
            &format!("{back} of {owed} came back → jangteo verify --at-rest{flag}"),
        ));
    }
    Ok(())
}

/// What the two refunds gave back together, once both are done.
fn done(order: &OrderView, refunds: &[RefundId]) -> Result<Money, Ended> {
    let of = |id: &RefundId| {
        let found = order.refunds.iter().find(|refund| refund.refund_id == *id);
        found.filter(|refund| refund.status == RefundStatus::Done)
    };
    let amounts: Option<Vec<Money>> = refunds
        .iter()
        .map(|id| of(id).map(|refund| refund.amount))
        .collect();
    let sum = amounts.and_then(Money::checked_sum);
    sum.ok_or_else(|| {
        let order_id = order.order_id;
        Ended::refused(
            &format!("환불이 아직 끝나지 않았어요 → jangteo saga watch {order_id}"),
            &format!("a refund is not done yet → jangteo saga watch {order_id}"),
        )
    })
}

impl Stage {
    async fn order(&self, order_id: OrderId) -> Result<OrderView, Ended> {
        self.shopper
            .get(&format!("/api/v1/orders/{order_id}"))
            .await
    }

    /// Asks for a refund and follows the order until nothing of it is under way.
    async fn give_back(
        &self,
        order_id: OrderId,
        items: Option<Vec<RefundItem>>,
    ) -> Result<RefundAcceptedView, Ended> {
        let seen = self.seen(order_id).await?;
        let body = RequestRefund {
            items,
            reason: in_language("마음이 바뀌었어요", "changed my mind").to_owned(),
        };
        let path = format!("/api/v1/orders/{order_id}/refunds");
        let accepted = self.shopper.post(&path, &key("refund"), &body).await?;
        follow_on(&self.shopper, order_id, seen, self.told()).await?;
        Ok(accepted)
    }
}
