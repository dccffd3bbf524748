use std::sync::Arc;

use contracts::ids::{ProductId, UserCouponId};
use shop_tests::{Answer, Member, Offer, TestShop};
use tokio::task::JoinHandle;

use super::{PRICE, STOCK};

fn buy(
    shop: &Arc<TestShop>,
    buyer: &Member,
    items: &[(ProductId, i64)],
    coupon: Option<UserCouponId>,
) -> JoinHandle<Answer> {
    let (shop, buyer, items) = (Arc::clone(shop), buyer.clone(), items.to_vec());
    tokio::spawn(async move { shop.place_and_wait(&buyer, &items, coupon).await })
}

/// The one that completed, and the one that did not.
fn won_and_lost(answers: [Answer; 2]) -> (Answer, Answer) {
    let [one, two] = answers;
    match (one.status.as_u16(), two.status.as_u16()) {
        (201, _) => (one, two),
        (_, 201) => (two, one),
        _ => panic!("neither completed: {one:?} {two:?}"),
    }
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
    shop.place_and_wait(&buyer, &lines(3, 2), None).await.is(201);
    assert_eq!(shop.left(product), 0);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_08_two_orders_share_one_coupon_and_one_has_it() {
    for _ in 0..10 {
        let shop = Arc::new(TestShop::start().await);
        let buyer = shop.shopper().await;
        shop.charge(buyer.id, 10_000).await;
        let product = shop.product(PRICE, STOCK).await;
        let coupon = shop.hand(Offer::fixed(300), buyer.id).await;
        let both = [0, 1].map(|_| buy(&shop, &buyer, &[(product, 1)], Some(coupon)));
        let [one, two] = both;
        let answers = [one.await.unwrap(), two.await.unwrap()];
        let (won, lost) = won_and_lost(answers);
        lost.is_problem(409, "COUPON_ALREADY_USED");
        shop.rest().await;
        assert_eq!(shop.held(buyer.id, coupon).order_id, Some(won.order_id()));
        assert_eq!((shop.balance(buyer.id), shop.left(product)), (9_300, 999));
        end(shop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_08_two_orders_share_one_balance_and_one_is_paid() {
    for _ in 0..10 {
        let shop = Arc::new(TestShop::start().await);
        let buyer = shop.shopper().await;
        shop.charge(buyer.id, 2 * PRICE - 1).await;
        let product = shop.product(PRICE, STOCK).await;
        let [one, two] = [0, 1].map(|_| buy(&shop, &buyer, &[(product, 1)], None));
        let answers = [one.await.unwrap(), two.await.unwrap()];
        let (_, lost) = won_and_lost(answers);
        lost.is_problem(422, "INSUFFICIENT_POINT");
        shop.rest().await;
        assert_eq!((shop.balance(buyer.id), shop.left(product)), (PRICE - 1, 999));
        end(shop).await;
    }
}
