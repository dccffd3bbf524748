//! The style sheet, the script and the icon. Each is served under a name that holds a digest of
//! what is in it, so that a browser keeps it for ever and never shows an old one.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::site::Shared;

/// What is under a name never changes.
pub(crate) const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One file that comes with the program.
pub(crate) struct Asset {
    /// `/assets/page.<digest>.js`
    pub(crate) address: String,
    kind: &'static str,
    bytes: &'static [u8],
}

pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("../assets/style.css");
    Asset::named("style", "css", "text/css; charset=utf-8", bytes)
});
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("../assets/page.js");
    Asset::named("page", "js", "text/javascript; charset=utf-8", bytes)
});
pub(crate) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("../assets/icon.svg");
    Asset::named("icon", "svg", "image/svg+xml", bytes)
});

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let assets = [&*STYLE, &*SCRIPT, &*ICON];
    let found = assets
        .into_iter()
        .find(|asset| asset.address.strip_prefix("/assets/") == Some(name.as_str()));
    match found {
        Some(asset) => (
            [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, FOR_EVER)],
            asset.bytes,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Asset {
    fn named(name: &str, ending: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let digest = digest(&SHA256, bytes);
        let digest = digest.as_ref().iter().take(6);
        let digest: String = digest.map(|byte| format!("{byte:02x}")).collect();
        Self {
            address: format!("/assets/{name}.{digest}.{ending}"),
            kind,
            bytes,
        }
    }
}
