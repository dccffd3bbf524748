//! Many want what there is little of: as much is given as there is, whoever comes first.

use std::sync::Arc;
use std::time::Duration;

use contracts::events::order::FailureCode;
use db::Store;
use order::store::{OrderRow, Status};
use serde_json::json;
use shop_tests::{Answer, Member, Offer, TestShop, cart};

/// Connections at once; each sends one request after the other.
const LANES: usize = 200;
/// A shop that is behind says so and is asked again, this often.
const AGAIN: Duration = Duration::from_millis(20);

/// Sends a request for each member, many at once, each until it was decided.
async fn all_at_once(
    shop: &Arc<TestShop>,
    path: &str,
    body: serde_json::Value,
    members: Vec<Member>,
) -> Vec<Answer> {
    let per_lane = members.len().div_ceil(LANES);
    let lanes: Vec<_> = members
        .chunks(per_lane)
        .map(|lane| {
            let (shop, path, body) = (Arc::clone(shop), path.to_owned(), body.clone());
            let lane = lane.to_vec();
            tokio::spawn(async move {
                let mut answers = Vec::new();
                for member in lane {
                    answers.push(decided(&shop, &path, &member, &body).await);
                }
                answers
            })
        })
        .collect();
    let mut answers = Vec::new();
    for lane in lanes {
        answers.extend(lane.await.expect("a lane ends"));
    }
    answers
}

async fn decided(shop: &TestShop, path: &str, member: &Member, body: &serde_json::Value) -> Answer {
    let mut again = tokio::time::interval(AGAIN);
    loop {
        again.tick().await;
        let answer = shop.post(path, member, "rush", body).await;
        if answer.status != 503 {
            return answer;
        }
        assert_ne!(answer.header("retry-after"), "", "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_want_one_coupon_of_a_hundred() {
    let shop = Arc::new(TestShop::start().await);
    let coupon = shop
        .coupon(Offer {
            total: 100,
            ..Offer::fixed(100)
        })
        .await;
    let members = shop.many_shoppers(200).await;
    let path = format!("/api/v1/coupons/{coupon}/issue");
    let answers = all_at_once(&shop, &path, json!({}), members.clone()).await;
    let mut numbers: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.body["sequenceNo"].as_i64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    // Asked again all at once, with the same key and then with another.
    let again = all_at_once(&shop, &path, json!({}), members.clone()).await;
    for ((member, first), again) in members.iter().zip(answers).zip(again) {
        let other_key = shop.post(&path, member, "other", &json!({})).await;
        if first.status == 201 {
            assert!(again.is_replayed(), "{again:?}");
            assert_eq!(again.comparable(), first.comparable());
            other_key.is_problem(409, "COUPON_ALREADY_ISSUED");
        } else {
            for answer in [first, again, other_key] {
                answer.is_problem(409, "COUPON_SOLD_OUT");
            }
        }
    }
    let anyone = shop.shopper().await;
    let left = shop
        .get(&format!("/api/v1/coupons/{coupon}"), &anyone)
        .await
        .is(200);
    assert_eq!(left.body["remaining"], 0);
    let shop = Arc::into_inner(shop).expect("the lanes are gone");
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_want_one_product_of_a_hundred_pieces() {
    const BUYERS: usize = 10_000;
    let shop = Arc::new(TestShop::start().await);
    let product = shop.product(1_000, 100).await;
    let members = shop.many_shoppers(BUYERS).await;
    // No more at once than a queue takes.
    for some in members.chunks(1_000) {
        let charges = some.iter().map(|member| shop.charge(member.id, 1_000));
        futures::future::join_all(charges).await;
    }
    let buyers = members.clone();
    let body = cart(&[(product, 1)], None);
    let answers = all_at_once(&shop, "/api/v1/orders", body, members).await;
    // Who is told early that it is sold out has no order.
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    for answer in answers.into_iter().filter(|answer| answer.status != 202) {
        let answer = answer.is_problem(409, "OUT_OF_STOCK");
        assert_eq!(answer.body["advisory"], true);
    }
    shop.rest().await;
    let readers = &shop.places.order.readers;
    let orders = readers.with(|reader| reader.all::<OrderRow>());
    let orders = orders.expect("the orders can be read");
    assert_eq!(orders.len(), accepted);
    let (sold, ended): (Vec<_>, Vec<_>) = orders
        .iter()
        .partition(|order| order.status == Status::Completed);
    assert_eq!(sold.len(), 100);
    for order in ended {
        let failure = order.failure.as_ref().map(|failure| failure.0.code);
        assert_eq!(
            (order.status, failure),
            (Status::Cancelled, Some(FailureCode::OutOfStock))
        );
    }
    assert_eq!(shop.left(product), 0);
    let paid = buyers
        .iter()
        .filter(|buyer| shop.balance(buyer.id) == 0)
        .count();
    assert_eq!(paid, 100, "exactly what there was is sold");
    assert!(
        buyers
            .iter()
            .all(|buyer| [0, 1_000].contains(&shop.balance(buyer.id)))
    );
    let shop = Arc::into_inner(shop).expect("the lanes are gone");
    shop.end().await;
}
