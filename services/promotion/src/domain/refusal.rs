//! Why a command is refused: what the caller did or met, never what broke here.

use contracts::problem::Code;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the account is closed")]
    UserClosed,
    #[error("there is no such coupon")]
    CouponNotFound,
    #[error("the coupon is not issued now")]
    NotIssuePeriod,
    #[error("the user was issued this coupon before")]
    AlreadyIssued,
    #[error("every piece of the coupon is issued")]
    SoldOut,
    #[error("the issue would end before it begins")]
    IssueEndsTooEarly,
    #[error("the issue would end after the coupon's last day")]
    IssueEndsTooLate,
    #[error("{issued} pieces are issued already")]
    FewerThanIssued { issued: i64 },
    #[error("the idempotency key was used for another request")]
    KeyReused,
}

impl Refusal {
    pub const fn code(self) -> Code {
        match self {
            Self::UserClosed => Code::UserClosed,
            Self::CouponNotFound => Code::CouponNotFound,
            Self::NotIssuePeriod => Code::NotIssuePeriod,
            Self::AlreadyIssued => Code::CouponAlreadyIssued,
            Self::SoldOut => Code::CouponSoldOut,
            Self::IssueEndsTooEarly | Self::IssueEndsTooLate | Self::FewerThanIssued { .. } => {
                Code::ValidationFailed
            }
            Self::KeyReused => Code::IdempotencyKeyReused,
        }
    }
}
