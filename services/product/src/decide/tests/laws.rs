//! What every step and every store must keep, whatever they do.

use contracts::time::SeoulDay;
use db::{Fence, Idempotency, Standing};

use super::*;
use crate::store::{Category, Direction, Gram, Rank, RankDay, Ranking, Rows, Unindexed};

#[test]
fn deduct_stock_keeps_the_laws_of_a_step() {
    let carts: [&[(ProductId, u32)]; 5] = [
        &[(MUG, 2)],
        &[(BAG, 1), (MUG, 1)],
        &[(MUG, 99)],
        &[(HAT, 1), (MUG, 1)],
        &[],
    ];
    let undos = [
        coupon_rejected(ORDER),
        payment_failed(ORDER),
        cancelled(ORDER, &[Step::DeductStock, Step::PayPoints]),
    ];
    for cart in carts {
        for undo in &undos {
            testkit::step_laws::<crate::Product>(|| shop(5, 5), &created(ORDER, cart), undo);
        }
    }
}

/// Whatever is heard of an order, in whatever order and however often: when nothing is left
/// undone, the shelf is as full as before or short of exactly what was taken.
#[test]
fn steps_and_undos_commute() {
    let deduct = created(ORDER, &[(MUG, 2), (BAG, 1)]);
    let undos = [
        payment_failed(ORDER),
        cancelled(ORDER, &[Step::DeductStock]),
    ];
    let heard = [&deduct, &undos[0], &undos[1], &deduct];
    for order_of in permutations(heard.len()) {
        let mut world = shop(5, 5);
        for &at in &order_of {
            world.hear(heard[at].clone());
        }
        assert_eq!(
            (left(&world, MUG), left(&world, BAG)),
            (5, 5),
            "{order_of:?}"
        );
        let restored = |fact: &&Fact| matches!(fact, Fact::StockRestored(_));
        assert_eq!(
            world.said().iter().filter(restored).count(),
            1,
            "{order_of:?}"
        );
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = |start: Vec<usize>| {
            let rest: Vec<usize> = (0..count).filter(|at| !start.contains(at)).collect();
            rest.into_iter()
                .map(move |at| [start.as_slice(), &[at]].concat())
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

#[test]
fn every_row_comes_back_from_a_real_file() {
    testkit::store_conformance::<crate::Product>(crate::MIGRATIONS, |rows: &mut Rows| {
        let at = CONFIRMED_AT;
        rows.product.add(product(MUG, MUG_PRICE));
        let gone = store::Product {
            status: Status::Discontinued,
            ..product(BAG, BAG_PRICE)
        };
        rows.product.add(gone);
        rows.stock.add(Stock {
            product_id: MUG,
            quantity: i64::MAX,
            version: 3,
        });
        for (direction, delta, reason) in [
            (Direction::Deduct, -2, None),
            (Direction::Restore, 2, None),
            (Direction::Return, i64::from(u32::MAX), None),
            (Direction::Adjust, -1_000_000, Some("파손".to_owned())),
        ] {
            rows.ledger.add(Ledger {
                saga_id: saga(ORDER),
                product_id: MUG,
                direction,
                delta,
                quantity_after: 4,
                stock_version: 2,
                at,
                reason,
            });
        }
        rows.rank.add(Rank {
            hour: 498_694,
            product_id: MUG,
            quantity: -3,
        });
        rows.rank_day.add(RankDay {
            day: 20_779,
            product_id: MUG,
            quantity: -3,
        });
        rows.ranking.add(Ranking::from(SeoulDay::from_days(20_779)));
        let product_id = MUG;
        for gram in ["ㅁㄱ", "머그", "🎁", " '%"] {
            let gram = gram.to_owned();
            rows.gram.add(Gram { gram, product_id });
        }
        rows.unindexed.add(Unindexed { product_id });
        rows.category.add(Category {
            category: "주방".to_owned(),
            products: 1,
        });
        let step = Step::DeductStock.code().into();
        let (saga_id, state) = (saga(ORDER), Standing::Void);
        rows.fence.add(Fence {
            saga_id,
            step,
            state,
            at,
        });
        rows.idempotency.add(Idempotency {
            scope: "caller:route:key".to_owned(),
            fingerprint: vec![0, 255],
            reference: 7,
            status: 201,
            at,
        });
    });
}

/// Two lines: two stocks, two ledger rows and no fence, which the ledger stands for.
#[test]
fn an_order_of_two_lines_writes_four_rows() {
    let mut world = shop(5, 5);
    world.hear(created(ORDER, &[(MUG, 1), (BAG, 1)]));
    assert_eq!(world.all::<Ledger>().len(), 2);
    assert_eq!(world.all::<Stock>().len(), 2);
    assert!(world.all::<Fence>().is_empty());
    world.hear(confirmed(ORDER, &[(MUG, 1), (BAG, 1)]));
    assert_eq!(world.all::<Fence>().len(), 1);
    assert_eq!(world.all::<Rank>().len(), 2);
}
