//! Why the shop says no.

/// What a member did not get, and why. Nothing of it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("there is no such member")]
    UserNotFound,
    #[error("there is no such product, or it is not sold")]
    ProductNotOnSale,
    #[error("not enough is left")]
    OutOfStock,
    #[error("not enough points")]
    InsufficientPoint,
    #[error("there is no such coupon")]
    CouponNotFound,
    #[error("the coupon is another member's, or nobody's")]
    CouponNotOwned,
    #[error("the coupon was used")]
    CouponAlreadyUsed,
    #[error("the member has one already")]
    CouponAlreadyIssued,
    #[error("no coupons are left")]
    CouponSoldOut,
    #[error("there is no such order")]
    OrderNotFound,
    #[error("the key was used for something else")]
    IdempotencyKeyReused,
}

/// Why a transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}
