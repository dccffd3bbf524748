//! Buying, and everything around it, with forms alone.

use contracts::ids::ProductId;
use shop_tests::{Browser, Offer, Seen, TestShop};

use super::{confirmation, order, until_it_shows};

/// The page after so many of a product were put into the cart, or set in it.
async fn put(browser: &mut Browser, product: ProductId, quantity: &str, then: &str) -> Seen {
    let product = product.to_string();
    let fields = [
        ("product", product.as_str()),
        ("quantity", quantity),
        ("then", then),
    ];
    let submitted = browser.submit("/cart", &fields).await.is(303);
    browser.follow(&submitted).await.is(200)
}

#[tokio::test]
async fn a_cart_becomes_one_order_however_often_the_button_is_pressed() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let (mug, other) = (shop.product(12_500, 9).await, shop.product(1_000, 9).await);
    let coupon = shop.hand(Offer::percent(10, None), buyer.id).await;
    let mut browser = shop.browser_of(&buyer);
    for (product, quantity) in [(mug, "2"), (other, "1")] {
        put(&mut browser, product, quantity, "cart")
            .await
            .shows("장바구니에 담았어요.");
    }
    let page = browser.open("/cart").await.is(200);
    page.shows("26,000원");
    for quantity in ["", "-1", "많이"] {
        put(&mut browser, mug, quantity, "set")
            .await
            .shows("요청 내용을 확인해 주세요");
    }
    browser.open("/cart").await.is(200).shows("26,000원");

    let form = browser.open("/checkout").await.is(200);
    form.shows("-<span class=\"won\">2,600원")
        .shows("100,000원");
    assert_eq!(
        form.field("coupon"),
        coupon.to_string(),
        "the best coupon comes first"
    );
    let confirm = format!("/checkout/confirm?coupon={coupon}");
    let confirm = browser.open(&confirm).await.is(200);
    confirm.shows("23,400원 주문하기").shows("76,600원");
    assert_eq!(
        shop.balance(buyer.id),
        100_000,
        "nothing is ordered by looking"
    );

    let key = confirm.field("key");
    let (lines, held) = (confirm.field("lines"), confirm.field("coupon"));
    let fields = [
        ("key", key.as_str()),
        ("lines", lines.as_str()),
        ("coupon", held.as_str()),
        ("cart", "1"),
    ];
    let first = browser.submit("/checkout/confirm", &fields).await.is(303);
    let second = browser.submit("/checkout/confirm", &fields).await.is(303);
    assert_eq!(first.location(), second.location());

    let ended = until_it_shows(&mut browser, first.location(), "주문이 확정됐어요").await;
    ended
        .shows("23,400원")
        .shows("2,600원")
        .hides("http-equiv=\"refresh\"");
    browser
        .open("/cart")
        .await
        .is(200)
        .shows("장바구니가 비어 있어요.");
    shop.rest().await;
    assert_eq!((shop.left(mug), shop.left(other)), (7, 8));
    assert_eq!(shop.balance(buyer.id), 76_600);
    let list = browser.open("/orders").await.is(200);
    assert_eq!(list.text.matches("href=\"/orders/0").count(), 1);
    shop.end().await;
}

#[tokio::test]
async fn an_order_that_fails_for_points_says_by_how_much_and_what_came_back() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 48_800).await;
    let product = shop.product(25_000, 5).await;
    let coupon = shop.hand(Offer::fixed(1_000), buyer.id).await;
    let mut browser = shop.browser_of(&buyer);
    let page = confirmation(&mut browser, product, 2, &coupon.to_string()).await;
    page.shows("포인트 200원이 부족해요.");
    let ordered = order(&mut browser, &page)
        .await
        .is(303)
        .location()
        .to_owned();
    let ended = until_it_shows(&mut browser, &ordered, "주문이 취소됐어요").await;
    ended
        .shows("포인트 200원이 부족해요")
        .shows("상품은 다시 진열대로")
        .shows("쿠폰은 다시 내 쿠폰함으로")
        .hides("포인트는 다시 내 잔액으로")
        .shows("/points?amount=200&amp;back=%2Fcheckout");
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (5, 48_800));

    browser.language = "en";
    browser
        .open(&ordered)
        .await
        .is(200)
        .shows("You were ₩200 short");
    shop.end().await;
}

#[tokio::test]
async fn what_cannot_be_had_is_told_before_and_after() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(1_000, 3).await;
    let mut browser = shop.browser_of(&buyer);
    browser
        .open(&format!("/products/{product}"))
        .await
        .is(200)
        .shows("3개 남음");
    let page = confirmation(&mut browser, product, 3, "none").await;
    // Somebody is faster.
    let other = shop.shopper().await;
    shop.charge(other.id, 100_000).await;
    shop.place_and_wait(&other, &[(product, 2)], None)
        .await
        .is(201);
    let ordered = order(&mut browser, &page)
        .await
        .is(303)
        .location()
        .to_owned();
    let ended = until_it_shows(&mut browser, &ordered, "주문이 취소됐어요").await;
    ended
        .shows("1개 남았는데 3개를 주문했어요")
        .shows("차감된 재고, 쿠폰, 포인트는 없어요.");
    browser
        .open(&format!("/checkout?lines={product}.3"))
        .await
        .is(200)
        .shows("살 수 없는 상품이 있어요")
        .hides("주문 확인하기");
    browser
        .open(&format!("/checkout/confirm?lines={product}.3"))
        .await
        .is(303);
    shop.end().await;
}

#[tokio::test]
async fn an_order_is_cancelled_or_given_back_by_form() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 9).await;
    let mut browser = shop.browser_of(&buyer);
    let page = confirmation(&mut browser, product, 3, "none").await;
    let ordered = order(&mut browser, &page)
        .await
        .is(303)
        .location()
        .to_owned();
    let ended = until_it_shows(&mut browser, &ordered, "주문이 확정됐어요").await;

    // It is too late to cancel, and the page says so.
    let cancel = format!("{ordered}/cancel");
    let late = browser.submit(&cancel, &[("key", "late")]).await.is(303);
    browser
        .follow(&late)
        .await
        .is(200)
        .shows("취소할 수 없는 주문이에요");

    let refund = format!("{ordered}/refund");
    let id = ordered.rsplit('/').next().expect("an id");
    let (pieces, key) = (format!("pieces-{id}-1"), ended.field("key"));
    let one = [
        ("key", key.as_str()),
        (pieces.as_str(), "1"),
        ("reason", "변심"),
    ];
    let accepted = browser.submit(&refund, &one).await.is(303);
    browser.submit(&refund, &one).await.is(303);
    browser
        .follow(&accepted)
        .await
        .is(200)
        .shows("반품을 접수했어요.");
    shop.rest().await;
    assert_eq!((shop.balance(buyer.id), shop.left(product)), (8_000, 7));

    let more = [("key", "more"), (pieces.as_str(), "3"), ("reason", "")];
    let refused = browser.submit(&refund, &more).await.is(303);
    browser
        .follow(&refused)
        .await
        .is(200)
        .shows("산 것보다 많이 환불할 수 없어요");
    let rest = [("key", "rest"), (pieces.as_str(), "2"), ("reason", "")];
    browser.submit(&refund, &rest).await.is(303);
    until_it_shows(&mut browser, &ordered, "모두 반품했어요")
        .await
        .hides("반품 신청하기");
    shop.rest().await;
    assert_eq!((shop.balance(buyer.id), shop.left(product)), (10_000, 9));
    shop.end().await;
}

#[tokio::test]
async fn coupons_are_had_and_points_are_charged_once_per_form() {
    let shop = TestShop::start().await;
    let member = shop.shopper().await;
    let coupon = shop.coupon(Offer::fixed(3_000)).await;
    let mut browser = shop.browser_of(&member);
    let page = browser.open("/coupons").await.is(200);
    page.shows("3,000원").shows("쿠폰 받기");
    let issue = format!("/coupons/{coupon}/issue");
    let key = page.field("key");
    let had = browser.submit(&issue, &[("key", &key)]).await.is(303);
    browser
        .follow(&had)
        .await
        .is(200)
        .shows("쿠폰을 받았어요.")
        .hides("쿠폰 받기");
    let twice = browser.submit(&issue, &[("key", "another")]).await.is(303);
    browser
        .follow(&twice)
        .await
        .is(200)
        .shows("이미 받은 쿠폰이에요");

    let key = browser.open("/points").await.is(200).field("key");
    let fields = [
        ("key", key.as_str()),
        ("amount", "12,500"),
        ("back", "/coupons"),
    ];
    for _ in 0..2 {
        let charged = browser.submit("/points", &fields).await.is(303);
        assert_eq!(charged.location(), "/coupons");
    }
    assert_eq!(shop.balance(member.id), 12_500);
    let preset = [("key", "preset"), ("amount", "1"), ("preset", "50000")];
    browser.submit("/points", &preset).await.is(303);
    assert_eq!(shop.balance(member.id), 62_500);
    for (key, amount) in [("a", "0"), ("b", "1000001"), ("c", "없음"), ("d", "")] {
        let fields = [("key", key), ("amount", amount)];
        browser
            .submit("/points", &fields)
            .await
            .is(422)
            .shows("aria-invalid");
    }
    browser
        .open("/points?type=CHARGE")
        .await
        .is(200)
        .shows("+<span class=\"won\">12,500원");
    shop.end().await;
}

#[tokio::test]
async fn lists_go_on_where_they_ended() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    for _ in 0..30 {
        shop.product(1_000, 1).await;
    }
    let mut browser = shop.browser_of(&buyer);
    let first = browser.open("/products").await.is(200);
    assert_eq!(first.text.matches("<li class=\"card\">").count(), 24);
    let next = first
        .text
        .split("href=\"")
        .find(|it| it.contains("cursor="));
    let next = next
        .and_then(|it| it.split('"').next())
        .expect("a next page");
    let second = browser.open(&next.replace("&amp;", "&")).await.is(200);
    assert_eq!(second.text.matches("<li class=\"card\">").count(), 6);
    second.hides("rel=\"next\"");
    browser
        .open("/products?q=%E3%85%81%E3%84%B1%E3%85%8B")
        .await
        .is(200)
        .shows("머그컵");
    browser.open("/products?cursor=none").await.is(400);
    shop.end().await;
}

#[tokio::test]
async fn an_orders_events_reach_its_owner_as_a_stream() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 9).await;
    let mut browser = shop.browser_of(&buyer);
    let page = confirmation(&mut browser, product, 1, "none").await;
    let ordered = order(&mut browser, &page)
        .await
        .is(303)
        .location()
        .to_owned();
    // The stream ends with the order, so it can be read to its end.
    let events = browser.open(&format!("{ordered}/events")).await.is(200);
    assert_eq!(events.header("content-type"), "text/event-stream");
    events
        .shows("event: STOCK_DEDUCTED")
        .shows("event: ORDER_CONFIRMED");
    shop.end().await;
}
