use std::time::Duration;

use contracts::http::Role;
use reqwest::Method;
use shop_tests::{Answer, Member, Offer};

use super::Fixture;
use super::routes::{Access, Route, routes};

const HOUR: Duration = Duration::from_secs(3_600);

async fn call(fixture: &Fixture, route: &Route, by: Option<&Member>) -> Answer {
    match fixture.body(route) {
        Some(body) => fixture.send(route, by, body.to_string().into_bytes()).await,
        None => fixture.shop.send(fixture.request(route, by)).await,
    }
}

#[tokio::test]
async fn without_a_token_that_holds_nobody_gets_in() {
    let fixture = Fixture::start().await;
    let signer = &fixture.shop.places.user.signer;
    let now = fixture.shop.places.user.handle.now();
    let id = fixture.admin.id;
    let with = |token: String| Member {
        token,
        ..fixture.admin.clone()
    };
    let old = with(signer.sign(id, Role::Admin, now.minus(2 * HOUR), HOUR));
    let parts: Vec<&str> = fixture.admin.token.split('.').collect();
    let [head, claims, signature] = parts[..] else {
        panic!("a JWT has three parts")
    };
    let shopper = fixture.buyer.token.split('.').nth(1).expect("claims");
    let forged = [
        with(String::new()),
        with("x".to_owned()),
        with(format!("{head}.{claims}.")),
        with(format!("{head}.{claims}")),
        with(format!("{head}.{shopper}.{signature}")),
        // {"alg":"none"}
        with(format!("eyJhbGciOiJub25lIn0.{claims}.")),
        with("a".repeat(100_000)),
    ];
    for route in routes()
        .iter()
        .filter(|route| route.access != Access::Anybody)
    {
        let what = format!("{} {}", route.method, route.path);
        let none = call(&fixture, route, None).await;
        assert_eq!(none.header("www-authenticate"), "Bearer", "{what}");
        fixture.refused(none, 401, "UNAUTHENTICATED", &what);
        let expired = call(&fixture, route, Some(&old)).await;
        fixture.refused(expired, 401, "TOKEN_EXPIRED", &what);
        for member in &forged[..6] {
            let answer = call(&fixture, route, Some(member)).await;
            fixture.refused(
                answer,
                401,
                "UNAUTHENTICATED",
                &format!("{what} {}", member.token),
            );
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn a_role_opens_its_own_routes_and_no_higher_ones() {
    let fixture = Fixture::start().await;
    for route in routes() {
        let what = format!("{} {}", route.method, route.path);
        let too_low: &[&Member] = match route.access {
            Access::Anybody | Access::Member => &[],
            Access::Operator => &[&fixture.buyer],
            Access::Admin => &[&fixture.buyer, &fixture.operator],
        };
        for member in too_low {
            let answer = call(&fixture, &route, Some(member)).await;
            fixture.refused(answer, 403, "FORBIDDEN", &what);
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let fixture = Fixture::start().await;
    let order = |route: &&Route| route.path.starts_with("/api/v1/orders/{id}");
    for route in routes().iter().filter(order) {
        let what = format!("{} {}", route.method, route.path);
        let answer = call(&fixture, route, Some(&fixture.other)).await;
        let absent = call_absent(&fixture, route).await;
        for member in ["type", "title", "detail", "code", "status"] {
            assert_eq!(answer.body[member], absent.body[member], "{what} {member}");
        }
        fixture.refused(answer, 404, "ORDER_NOT_FOUND", &what);
        fixture.refused(absent, 404, "ORDER_NOT_FOUND", &what);
    }
    fixture.end().await;
}

/// The same for an order that nobody has.
async fn call_absent(fixture: &Fixture, route: &Route) -> Answer {
    let nobodys = fixture
        .shop
        .places
        .order
        .handle
        .next_id::<contracts::ids::Order>();
    let path = route.path.replace("{id}", &nobodys.to_string());
    let request = fixture.shop.request(route.method.clone(), &path);
    let request = request.bearer_auth(&fixture.other.token);
    let request = request.header("Idempotency-Key", fixture.shop.fresh_key());
    let request = match fixture.body(route) {
        Some(body) => request.json(&body),
        None => request,
    };
    fixture.shop.send(request).await
}

/// No answer to one member names what is another's.
#[tokio::test]
async fn nothing_of_a_member_is_in_what_another_is_shown() {
    let fixture = Fixture::start().await;
    let shop = &fixture.shop;
    let coupon = shop.hand(Offer::fixed(1), fixture.buyer.id).await;
    let secrets = [
        fixture.buyer.id.to_string(),
        fixture.buyer.email.clone(),
        fixture.order.clone(),
        coupon.to_string(),
    ];
    for route in routes().iter().filter(|route| route.method == Method::GET) {
        for by in [None, Some(&fixture.other)] {
            let path = fixture.path(route).replace(&fixture.order, "0D0000000000A");
            let mut request = shop.request(Method::GET, &path);
            if let Some(member) = by {
                request = request.bearer_auth(&member.token);
            }
            let answer = shop.send(request).await;
            let text = format!("{} {:?}", answer.body, answer.headers);
            for secret in &secrets {
                assert!(
                    !text.contains(secret.as_str()),
                    "{path} shows {secret} to {by:?}"
                );
            }
        }
    }
    fixture.shop.end().await;
}
