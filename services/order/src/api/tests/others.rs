//! The other services' parts of an order's saga, played without stock, coupons or points.

use contracts::envelope::{Event, ServiceName};
use contracts::events::Fact;
use contracts::events::order::Frozen;
use contracts::events::payment::{PaymentRefunded, PointDirection, TransactionId};
use contracts::events::product::StockDeducted;
use contracts::events::product::{BadItem, StockCode, StockDeductionFailed, StockRestored};
use contracts::money::Money;
use contracts::saga::Step;
use db::AnyTable;
use runtime::{Accept, Decision, Moment, Service};

use super::{SOLD_OUT, STAYS_OPEN};

pub const PRODUCT: u8 = 0;
pub const PROMOTION: u8 = 1;
pub const PAYMENT: u8 = 2;

/// A service that answers from what it hears alone.
pub struct Other<const WHO: u8>;

/// It remembers nothing.
#[derive(Default)]
pub struct Nothing;

impl db::Rows for Nothing {
    fn tables(&mut self) -> Vec<&mut dyn AnyTable> {
        Vec::new()
    }
}

impl<const WHO: u8> Service for Other<WHO> {
    const NAME: ServiceName = match WHO {
        PRODUCT => ServiceName::Product,
        PROMOTION => ServiceName::Promotion,
        _ => ServiceName::Payment,
    };
    type Input = Fact;
    type Rows = Nothing;
    type Reply = ();

    fn accept(event: &Event) -> Accept<Fact> {
        match answer(WHO, &event.fact) {
            Some(said) => Accept::Hear(said),
            None => Accept::Ignore,
        }
    }

    fn ask(_rows: &mut Nothing, _said: &Fact) {}

    fn decide(_rows: &mut Nothing, said: &Fact, _at: &Moment) -> Decision<()> {
        Decision::say(1, said.clone())
    }
}

fn answer(who: u8, heard: &Fact) -> Option<Fact> {
    match (who, heard) {
        (PRODUCT, Fact::OrderCreated(order)) => {
            let first = &order.lines[0];
            if first.quantity.get() == STAYS_OPEN {
                return None;
            }
            if first.quantity.get() == SOLD_OUT {
                let short = BadItem {
                    product_id: first.product_id,
                    code: StockCode::OutOfStock,
                    wanted: first.quantity,
                    left: Some(3),
                    stock_version: Some(1),
                    unit_price: None,
                };
                let items = vec![short];
                return Some(
                    StockDeductionFailed {
                        order_id: order.order_id,
                        items,
                    }
                    .into(),
                );
            }
            let frozen = || Frozen {
                name: "머그컵".into(),
                category: "생활".into(),
                unit_price: Money::new(5_000),
                left: 3,
                stock_version: 1,
            };
            let lines: Vec<_> = order
                .lines
                .iter()
                .map(|line| line.priced(frozen()))
                .collect();
            let total = lines
                .iter()
                .map(|line| line.unit_price.checked_mul(line.quantity));
            Some(Fact::from(StockDeducted {
                order_id: order.order_id,
                user_id: order.user_id,
                created_at: order.created_at,
                user_coupon_id: order.user_coupon_id,
                total: Money::checked_sum(total.map(Option::unwrap)).unwrap(),
                lines,
            }))
        }
        (PRODUCT, Fact::OrderCancelled(said)) if said.undo.contains(Step::DeductStock) => {
            let (order_id, lines) = (said.order.order_id, Vec::new());
            Some(StockRestored { order_id, lines }.into())
        }
        (PROMOTION, Fact::StockDeducted(order)) => {
            let nothing_off = vec![Money::ZERO; order.lines.len()];
            order.discounted(&nothing_off).map(Fact::from)
        }
        (PAYMENT, Fact::CouponApplied(order)) => {
            let saga = order.order_id.into();
            let id = TransactionId {
                saga,
                direction: PointDirection::Use,
            };
            Some(order.completed(id).into())
        }
        (PAYMENT, Fact::OrderCancelled(said)) if said.undo.contains(Step::PayPoints) => {
            let (order_id, amount) = (said.order.order_id, Money::ZERO);
            Some(PaymentRefunded { order_id, amount }.into())
        }
        (_, _) => None,
    }
}
