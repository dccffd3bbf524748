//! The HTTP contract of the shop, as far as the benchmark and the migration use it. The bearer
//! token is the member's number: the gateway in front has checked who calls.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::pool::Pool;
use crate::service::{Cart, CartItem, CatalogueService, CouponService, OrderService};

mod view;

use view::{Answer, OrderView, Problem, ProductView, RankView, UserCouponView};

#[derive(Clone)]
struct Shop {
    orders: OrderService,
    coupons: CouponService,
    catalogue: CatalogueService,
}

/// POST /orders
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlaceOrder {
    items: Vec<PlaceItem>,
    user_coupon_id: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlaceItem {
    product_id: Number,
    quantity: i64,
}

/// An id: text on the wire.
#[derive(Deserialize)]
#[serde(try_from = "&str")]
struct Number(i64);

impl TryFrom<&str> for Number {
    type Error = std::num::ParseIntError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse().map(Number)
    }
}

pub fn router(pool: Pool) -> Router {
    let shop = Shop {
        orders: OrderService::new(pool.clone()),
        coupons: CouponService::new(pool.clone()),
        catalogue: CatalogueService::new(pool),
    };
    Router::new()
        .route("/api/v1/orders", post(place))
        .route("/api/v1/orders/{id}", get(show))
        .route("/api/v1/products/top", get(top))
        .route("/api/v1/products/{id}", get(product))
        .route("/api/v1/coupons/{id}/issue", post(issue))
        .with_state(shop)
}

async fn place(
    State(shop): State<Shop>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let member_id = member(&headers)?;
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .ok_or(Problem::bad("Idempotency-Key is required"))?;
    let order: PlaceOrder =
        serde_json::from_slice(&body).map_err(|error| Problem::bad(&error.to_string()))?;
    let item = |item: PlaceItem| CartItem {
        product_id: item.product_id.0,
        quantity: item.quantity,
    };
    if order.items.is_empty() || order.items.iter().any(|item| item.quantity < 1) {
        return Err(Problem::bad("an order has items of one piece or more"));
    }
    let cart = Cart {
        member_id,
        items: order.items.into_iter().map(item).collect(),
        user_coupon_id: order.user_coupon_id.map(|id| id.0),
        scope: format!("{member_id}:{key}"),
        fingerprint: body.to_vec(),
    };
    let placed = shop.orders.place(cart).await?;
    let replayed = placed.replayed;
    let answer = Answer::created(OrderView::from(placed)).into_response();
    Ok(match replayed {
        true => ([("idempotent-replayed", "true")], answer).into_response(),
        false => answer,
    })
}

async fn show(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Path(order_id): Path<i64>,
) -> Result<Answer<OrderView>, Problem> {
    let placed = shop.orders.find(order_id, member(&headers)?).await?;
    Ok(Answer::ok(OrderView::from(placed)))
}

async fn product(
    State(shop): State<Shop>,
    Path(product_id): Path<i64>,
) -> Result<Answer<ProductView>, Problem> {
    let (product, left) = shop.catalogue.product(product_id).await?;
    Ok(Answer::ok(ProductView::new(product, left)))
}

async fn top(State(shop): State<Shop>) -> Result<Answer<RankView>, Problem> {
    let ranking = shop.catalogue.top().await?;
    Ok(Answer::ok(RankView::from(&*ranking)))
}

async fn issue(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Path(coupon_id): Path<i64>,
) -> Result<Answer<UserCouponView>, Problem> {
    let member_id = member(&headers)?;
    let user_coupon_id = shop.coupons.issue(coupon_id, member_id).await?;
    Ok(Answer::created(UserCouponView::new(
        user_coupon_id,
        coupon_id,
    )))
}

fn member(headers: &HeaderMap) -> Result<i64, Problem> {
    let bearer = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let number = bearer.and_then(|it| it.strip_prefix("Bearer ")?.parse().ok());
    number.ok_or(Problem::unauthenticated())
}
