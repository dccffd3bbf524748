//! What is said once, on the page that follows a redirect. A cookie carries which sentence it is,
//! never the sentence.

use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use contracts::problem::Code;

use crate::cookies::{clear, cookie, set};
use crate::visit::Visitor;

const SAID: &str = "jangteo_said";
/// Longer than a redirect takes.
const SECONDS: u32 = 60;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notice {
    AddedToCart,
    CartChanged,
    CartFull,
    CouponIssued,
    PointsCharged,
    OrderCancelled,
    RefundAccepted,
    AccountSaved,
    LoggedIn,
    LoggedOut,
    Registered,
    AccountClosed,
    NothingToOrder,
    Checked,
    /// Why the API did not do it.
    Refused(Code),
}

impl Notice {
    const GOOD: [(Self, &str); 14] = [
        (Self::AddedToCart, "added-to-cart"),
        (Self::CartChanged, "cart-changed"),
        (Self::CartFull, "cart-full"),
        (Self::CouponIssued, "coupon-issued"),
        (Self::PointsCharged, "points-charged"),
        (Self::OrderCancelled, "order-cancelled"),
        (Self::RefundAccepted, "refund-accepted"),
        (Self::AccountSaved, "account-saved"),
        (Self::LoggedIn, "logged-in"),
        (Self::LoggedOut, "logged-out"),
        (Self::Registered, "registered"),
        (Self::AccountClosed, "account-closed"),
        (Self::NothingToOrder, "nothing-to-order"),
        (Self::Checked, "checked"),
    ];

    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let word = cookie(headers, SAID)?;
        let good = Self::GOOD.into_iter().find(|(_, known)| *known == word);
        match good {
            Some((notice, _)) => Some(notice),
            None => word.parse().ok().map(Self::Refused),
        }
    }

    pub(crate) fn cookie(self) -> HeaderValue {
        let word = match self {
            Self::Refused(code) => code.as_str(),
            good => Self::GOOD
                .into_iter()
                .find(|(notice, _)| *notice == good)
                .map_or("", |(_, word)| word),
        };
        set(SAID, word, SECONDS)
    }

    pub(crate) fn is_bad(self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::CartFull | Self::NothingToOrder
        )
    }

    pub(crate) fn text(self, visitor: &Visitor) -> &'static str {
        let words = &visitor.texts().notice;
        match self {
            Self::AddedToCart => words.added_to_cart,
            Self::CartChanged => words.cart_changed,
            Self::CartFull => words.cart_full,
            Self::CouponIssued => words.coupon_issued,
            Self::PointsCharged => words.points_charged,
            Self::OrderCancelled => words.order_cancelled,
            Self::RefundAccepted => words.refund_accepted,
            Self::AccountSaved => words.account_saved,
            Self::LoggedIn => words.logged_in,
            Self::LoggedOut => words.logged_out,
            Self::Registered => words.registered,
            Self::AccountClosed => words.account_closed,
            Self::NothingToOrder => words.nothing_to_order,
            Self::Checked => words.checked,
            Self::Refused(code) => code.title(visitor.language),
        }
    }
}

pub(crate) fn forget() -> HeaderValue {
    clear(SAID)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn every_notice_comes_back_from_its_cookie() {
        let refused = Code::ALL.into_iter().map(Notice::Refused);
        for notice in Notice::GOOD
            .into_iter()
            .map(|(notice, _)| notice)
            .chain(refused)
        {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, notice.cookie());
            assert_eq!(Notice::read(&headers), Some(notice));
        }
    }
}
