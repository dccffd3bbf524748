//! What is left of each product, as its events told it a moment ago: enough to refuse what is
//! sold out without asking, and never enough to accept. Kept in memory and lost with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contracts::envelope::Event;
use contracts::events::Fact;
use contracts::events::order::OrderLine;
use contracts::events::product::{BadItem, StockCode};
use contracts::ids::ProductId;
use contracts::money::Quantity;
use contracts::time::Timestamp;

/// Older news refuses nobody.
const FRESH: Duration = Duration::from_secs(1);

/// What Order remembers of the shelves.
#[derive(Debug, Default)]
pub struct Shelves(Mutex<BTreeMap<ProductId, Heard>>);

#[derive(Clone, Copy, Debug)]
struct Heard {
    left: i64,
    version: i64,
    at: Timestamp,
}

impl Shelves {
    /// Takes up what an event says of a stock. The highest version wins; the same one heard again
    /// is as good as new.
    pub fn hear(&self, event: &Event, now: Timestamp) {
        let note = |product_id, left, version| self.note(product_id, left, version, now);
        match &event.fact {
            Fact::ProductChanged(said) => note(said.product_id, said.left, said.stock_version),
            Fact::StockDeducted(said) => {
                for line in &said.lines {
                    note(line.product_id, line.left, line.stock_version);
                }
            }
            Fact::StockDeductionFailed(said) => {
                for item in &said.items {
                    if let (Some(left), Some(version)) = (item.left, item.stock_version) {
                        note(item.product_id, left, version);
                    }
                }
            }
            Fact::StockRestored(said) => {
                for line in &said.lines {
                    note(line.product_id, line.left, line.stock_version);
                }
            }
            Fact::StockReturned(said) => {
                for line in &said.lines {
                    note(line.product_id, line.left, line.stock_version);
                }
            }
            Fact::UserRegistered(_)
            | Fact::UserDeactivated(_)
            | Fact::OrderCreated(_)
            | Fact::OrderConfirmed(_)
            | Fact::OrderCancelled(_)
            | Fact::RefundRequested(_)
            | Fact::OrderRefunded(_)
            | Fact::PointCharged(_)
            | Fact::PaymentCompleted(_)
            | Fact::PaymentFailed(_)
            | Fact::PaymentRefunded(_)
            | Fact::PointsReturned(_)
            | Fact::CouponIssued(_)
            | Fact::CouponApplied(_)
            | Fact::CouponRejected(_)
            | Fact::CouponRestored(_)
            | Fact::CouponReturned(_) => {}
        }
    }

    /// The products of a cart that were sold out a moment ago; empty when it may be tried.
    pub fn sold_out(&self, lines: &[OrderLine], now: Timestamp) -> Vec<BadItem> {
        let shelves = self.lock();
        let mut short: BTreeMap<ProductId, BadItem> = BTreeMap::new();
        for line in lines {
            let Some(heard) = shelves.get(&line.product_id) else {
                continue;
            };
            if heard.left > 0 || now.since(heard.at) > FRESH {
                continue;
            }
            let item = short.entry(line.product_id).or_insert(BadItem {
                product_id: line.product_id,
                code: StockCode::OutOfStock,
                wanted: Quantity::new(0),
                left: Some(heard.left),
                stock_version: Some(heard.version),
                unit_price: None,
            });
            let wanted = item.wanted.checked_add(line.quantity);
            item.wanted = wanted.unwrap_or(item.wanted);
        }
        short.into_values().collect()
    }

    fn note(&self, product_id: ProductId, left: i64, version: i64, at: Timestamp) {
        let heard = Heard { left, version, at };
        let mut shelves = self.lock();
        let known = shelves.entry(product_id).or_insert(heard);
        if heard.version >= known.version {
            *known = heard;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ProductId, Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use contracts::envelope::{Actor, Trace};
    use contracts::events::product::{RestockedLine, StockDeductionFailed, StockRestored};
    use contracts::ids::OrderId;

    use super::*;

    const MUG: ProductId = ProductId::new(10);
    const BAG: ProductId = ProductId::new(11);

    fn event(fact: impl Into<Fact>) -> Event {
        Event {
            sequence: 1,
            at: Timestamp::from_micros(0),
            actor: Actor::System,
            trace: Trace::NONE,
            cause: None,
            fact: fact.into(),
        }
    }

    fn failed(left: i64, version: i64) -> Event {
        let item = BadItem {
            product_id: MUG,
            code: StockCode::OutOfStock,
            wanted: Quantity::new(2),
            left: Some(left),
            stock_version: Some(version),
            unit_price: None,
        };
        event(StockDeductionFailed {
            order_id: OrderId::new(1),
            items: vec![item],
        })
    }

    fn restored(left: i64, stock_version: i64) -> Event {
        let line = RestockedLine {
            product_id: MUG,
            quantity: Quantity::new(1),
            left,
            stock_version,
        };
        event(StockRestored {
            order_id: OrderId::new(1),
            lines: vec![line],
        })
    }

    fn line(product_id: ProductId, pieces: u32) -> OrderLine {
        OrderLine {
            line: 1,
            product_id,
            quantity: Quantity::new(pieces),
            expected_unit_price: None,
        }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn what_was_heard_sold_out_within_a_second_is_refused() {
        let shelves = Shelves::default();
        let cart = [line(MUG, 2), line(BAG, 1), line(MUG, 1)];
        assert_eq!(shelves.sold_out(&cart, at(0)), []);
        shelves.hear(&failed(0, 5), at(1_000));
        let short = shelves.sold_out(&cart, at(2_000));
        assert_eq!(short.len(), 1);
        assert_eq!((short[0].product_id, short[0].wanted.get()), (MUG, 3));
        assert_eq!((short[0].left, short[0].stock_version), (Some(0), Some(5)));
        assert_eq!(
            shelves.sold_out(&cart, at(2_001)),
            [],
            "too old to refuse by"
        );
        shelves.hear(&failed(0, 5), at(3_000));
        assert_eq!(shelves.sold_out(&cart, at(3_500)).len(), 1, "heard again");
    }

    #[test]
    fn a_piece_left_or_a_newer_word_lets_it_be_tried() {
        let shelves = Shelves::default();
        let cart = [line(MUG, 9)];
        shelves.hear(&failed(1, 5), at(0));
        assert_eq!(shelves.sold_out(&cart, at(0)), [], "short is not sold out");
        shelves.hear(&failed(0, 6), at(0));
        assert_eq!(shelves.sold_out(&cart, at(0)).len(), 1);
        shelves.hear(&restored(1, 7), at(0));
        assert_eq!(shelves.sold_out(&cart, at(0)), []);
        shelves.hear(&failed(0, 6), at(0));
        assert_eq!(
            shelves.sold_out(&cart, at(0)),
            [],
            "an older word comes late"
        );
    }
}
