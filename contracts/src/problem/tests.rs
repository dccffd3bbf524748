use serde_json::json;

use super::*;
use crate::events::order::FailureCode;
use crate::events::product::StockCode;
use crate::ids::ProductId;
use crate::money::{Money, Quantity};

fn short() -> Problem {
    Problem::new(Code::OutOfStock)
        .detail("1개 남았어요", "one is left")
        .items(vec![BadItem {
            product_id: ProductId::new(42),
            code: StockCode::OutOfStock,
            wanted: Quantity::new(3),
            left: Some(1),
            stock_version: Some(7),
            unit_price: None,
        }])
}

#[test]
fn a_document_has_the_members_of_rfc_9457_and_ours() {
    let document = short().document(Language::Ko, Some("/api/v1/orders"), Some("abc"));
    assert_eq!(
        serde_json::to_value(&document).unwrap(),
        json!({
            "type": "urn:jangteo:problem:OUT_OF_STOCK",
            "title": "재고가 부족해요",
            "status": 409,
            "detail": "1개 남았어요",
            "instance": "/api/v1/orders",
            "code": "OUT_OF_STOCK",
            "traceId": "abc",
            "items": [{
                "productId": ProductId::new(42).to_string(),
                "code": "OUT_OF_STOCK",
                "wanted": 3,
                "left": 1,
                "stockVersion": 7,
            }],
        })
    );
}

#[test]
fn the_code_does_not_follow_the_language_and_the_texts_do() {
    let korean = short().document(Language::Ko, None, None);
    let english = short().document(Language::En, None, None);
    assert_eq!(korean.code, english.code);
    assert_eq!(english.title, "Out of stock");
    assert_eq!(english.detail.as_deref(), Some("one is left"));
}

#[test]
fn a_client_reads_what_a_server_writes() {
    let fault = FieldError::new(
        "/items/0/quantity",
        Fault::OutOfRange,
        Text::new("넘어요", "too many"),
    );
    let sent = Problem::invalid(vec![fault])
        .advisory()
        .document(Language::En, None, Some("t"));
    let text = serde_json::to_string(&sent).unwrap();
    assert!(text.contains(r#""errors":[{"pointer":"/items/0/quantity","code":"OUT_OF_RANGE""#));
    assert_eq!(serde_json::from_str::<Document>(&text).unwrap(), sent);
}

#[test]
fn an_outcome_that_names_something_absent_is_a_conflict() {
    assert_eq!(Problem::missing::<Product>().status, 404);
    let absent = Problem::outcome(&Failure::plain(FailureCode::ProductNotFound));
    assert_eq!((absent.code, absent.status), (Code::ProductNotFound, 409));
    let poor = Failure {
        wanted: Some(Money::new(9_000)),
        balance: Some(Money::new(500)),
        ..Failure::plain(FailureCode::InsufficientPoint)
    };
    let document = Problem::outcome(&poor).document(Language::Ko, None, None);
    assert_eq!(document.status, 422);
    assert_eq!(
        document.detail.unwrap(),
        "9000원이 필요한데 500원이 남아 있어요"
    );
}

#[test]
fn every_failure_of_an_order_has_the_code_of_its_name() {
    for name in [
        "PRODUCT_NOT_FOUND",
        "PRODUCT_NOT_ON_SALE",
        "PRICE_CHANGED",
        "OUT_OF_STOCK",
        "COUPON_NOT_OWNED",
        "COUPON_ALREADY_USED",
        "COUPON_EXPIRED",
        "COUPON_NOT_APPLICABLE",
        "INSUFFICIENT_POINT",
        "USER_CANCELLED",
        "EXPIRED",
        "OPERATOR",
    ] {
        let failure: FailureCode = serde_json::from_value(json!(name)).unwrap();
        assert_eq!(Code::from(failure).as_str(), name);
    }
}
