use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use super::Fixture;
use super::routes::{Access, Route, routes};

#[tokio::test]
async fn an_address_that_is_not_served_is_no_route() {
    let fixture = Fixture::start().await;
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/orders/",
        "/api/v2/orders",
        "/api/v1/order",
        "/api/v1/ORDERS",
        "/api/v1//orders",
        "/api/v1/orders/x/y/z",
        "/api/v1/products/x/stock",
        "/api/v1/users/x/y",
        "/admin",
        "/.env",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/%00",
        "/%ff%fe",
    ] {
        for method in &methods {
            let request = fixture.shop.request(method.clone(), path);
            let answer = fixture
                .shop
                .send(request.bearer_auth(&fixture.admin.token))
                .await;
            fixture.refused(answer, 404, "ROUTE_NOT_FOUND", &format!("{method} {path}"));
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn a_route_takes_its_own_methods() {
    let fixture = Fixture::start().await;
    let mut served: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes() {
        served
            .entry(fixture.path(&route))
            .or_default()
            .insert(route.method.to_string());
    }
    for (path, methods) in served {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if methods.contains(method) {
                continue;
            }
            let wanted = Method::from_bytes(method.as_bytes()).expect("a method");
            let request = fixture.shop.request(wanted, &path);
            let answer = fixture
                .shop
                .send(request.bearer_auth(&fixture.admin.token))
                .await;
            let allowed: BTreeSet<_> = answer.header("allow").split(',').map(str::trim).collect();
            assert!(
                methods
                    .iter()
                    .all(|served| allowed.contains(served.as_str())),
                "{answer:?}"
            );
            fixture.refused(
                answer,
                405,
                "METHOD_NOT_ALLOWED",
                &format!("{method} {path}"),
            );
        }
    }
    fixture.end().await;
}

/// What cannot be an id is as absent as an id that nobody has.
#[tokio::test]
async fn a_malformed_id_is_nobodys() {
    let fixture = Fixture::start().await;
    let nobodys = fixture.shop.places.order.handle.next_id::<()>().to_string();
    let ids = [
        nobodys.as_str(),
        "0",
        "-1",
        "1",
        "x",
        "0000000000000",
        "ZZZZZZZZZZZZZ",
        "UUUUUUUUUUUUU",
        "7ZZZZZZZZZZZZZ",
        "9223372036854775808",
        "%20",
        "%00",
        "%ff",
        "..%2f..",
        "'%20OR%201=1--",
        "{id}",
        "주문",
    ];
    for route in routes().iter().filter(|route| route.path.contains("{id}")) {
        let code = match route.path.split('/').nth(3) {
            Some("products") => "PRODUCT_NOT_FOUND",
            Some("coupons") => "COUPON_NOT_FOUND",
            Some("dead-letters") => "DEAD_LETTER_NOT_FOUND",
            Some("users") => "USER_NOT_FOUND",
            _ => "ORDER_NOT_FOUND",
        };
        for id in ids {
            let path = route.path.replace("{id}", id);
            let answer = call(&fixture, route, &path).await;
            fixture.refused(answer, 404, code, &format!("{} {path}", route.method));
        }
    }
    fixture.end().await;
}

async fn call(fixture: &Fixture, route: &Route, path: &str) -> shop_tests::Answer {
    let mut request = fixture.shop.request(route.method.clone(), path);
    if let Some(member) = fixture.caller(route) {
        request = request.bearer_auth(&member.token);
    }
    if route.keyed {
        request = request.header("Idempotency-Key", fixture.shop.fresh_key());
    }
    if let Some(body) = fixture.body(route) {
        request = request.json(&body);
    }
    fixture.shop.send(request).await
}

/// Lists, with a filter each that they do not take.
const LISTS: [(&str, Access, &[&str]); 11] = [
    (
        "/api/v1/products",
        Access::Anybody,
        &[
            "status=CHEAP",
            "status=1",
            "userId=1",
            "status=%ff",
            "sort=CHEAPEST",
            "q=%00",
        ],
    ),
    ("/api/v1/categories", Access::Anybody, &[]),
    (
        "/api/v1/coupons",
        Access::Anybody,
        &["status=GONE", "issuable=1", "userId=1"],
    ),
    (
        "/api/v1/orders",
        Access::Member,
        &[
            "status=OPEN",
            "from=yesterday",
            "to=1",
            "userId=1",
            "status=PENDING&status=CANCELLED",
        ],
    ),
    (
        "/api/v1/points/me/history",
        Access::Member,
        &["type=GIFT", "userId=1"],
    ),
    (
        "/api/v1/users",
        Access::Admin,
        &["role=king", "role=ADMIN", "status=active", "email=a"],
    ),
    (
        "/api/v1/users/me/coupons",
        Access::Member,
        &["status=OLD", "userId=1"],
    ),
    (
        "/api/v1/sagas",
        Access::Operator,
        &["state=STUCK", "step=1", "age=-1", "age=old"],
    ),
    (
        "/api/v1/dead-letters",
        Access::Operator,
        &["service=nobody", "state=RUNNING"],
    ),
    (
        "/admin/v1/sagas",
        Access::Operator,
        &["state=STUCK", "step=1"],
    ),
    ("/api/v1/products/{id}/stock-ledger", Access::Operator, &[]),
];

#[tokio::test]
async fn a_list_refuses_what_is_no_page_and_no_filter_of_its() {
    let fixture = Fixture::start().await;
    let limits = [
        "0",
        "101",
        "-1",
        "1e3",
        "1.5",
        "",
        "x",
        "99999999999999999999",
        "%00",
        "+5",
    ];
    let limits = limits.map(|limit| (format!("limit={limit}"), "VALIDATION_FAILED"));
    let long = "61".repeat(5_000);
    let cursors = [
        "x",
        "00",
        "6",
        "zz",
        "ff",
        "5b5d",
        "-1",
        "%00",
        long.as_str(),
    ];
    let cursors = cursors.map(|cursor| (format!("cursor={cursor}"), "INVALID_CURSOR"));
    let twice = [
        ("limit=1&limit=2".to_owned(), "VALIDATION_FAILED"),
        ("cursor=5b5d&cursor=5b5d".to_owned(), "VALIDATION_FAILED"),
    ];
    for (path, access, filters) in LISTS {
        let by = match access {
            Access::Anybody => None,
            Access::Member => Some(&fixture.buyer),
            Access::Operator => Some(&fixture.operator),
            Access::Admin => Some(&fixture.admin),
        };
        let path = path.replace("{id}", &fixture.product);
        let filters = filters
            .iter()
            .map(|filter| ((*filter).to_owned(), "VALIDATION_FAILED"));
        let queries = limits
            .iter()
            .chain(&cursors)
            .chain(&twice)
            .cloned()
            .chain(filters);
        for (query, code) in queries {
            let mut request = fixture
                .shop
                .request(Method::GET, &format!("{path}?{query}"));
            if let Some(member) = by {
                request = request.bearer_auth(&member.token);
            }
            let answer = fixture.shop.send(request).await;
            fixture.refused(answer, 400, code, &format!("{path}?{query:.80}"));
        }
    }
    fixture.end().await;
}

/// The cursor of one list is no place in another.
#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let fixture = Fixture::start().await;
    let shop = &fixture.shop;
    shop.product(1, 1).await;
    let page = shop
        .call(Method::GET, "/api/v1/products?limit=1", None, None)
        .await
        .is(200);
    let cursor = page.body["nextCursor"]
        .as_str()
        .expect("two products")
        .to_owned();
    for (path, _, _) in LISTS.iter().skip(1) {
        let path = path.replace("{id}", &fixture.product);
        let path = format!("{path}?cursor={cursor}");
        shop.get(&path, &fixture.admin)
            .await
            .is_problem(400, "INVALID_CURSOR");
    }
    fixture.end().await;
}
