use super::*;

fn adjust(delta: i64, reason: &str) -> Result<Adjustment, Problem> {
    AdjustStock {
        delta,
        reason: reason.into(),
    }
    .validate()
}

#[test]
fn an_adjustment_changes_something_within_reason() {
    assert_eq!(
        adjust(-3, " 파손 ").unwrap(),
        Adjustment {
            delta: -3,
            reason: "파손".into()
        }
    );
    for delta in [0, DELTA_MAX + 1, -DELTA_MAX - 1, i64::MIN, i64::MAX] {
        let problem = adjust(delta, "count").unwrap_err();
        assert_eq!(problem.errors.len(), 1, "{delta}");
        assert_eq!(problem.errors[0].pointer, "/delta");
    }
    assert_eq!(adjust(1, " ").unwrap_err().errors[0].pointer, "/reason");
}

fn create(price: i64, stock: i64) -> CreateProduct {
    CreateProduct {
        name: " 머그컵 ".into(),
        name_en: "Mug".into(),
        category: "kitchen".into(),
        price,
        stock,
    }
}

#[test]
fn a_new_product_has_names_a_price_and_a_first_stock() {
    let valid = create(0, FIRST_STOCK_MAX).validate().unwrap();
    assert_eq!((&*valid.name, valid.price), ("머그컵", Money::ZERO));
    let pointers = |create: CreateProduct| {
        let errors = create.validate().unwrap_err().errors;
        errors
            .into_iter()
            .map(|error| error.pointer)
            .collect::<Vec<_>>()
    };
    for (price, stock, pointer) in [
        (-1, 0, "/price"),
        (PRICE_MAX + 1, 0, "/price"),
        (i64::MIN, 0, "/price"),
        (1, -1, "/stock"),
        (1, FIRST_STOCK_MAX + 1, "/stock"),
        (1, i64::MAX, "/stock"),
    ] {
        assert_eq!(pointers(create(price, stock)), [pointer], "{price} {stock}");
    }
    let nameless = CreateProduct {
        name: "\u{0007}".into(),
        name_en: " ".into(),
        category: "가".repeat(CATEGORY_MAX + 1),
        ..create(-1, -1)
    };
    let all = ["/name", "/nameEn", "/category", "/price", "/stock"];
    assert_eq!(pointers(nameless), all);
}

#[test]
fn a_delta_is_a_whole_number() {
    for delta in [
        "1.0",
        "1e2",
        "99999999999999999999",
        "\"1\"",
        "true",
        "null",
    ] {
        let body = format!(r#"{{"delta":{delta},"reason":"r"}}"#);
        assert!(
            serde_json::from_str::<AdjustStock>(&body).is_err(),
            "{delta}"
        );
    }
}
