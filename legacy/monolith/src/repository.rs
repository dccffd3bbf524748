//! One module a table, one statement a function, as the report's repositories have it.

pub(crate) mod coupon;
pub(crate) mod idempotency;
pub(crate) mod member;
pub(crate) mod order;
pub(crate) mod point;
pub(crate) mod product;
