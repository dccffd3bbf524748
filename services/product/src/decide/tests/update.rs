//! Products changed by hand, and what is written so that they are found.

use std::collections::BTreeSet;

use contracts::events::product::{ProductChanged, ProductStatus};
use contracts::http::product::ProductChange;
use db::{Db, Sqlite, Store};
use runtime::Service;

use super::*;
use crate::domain::name;
use crate::domain::refusal::Refusal;
use crate::domain::stock::Level;
use crate::input::{CreateProduct, Input, UpdateProduct};
use crate::store::{Category, Gram, Rows, Unindexed};

const LAMP: ProductId = ProductId::new(55);

fn create(id: ProductId, category: &str, key_of: &str) -> Input {
    Input::CreateProduct(CreateProduct {
        id,
        name: "램프".to_owned(),
        name_en: "Lamp".to_owned(),
        category: category.to_owned(),
        price: Money::new(49_000),
        stock: Quantity::new(3),
        key: key(key_of, 1),
    })
}

fn update(product_id: ProductId, change: ProductChange) -> Input {
    Input::UpdateProduct(UpdateProduct { product_id, change })
}

fn name(name: &str) -> ProductChange {
    ProductChange {
        name: Some(name.to_owned()),
        ..ProductChange::default()
    }
}

fn discontinued(discontinued: bool) -> ProductChange {
    ProductChange {
        discontinued: Some(discontinued),
        ..ProductChange::default()
    }
}

fn grams_of(world: &World, product_id: ProductId) -> BTreeSet<String> {
    let grams = world.all::<Gram>().into_iter();
    let own = grams.filter(|row| row.product_id == product_id);
    own.map(|row| row.gram).collect()
}

/// What the names that stand ought to be found by.
fn grams_due(world: &World, product_id: ProductId) -> BTreeSet<String> {
    let products = world.all::<store::Product>().into_iter();
    let product = products
        .into_iter()
        .find(|row| row.product_id == product_id)
        .unwrap();
    let mut grams = name::grams(&product.name);
    grams.extend(name::grams(&product.name_en));
    grams
}

fn categories(world: &World) -> Vec<(String, i64)> {
    let row = |row: Category| (row.category, row.products);
    world.all::<Category>().into_iter().map(row).collect()
}

#[test]
fn a_change_is_told_whole_and_leaves_the_rest() {
    let mut world = World::new();
    world.send(create(LAMP, "living", "a"));
    let before = world.all::<store::Product>().remove(0);
    let price = ProductChange {
        price: Some(Money::new(1)),
        ..ProductChange::default()
    };
    let name_en = ProductChange {
        name_en: Some("Desk lamp".to_owned()),
        ..ProductChange::default()
    };
    let mut expected = before.clone();
    for (change, edit) in [
        (
            price,
            (|row| row.price = Money::new(1)) as fn(&mut store::Product),
        ),
        (name("등"), |row| row.name = "등".to_owned()),
        (name_en, |row| row.name_en = "Desk lamp".to_owned()),
        (discontinued(true), |row| row.status = Status::Discontinued),
        (discontinued(false), |row| row.status = Status::OnSale),
    ] {
        edit(&mut expected);
        expected.version += 1;
        let decision = world.send(update(LAMP, change.clone()));
        let level = Level {
            quantity: 3,
            version: 1,
        };
        let Fact::ProductChanged(told) = said(&decision) else {
            panic!("{decision:?}")
        };
        let whole = ProductChanged {
            product_id: LAMP,
            name: expected.name.as_str().into(),
            category: "living".into(),
            price: expected.price,
            status: ProductStatus::from(expected.status),
            created_at: before.created_at,
            version: expected.version + 1,
            left: 3,
            stock_version: 1,
        };
        assert_eq!((told, decision.says[0].sequence), (&whole, whole.version));
        let product = Box::new(expected.clone());
        assert_eq!(decision.reply, Some(Reply::Updated { product, level }));
        assert_eq!(world.all::<store::Product>(), [expected.clone()]);

        let rows = world.digest();
        let again = world.send(update(LAMP, change));
        assert!(again.says.is_empty(), "{again:?}");
        assert_eq!((again.reply, world.digest()), (decision.reply, rows));
    }
}

#[test]
fn nobody_changes_what_is_not_there() {
    let mut world = shop(5, 5);
    let before = world.digest();
    let decision = world.send(update(HAT, name("모자")));
    let refused = Reply::Refused(Refusal::NoSuchProduct(HAT));
    assert_eq!((decision.reply, decision.says.len()), (Some(refused), 0));
    assert_eq!(world.digest(), before);
}

#[test]
fn an_order_keeps_the_price_that_it_froze_and_the_next_pays_the_new_one() {
    let mut world = shop(5, 5);
    let price = |decision: &Decision<Reply>| match said(decision) {
        Fact::StockDeducted(deducted) => deducted.lines[0].unit_price,
        other => panic!("{other:?}"),
    };
    let change = ProductChange {
        price: Some(Money::new(7)),
        ..ProductChange::default()
    };
    let decisions = world.batch(vec![
        testkit::event(created(ORDER, &[(MUG, 1)])),
        testkit::command(update(MUG, change)),
        testkit::event(created(OTHER_ORDER, &[(MUG, 1)])),
    ]);
    assert_eq!(price(&decisions[0]), MUG_PRICE);
    assert_eq!(price(&decisions[2]), Money::new(7));
}

/// The key brings back what it made, not what became of it.
#[test]
fn a_replay_of_a_creation_does_not_show_a_later_change() {
    let mut world = World::new();
    let first = world.send(create(LAMP, "living", "a"));
    world.send(update(LAMP, name("등")));
    world.send(update(LAMP, discontinued(true)));
    let again = world.send(create(ProductId::new(56), "living", "a"));
    let Some(Reply::Created { product, level, .. }) = first.reply else {
        panic!("{first:?}")
    };
    let replayed = true;
    let expected = Reply::Created {
        product,
        level,
        replayed,
    };
    assert_eq!(again.reply, Some(expected));
}

#[test]
fn a_name_is_found_by_what_it_is_now() {
    let mut world = World::new();
    world.send(create(LAMP, "living", "a"));
    assert_eq!(grams_of(&world, LAMP), grams_due(&world, LAMP));
    assert!(grams_of(&world, LAMP).contains("ㄹㅍ"));
    world.send(update(LAMP, name("스탠드")));
    assert_eq!(grams_of(&world, LAMP), grams_due(&world, LAMP));
    assert!(!grams_of(&world, LAMP).contains("램"));
    // The English name had "la", and the new one has it again.
    world.batch(vec![
        testkit::command(update(LAMP, name("lala"))),
        testkit::command(update(LAMP, name("스탠드"))),
        testkit::command(update(LAMP, name("램프"))),
    ]);
    assert_eq!(grams_of(&world, LAMP), grams_due(&world, LAMP));
}

#[test]
fn a_category_counts_what_is_not_discontinued() {
    let mut world = World::new();
    let count = |category: &str, products| (category.to_owned(), products);
    world.batch(vec![
        testkit::command(create(LAMP, "living", "a")),
        testkit::command(create(ProductId::new(56), "living", "b")),
        testkit::command(create(ProductId::new(57), "kitchen", "c")),
    ]);
    assert_eq!(
        categories(&world),
        [count("kitchen", 1), count("living", 2)]
    );
    world.send(update(ProductId::new(57), discontinued(true)));
    world.send(update(LAMP, discontinued(true)));
    world.send(update(LAMP, name("등")));
    assert_eq!(categories(&world), [count("living", 1)]);
    world.send(update(ProductId::new(57), discontinued(false)));
    assert_eq!(
        categories(&world),
        [count("kitchen", 1), count("living", 1)]
    );
}

/// A file from before there was an index: its products wait, and are indexed one by one.
#[tokio::test]
async fn products_of_an_old_file_are_indexed_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("product.db");
    let old = &crate::MIGRATIONS[..1];
    let mut db = Db::Sqlite(Sqlite::open(&path, old).unwrap());
    let mut rows = Rows::default();
    rows.product.add(product(MUG, MUG_PRICE));
    rows.product.add(store::Product {
        status: Status::Discontinued,
        ..product(BAG, BAG_PRICE)
    });
    rows.rank.add(store::Rank {
        hour: 498_694,
        product_id: MUG,
        quantity: 4,
    });
    let mut tx = db.begin().await.unwrap();
    tx.flush(&mut rows).await.unwrap();
    tx.commit().await.unwrap();
    drop(db);

    let db = Db::Sqlite(Sqlite::open(&path, crate::MIGRATIONS).unwrap());
    let timers = crate::Product::open_timers(&db, i64::MAX).unwrap();
    assert_eq!(timers.len(), 3);
    let mut world = World::over(db);
    for timer in timers {
        world.send(crate::Product::due(timer).unwrap());
    }
    let reader = db::Reader::open(&path).unwrap();
    assert_eq!(reader.all::<Unindexed>().unwrap(), []);
    let grams = reader.all::<Gram>().unwrap();
    let mug = grams.iter().filter(|row| row.product_id == MUG);
    let mug: BTreeSet<String> = mug.map(|row| row.gram.clone()).collect();
    let mut expected = name::grams("상품 1");
    expected.extend(name::grams("Product 1"));
    assert_eq!(mug, expected);
    assert!(grams.iter().any(|row| row.product_id == BAG));
    let kitchen = Category {
        category: "kitchen".to_owned(),
        products: 1,
    };
    assert_eq!(reader.all::<Category>().unwrap(), [kitchen]);
    // Hour 498,694 is 07:00 of the 22nd in Seoul.
    let ranking = reader.all::<store::Ranking>().unwrap();
    assert_eq!(ranking[0].day().to_string(), "2026-11-22");
    // The next start has nothing to index.
    let again = crate::Product::open_timers(&reader, 0).unwrap();
    assert_eq!(again.len(), 1);
}

#[test]
fn a_name_that_changes_while_it_waits_is_indexed_as_it_is() {
    let mut world = shop(5, 5);
    world.row(Unindexed { product_id: MUG });
    world.batch(vec![
        testkit::command(update(MUG, name("찻잔"))),
        testkit::command(Input::IndexName(MUG)),
    ]);
    assert_eq!(grams_of(&world, MUG), grams_due(&world, MUG));
    assert_eq!(world.all::<Unindexed>(), []);
}
