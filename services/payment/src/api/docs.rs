//! What the API's document says of Payment's routes, besides what their handlers tell by
//! themselves.

use contracts::problem::Code;
use platform_http::{Doc, Example, Tag};

pub(super) const TAG: Tag = Tag {
    name: "payment",
    says: "포인트와 그 원장 · Points and their ledger",
};

pub(super) const BALANCE: Doc = Doc::new("getPoints", "내 포인트", "The caller's points")
    .says("0 for somebody who never charged.");

pub(super) const CHARGE: Doc = Doc::new("chargePoints", "포인트 충전", "Charge points")
    .status(201)
    .codes(&[Code::UserClosed, Code::PointLimitExceeded])
    .examples(&[Example {
        name: "ten thousand won",
        body: r#"{ "amount": 10000 }"#,
    }]);

pub(super) const HISTORY: Doc =
    Doc::new("listPoints", "포인트 내역", "The caller's points ledger").says("Newest first.");

pub(super) const PAYMENTS: Doc = Doc::new("listPayments", "주문의 결제", "What an order moved")
    .says("The payment of one order and what came back of it. Operators see anybody's.")
    .codes(&[Code::OrderNotFound]);
