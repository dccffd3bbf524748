//! The storefront, one file a page.

use axum::Router;

use crate::site::Shared;

/// The account: who the member is, and leaving.
mod account;

/// The cart.
mod cart;

/// The form before the order: what, and with which coupon.
mod checkout;

/// What is about to be ordered, once more, and ordering it.
mod confirm;

/// Coupons to have, and those one has.
mod coupons;

/// The first page.
mod home;

/// Logging in and out.
mod login;

/// One order: how far it is, what came of it, cancelling and giving back.
mod order;

/// All orders of a member.
mod orders;

/// Points: what is left, charging, and where they went.
mod points;

/// Language, colours and keys.
mod preferences;

/// One product.
mod product;

/// Products by category, search and price.
mod products;

/// Becoming a member.
mod register;

/// A cart with the products of its lines.
mod basket;

/// What a coupon would take off.
mod saving;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .merge(home::routes())
        .merge(products::routes())
        .merge(product::routes())
        .merge(cart::routes())
        .merge(checkout::routes())
        .merge(confirm::routes())
        .merge(order::routes())
        .merge(orders::routes())
        .merge(coupons::routes())
        .merge(points::routes())
        .merge(login::routes())
        .merge(register::routes())
        .merge(account::routes())
        .merge(preferences::routes())
}
