//! A bare axum route: parse the order, answer with a number.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use contracts::http::order::PlaceOrder;

pub fn router() -> Router {
    Router::new().route("/api/v1/orders", post(place))
}

async fn place(Json(order): Json<PlaceOrder>) -> (StatusCode, Json<usize>) {
    (StatusCode::CREATED, Json(order.items.len()))
}
