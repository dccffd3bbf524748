use serde_json::json;

use super::*;

fn item(quantity: i64) -> PlaceItem {
    PlaceItem {
        product_id: ProductId::new(7),
        quantity,
        expected_unit_price: None,
    }
}

fn place(items: Vec<PlaceItem>) -> Result<Cart, Problem> {
    PlaceOrder {
        items,
        user_coupon_id: None,
    }
    .validate()
}

fn pointers(problem: &Problem) -> Vec<&str> {
    problem
        .errors
        .iter()
        .map(|error| error.pointer.as_str())
        .collect()
}

#[test]
fn a_cart_has_one_to_fifty_lines_of_one_to_999_pieces() {
    assert_eq!(place(vec![item(1); 50]).unwrap().lines.len(), 50);
    assert_eq!(
        place(vec![item(999)]).unwrap().lines[0].quantity,
        Quantity::new(999)
    );
    assert_eq!(pointers(&place(vec![]).unwrap_err()), ["/items"]);
    assert_eq!(pointers(&place(vec![item(1); 51]).unwrap_err()), ["/items"]);
    for quantity in [0, -1, 1000, i64::from(u32::MAX) + 2, i64::MIN, i64::MAX] {
        let problem = place(vec![item(1), item(quantity)]).unwrap_err();
        assert_eq!(pointers(&problem), ["/items/1/quantity"], "{quantity}");
        assert_eq!(problem.code, Code::ValidationFailed);
    }
}

#[test]
fn an_expected_price_is_no_negative_amount() {
    let expecting = |price| PlaceItem {
        expected_unit_price: Some(price),
        ..item(1)
    };
    assert_eq!(
        place(vec![expecting(0)]).unwrap().lines[0].expected_unit_price,
        Some(Money::ZERO)
    );
    for price in [-1, i64::MIN, i64::MAX, UNIT_PRICE_MAX_WON + 1] {
        let problem = place(vec![expecting(price)]).unwrap_err();
        assert_eq!(
            pointers(&problem),
            ["/items/0/expectedUnitPrice"],
            "{price}"
        );
    }
}

#[test]
fn every_bad_line_is_named() {
    let problem = place(vec![item(0), item(1), item(5_000)]).unwrap_err();
    assert_eq!(
        pointers(&problem),
        ["/items/0/quantity", "/items/2/quantity"]
    );
}

#[test]
fn nothing_but_what_a_cart_has_is_read() {
    let id = ProductId::new(7).to_string();
    let fine = json!({"items": [{"productId": id, "quantity": 2}]});
    assert!(
        serde_json::from_value::<PlaceOrder>(fine)
            .unwrap()
            .validate()
            .is_ok()
    );
    for (member, value) in [
        ("price", 1),
        ("userId", 1),
        ("totalPrice", 1),
        ("status", 1),
    ] {
        let body = json!({"items": [], member: value});
        assert!(
            serde_json::from_value::<PlaceOrder>(body).is_err(),
            "{member}"
        );
        let line = json!({"items": [{"productId": id, "quantity": 1, member: value}]});
        assert!(
            serde_json::from_value::<PlaceOrder>(line).is_err(),
            "item {member}"
        );
    }
    for quantity in [
        "1.0",
        "1e2",
        "\"3\"",
        "null",
        "true",
        "99999999999999999999",
        "١",
    ] {
        let body = format!(r#"{{"items":[{{"productId":"{id}","quantity":{quantity}}}]}}"#);
        assert!(
            serde_json::from_str::<PlaceOrder>(&body).is_err(),
            "{quantity}"
        );
    }
}

#[test]
fn an_order_item_id_has_one_spelling() {
    let id = OrderItemId {
        order_id: OrderId::new(1 << 40),
        line: 12,
    };
    let text = id.to_string();
    assert_eq!(text, format!("{}-12", OrderId::new(1 << 40)));
    assert_eq!(text.parse::<OrderItemId>().unwrap(), id);
    let order = id.order_id;
    for bad in [
        "",
        "1",
        "-",
        "-+1",
        "-01",
        "-1x",
        "--1",
        "-65536",
        "주문주문주-1",
    ] {
        assert!(
            format!("{order}{bad}").parse::<OrderItemId>().is_err(),
            "{bad}"
        );
    }
    assert!("주문주문주문-1".parse::<OrderItemId>().is_err());
}

#[test]
fn a_view_shows_null_until_priced_and_leaves_out_what_did_not_happen() {
    let order_id = OrderId::new(1 << 50);
    let view = OrderView {
        order_id,
        order_number: OrderNumber::from(order_id),
        status: OrderStatus::Pending,
        failure: None,
        items: vec![OrderItemView {
            order_item_id: OrderItemId { order_id, line: 1 },
            product_id: ProductId::new(7),
            name: None,
            quantity: Quantity::new(2),
            unit_price: None,
            discount: None,
        }],
        total_price: None,
        discount: None,
        paid_price: None,
        currency: Money::CURRENCY.code.to_owned(),
        created_at: Timestamp::from_micros(0),
        ended_at: None,
        refunds: vec![],
    };
    assert_eq!(
        serde_json::to_value(&view).unwrap(),
        json!({
            "orderId": order_id.to_string(),
            "orderNumber": OrderNumber::from(order_id).to_string(),
            "status": "PENDING",
            "items": [{
                "orderItemId": format!("{order_id}-1"),
                "productId": ProductId::new(7).to_string(),
                "name": null,
                "quantity": 2,
                "unitPrice": null,
                "discount": null,
            }],
            "totalPrice": null,
            "discount": null,
            "paidPrice": null,
            "currency": "KRW",
            "createdAt": "1970-01-01T00:00:00Z",
            "refunds": [],
        })
    );
}

#[test]
fn an_accepted_order_says_where_it_can_be_followed() {
    let view = AcceptedView::new(OrderId::new(1 << 50));
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(
        json["links"]["self"],
        format!("/api/v1/orders/{}", view.order_id)
    );
    assert_eq!(
        json["links"]["cancel"],
        format!("/api/v1/orders/{}/cancel", view.order_id)
    );
}
