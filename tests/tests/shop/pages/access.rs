//! Who may see what, and what nobody can do: from other sites, with other people's orders, or
//! by a hostile name.

use shop_tests::{PASSWORD, TestShop};

use super::{confirmation, named, order, until_it_shows};

#[tokio::test]
async fn every_page_opens_for_whom_it_should() {
    let shop = TestShop::start().await;
    let product = shop.product(12_500, 5).await;
    let product = format!("/products/{product}");
    let anybody = [
        "/",
        "/products",
        &product,
        "/cart",
        "/login",
        "/register",
        "/coupons",
    ];
    let members = [
        "/orders",
        "/points",
        "/account",
        "/checkout",
        "/checkout/confirm",
    ];
    let console = [
        "/console",
        "/console/sagas",
        "/console/parked",
        "/console/loops",
        "/console/invariants",
    ];
    let mut stranger = shop.browser();
    for page in anybody {
        stranger.open(page).await.is(200);
    }
    for page in members.iter().chain(&console) {
        let seen = stranger.open(page).await.is(303);
        let back = page.replace('/', "%2F");
        assert_eq!(seen.location(), format!("/login?back={back}"));
    }
    let mut member = shop.browser_of(&shop.shopper().await);
    for page in anybody {
        member.open(page).await.is(200);
    }
    for page in &members[..3] {
        member.open(page).await.is(200);
    }
    for page in console {
        member.open(page).await.is(403).shows("권한이 없어요");
    }
    let mut operator = shop.browser_of(&shop.operator().await);
    for page in console {
        operator.open(page).await.is(200);
    }
    shop.end().await;
}

#[tokio::test]
async fn no_other_site_can_change_anything() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 20_000).await;
    let product = shop.product(10_000, 5).await;
    let mut browser = shop.browser_of(&buyer);
    let page = confirmation(&mut browser, product, 1, "none").await;
    let (key, lines) = (page.field("key"), page.field("lines"));
    let fields = [("key", key.as_str()), ("lines", lines.as_str())];
    let strangers: [&[(&str, &str)]; 4] = [
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "shop.example")],
        &[],
    ];
    let forms = [
        "/checkout/confirm",
        "/cart",
        "/points",
        "/login",
        "/logout",
        "/preferences",
        "/account/close",
        "/console/invariants",
    ];
    for headers in strangers {
        for form in forms {
            let seen = browser.submit_with(form, headers, &fields).await.is(403);
            assert!(seen.headers.get("set-cookie").is_none(), "{form}");
        }
    }
    assert_eq!(shop.balance(buyer.id), 20_000);
    let own = [("origin", "https://shop.example"), ("host", "shop.example")];
    browser
        .submit_with("/checkout/confirm", &own, &fields)
        .await
        .is(303);
    shop.rest().await;
    assert_eq!(shop.balance(buyer.id), 10_000);
    shop.end().await;
}

#[tokio::test]
async fn somebody_elses_order_is_as_absent_as_none() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 20_000).await;
    let product = shop.product(10_000, 5).await;
    let mut browser = shop.browser_of(&buyer);
    let page = confirmation(&mut browser, product, 1, "none").await;
    let ordered = order(&mut browser, &page).await.is(303);
    let address = ordered.location().to_owned();
    until_it_shows(&mut browser, &address, "주문이 확정됐어요").await;
    let mut other = shop.browser_of(&shop.shopper().await);
    other
        .open(&address)
        .await
        .is(404)
        .shows("주문을 찾을 수 없어요");
    other.open(&format!("{address}/events")).await.is(404);
    let cancel = format!("{address}/cancel");
    other.submit(&cancel, &[("key", "a-key")]).await.is(404);
    shop.end().await;
}

#[tokio::test]
async fn names_that_are_markup_stay_names() {
    const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";
    let shop = TestShop::start().await;
    let product = named(&shop, HOSTILE, HOSTILE, 1_000).await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 5_000).await;
    let mut browser = shop.browser_of(&buyer);
    browser
        .submit(
            "/account",
            &[("name", "<b>누구</b>"), ("phone", ""), ("address", "<i>\"")],
        )
        .await
        .is(303);
    let page = confirmation(&mut browser, product, 1, "none").await;
    let ordered = order(&mut browser, &page)
        .await
        .is(303)
        .location()
        .to_owned();
    until_it_shows(&mut browser, &ordered, "주문이 확정됐어요").await;
    shop.rest().await;
    let product = product.to_string();
    browser
        .submit(
            "/cart",
            &[("product", &product), ("quantity", "1"), ("then", "cart")],
        )
        .await
        .is(303);
    let search = "/products?q=%3Cscript%3E%22%3E&category=%3Cb%3E&sort=";
    let pages = [
        "/",
        "/products",
        &format!("/products/{product}"),
        "/cart",
        "/checkout",
        "/checkout/confirm",
        &ordered,
        "/orders",
        "/account",
        search,
        "/login?back=%22%3E%3Cscript%3E",
        "/points?amount=%22%3E%3Cscript%3E&back=%22%3E%3Cscript%3E",
        "/register?email=%22%3E%3Cscript%3E",
    ];
    for page in pages {
        let seen = browser.open(page).await.is(200);
        seen.hides("<script>")
            .hides("<img src=x")
            .hides("<b>")
            .hides("<i>");
    }
    browser.open("/").await.shows("&lt;script&gt;alert(1)");
    shop.end().await;
}

#[tokio::test]
async fn a_login_is_kept_and_ended() {
    let shop = TestShop::start().await;
    let member = shop.shopper().await;
    let mut browser = shop.browser();
    let wrong = [
        ("email", member.email.as_str()),
        ("password", "wrong"),
        ("back", "/orders"),
    ];
    let refused = browser.submit("/login", &wrong).await.is(422);
    refused.shows("이메일이나 비밀번호가 맞지 않아요");
    assert_eq!(refused.field("email"), member.email);
    assert!(browser.cookies.is_empty());

    let right = [
        ("email", member.email.as_str()),
        ("password", PASSWORD),
        ("back", "/orders"),
    ];
    let entered = browser.submit("/login", &right).await.is(303);
    assert_eq!(entered.location(), "/orders");
    browser.look_again("/orders").await.is(200);
    browser.follow(&entered).await.is(200).shows("로그인했어요");
    browser.open("/orders").await.is(200).hides("로그인했어요");

    // The access token is over: the other one brings the next.
    let first = browser.cookies.remove("jangteo_access").expect("a token");
    let refresh = browser.cookies["jangteo_refresh"].clone();
    browser.open("/orders").await.is(200);
    assert_ne!(browser.cookies["jangteo_access"], first);
    assert_ne!(browser.cookies["jangteo_refresh"], refresh);

    let kept = browser.cookies.clone();
    browser.submit("/logout", &[]).await.is(303);
    assert!(!browser.cookies.contains_key("jangteo_refresh"));
    browser.open("/orders").await.is(303);
    // What was kept of the login is good for nothing.
    browser.cookies = kept;
    browser.cookies.remove("jangteo_access");
    browser.open("/orders").await.is(303);
    assert!(!browser.cookies.contains_key("jangteo_refresh"));
    shop.end().await;
}

#[tokio::test]
async fn a_token_that_is_none_is_forgotten() {
    let shop = TestShop::start().await;
    let mut browser = shop.browser();
    browser
        .cookies
        .insert("jangteo_access".to_owned(), "forged".to_owned());
    browser.open("/").await.is(200).shows("로그인");
    assert!(!browser.cookies.contains_key("jangteo_access"));
    shop.end().await;
}

#[tokio::test]
async fn who_registers_is_logged_in_and_who_leaves_is_gone() {
    let shop = TestShop::start().await;
    let mut browser = shop.browser();
    let mut fields = [
        ("email", "new@test"),
        ("password", "short"),
        ("name", "새 회원"),
        ("phone", "010-1234-5678"),
        ("address", ""),
        ("back", "//evil.example"),
    ];
    let refused = browser.submit("/register", &fields).await.is(422);
    refused.shows("aria-invalid=\"true\"");
    fields[1].1 = "long enough";
    let registered = browser.submit("/register", &fields).await.is(303);
    assert_eq!(registered.location(), "/");
    browser.follow(&registered).await.is(200).shows("새 회원");
    let again = shop.browser().submit("/register", &fields).await.is(422);
    again.shows("이미 가입한 이메일이에요");

    browser.submit("/account/close", &[]).await.is(303);
    browser
        .open("/account")
        .await
        .is(200)
        .shows("010-1234-5678");
    browser
        .submit("/account/close", &[("sure", "yes")])
        .await
        .is(303);
    browser.open("/account").await.is(303);
    let login = [("email", "new@test"), ("password", "long enough")];
    browser.submit("/login", &login).await.is(422);
    shop.end().await;
}
