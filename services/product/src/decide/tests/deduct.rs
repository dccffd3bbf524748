//! Taking stock for an order.

use contracts::events::product::{BadItem, StockCode, StockDeducted};
use db::{Fence, Standing};

use super::*;
use crate::store::Direction;

fn deducted(decision: &Decision<Reply>) -> &StockDeducted {
    let Fact::StockDeducted(deducted) = said(decision) else {
        panic!("{decision:?}")
    };
    deducted
}

fn bad(decision: &Decision<Reply>) -> &[BadItem] {
    let Fact::StockDeductionFailed(failed) = said(decision) else {
        panic!("{decision:?}")
    };
    &failed.items
}

fn out_of_stock(product_id: ProductId, wanted: u32, left: i64, unit_price: Money) -> BadItem {
    BadItem {
        product_id,
        code: StockCode::OutOfStock,
        wanted: Quantity::new(wanted),
        left: Some(left),
        stock_version: Some(1),
        unit_price: Some(unit_price),
    }
}

#[test]
fn an_order_is_taken_priced_and_added_up() {
    let mut world = shop(5, 4);
    let mut order = order(ORDER, &[(BAG, 1), (MUG, 2)]);
    order.lines[1].expected_unit_price = Some(MUG_PRICE);
    order.user_coupon_id = Some(UserCouponId::new(5));
    let decision = world.hear(order.clone().into());
    let said = deducted(&decision);
    assert_eq!(said.total, Money::new(35_000 + 2 * 12_000));
    assert_eq!(
        (
            said.order_id,
            said.user_id,
            said.created_at,
            said.user_coupon_id
        ),
        (
            order.order_id,
            order.user_id,
            order.created_at,
            order.user_coupon_id
        )
    );
    let lines: Vec<_> = said
        .lines
        .iter()
        .map(|line| {
            (
                line.line,
                line.product_id,
                line.quantity.get(),
                line.unit_price,
                line.left,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [(1, BAG, 1, BAG_PRICE, 3), (2, MUG, 2, MUG_PRICE, 3)]
    );
    let mug = &said.lines[1];
    assert_eq!(mug.expected_unit_price, Some(MUG_PRICE));
    assert_eq!(
        (&*mug.name, &*mug.category, mug.stock_version),
        ("상품 1", "kitchen", 2)
    );
    assert_eq!(
        ledger(&world),
        [
            (ORDER.get(), MUG, Direction::Deduct, -2, 3, 2),
            (ORDER.get(), BAG, Direction::Deduct, -1, 3, 2),
        ]
    );
    assert_eq!((left(&world, MUG), left(&world, BAG)), (3, 3));
    assert!(world.all::<Fence>().is_empty(), "the ledger is the fence");
}

#[test]
fn an_order_takes_all_its_lines_or_none() {
    let mut world = shop(5, 1);
    let decision = world.hear(created(ORDER, &[(MUG, 2), (BAG, 2)]));
    assert_eq!(bad(&decision), [out_of_stock(BAG, 2, 1, BAG_PRICE)]);
    assert_eq!((left(&world, MUG), left(&world, BAG)), (5, 1));
    assert!(world.all::<Ledger>().is_empty());
    let fence = world
        .get::<Fence>(&(saga(ORDER), Step::DeductStock.code().into()))
        .unwrap();
    assert_eq!(fence.state, Standing::Refused);
}

#[test]
fn every_bad_product_is_listed_with_its_code_and_what_is_known_of_it() {
    let mut world = shop(5, 1);
    let sold_out = ProductId::new(4);
    world.row(product(sold_out, Money::new(500)));
    world.row(Stock {
        product_id: sold_out,
        quantity: 0,
        version: 9,
    });
    let gone = ProductId::new(5);
    world.row(store::Product {
        status: Status::Discontinued,
        ..product(gone, Money::new(700))
    });
    world.row(Stock {
        product_id: gone,
        quantity: 8,
        version: 2,
    });
    let lines = [(sold_out, 1), (gone, 1), (HAT, 3), (MUG, 1), (BAG, 9)];
    let mut order = order(ORDER, &lines);
    order.lines[4].expected_unit_price = Some(Money::new(34_000));
    let decision = world.hear(order.into());
    let items: Vec<_> = bad(&decision)
        .iter()
        .map(|item| {
            let unit_price = item.unit_price.map(Money::won);
            (
                item.product_id,
                item.code,
                item.wanted.get(),
                item.left,
                unit_price,
            )
        })
        .collect();
    assert_eq!(
        items,
        [
            // Both are wrong with it; the graver one is told, with the numbers of both.
            (BAG, StockCode::PriceChanged, 9, Some(1), Some(35_000)),
            (HAT, StockCode::ProductNotFound, 3, None, None),
            (sold_out, StockCode::OutOfStock, 1, Some(0), Some(500)),
            (gone, StockCode::ProductNotOnSale, 1, Some(8), Some(700)),
        ]
    );
    assert_eq!(bad(&decision)[2].stock_version, Some(9));
}

#[test]
fn one_line_at_an_old_price_spoils_the_product() {
    for (expected, code) in [
        ([None, None], None),
        ([Some(MUG_PRICE), None], None),
        ([Some(MUG_PRICE), Some(MUG_PRICE)], None),
        (
            [Some(MUG_PRICE), Some(Money::new(11_999))],
            Some(StockCode::PriceChanged),
        ),
        ([Some(Money::ZERO), None], Some(StockCode::PriceChanged)),
    ] {
        let mut world = shop(5, 5);
        let mut order = order(ORDER, &[(MUG, 1), (MUG, 1)]);
        order.lines[0].expected_unit_price = expected[0];
        order.lines[1].expected_unit_price = expected[1];
        let decision = world.hear(order.into());
        let found = match said(&decision) {
            Fact::StockDeductionFailed(failed) => failed.code(),
            _ => None,
        };
        assert_eq!(found, code, "{expected:?}");
        assert_eq!(left(&world, MUG), if code.is_none() { 3 } else { 5 });
    }
}

#[test]
fn hard_case_07_two_lines_of_one_product_are_judged_as_one() {
    let mut world = shop(5, 0);
    let decision = world.hear(created(ORDER, &[(MUG, 3), (MUG, 3)]));
    assert_eq!(bad(&decision), [out_of_stock(MUG, 6, 5, MUG_PRICE)]);
    let decision = world.hear(created(OTHER_ORDER, &[(MUG, 3), (MUG, 2)]));
    let lines = &deducted(&decision).lines;
    assert_eq!(
        lines.iter().map(|line| line.left).collect::<Vec<_>>(),
        [0, 0]
    );
    assert_eq!(deducted(&decision).total, Money::new(60_000));
    assert_eq!(
        ledger(&world),
        [(OTHER_ORDER.get(), MUG, Direction::Deduct, -5, 0, 2)]
    );
}

#[test]
fn hard_case_07_two_carts_in_opposite_orders_share_a_batch() {
    let mut world = shop(3, 3);
    let decisions = world.batch(vec![
        testkit::event(created(ORDER, &[(MUG, 2), (BAG, 2)])),
        testkit::event(created(OTHER_ORDER, &[(BAG, 2), (MUG, 1)])),
    ]);
    assert_eq!(deducted(&decisions[0]).lines[0].left, 1);
    let [short] = bad(&decisions[1]) else {
        panic!("{:?}", decisions[1])
    };
    // The second order sees the stock that the first one left.
    assert_eq!(
        (short.product_id, short.left, short.stock_version),
        (BAG, Some(1), Some(2))
    );
    assert_eq!((left(&world, MUG), left(&world, BAG)), (1, 1));
}

#[test]
fn the_last_piece_goes_once() {
    let mut world = shop(1, 0);
    let decisions = world.batch(vec![
        testkit::event(created(ORDER, &[(MUG, 1)])),
        testkit::event(created(OTHER_ORDER, &[(MUG, 1)])),
    ]);
    assert_eq!(deducted(&decisions[0]).lines[0].left, 0);
    assert_eq!(bad(&decisions[1])[0].left, Some(0));
    assert_eq!(left(&world, MUG), 0);
}

#[test]
fn hard_case_02_the_same_order_again_says_and_changes_nothing() {
    let mut world = shop(5, 5);
    let first = created(ORDER, &[(MUG, 1)]);
    world.hear(first.clone());
    let before = world.digest();
    // As an event of its own, at another position; and twice in one batch.
    assert!(world.hear(first.clone()).is_repeat());
    let again = world.batch(vec![testkit::event(first.clone()), testkit::event(first)]);
    assert!(
        again
            .iter()
            .all(|decision| decision.is_repeat() && decision.says.is_empty())
    );
    assert_eq!(world.digest(), before);
}

#[test]
fn hard_case_02_an_order_twice_in_its_first_batch_is_taken_once() {
    let mut world = shop(5, 5);
    let order = created(ORDER, &[(MUG, 2)]);
    let decisions = world.batch(vec![testkit::event(order.clone()), testkit::event(order)]);
    assert_eq!((decisions[0].says.len(), decisions[1].says.len()), (1, 0));
    assert_eq!(left(&world, MUG), 3);
}

#[test]
fn hard_case_04_a_refused_order_stays_refused_after_a_restock() {
    let mut world = shop(0, 5);
    let order = created(ORDER, &[(MUG, 1)]);
    assert_eq!(bad(&world.hear(order.clone())).len(), 1);
    world.row(Stock {
        product_id: MUG,
        quantity: 100,
        version: 2,
    });
    let before = world.digest();
    let again = world.hear(order);
    assert!(again.is_repeat() && again.says.is_empty());
    assert_eq!(world.digest(), before);
}

#[test]
fn numbers_past_their_range_are_refused() {
    let dear = ProductId::new(6);
    for (price, pieces, code) in [
        (i64::MAX, 1, None),
        (i64::MAX, 2, Some(StockCode::ProductNotOnSale)),
        (1, u32::MAX, None),
    ] {
        let mut world = World::new();
        world.row(product(dear, Money::new(price)));
        world.row(Stock {
            product_id: dear,
            quantity: i64::MAX,
            version: 1,
        });
        let decision = world.hear(created(ORDER, &[(dear, pieces)]));
        let found = match said(&decision) {
            Fact::StockDeductionFailed(failed) => failed.code(),
            _ => None,
        };
        assert_eq!(found, code, "{pieces} at {price}");
    }
}

#[test]
fn a_total_past_the_range_is_refused_though_each_price_is_within_it() {
    let mut world = World::new();
    for product_id in [MUG, BAG] {
        world.row(product(product_id, Money::new(i64::MAX / 2 + 1)));
        world.row(Stock {
            product_id,
            quantity: 1,
            version: 1,
        });
    }
    let decision = world.hear(created(ORDER, &[(MUG, 1), (BAG, 1)]));
    let [item] = bad(&decision) else {
        panic!("{decision:?}")
    };
    assert_eq!(
        (item.product_id, item.code),
        (BAG, StockCode::ProductNotOnSale)
    );
    assert_eq!((left(&world, MUG), left(&world, BAG)), (1, 1));
}

#[test]
fn lines_that_add_up_past_counting_are_out_of_stock() {
    let mut world = shop(i64::MAX, 0);
    let decision = world.hear(created(ORDER, &[(MUG, u32::MAX), (MUG, 1)]));
    assert_eq!(
        bad(&decision),
        [out_of_stock(MUG, u32::MAX, i64::MAX, MUG_PRICE)]
    );
}

#[test]
fn a_product_without_a_stock_row_has_an_empty_shelf() {
    let mut world = World::new();
    world.row(product(MUG, MUG_PRICE));
    let decision = world.hear(created(ORDER, &[(MUG, 1)]));
    assert_eq!(bad(&decision)[0].left, Some(0));
}

#[test]
fn an_order_without_lines_takes_nothing_and_is_remembered() {
    let mut world = shop(1, 1);
    let empty = created(ORDER, &[]);
    assert_eq!(deducted(&world.hear(empty.clone())).total, Money::ZERO);
    assert!(world.hear(empty).is_repeat());
}
