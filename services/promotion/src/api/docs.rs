//! What the API's document says of Promotion's routes, besides what their handlers tell by
//! themselves.

use contracts::http::Role;
use contracts::problem::Code;
use platform_http::{Doc, Example, Tag};

pub(super) const TAG: Tag = Tag {
    name: "promotion",
    says: "쿠폰 · Coupons, offered and held",
};

pub(super) const LIST: Doc = Doc::new("listCoupons", "쿠폰 목록", "Coupons on offer");

pub(super) const CREATE: Doc = Doc::new("createCoupon", "쿠폰 만들기", "Offer a coupon")
    .says("Good either until `validTo` or for `validDays` from its issue.")
    .role(Role::Admin)
    .status(201)
    .headers(&["Location"])
    .examples(&[
        Example {
            name: "3,000 won off",
            body: r#"{
                "name": "삼천 원 할인", "discount": "FIXED", "value": 3000,
                "minOrderAmount": 20000, "totalQuantity": 100,
                "issueFrom": "2025-01-01T00:00:00Z", "issueTo": "2099-12-31T23:59:59Z",
                "validDays": 30
            }"#,
        },
        Example {
            name: "10 percent off tea",
            body: r#"{
                "name": "차 10퍼센트", "discount": "RATE", "value": 10, "maxDiscount": 5000,
                "scope": { "categories": ["차·음료"] }, "totalQuantity": 1000,
                "issueFrom": "2025-01-01T00:00:00Z", "issueTo": "2099-06-30T00:00:00Z",
                "validTo": "2099-12-31T23:59:59Z"
            }"#,
        },
    ]);

pub(super) const SHOW: Doc = Doc::new("getCoupon", "쿠폰 보기", "A coupon");

pub(super) const UPDATE: Doc = Doc::new("updateCoupon", "쿠폰 바꾸기", "Change a coupon")
    .says("What is left out stays. Pieces that were issued stay good whatever changes.")
    .role(Role::Admin)
    .examples(&[
        Example {
            name: "end the issue",
            body: r#"{ "status": "DISABLED" }"#,
        },
        Example {
            name: "more pieces",
            body: r#"{ "status": "ACTIVE", "totalQuantity": 2000 }"#,
        },
    ]);

pub(super) const ISSUE: Doc = Doc::new("issueCoupon", "쿠폰 받기", "Get a piece of a coupon")
    .says("First come, first served, one for each member; numbers have no gaps.")
    .status(201)
    .codes(&[
        Code::UserClosed,
        Code::NotIssuePeriod,
        Code::CouponAlreadyIssued,
        Code::CouponSoldOut,
    ])
    .examples(&[Example {
        name: "nothing to say",
        body: "{}",
    }]);

pub(super) const HELD: Doc = Doc::new("listUserCoupons", "내 쿠폰", "The caller's coupons");
