//! What the shop does: orders, coupons and the catalogue, each in transactions of its own.

mod catalogue;
mod coupon;
mod order;
mod refusal;

pub(crate) use catalogue::CatalogueService;
pub(crate) use coupon::CouponService;
pub use order::OrderService;
pub(crate) use order::{Cart, CartItem, Placed, now};
pub(crate) use refusal::{Failure, Refusal};
