use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::envelope::Event;
use crate::golden;

/// Content fields that may be absent, wherever they stand.
const OPTIONAL: &[&str] = &[
    "userCouponId",
    "coupon",
    "expectedUnitPrice",
    "left",
    "stockVersion",
    "unitPrice",
    "name",
    "category",
    "discount",
    "failure",
    "items",
    "wanted",
    "balance",
    "totalPrice",
    "paidPrice",
    "refundedPrice",
    "endedAt",
];

fn file(kind: Kind) -> String {
    format!("events/{}.v{}.json", kind.name(), kind.version())
}

fn read_body(event: &Event, body: &str) -> Result<Event, Undecodable> {
    let kind = event.kind();
    Event::decode(kind.name(), kind.version(), event.sequence, event.at, body)
}

fn body(event: &Event) -> Value {
    serde_json::from_str(&event.encode_body()).unwrap()
}

#[test]
fn every_kind_has_a_golden_sample_that_reads_and_writes_the_same() {
    for event in samples::all() {
        let name = file(event.kind());
        let pretty = serde_json::to_string_pretty(&body(&event)).unwrap() + "\n";
        golden::check(&name, &pretty);
        let written = fs::read_to_string(golden::path(&name)).unwrap();
        let read = read_body(&event, &written).unwrap();
        assert_eq!(read, event);
        assert_eq!(
            body(&read),
            serde_json::from_str::<Value>(&written).unwrap()
        );
    }
    let sampled: Vec<_> = samples::all().iter().map(Event::kind).collect();
    assert_eq!(
        sampled,
        Kind::ALL,
        "one sample of each kind, in their order"
    );
    let expected: BTreeSet<_> = Kind::ALL.iter().map(|&kind| file(kind)).collect();
    let found = fs::read_dir(golden::path("events")).unwrap();
    let found = found.map(|entry| format!("events/{}", entry.unwrap().file_name().display()));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected, "no stray files");
}

#[test]
fn a_content_reads_alone_as_it_does_in_its_body() {
    for event in samples::all() {
        let kind = event.kind();
        assert_eq!(
            decode(kind, kind.version(), &event.fact.encode()).unwrap(),
            event.fact
        );
    }
}

#[test]
fn unknown_fields_are_skipped_at_every_depth() {
    for event in samples::all() {
        let mut richer = body(&event);
        add_unknown(&mut richer);
        assert_eq!(read_body(&event, &richer.to_string()).unwrap(), event);
    }
}

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_unknown);
            fields.insert("addedLater".into(), json!({"deep": [1, null]}));
        }
        Value::Array(items) => items.iter_mut().for_each(add_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_missing_field_is_an_error_unless_it_is_optional() {
    for event in samples::all() {
        let whole = body(&event);
        let content = &whole["content"];
        for pointer in fields_of(content, String::from("/content")) {
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            let mut less = whole.clone();
            less.pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(field);
            let read = read_body(&event, &less.to_string());
            let missing = matches!(read, Err(Undecodable::Malformed { .. }));
            let may_miss = OPTIONAL.contains(&field);
            assert!(
                missing || may_miss,
                "{} without {pointer} was read",
                event.kind()
            );
            if let Ok(read) = read {
                assert_eq!(body(&read), less, "{} without {pointer}", event.kind());
            }
        }
        for part in ["actor", "content"] {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(part);
            assert!(
                read_body(&event, &less.to_string()).is_err(),
                "without {part}"
            );
        }
    }
}

fn fields_of(value: &Value, at: String) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (format!("{at}/{name}"), value))
            .collect(),
        Value::Array(items) => {
            let deeper = items.iter().enumerate();
            return deeper
                .flat_map(|(no, item)| fields_of(item, format!("{at}/{no}")))
                .collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Vec::new(),
    };
    children
        .into_iter()
        .flat_map(|(pointer, value)| {
            let deeper = fields_of(value, pointer.clone());
            std::iter::once(pointer).chain(deeper)
        })
        .collect()
}

#[test]
fn what_cannot_be_read_says_why() {
    let event = samples::all().remove(0);
    let body = event.encode_body();
    let read = |kind, version, body: &str| Event::decode(kind, version, 1, event.at, body);
    let unknown = read("UserPromoted", 1, &body);
    assert!(matches!(unknown, Err(Undecodable::UnknownKind(kind)) if &*kind == "UserPromoted"));
    for other in [0, 2, u16::MAX] {
        let newer = read("UserRegistered", other, &body);
        let Err(Undecodable::UnknownVersion { kind, version }) = newer else {
            panic!("version {other} was read");
        };
        assert_eq!((kind, version), (Kind::UserRegistered, other));
        assert!(decode(Kind::UserRegistered, other, "{}").is_err());
    }
    for broken in ["", "{", "null", "[]", "{}", &body[1..], &format!("{body}x")] {
        let broken = read("UserRegistered", 1, broken);
        assert!(matches!(
            broken,
            Err(Undecodable::Malformed {
                kind: Kind::UserRegistered,
                ..
            })
        ));
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let named = body.replacen("\"김하늘\"", &deep, 1);
    assert_ne!(named, body);
    assert!(
        read("UserRegistered", 1, &named).is_err(),
        "10,000 levels in a known field"
    );
    let added = body.replacen('{', &format!("{{\"addedLater\":{deep},"), 1);
    assert!(
        read("UserRegistered", 1, &added).is_ok(),
        "10,000 levels in an unknown one"
    );
}

#[test]
fn keys_and_sagas_are_the_orders_and_the_refunds() {
    for event in samples::all() {
        let kind = event.kind();
        let outside = saga::fact_step(kind).is_none()
            && !matches!(kind, Kind::OrderCreated | Kind::RefundRequested);
        assert_eq!(event.saga().is_none(), outside, "{kind}");
        if let Some(saga) = event.saga() {
            assert_eq!(event.key(), samples::ORDER.get(), "{kind}");
            let refunds = [
                Kind::RefundRequested,
                Kind::StockReturned,
                Kind::CouponReturned,
                Kind::PointsReturned,
                Kind::OrderRefunded,
            ];
            let expected = match refunds.contains(&kind) {
                true => SagaId::from(samples::REFUND),
                false => SagaId::from(samples::ORDER),
            };
            assert_eq!(saga, expected, "{kind}");
        }
        assert_eq!(event.topic(), kind.publisher().topic());
        let prefix = format!("jangteo.{}.", kind.publisher());
        assert!(kind.event_type().starts_with(&prefix) && kind.event_type().ends_with(".v1"));
    }
    let types: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.event_type()).collect();
    assert_eq!(types.len(), Kind::ALL.len());
}

#[test]
fn the_code_of_a_failure_is_the_gravest_of_its_items() {
    use product::StockCode::{OutOfStock, PriceChanged, ProductNotFound, ProductNotOnSale};
    let codes = [ProductNotFound, ProductNotOnSale, PriceChanged, OutOfStock];
    let item = samples::bad_item();
    for (at, &gravest) in codes.iter().enumerate() {
        let items = codes[at..].iter().rev().map(|&code| product::BadItem {
            code,
            ..item.clone()
        });
        let failed = StockDeductionFailed {
            order_id: samples::ORDER,
            items: items.collect(),
        };
        assert_eq!(failed.code(), Some(gravest));
        let failure = order::Failure::of_stock(&failed).unwrap();
        assert_eq!(failure.code, gravest.into());
        assert_eq!(failure.items, failed.items);
    }
    let nothing = StockDeductionFailed {
        order_id: samples::ORDER,
        items: Vec::new(),
    };
    assert_eq!(order::Failure::of_stock(&nothing), None);
}

#[test]
fn discounts_must_match_the_lines() {
    use crate::money::Money;
    let deducted = samples::stock_deducted();
    let discounts = [Money::new(3_000), Money::ZERO];
    let applied = deducted.discounted(&discounts).unwrap();
    assert_eq!(applied, samples::coupon_applied());
    assert_eq!(deducted.discounted(&discounts[..1]), None);
    assert_eq!(
        deducted.discounted(&[Money::new(i64::MAX), Money::new(1)]),
        None
    );
}
