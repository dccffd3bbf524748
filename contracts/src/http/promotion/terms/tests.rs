use serde_json::{Value, json};

use super::*;

/// A good request with some of its fields set otherwise; null takes one out.
fn request(changes: Value) -> Result<CouponTerms, Vec<String>> {
    let mut body = json!({
        "name": " 환영 쿠폰 ",
        "discount": "RATE",
        "value": 10,
        "maxDiscount": 5_000,
        "totalQuantity": 100,
        "issueFrom": "2026-01-01T00:00:00Z",
        "issueTo": "2026-02-01T00:00:00Z",
        "validTo": "2026-03-01T00:00:00Z",
    });
    let fields = body.as_object_mut().unwrap();
    for (field, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => fields.remove(field),
            value => fields.insert(field.clone(), value.clone()),
        };
    }
    let request: CreateCoupon = serde_json::from_value(body).unwrap();
    let pointers = |problem: Problem| problem.errors.into_iter().map(|error| error.pointer);
    request
        .validate()
        .map_err(|problem| pointers(problem).collect())
}

#[test]
fn good_terms_say_what_they_mean() {
    let rate = request(json!({})).unwrap();
    assert_eq!(rate.name, "환영 쿠폰");
    let max = Some(Money::new(5_000));
    assert_eq!(rate.discount, Discount::Rate { percent: 10, max });
    assert_eq!(rate.min_order_amount, Money::ZERO);
    assert_eq!(rate.scope, ScopeView::default());
    let to = "2026-03-01T00:00:00Z".parse().unwrap();
    assert_eq!(rate.validity, Validity::Between { from: None, to });

    let fixed = json!({
        "discount": "FIXED", "value": 3_000, "maxDiscount": null, "minOrderAmount": 10_000,
        "validTo": null, "validDays": 30, "scope": {"categories": [" 식품 "]},
    });
    let fixed = request(fixed).unwrap();
    assert_eq!(fixed.discount, Discount::Fixed(Money::new(3_000)));
    assert_eq!(fixed.min_order_amount, Money::new(10_000));
    assert_eq!(fixed.validity, Validity::Days(30));
    assert_eq!(fixed.scope.categories, ["식품"]);
}

#[test]
fn every_contradiction_is_named_by_its_field() {
    for (changes, pointers) in [
        (json!({"name": "  "}), vec!["/name"]),
        (json!({"value": 0}), vec!["/value"]),
        (json!({"value": 101}), vec!["/value"]),
        (json!({"value": i64::MIN}), vec!["/value"]),
        (json!({"maxDiscount": 0}), vec!["/maxDiscount"]),
        (json!({"discount": "FIXED"}), vec!["/maxDiscount"]),
        (json!({"minOrderAmount": -1}), vec!["/minOrderAmount"]),
        (json!({"totalQuantity": 0}), vec!["/totalQuantity"]),
        (json!({"totalQuantity": i64::MAX}), vec!["/totalQuantity"]),
        (json!({"issueTo": "2025-12-31T00:00:00Z"}), vec!["/issueTo"]),
        (json!({"validTo": "2026-01-31T00:00:00Z"}), vec!["/validTo"]),
        (
            json!({"validFrom": "2026-03-02T00:00:00Z"}),
            vec!["/validTo"],
        ),
        (json!({"validTo": null}), vec!["/validTo"]),
        (json!({"validDays": 3}), vec!["/validTo"]),
        (json!({"validTo": null, "validDays": 0}), vec!["/validDays"]),
        (
            json!({"validTo": null, "validDays": 3, "validFrom": "2026-01-01T00:00:00Z"}),
            vec!["/validFrom"],
        ),
        (
            json!({"scope": {"categories": ["a", ""]}}),
            vec!["/scope/categories/1"],
        ),
        (
            json!({"name": "", "value": 0, "totalQuantity": 0}),
            vec!["/name", "/value", "/totalQuantity"],
        ),
    ] {
        let found = request(changes.clone()).unwrap_err();
        assert_eq!(found, pointers, "{changes}");
    }
}
