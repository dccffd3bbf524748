use serde_json::{Value, json};
use shop_tests::{Answer, LONGEST, Member, TestShop, cart};

async fn order(shop: &TestShop, by: &Member, key: &str, body: &Value) -> Answer {
    shop.post("/api/v1/orders", by, key, body).await
}

#[tokio::test]
async fn what_was_just_sold_out_is_refused_without_a_write() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 1).await;
    let one = cart(&[(product, 1)], None);
    let first = order(&shop, &buyer, "first", &one).await.is(202);
    shop.rest().await;
    // Heard of within the second: the last piece is gone.
    let before = shop.digest();
    let refused = order(&shop, &buyer, "second", &one).await;
    if refused.status == 202 {
        // A machine that stood still for a second: then it is refused by the saga.
        shop.end().await;
        return;
    }
    let refused = refused.is_problem(409, "OUT_OF_STOCK");
    assert_eq!(refused.body["advisory"], true);
    assert_eq!(refused.body["items"][0]["productId"], json!(product));
    assert_eq!(refused.body["items"][0]["left"], 0);
    assert_eq!(shop.digest(), before, "nothing is written");
    // An answered key is answered as before, whatever is left.
    let again = order(&shop, &buyer, "first", &one).await.is(202);
    assert!(again.is_replayed());
    assert_eq!(again.comparable(), first.comparable());
    shop.end().await;
}

#[tokio::test]
async fn a_restock_lets_orders_through_again() {
    let shop = TestShop::start().await;
    let (buyer, operator) = (shop.shopper().await, shop.operator().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 1).await;
    let one = cart(&[(product, 1)], None);
    order(&shop, &buyer, "first", &one).await.is(202);
    shop.rest().await;
    let path = format!("/api/v1/products/{product}/stock-adjustments");
    let restock = json!({ "delta": 1, "reason": "입고" });
    shop.post(&path, &operator, "restock", &restock)
        .await
        .is(201);
    let mut look = tokio::time::interval(std::time::Duration::from_millis(10));
    let accepted = async {
        loop {
            look.tick().await;
            let answer = order(&shop, &buyer, "second", &one).await;
            if answer.status == 202 {
                return;
            }
            assert_eq!(
                answer.is_problem(409, "OUT_OF_STOCK").body["advisory"],
                true
            );
        }
    };
    tokio::time::timeout(LONGEST, accepted)
        .await
        .expect("in time");
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (0, 9_800));
    shop.end().await;
}
