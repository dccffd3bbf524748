//! What operators see: a saga that went well, one that was taken back, one that is stuck.

use rusqlite::Connection;
use shop_tests::{Offer, TestShop};

use super::until_it_shows;

#[tokio::test]
async fn a_saga_is_drawn_over_all_services() {
    let shop = TestShop::start().await;
    let (operator, buyer) = (shop.operator().await, shop.shopper().await);
    shop.charge(buyer.id, 1_000).await;
    let product = shop.product(1_000, 5).await;
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let good = shop
        .place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201)
        .order_id();
    shop.place_and_wait(&buyer, &[(product, 1)], Some(coupon))
        .await
        .is(422);
    shop.rest().await;
    let mut browser = shop.browser_of(&operator);

    let story = browser
        .open(&format!("/console/sagas/{good}"))
        .await
        .is(200);
    for text in [
        "주문 접수",
        "재고 차감",
        "쿠폰 적용",
        "포인트 결제",
        "주문 확정",
    ] {
        assert_eq!(
            story.text.matches(text).count(),
            2,
            "{text}: drawn and listed"
        );
    }
    story
        .shows("cell end")
        .shows(&format!("jangteo saga show {good}"));

    let list = browser
        .open("/console/sagas?state=COMPENSATED")
        .await
        .is(200);
    list.shows("INSUFFICIENT_POINT")
        .shows("jangteo saga list --state COMPENSATED");
    let undone = list
        .text
        .split("href=\"")
        .find(|it| it.starts_with("/console/sagas/"));
    let undone = undone.and_then(|it| it.split('"').next()).expect("a saga");
    let story = browser.open(undone).await.is(200);
    story
        .shows("cell failed")
        .shows("cell undo")
        .shows("되돌림 완료")
        .shows("재고 되돌림");

    let number = contracts::ids::OrderNumber::of(good);
    let found = browser
        .open(&format!("/console/sagas?find={number}"))
        .await
        .is(303);
    assert_eq!(found.location(), format!("/console/sagas/{good}"));
    browser.open("/console/sagas/none").await.is(404);
    browser.open("/console/sagas?state=NONE").await.is(400);
    shop.end().await;
}

#[tokio::test]
async fn what_is_stuck_is_on_the_first_page_and_the_shopper_is_told_too() {
    let shop = TestShop::start().await;
    let (operator, buyer) = (shop.operator().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let file = Connection::open(shop.folder.path().join("payment.db")).expect("the file opens");
    let refuse = "CREATE TRIGGER refused BEFORE INSERT ON point_history \
                  BEGIN SELECT RAISE(ABORT, 'refused by a test'); END";
    file.execute_batch(refuse).expect("a trigger");
    let order = shop.place(&buyer, &[(product, 1)]).await;

    let mut console = shop.browser_of(&operator);
    let list = until_it_shows(&mut console, "/console/parked", "payment.").await;
    list.shows("CouponApplied").shows("refused by a test");
    let letter = list
        .text
        .split("href=\"")
        .find(|it| it.starts_with("/console/parked/"));
    let letter = letter.and_then(|it| it.split('"').next()).expect("a key");
    let letter = console.open(letter).await.is(200);
    letter.shows("jangteo dlq redrive payment.").shows("<pre");
    console
        .open("/console")
        .await
        .is(200)
        .shows("tile bad")
        .shows("진행 1");
    let story = console
        .open(&format!("/console/sagas/{order}"))
        .await
        .is(200);
    story
        .shows("cell ahead")
        .shows("포인트 결제, 주문 확정")
        .shows("멈춤")
        .shows("기한");
    story.shows("http-equiv=\"refresh\"");

    let mut browser = shop.browser_of(&buyer);
    let page = browser.open(&format!("/orders/{order}")).await.is(200);
    page.shows("주문을 처리하고 있어요")
        .shows("data-live")
        .shows("http-equiv=\"refresh\"")
        .shows("주문 취소하기");
    let cancel = format!("/orders/{order}/cancel");
    let key = page.field("key");
    let cancelled = browser.submit(&cancel, &[("key", &key)]).await.is(303);
    browser
        .follow(&cancelled)
        .await
        .is(200)
        .shows("주문을 취소했어요.");

    file.execute_batch("DROP TRIGGER refused")
        .expect("no trigger");
    let retry = format!("/api/v1/sagas/{order}/retry");
    let body = serde_json::json!({});
    shop.call(reqwest::Method::POST, &retry, Some(&operator), Some(&body))
        .await
        .is(200);
    until_it_shows(
        &mut browser,
        &format!("/orders/{order}"),
        "주문이 취소됐어요",
    )
    .await;
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (5, 10_000));
    shop.end().await;
}

#[tokio::test]
async fn invariants_are_checked_when_asked_and_the_answer_stays() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    shop.product(1_000, 5).await;
    let mut browser = shop.browser_of(&operator);
    browser
        .open("/console")
        .await
        .is(200)
        .shows("아직 확인하지 않았습니다");
    let checked = browser.submit("/console/invariants", &[]).await.is(303);
    browser
        .follow(&checked)
        .await
        .is(200)
        .shows("위반이 없습니다.")
        .shows("불변식을 확인했습니다.");
    browser.open("/console").await.is(200).shows("0건");
    let mut shopper = shop.browser_of(&shop.shopper().await);
    shopper.submit("/console/invariants", &[]).await.is(403);
    shop.end().await;
}
