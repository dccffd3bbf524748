//! Korean, the first language. The shop speaks 해요체, the console 합니다체.

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
        return "운영자가 해결";
    };
    match kind {
        Kind::OrderCreated => "주문 접수",
        Kind::StockDeducted => "재고 차감",
        Kind::StockDeductionFailed => "재고 부족",
        Kind::CouponApplied => "쿠폰 적용",
        Kind::CouponRejected => "쿠폰 거절",
        Kind::PaymentCompleted => "포인트 결제",
        Kind::PaymentFailed => "포인트 부족",
        Kind::OrderConfirmed => "주문 확정",
        Kind::OrderCancelled => "주문 취소",
        Kind::StockRestored => "재고 되돌림",
        Kind::CouponRestored => "쿠폰 되돌림",
        Kind::PaymentRefunded => "포인트 되돌림",
        Kind::RefundRequested => "반품 접수",
        Kind::StockReturned => "재고 반환",
        Kind::CouponReturned => "쿠폰 반환",
        Kind::PointsReturned => "포인트 반환",
        Kind::OrderRefunded => "반품 완료",
        Kind::UserRegistered => "회원 가입",
        Kind::UserDeactivated => "회원 탈퇴",
        Kind::ProductChanged => "상품 변경",
        Kind::PointCharged => "포인트 충전",
        Kind::CouponIssued => "쿠폰 발급",
    }
}
