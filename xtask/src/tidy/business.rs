//! `platform/` runs any service and knows none: no word of the shop in the names and strings of
//! its code. Comments and tests may give examples from the shop; `contracts` brings the shared
//! words (ids, money, users as callers).

use super::{File, Finding};

/// Parts of names, as in `CouponIssued`, `stock_ledger` or `"promotion"`.
const WORDS: &[&str] = &[
    "basket",
    "cart",
    "checkout",
    "coupon",
    "coupons",
    "discount",
    "payment",
    "payments",
    "price",
    "prices",
    "promotion",
    "promotions",
    "refund",
    "refunds",
    "shopper",
    "sku",
    "stock",
    "stocks",
];

/// Words that mean something else alone (an ordering, a product of numbers, a fault point) and
/// the shop's thing before these.
const PAIRS: &[(&str, &[&str])] = &[
    (
        "order",
        &[
            "id",
            "number",
            "line",
            "lines",
            "item",
            "items",
            "view",
            "created",
            "confirmed",
            "cancelled",
            "refunded",
            "placed",
        ],
    ),
    ("product", &["id", "changed", "name", "category", "rank"]),
    ("point", &["history", "ledger", "balance", "charged"]),
    ("points", &["balance", "returned"]),
];

/// Names that contain such a word and are not the shop's, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

pub fn check(file: &File) -> Vec<Finding> {
    if !file.is_rust() || !file.path.starts_with("platform/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for token in file.tokens.iter().filter(|token| !token.test) {
        let names = token.word().into_iter().chain(token.text());
        for name in names.filter(|name| EXCEPTIONS.iter().all(|(except, _)| except != name)) {
            if let Some(word) = business_word(name) {
                let says = format!("`{word}` in `{name}`: platform/ knows no word of the shop");
                findings.push(file.at(token.line, says));
            }
        }
    }
    findings
}

fn business_word(name: &str) -> Option<String> {
    let parts = parts(name);
    for (at, part) in parts.iter().enumerate() {
        if WORDS.contains(&part.as_str()) {
            return Some(part.clone());
        }
        let next = parts.get(at + 1).map(String::as_str);
        for (first, seconds) in PAIRS {
            if part == first && next.is_some_and(|next| seconds.contains(&next)) {
                return Some(format!("{first} {}", parts[at + 1]));
            }
        }
    }
    None
}

/// `StockLedger`, `stock_ledger` and `"stock ledger"` are all `stock`, `ledger`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut after_lower = false;
    for char in name.chars() {
        let starts = !char.is_alphanumeric() || (char.is_uppercase() && after_lower);
        if starts && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if char.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(char.to_lowercase());
        }
        after_lower = char.is_lowercase();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{check, parts};
    use crate::tidy::findings;

    #[test]
    fn names_fall_into_parts() {
        assert_eq!(parts("StockLedger"), ["stock", "ledger"]);
        assert_eq!(parts("order_id"), ["order", "id"]);
        assert_eq!(
            parts("jangteo.coupon-issued"),
            ["jangteo", "coupon", "issued"]
        );
    }

    #[test]
    fn each_form_of_a_word_of_the_shop_fails() {
        let planted = [
            "struct CouponIssued;",
            "fn take_stock() {}",
            "const TOPIC: &str = \"jangteo.payment.events\";",
            "fn f(order_id: i64) {}",
            "use contracts::events::OrderCreated;",
        ];
        for source in planted {
            assert_eq!(
                findings(check, "platform/runtime/src/relay.rs", source).len(),
                1,
                "{source}"
            );
            assert_eq!(
                findings(check, "services/order/src/store.rs", source).len(),
                0,
                "{source}"
            );
        }
    }

    #[test]
    fn comments_tests_and_other_meanings_pass() {
        let source = "// the order of stock\nfn f() { sort_by_order(); x.cmp(&y) as Ordering; }\n\
                      fn product_of(order: u8, fault_points: u8) {}\n\
                      #[cfg(test)]\nmod tests { struct Stock; }";
        assert_eq!(
            findings(check, "platform/runtime/src/relay.rs", source),
            [""; 0]
        );
    }
}
