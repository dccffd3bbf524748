//! New products and stock corrected by hand.

use std::time::Duration;

use contracts::events::product::{ProductChanged, ProductStatus};

use super::*;
use crate::domain::refusal::Refusal;
use crate::domain::stock::{FULL, Level};
use crate::input::{AdjustStock, CreateProduct, Input};
use crate::store::Direction;

const LAMP: ProductId = ProductId::new(55);

fn create(id: ProductId, key: KeyUse) -> CreateProduct {
    CreateProduct {
        id,
        name: "램프".to_owned(),
        name_en: "Lamp".to_owned(),
        category: "living".to_owned(),
        price: Money::new(49_000),
        stock: Quantity::new(30),
        key,
    }
}

fn adjust(id: i64, product_id: ProductId, delta: i64, key: KeyUse) -> Input {
    Input::AdjustStock(AdjustStock {
        id: SagaId::new(id),
        product_id,
        delta,
        reason: "재고 조사".to_owned(),
        key,
    })
}

fn changed(decision: &Decision<Reply>) -> &ProductChanged {
    let Fact::ProductChanged(changed) = said(decision) else {
        panic!("{decision:?}")
    };
    assert_eq!(decision.says[0].sequence, changed.version);
    changed
}

#[test]
fn a_new_product_stands_with_its_stock_and_its_first_ledger_row() {
    let mut world = World::new();
    let decision = world.send(Input::CreateProduct(create(LAMP, key("a", 1))));
    let said = changed(&decision);
    assert_eq!((&*said.name, said.price), ("램프", Money::new(49_000)));
    assert_eq!(said.status, ProductStatus::OnSale);
    assert_eq!((said.left, said.stock_version, said.version), (30, 1, 2));
    assert_eq!(
        ledger(&world),
        [(LAMP.get(), LAMP, Direction::Adjust, 30, 30, 1)]
    );
    let row = world
        .get::<store::Product>(&(LAMP, "living".to_owned()))
        .unwrap();
    let level = Level {
        quantity: 30,
        version: 1,
    };
    let reply = Reply::Created {
        product: Box::new(row),
        level,
        replayed: false,
    };
    assert_eq!(decision.reply, Some(reply));
}

#[test]
fn a_created_product_can_be_bought() {
    let mut world = World::new();
    world.send(Input::CreateProduct(create(LAMP, key("a", 1))));
    world.hear(created(ORDER, &[(LAMP, 30)]));
    assert_eq!(left(&world, LAMP), 0);
}

#[test]
fn creating_with_the_key_again_makes_nothing_and_answers_the_same() {
    let mut world = World::new();
    let first = world.send(Input::CreateProduct(create(LAMP, key("a", 1))));
    world.hear(created(ORDER, &[(LAMP, 7)]));
    let before = world.digest();
    let again = world.send(Input::CreateProduct(create(
        ProductId::new(56),
        key("a", 1),
    )));
    assert!(again.says.is_empty());
    assert_eq!(world.digest(), before);
    let Some(Reply::Created { product, level, .. }) = first.reply else {
        panic!("{first:?}")
    };
    // The answer is the first one, though seven were sold since.
    assert_eq!(
        again.reply,
        Some(Reply::Created {
            product,
            level,
            replayed: true
        })
    );
}

#[test]
fn a_key_twice_in_one_batch_makes_one_product() {
    let mut world = World::new();
    let decisions = world.batch(vec![
        testkit::command(Input::CreateProduct(create(LAMP, key("a", 1)))),
        testkit::command(Input::CreateProduct(create(
            ProductId::new(56),
            key("a", 1),
        ))),
    ]);
    let replayed = |decision: &Decision<Reply>| match &decision.reply {
        Some(Reply::Created {
            product, replayed, ..
        }) => (product.product_id, *replayed),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        decisions.iter().map(replayed).collect::<Vec<_>>(),
        [(LAMP, false), (LAMP, true)]
    );
    assert_eq!(world.all::<store::Product>().len(), 1);
}

#[test]
fn a_key_used_for_something_else_is_refused() {
    let mut world = shop(5, 5);
    world.send(adjust(900, MUG, 1, key("a", 1)));
    let before = world.digest();
    let inputs = [
        adjust(901, MUG, 2, key("a", 2)),
        Input::CreateProduct(create(LAMP, key("a", 3))),
    ];
    for input in inputs {
        let decision = world.send(input);
        assert_eq!(decision.reply, Some(Reply::Refused(Refusal::KeyReused)));
    }
    assert_eq!(world.digest(), before);
}

#[test]
fn an_adjustment_moves_the_stock_and_tells_the_whole_product() {
    let mut world = shop(5, 5);
    for (id, delta, quantity, version) in [(900, 3, 8, 2), (901, -8, 0, 3), (902, 10, 10, 4)] {
        let decision = world.send(adjust(id, MUG, delta, key(&id.to_string(), 1)));
        let level = Level { quantity, version };
        assert_eq!(
            decision.reply,
            Some(Reply::Adjusted {
                level,
                replayed: false
            })
        );
        let said = changed(&decision);
        assert_eq!(
            (said.left, said.stock_version, said.version),
            (quantity, version, version + 1)
        );
        let key = (SagaId::new(id), MUG, Direction::Adjust);
        let row = world.get::<Ledger>(&key).unwrap();
        assert_eq!(
            (row.delta, row.reason.as_deref()),
            (delta, Some("재고 조사"))
        );
    }
}

#[test]
fn what_is_told_of_a_product_never_carries_a_version_twice() {
    let mut world = shop(5, 5);
    let mut versions = Vec::new();
    for id in 0..4 {
        let decision = world.send(adjust(900 + id, MUG, 1, key(&id.to_string(), 1)));
        versions.push(changed(&decision).version);
        world.hear(created(OrderId::new(7_100 + id), &[(MUG, 1)]));
    }
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
}

#[test]
fn adjustments_that_no_shelf_can_take_are_refused_and_write_nothing() {
    let mut world = shop(5, 5);
    let below = Refusal::BelowZero {
        left: Level {
            quantity: 5,
            version: 1,
        },
    };
    for (product_id, delta, refusal) in [
        (MUG, -6, below.clone()),
        (MUG, i64::MIN, below),
        (MUG, FULL, Refusal::ShelfFull),
        (MUG, i64::MAX, Refusal::ShelfFull),
        (HAT, 1, Refusal::NoSuchProduct(HAT)),
    ] {
        let before = world.digest();
        let decision = world.send(adjust(900, product_id, delta, key("a", 1)));
        assert_eq!(decision.reply, Some(Reply::Refused(refusal)), "{delta}");
        assert!(decision.says.is_empty());
        assert_eq!(world.digest(), before, "{delta}");
    }
}

#[test]
fn a_refused_adjustment_leaves_its_key_free() {
    let mut world = shop(5, 5);
    world.send(adjust(900, MUG, -6, key("a", 1)));
    world.row(Stock {
        product_id: MUG,
        quantity: 6,
        version: 2,
    });
    let decision = world.send(adjust(901, MUG, -6, key("a", 1)));
    let level = Level {
        quantity: 0,
        version: 3,
    };
    assert_eq!(
        decision.reply,
        Some(Reply::Adjusted {
            level,
            replayed: false
        })
    );
}

#[test]
fn adjusting_with_the_key_again_answers_the_same_for_72_hours() {
    let mut world = shop(5, 5);
    world.send(adjust(900, MUG, 3, key("a", 1)));
    world.hear(created(ORDER, &[(MUG, 2)]));
    let level = Level {
        quantity: 8,
        version: 2,
    };
    world.advance(Duration::from_secs(72 * 3_600));
    let again = world.send(adjust(901, MUG, 3, key("a", 1)));
    assert_eq!(
        again.reply,
        Some(Reply::Adjusted {
            level,
            replayed: true
        })
    );
    world.advance(Duration::from_secs(1));
    world.send(adjust(902, MUG, 3, key("a", 1)));
    assert_eq!(left(&world, MUG), 9);
}

#[test]
fn an_adjustment_twice_in_one_batch_is_made_once() {
    let mut world = shop(5, 5);
    let decisions = world.batch(vec![
        testkit::command(adjust(900, MUG, 3, key("a", 1))),
        testkit::command(adjust(901, MUG, 3, key("a", 1))),
    ]);
    let level = Level {
        quantity: 8,
        version: 2,
    };
    assert_eq!(
        decisions[1].reply,
        Some(Reply::Adjusted {
            level,
            replayed: true
        })
    );
    assert_eq!(left(&world, MUG), 8);
}
