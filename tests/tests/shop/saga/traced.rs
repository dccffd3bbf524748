use contracts::envelope::ServiceName;
use contracts::ids::SagaId;
use db::{Outbox, Store};
use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Offer, PASSWORD, TestShop};

const SIGN_UP: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const ORDER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const B3: &str = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1";

/// The traces of what a service said, of one saga or of all that is none.
fn traces(shop: &TestShop, service: ServiceName, saga: Option<SagaId>) -> Vec<String> {
    let said = shop.places.readers(service);
    let said = said.with(|reader| reader.all::<Outbox>());
    let said = said.expect("the outbox can be read");
    let said = said.iter().filter(|row| row.saga_id == saga);
    let trace = |row: &Outbox| {
        let body: Value = serde_json::from_str(&row.body).expect("a body is JSON");
        body["trace"].as_str().unwrap_or_default().to_owned()
    };
    said.map(trace).collect()
}

/// An order's saga has no step at User: what User says comes from the sign-up.
#[tokio::test]
async fn the_trace_of_a_request_is_in_the_events_of_all_five_services() {
    let shop = TestShop::start().await;
    let account = json!({ "email": "traced@example.com", "password": PASSWORD, "name": "김장터" });
    let request = shop.request(Method::POST, "/api/v1/users").json(&account);
    let signed_up = shop.send(request.header("traceparent", SIGN_UP)).await;
    signed_up.is(201);
    let user = traces(&shop, ServiceName::User, None);
    assert!(user.iter().any(|trace| trace == SIGN_UP), "{user:?}");

    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 10).await;
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let b3 = format!("00-{}-{}-01", &B3[..32], &B3[33..49]);
    for (header, sent, carried) in [("traceparent", ORDER, ORDER), ("b3", B3, b3.as_str())] {
        let headers = [("Prefer", "wait=3"), (header, sent)];
        let coupon = (header == "b3").then_some(coupon);
        let items = [(product, 1)];
        let placed = shop.place_with(&buyer, &items, coupon, &headers);
        let placed = placed.await.is(201);
        let id = placed.order_id();
        assert_eq!(placed.header("x-correlation-id"), &carried[3..35]);
        shop.rest().await;
        for service in [
            ServiceName::Order,
            ServiceName::Product,
            ServiceName::Promotion,
            ServiceName::Payment,
        ] {
            let said = traces(&shop, service, Some(id.cast()));
            assert!(!said.is_empty(), "{service}");
            assert!(
                said.iter().all(|trace| trace == carried),
                "{service} {said:?}"
            );
        }
        let path = format!("/api/v1/orders/{id}/events");
        let audit = shop.get(&path, &buyer).await.is(200);
        let rows = audit.body["items"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["trace"] == carried), "{rows:?}");
    }
    shop.end().await;
}
