//! The storefront and the console as a browser without scripts meets them.

/// Who may see what, and what nobody can do.
mod access;
/// What operators see.
mod console;
/// Buying, and everything around it.
mod shopping;
/// What every page has in common.
mod surface;

use contracts::ids::ProductId;
use contracts::money::{Money, Quantity};
use shop_tests::{Browser, Seen, TestShop};

/// A product under names that a test chooses.
async fn named(shop: &TestShop, name: &str, name_en: &str, price: i64) -> ProductId {
    let handle = &shop.places.product.handle;
    let id: ProductId = handle.next_id();
    let input = product::input::Input::CreateProduct(product::input::CreateProduct {
        id,
        name: name.to_owned(),
        name_en: name_en.to_owned(),
        category: "주방".to_owned(),
        price: Money::new(price),
        stock: Quantity::new(100),
        key: runtime::idempotency::KeyUse {
            scope: format!("test:named:{id}"),
            fingerprint: b"test".to_vec(),
        },
    });
    let system = contracts::envelope::Actor::System;
    let sent = handle
        .send(input, system, contracts::envelope::Trace::NONE)
        .await;
    assert!(
        matches!(sent, Ok(product::decide::Reply::Created { .. })),
        "{sent:?}"
    );
    id
}

/// The page that confirms an order of so many of one product, with a coupon or `none`.
async fn confirmation(
    browser: &mut Browser,
    product: ProductId,
    quantity: u32,
    coupon: &str,
) -> Seen {
    let address = format!("/checkout/confirm?lines={product}.{quantity}&coupon={coupon}");
    browser.open(&address).await.is(200)
}

/// Presses the button of a confirmation.
async fn order(browser: &mut Browser, confirmation: &Seen) -> Seen {
    let (key, lines) = (confirmation.field("key"), confirmation.field("lines"));
    let mut fields = vec![("key", key.as_str()), ("lines", lines.as_str())];
    let coupon = confirmation.text.contains("name=\"coupon\"");
    let coupon = coupon.then(|| confirmation.field("coupon"));
    if let Some(coupon) = &coupon {
        fields.push(("coupon", coupon));
    }
    browser.submit("/checkout/confirm", &fields).await
}

/// Opens an address again and again until the page shows a text.
async fn until_it_shows(browser: &mut Browser, address: &str, text: &str) -> Seen {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(10));
    for _ in 0..3_000 {
        look.tick().await;
        let seen = browser.open(address).await.is(200);
        if seen.text.contains(text) {
            return seen;
        }
    }
    panic!("{address} never showed {text:?}")
}
