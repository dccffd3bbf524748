//! English, the second language.

use contracts::events::Kind;

use super::{Texts, Words};

mod console;
mod shop;

pub(super) const TEXTS: Texts = Texts {
    frame: shop::FRAME,
    notice: shop::NOTICE,
    trouble: shop::TROUBLE,
    home: shop::HOME,
    products: shop::PRODUCTS,
    product: shop::PRODUCT,
    cart: shop::CART,
    checkout: shop::CHECKOUT,
    order: shop::ORDER,
    orders: shop::ORDERS,
    coupons: shop::COUPONS,
    points: shop::POINTS,
    login: shop::LOGIN,
    event,
    console: console::CONSOLE,
};

const fn event(kind: Option<Kind>) -> Words {
    let Some(kind) = kind else {
        return "Resolved by an operator";
    };
    match kind {
        Kind::OrderCreated => "Order placed",
        Kind::StockDeducted => "Stock deducted",
        Kind::StockDeductionFailed => "Out of stock",
        Kind::CouponApplied => "Coupon applied",
        Kind::CouponRejected => "Coupon refused",
        Kind::PaymentCompleted => "Points paid",
        Kind::PaymentFailed => "Not enough points",
        Kind::OrderConfirmed => "Order confirmed",
        Kind::OrderCancelled => "Order cancelled",
        Kind::StockRestored => "Stock put back",
        Kind::CouponRestored => "Coupon given back",
        Kind::PaymentRefunded => "Points given back",
        Kind::RefundRequested => "Return accepted",
        Kind::StockReturned => "Stock returned",
        Kind::CouponReturned => "Coupon returned",
        Kind::PointsReturned => "Points returned",
        Kind::OrderRefunded => "Return done",
        Kind::UserRegistered => "Member registered",
        Kind::UserDeactivated => "Member left",
        Kind::ProductChanged => "Product changed",
        Kind::PointCharged => "Points charged",
        Kind::CouponIssued => "Coupon issued",
    }
}
