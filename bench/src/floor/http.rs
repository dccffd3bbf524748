//! A bare axum route: parse the order, answer with a number. And the same behind the gateway, so
//! that the difference is what the gateway and its checks cost.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use contracts::http::order::PlaceOrder;
use gateway::{BadRoutes, Plan};
use platform_http::Verifier;

pub fn router() -> Router {
    Router::new().route("/api/v1/orders", post(place))
}

/// With the routes that ship; all services but this one have none.
pub fn behind_gateway(verifier: Arc<Verifier>) -> Result<Router, BadRoutes> {
    let others = ["user", "product", "payment", "promotion", "operations"];
    let mut services = vec![("order", router())];
    services.extend(others.map(|name| (name, Router::new())));
    Ok(Plan::shipped().open(services, verifier)?.router())
}

async fn place(Json(order): Json<PlaceOrder>) -> (StatusCode, Json<usize>) {
    (StatusCode::CREATED, Json(order.items.len()))
}
