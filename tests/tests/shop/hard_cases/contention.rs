use std::sync::Arc;

use contracts::ids::{ProductId, UserCouponId};
use shop_tests::{Answer, Member, Offer, TestShop};
use tokio::task::JoinHandle;

use super::{PRICE, STOCK};

/// Of two orders each.
const ROUNDS: i64 = 20;

fn buy(
    shop: &Arc<TestShop>,
    buyer: &Member,
    items: &[(ProductId, i64)],
    coupon: Option<UserCouponId>,
) -> JoinHandle<Answer> {
    let (shop, buyer, items) = (Arc::clone(shop), buyer.clone(), items.to_vec());
    tokio::spawn(async move { shop.place_and_wait(&buyer, &items, coupon).await })
}

async fn end(shop: Arc<TestShop>) {
    let shop = Arc::into_inner(shop).expect("the buyers are gone");
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_07_carts_in_opposite_orders_end_and_take_what_is_there() {
    const EACH_WAY: usize = 50;
    const LEFT: i64 = 60;
    let shop = Arc::new(TestShop::start().await);
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000_000).await;
    let (one, two) = (shop.product(PRICE, 60).await, shop.product(PRICE, 60).await);
    let carts = [[(one, 1), (two, 1)], [(two, 1), (one, 1)]];
    let buyers: Vec<_> = (0..EACH_WAY)
        .flat_map(|_| carts.map(|cart| buy(&shop, &buyer, &cart, None)))
        .collect();
    let mut sold = 0;
    for answer in buyers {
        let answer = answer.await.expect("a buyer ends");
        match answer.status.as_u16() {
            201 => sold += 1,
            _ => drop(answer.is_problem(409, "OUT_OF_STOCK")),
        }
    }
    assert_eq!(sold, LEFT, "all that was there, and no more");
    assert_eq!((shop.left(one), shop.left(two)), (0, 0));
    shop.rest().await;
    assert_eq!(shop.balance(buyer.id), 1_000_000 - 2 * LEFT * PRICE);
    end(shop).await;
}

#[tokio::test]
async fn hard_case_07_two_lines_of_one_product_are_judged_together() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(PRICE, 5).await;
    let lines = |a, b| [(product, a), (product, b)];
    let short = shop.place_and_wait(&buyer, &lines(3, 3), None).await;
    let short = short.is_problem(409, "OUT_OF_STOCK");
    assert_eq!(short.body["items"][0]["wanted"], 6);
    shop.place_and_wait(&buyer, &lines(3, 2), None)
        .await
        .is(201);
    assert_eq!(shop.left(product), 0);
    shop.end().await;
}

/// Two orders of one buyer at the same moment; the one that completed, and the one that did not.
async fn two_at_once(
    shop: &Arc<TestShop>,
    buyer: &Member,
    product: ProductId,
    coupon: Option<UserCouponId>,
) -> (Answer, Answer) {
    let [one, two] = [0, 1].map(|_| buy(shop, buyer, &[(product, 1)], coupon));
    let (one, two) = (one.await.expect("ends"), two.await.expect("ends"));
    match (one.status.as_u16(), two.status.as_u16()) {
        (201, _) => (one, two),
        (_, 201) => (two, one),
        _ => panic!("neither completed: {one:?} {two:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_08_two_orders_share_one_coupon_and_one_has_it() {
    let shop = Arc::new(TestShop::start().await);
    let product = shop.product(PRICE, STOCK).await;
    let mut won = Vec::new();
    for _ in 0..ROUNDS {
        let buyer = shop.shopper().await;
        shop.charge(buyer.id, 10_000).await;
        let coupon = shop.hand(Offer::fixed(300), buyer.id).await;
        let (one, other) = two_at_once(&shop, &buyer, product, Some(coupon)).await;
        other.is_problem(409, "COUPON_ALREADY_USED");
        won.push((buyer, coupon, one.order_id()));
    }
    shop.rest().await;
    for (buyer, coupon, order_id) in won {
        assert_eq!(shop.held(buyer.id, coupon).order_id, Some(order_id));
        assert_eq!(shop.balance(buyer.id), 9_300);
    }
    assert_eq!(shop.left(product), i64::from(STOCK) - ROUNDS);
    end(shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_08_two_orders_share_one_balance_and_one_is_paid() {
    let shop = Arc::new(TestShop::start().await);
    let product = shop.product(PRICE, STOCK).await;
    let mut buyers = Vec::new();
    for _ in 0..ROUNDS {
        let buyer = shop.shopper().await;
        shop.charge(buyer.id, 2 * PRICE - 1).await;
        let (_, other) = two_at_once(&shop, &buyer, product, None).await;
        other.is_problem(422, "INSUFFICIENT_POINT");
        buyers.push(buyer);
    }
    shop.rest().await;
    for buyer in buyers {
        assert_eq!(shop.balance(buyer.id), PRICE - 1);
    }
    assert_eq!(shop.left(product), i64::from(STOCK) - ROUNDS);
    end(shop).await;
}
