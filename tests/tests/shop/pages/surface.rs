//! What every page has in common: its weight, its languages, its headers, its files.

use shop_tests::{Browser, Offer, Seen, TestShop};

/// Of the first page with everything it needs but its drawings.
const FIRST_PAGE_BYTES: usize = 100 * 1_024;

fn linked(page: &Seen, ending: &str) -> String {
    let mut linked = page
        .text
        .split('"')
        .filter(|text| text.starts_with("/assets/"));
    let found = linked.find(|address| address.ends_with(ending));
    found
        .unwrap_or_else(|| panic!("no {ending} in {}", page.text))
        .to_owned()
}

#[tokio::test]
async fn the_first_page_is_light_and_its_files_are_kept() {
    let shop = TestShop::start().await;
    for _ in 0..12 {
        shop.product(12_500, 5).await;
    }
    let mut browser = shop.browser();
    let page = browser.open("/").await.is(200);
    let mut bytes = page.text.len();
    for ending in [".css", ".js"] {
        let address = linked(&page, ending);
        let file = browser.open(&address).await.is(200);
        assert!(
            file.header("cache-control").contains("immutable"),
            "{address}"
        );
        bytes += file.text.len();
        browser
            .open(&address.replace(ending, &format!("x{ending}")))
            .await
            .is(404);
    }
    assert!(bytes <= FIRST_PAGE_BYTES, "{bytes} bytes");
    let drawing = page.text.split('"').find(|text| text.starts_with("/art/"));
    let drawing = browser.open(drawing.expect("a drawing")).await.is(200);
    assert_eq!(drawing.header("content-type"), "image/svg+xml");
    assert!(drawing.text.starts_with("<svg ") && drawing.text.ends_with("</svg>"));
    browser.open("/art/1/kitchen/nothing.svg").await.is(404);
    shop.end().await;
}

#[tokio::test]
async fn pages_run_nothing_inline_and_are_kept_by_nobody() {
    let shop = TestShop::start().await;
    let mut browser = shop.browser_of(&shop.operator().await);
    let pages = [
        "/",
        "/products",
        "/cart",
        "/login",
        "/orders",
        "/console",
        "/nowhere",
    ];
    for address in pages {
        let page = browser.open(address).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self'"),
            "{address}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store", "{address}");
        page.hides(" style=")
            .hides(" onclick=")
            .hides("<style")
            .hides("<script>");
    }
    shop.end().await;
}

#[tokio::test]
async fn addresses_that_are_no_page_are_the_apis() {
    let shop = TestShop::start().await;
    let mut browser = shop.browser();
    browser
        .open("/nowhere")
        .await
        .is(404)
        .shows("없는 페이지예요")
        .shows("<!DOCTYPE html>");
    let api = browser.open("/api/v1/nowhere").await.is(404);
    assert_eq!(api.header("content-type"), "application/problem+json");
    browser
        .open("/api/v1/products")
        .await
        .is(200)
        .shows("\"items\"");
    browser.open("/health/live").await.is(204);
    browser.submit("/products", &[]).await.is(404);
    shop.end().await;
}

#[tokio::test]
async fn language_and_colours_are_chosen_and_kept() {
    let shop = TestShop::start().await;
    let mut browser = shop.browser();
    browser.open("/").await.is(200).shows("<html lang=\"ko\">");
    browser.language = "en-GB,en;q=0.9,ko;q=0.1";
    browser.open("/").await.is(200).shows("<html lang=\"en\">");
    let chosen = [("language", "ko"), ("back", "/products?q=a")];
    let back = browser.submit("/preferences", &chosen).await.is(303);
    assert_eq!(back.location(), "/products?q=a");
    browser.open("/").await.is(200).shows("<html lang=\"ko\">");
    browser
        .submit("/preferences", &[("theme", "dark"), ("back", "/")])
        .await
        .is(303);
    browser
        .open("/")
        .await
        .is(200)
        .shows("<html lang=\"ko\" data-theme=\"dark\">");
    let operator = shop.operator().await;
    let token = operator.token.clone();
    browser.cookies.insert("jangteo_access".to_owned(), token);
    browser.open("/console").await.is(200).shows(" data-keys");
    browser
        .submit("/preferences", &[("keys", "off")])
        .await
        .is(303);
    browser.open("/console").await.is(200).hides(" data-keys");
    for (theme, back) in [("pink", "https://evil.example/"), ("", "//evil.example")] {
        let fields = [("theme", theme), ("language", "xx"), ("back", back)];
        let seen = browser.submit("/preferences", &fields).await.is(303);
        assert_eq!(seen.location(), "/");
        assert!(seen.headers.get("set-cookie").is_none());
    }
    shop.end().await;
}

/// English pages speak English: what is Korean on them is said to be, element by element.
#[tokio::test]
async fn english_pages_have_no_korean_but_names() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    shop.charge(operator.id, 10_000).await;
    shop.coupon(Offer::percent(10, Some(1_000))).await;
    shop.hand(Offer::fixed(100), operator.id).await;
    let product = shop.product(1_000, 5).await;
    let order = shop
        .place_and_wait(&operator, &[(product, 1)], None)
        .await
        .is(201)
        .order_id();
    let failed = shop.place(&operator, &[(product, 9)]).await;
    shop.rest().await;
    let mut browser = shop.browser_of(&operator);
    browser.language = "en";
    let pages = [
        "/".to_owned(),
        "/products?sort=NAME".to_owned(),
        format!("/products/{product}"),
        format!("/checkout?lines={product}.1"),
        format!("/checkout/confirm?lines={product}.1"),
        format!("/orders/{order}"),
        format!("/orders/{failed}"),
        "/orders".to_owned(),
        "/cart".to_owned(),
        "/coupons".to_owned(),
        "/points".to_owned(),
        "/login".to_owned(),
        "/register".to_owned(),
        "/console".to_owned(),
        "/console/sagas".to_owned(),
        format!("/console/sagas/{order}"),
        "/console/parked".to_owned(),
        "/console/loops".to_owned(),
        "/console/invariants".to_owned(),
        "/nowhere".to_owned(),
    ];
    for address in pages {
        let korean = korean(&mut browser, &address).await;
        assert!(korean.is_empty(), "{address}: {korean:?}");
    }
    shop.end().await;
}

/// Texts with Hangul that do not stand in an element said to be Korean. The member of every test
/// has a Korean name.
async fn korean(browser: &mut Browser, address: &str) -> Vec<String> {
    let page = browser.open(address).await;
    let hangul = |text: &str| text.chars().any(|letter| ('가'..='힣').contains(&letter));
    let mut found = Vec::new();
    for element in page.text.split('<') {
        let (tag, text) = element.split_once('>').unwrap_or((element, ""));
        let own = text.replace("시험", "");
        if hangul(&own) && !tag.contains("lang=\"ko\"") || hangul(tag) {
            found.push(element.to_owned());
        }
    }
    found
}
