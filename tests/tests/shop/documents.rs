//! The API's document against the shop: it is the golden one, it has every route and no other, its
//! examples do what it says, and whatever is sent, the answers are what it allows.

/// Every code, told.
mod codes;

/// Every example, sent as it stands.
mod examples;

/// Any request at all.
mod hostile;

/// The document as tests read it.
mod spec;

/// The routes.
mod table;

use std::path::Path;

use jangteo::documents::openapi;

pub use spec::Spec;

/// Written anew by `cargo xtask golden`.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch of a test run, no configuration"
)]
fn the_document_is_the_golden_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/golden/openapi.json");
    let text = platform_http::text(&openapi());
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "contracts/golden/openapi.json is stale; look, then write it with cargo xtask golden"
    );
}
