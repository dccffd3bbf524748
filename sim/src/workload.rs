//! What the clients of one schedule want: orders that compete for little stock, points near the
//! price, shared coupons, and everything that may cross an order's way.

use std::time::Duration;

use contracts::events::order::OrderLine;
use contracts::ids::{ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use order::input::Requester;

use crate::clients::Wish;
use crate::rng::Rng;
use crate::shop::Stocked;

/// A product that nobody sells.
const UNKNOWN: ProductId = ProductId::new(1);
/// The most orders of one schedule, and the fewest.
const ORDERS: (i64, i64) = (5, 10);

pub fn draw(rng: &mut Rng, stocked: &Stocked) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let orders = rng.between(ORDERS.0, ORDERS.1);
    let orders = usize::try_from(orders).expect("not negative");
    for _ in 0..rng.section(orders) {
        rng.part();
        let order = place(rng, stocked);
        let Wish::Place { user, .. } = order else {
            continue;
        };
        wishes.push(order);
        if rng.percent(40) {
            let wish = wishes.len() - 1;
            let by = match rng.below(8) {
                0 => Requester::Operator,
                1 => Requester::Customer(rng.pick(&stocked.users)),
                _ => Requester::Customer(user),
            };
            wishes.push(Wish::Cancel { wish, by });
            continue;
        }
        if rng.percent(60) {
            let wish = wishes.len() - 1;
            for _ in 0..rng.pick(&[1, 1, 2, 3]) {
                wishes.push(refund(rng, stocked, wish, user));
            }
        }
    }
    let others = rng.below(4);
    for _ in 0..rng.section(others) {
        rng.part();
        wishes.push(beside(rng, stocked));
    }
    let changes = usize::from(rng.percent(30));
    for _ in 0..rng.section(changes) {
        rng.part();
        let (product, price) = rng.pick(&stocked.products);
        let dearer = Money::new(price.won() + rng.between(1, 500));
        wishes.push(Wish::Change {
            product,
            price: rng.percent(60).then_some(dearer),
            discontinued: rng.percent(50).then(|| rng.percent(80)),
        });
    }
    wishes
}

/// All that is left, or pieces of one line: at times more than there are, or of a line that is
/// not there.
fn refund(rng: &mut Rng, stocked: &Stocked, wish: usize, user: UserId) -> Wish {
    let by = match rng.below(10) {
        0 => Requester::Operator,
        1 => Requester::Customer(rng.pick(&stocked.users)),
        _ => Requester::Customer(user),
    };
    let line = rng.pick(&[1, 1, 1, 2, 3]);
    let pieces = rng.pick(&[1, 1, 1, 2, 4]);
    let lines = (!rng.percent(40)).then(|| vec![(line, pieces)]);
    Wish::Refund {
        wish,
        by,
        lines,
        hasty: rng.percent(15),
    }
}

fn place(rng: &mut Rng, stocked: &Stocked) -> Wish {
    let user = rng.pick(&stocked.users);
    let mut lines: Vec<OrderLine> = Vec::new();
    let count = rng.pick(&[1, 1, 2, 2, 3]);
    for number in 1..=count {
        // Every fourth line repeats the product of the one before.
        let repeated = lines.last().filter(|_| rng.percent(25));
        let (product_id, price) = match repeated {
            Some(line) => (line.product_id, None),
            None => product(rng, stocked),
        };
        lines.push(OrderLine {
            line: number,
            product_id,
            quantity: Quantity::new(1 + u32::from(rng.percent(30)) + u32::from(rng.percent(20))),
            expected_unit_price: price,
        });
    }
    Wish::Place {
        user,
        lines,
        coupon: coupon(rng, stocked, user),
        deadline: Duration::from_secs(rng.pick(&[5, 60, 60, 120])),
    }
}

/// A product, and now and then the price it is expected to have, which is wrong at times.
fn product(rng: &mut Rng, stocked: &Stocked) -> (ProductId, Option<Money>) {
    if rng.percent(3) {
        return (UNKNOWN, None);
    }
    let (product, price) = rng.pick(&stocked.products);
    let expected = match rng.below(20) {
        0 => Some(Money::new(price.won() + 1)),
        1..=4 => Some(price),
        _ => None,
    };
    (product, expected)
}

/// Mostly one's own coupon, however often it was named before; at times another's.
fn coupon(rng: &mut Rng, stocked: &Stocked, user: UserId) -> Option<UserCouponId> {
    if rng.percent(40) || stocked.issued.is_empty() {
        return None;
    }
    let own = stocked.issued.iter().find(|issued| issued.0 == user);
    match own {
        Some(own) if !rng.percent(5) => Some(own.1),
        Some(_) | None => rng.percent(30).then(|| rng.pick(&stocked.issued).1),
    }
}

/// What happens beside the orders.
fn beside(rng: &mut Rng, stocked: &Stocked) -> Wish {
    let user = rng.pick(&stocked.users);
    match rng.below(8) {
        0..=2 => Wish::Charge {
            user,
            amount: Money::new(rng.between(100, 20_000)),
        },
        3 | 4 => Wish::Issue {
            user,
            coupon: rng.pick(&stocked.coupons),
        },
        5 | 6 => Wish::Adjust {
            product: rng.pick(&stocked.products).0,
            delta: rng.between(-3, 6),
        },
        _ => Wish::Deactivate { user },
    }
}
