use std::collections::BTreeSet;
use std::time::Duration;

use contracts::http::Role;
use contracts::http::promotion::Validity;
use contracts::problem::Code;
use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Answer, Documented, Member, Offer};

/// What no request of this shop can be told today, and why.
const NOT_YET: &[(Code, &str)] = &[
    (
        Code::ScopeMissing,
        "API keys have scopes, and are not there yet",
    ),
    (Code::RateLimited, "of the gateway's limits"),
    (Code::UpstreamTimeout, "of the gateway's limits"),
    (Code::Internal, "a fault: platform/http's tests provoke one"),
];

/// What takes more than one request to a running shop: the file and the test that do it.
const ELSEWHERE: &[(Code, &str, &str)] = &[
    (
        Code::Expired,
        include_str!("../hard_cases/clocks.rs"),
        r#"shop.order(&buyer, open).await["failure"]["code"], "EXPIRED""#,
    ),
    (
        Code::RequestInProgress,
        include_str!("../idempotency.rs"),
        r#"is_problem(409, "REQUEST_IN_PROGRESS")"#,
    ),
    (
        Code::EventsPruned,
        include_str!("../operating/lost.rs"),
        r#"is_problem(409, "EVENTS_PRUNED")"#,
    ),
    (
        Code::UndoNotDiscardable,
        include_str!("../operating.rs"),
        r#"is_problem(409, "UNDO_NOT_DISCARDABLE")"#,
    ),
    (
        Code::UpstreamUnavailable,
        include_str!("../hard_cases/crashes.rs"),
        r#"is_problem(503, "UPSTREAM_UNAVAILABLE")"#,
    ),
];

/// Every code is told by some request, here or in a test that is named.
#[tokio::test]
async fn every_code_is_produced() {
    let documented = Documented::at_rest().await;
    let mut told = BTreeSet::new();
    requests(&documented, &mut told).await;
    accounts(&documented, &mut told).await;
    orders(&documented, &mut told).await;
    coupons(&documented, &mut told).await;
    for (code, file, proof) in ELSEWHERE {
        assert!(file.contains(proof), "nothing proves {code} any more");
        assert!(told.insert(*code), "{code} is told here as well");
    }
    for (code, _) in NOT_YET {
        assert!(told.insert(*code), "{code} can be told after all");
    }
    let all = BTreeSet::from(Code::ALL);
    let missing: Vec<_> = all.difference(&told).collect();
    assert!(missing.is_empty(), "nothing tells {missing:?}");
    documented.shop.rest().await;
    documented.end().await;
}

/// Notes that an answer tells a code, under the code's own status.
#[track_caller]
fn tells(told: &mut BTreeSet<Code>, code: Code, answer: Answer) {
    answer.is_problem(code.status(), code.as_str());
    told.insert(code);
}

async fn requests(documented: &Documented, told: &mut BTreeSet<Code>) {
    let Documented { shop, shopper, .. } = documented;
    let get = |path: &'static str| shop.get(path, shopper);
    let charge = async |headers: &[(&str, &str)], amount: i64| {
        let body = json!({ "amount": amount });
        shop.post_with("/api/v1/points/me/charge", shopper, headers, &body)
            .await
    };
    let key = [("Idempotency-Key", "once")];
    tells(told, Code::ValidationFailed, charge(&key, 0).await);
    tells(told, Code::IdempotencyKeyRequired, charge(&[], 1).await);
    charge(&key, 1).await.is(201);
    tells(told, Code::IdempotencyKeyReused, charge(&key, 2).await);
    tells(
        told,
        Code::InvalidCursor,
        get("/api/v1/orders?cursor=00").await,
    );
    tells(told, Code::RouteNotFound, get("/api/v1/order").await);
    tells(told, Code::Forbidden, get("/api/v1/sagas").await);
    tells(told, Code::ProductNotFound, get("/api/v1/products/0").await);
    tells(told, Code::OrderNotFound, get("/api/v1/orders/0").await);
    tells(told, Code::CouponNotFound, get("/api/v1/coupons/0").await);
    let letter = shop.get("/api/v1/dead-letters/0", &documented.operator);
    tells(told, Code::DeadLetterNotFound, letter.await);
    let put = shop.call(Method::PUT, "/api/v1/orders", Some(shopper), None);
    tells(told, Code::MethodNotAllowed, put.await);
    let path = "/api/v1/products:batchGet";
    let text = shop
        .request(Method::POST, path)
        .header("Content-Type", "text/plain");
    tells(
        told,
        Code::UnsupportedMediaType,
        shop.send(text.body("x")).await,
    );
    let large = json!({ "ids": vec!["0"; 20_000] });
    let large = shop.call(Method::POST, path, None, Some(&large));
    tells(told, Code::BodyTooLarge, large.await);
}

async fn accounts(documented: &Documented, told: &mut BTreeSet<Code>) {
    let Documented { shop, admin, .. } = documented;
    let me = "/api/v1/users/me";
    let nobody = shop.call(Method::GET, me, None, None);
    tells(told, Code::Unauthenticated, nobody.await);
    let hour = Duration::from_secs(3_600);
    let then = shop.places.user.handle.now().minus(2 * hour);
    let token = shop
        .places
        .user
        .signer
        .sign(admin.id, Role::Admin, then, hour);
    let old = Member {
        token,
        ..admin.clone()
    };
    tells(told, Code::TokenExpired, shop.get(me, &old).await);
    let body = json!({ "email": "shopper@demo", "password": "12345678", "name": "a" });
    let again = shop.call(Method::POST, "/api/v1/users", None, Some(&body));
    tells(told, Code::EmailTaken, again.await);
    let nobody = shop.get("/api/v1/users/0", admin);
    tells(told, Code::UserNotFound, nobody.await);
    let own = format!("/api/v1/users/{}", admin.id);
    let body = json!({ "role": "shopper" });
    let own = shop.call(Method::PATCH, &own, Some(admin), Some(&body));
    tells(told, Code::OwnRole, own.await);
    let leaver = shop.shopper().await;
    shop.call(Method::DELETE, me, Some(&leaver), None)
        .await
        .is(204);
    tells(told, Code::UserClosed, shop.get(me, &leaver).await);
}

/// Orders that fail, told to who waits for them and to who asks later.
async fn orders(documented: &Documented, told: &mut BTreeSet<Code>) {
    let Documented { shop, shopper, .. } = documented;
    let poor = shop.shopper().await;
    let (tea, gone) = (shop.product(100, 5).await, shop.product(100, 5).await);
    let body = json!({ "status": "DISCONTINUED" });
    let path = format!("/api/v1/products/{gone}");
    shop.call(Method::PATCH, &path, Some(&documented.admin), Some(&body))
        .await
        .is(200);
    let wait = async |by: &Member, item: Value| {
        let key = shop.fresh_key();
        let headers = [("Idempotency-Key", &*key), ("Prefer", "wait=3")];
        let body = json!({ "items": [item] });
        shop.post_with("/api/v1/orders", by, &headers, &body).await
    };
    let sold_out = json!({ "productId": tea, "quantity": 6 });
    tells(told, Code::OutOfStock, wait(shopper, sold_out).await);
    let taken_off = json!({ "productId": gone, "quantity": 1 });
    tells(told, Code::ProductNotOnSale, wait(shopper, taken_off).await);
    let dearer = json!({ "productId": tea, "quantity": 1, "expectedUnitPrice": 99 });
    tells(told, Code::PriceChanged, wait(shopper, dearer).await);
    let one = json!({ "productId": tea, "quantity": 1 });
    tells(told, Code::InsufficientPoint, wait(&poor, one).await);
    let mut full = shop.balance(poor.id);
    shop.charge(poor.id, 10_000_000 - full).await;
    full = shop.balance(poor.id);
    assert_eq!(full, 10_000_000);
    let body = json!({ "amount": 1 });
    let key = shop.fresh_key();
    let more = shop.post("/api/v1/points/me/charge", &poor, &key, &body);
    tells(told, Code::PointLimitExceeded, more.await);
    for (order, code) in [
        ("049824T900C01", Code::UserCancelled),
        ("049824T900C03", Code::Operator),
    ] {
        let order = shop
            .get(&format!("/api/v1/orders/{order}"), shopper)
            .await
            .is(200);
        assert_eq!(order.body["failure"]["code"], code.as_str());
        told.insert(code);
    }
    ended(documented, told).await;
}

/// What an order that has ended refuses.
async fn ended(documented: &Documented, told: &mut BTreeSet<Code>) {
    let Documented {
        shop,
        shopper,
        operator,
        ..
    } = documented;
    let done = "/api/v1/orders/049824T900C00";
    let act =
        async |path: String, body: Value| shop.post(&path, shopper, &shop.fresh_key(), &body).await;
    let cancel = act(format!("{done}/cancel"), json!({}));
    tells(told, Code::OrderNotCancellable, cancel.await);
    let cancelled = "/api/v1/orders/049824T900C01/refunds".to_owned();
    let refund = act(cancelled, json!({ "reason": "a" }));
    tells(told, Code::OrderNotRefundable, refund.await);
    let many = json!([{ "orderItemId": "049824T900C00-1", "quantity": 3 }]);
    let refund = act(
        format!("{done}/refunds"),
        json!({ "reason": "a", "items": many }),
    );
    tells(told, Code::RefundExceeds, refund.await);
    let reason = json!({ "reason": "a" });
    let resolve = shop.call(
        Method::POST,
        "/api/v1/sagas/049824T900C00/resolve",
        Some(operator),
        Some(&reason),
    );
    tells(told, Code::SagaNotResolvable, resolve.await);
}

async fn coupons(documented: &Documented, told: &mut BTreeSet<Code>) {
    let Documented {
        shop,
        shopper,
        admin,
        ..
    } = documented;
    let other = shop.shopper().await;
    shop.charge(other.id, 100_000).await;
    let tea = shop.product(1_000, 100).await;
    let issue = async |by: &Member, coupon| {
        let path = format!("/api/v1/coupons/{coupon}/issue");
        shop.post(&path, by, &shop.fresh_key(), &json!({})).await
    };
    let only = shop
        .coupon(Offer {
            total: 1,
            ..Offer::fixed(100)
        })
        .await;
    issue(shopper, only).await.is(201);
    tells(told, Code::CouponAlreadyIssued, issue(shopper, only).await);
    tells(told, Code::CouponSoldOut, issue(&other, only).await);
    let ended = shop.coupon(Offer::fixed(100)).await;
    let body = json!({ "status": "DISABLED" });
    let path = format!("/api/v1/coupons/{ended}");
    shop.call(Method::PATCH, &path, Some(admin), Some(&body))
        .await
        .is(200);
    tells(told, Code::NotIssuePeriod, issue(shopper, ended).await);

    let theirs = shop.hand(Offer::fixed(100), shopper.id).await;
    let own = shop.hand(Offer::fixed(100), other.id).await;
    let dear = shop
        .hand(
            Offer {
                minimum: 5_000,
                ..Offer::fixed(100)
            },
            other.id,
        )
        .await;
    let buy = async |coupon| shop.place_and_wait(&other, &[(tea, 1)], Some(coupon)).await;
    tells(told, Code::CouponNotOwned, buy(theirs).await);
    buy(own).await.is(201);
    tells(told, Code::CouponAlreadyUsed, buy(own).await);
    tells(told, Code::CouponNotApplicable, buy(dear).await);
    let to = shop
        .places
        .promotion
        .handle
        .now()
        .minus(Duration::from_secs(1));
    let validity = Validity::Between { from: None, to };
    let past = shop
        .hand(
            Offer {
                validity,
                ..Offer::fixed(100)
            },
            other.id,
        )
        .await;
    tells(told, Code::CouponExpired, buy(past).await);
}
