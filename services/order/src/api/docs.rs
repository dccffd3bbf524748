//! What the API's document says of Order's routes, besides what their handlers tell by themselves.

use contracts::http::Role;
use contracts::http::order::{AcceptedView, OrderView};
use contracts::problem::Code;
use platform_http::{Answered, Doc, Example, Tag, schema_of};

use super::events::EventPage;

pub(super) const TAG: Tag = Tag {
    name: "order",
    says: "주문, 취소, 환불 · Orders, cancelling and refunds",
};

pub(super) const SAGAS: Tag = Tag {
    name: "order-admin",
    says: "주문 서비스가 아는 사가 · Sagas as the order service alone knows them",
};

/// How an order can end besides well.
const FAILURES: &[Code] = &[
    Code::ProductNotFound,
    Code::ProductNotOnSale,
    Code::PriceChanged,
    Code::OutOfStock,
    Code::CouponNotOwned,
    Code::CouponAlreadyUsed,
    Code::CouponExpired,
    Code::CouponNotApplicable,
    Code::InsufficientPoint,
    Code::UserCancelled,
    Code::Expired,
    Code::Operator,
];

pub(super) const LIST: Doc = Doc::new("listOrders", "내 주문 목록", "The caller's orders")
    .says("From the read model: an order is here a moment after it was accepted.");

pub(super) const PLACE: Doc = Doc::new("placeOrder", "주문하기", "Place an order")
    .says(
        "Answered as soon as the order is accepted; its saga then takes stock, coupon and points. \
         With `Prefer: wait=3` the answer is how it ended. A line that is known to be sold out is \
         refused at once, with `advisory: true` and nothing written.",
    )
    .codes(&[Code::UserClosed, Code::OutOfStock])
    .outcomes(FAILURES)
    .headers(&["Location", "Retry-After"])
    .answers(&[
        Answered {
            status: 202,
            says: "Accepted, and still open.",
            media: "application/json",
            schema: Some(schema_of::<AcceptedView>),
        },
        Answered {
            status: 201,
            says: "Completed within the wait.",
            media: "application/json",
            schema: Some(schema_of::<OrderView>),
        },
    ])
    .examples(&[
        Example {
            name: "two teas and a cup",
            body: r#"{ "items": [
                { "productId": "0496ZT6100801", "quantity": 2, "expectedUnitPrice": 12500 },
                { "productId": "04973M8900802", "quantity": 1 }
            ] }"#,
        },
        Example {
            name: "with a coupon",
            body: r#"{
                "items": [{ "productId": "0496ZT6100801", "quantity": 1 }],
                "userCouponId": "04981XFX00M18"
            }"#,
        },
    ]);

pub(super) const BATCH: Doc = Doc::new("placeOrders", "여러 주문하기", "Place many orders")
    .says(
        "One key; each order is answered for itself, as POST /api/v1/orders would without a wait.",
    )
    .examples(&[Example {
        name: "one that is accepted and one that is not",
        body: r#"{ "orders": [
            { "items": [{ "productId": "0496ZT6100801", "quantity": 1 }] },
            { "items": [{ "productId": "0496ZT6100801", "quantity": 1000 }] }
        ] }"#,
    }]);

pub(super) const SHOW: Doc = Doc::new("getOrder", "주문 보기", "An order")
    .says("Prices and names are null until Product has said them.")
    .headers(&["ETag"]);

pub(super) const EVENTS: Doc =
    Doc::new("listOrderEvents", "주문의 이력", "What became of an order")
        .says("Every fact about the order. As an event stream it goes on until the saga is over.")
        .takes(&["Accept", "LastEventId"])
        .answers(&[
            Answered {
                status: 200,
                says: "The events so far, or a stream of them.",
                media: "application/json",
                schema: Some(schema_of::<EventPage>),
            },
            Answered {
                status: 200,
                says: "",
                media: "text/event-stream",
                schema: Some(schema_of::<String>),
            },
            Answered {
                status: 204,
                says: "A stream of which there is no more: do not come back.",
                media: "",
                schema: None,
            },
        ]);

pub(super) const CANCEL: Doc = Doc::new("cancelOrder", "주문 취소", "Cancel an order")
    .says("While it is open. What stands of it is undone. Asked for again, it is the same.")
    .codes(&[Code::OrderNotCancellable])
    .at("049824T900C01")
    .examples(&[Example {
        name: "nothing to say",
        body: "{}",
    }]);

pub(super) const REFUND: Doc = Doc::new("refundOrder", "환불 요청", "Refund an order")
    .says("Whole, or by item; it cannot be refused afterwards. Without items: all that is left.")
    .status(202)
    .headers(&["Location", "Retry-After"])
    .codes(&[Code::OrderNotRefundable, Code::RefundExceeds])
    .examples(&[
        Example {
            name: "one of the teas",
            body: r#"{
                "items": [{ "orderItemId": "049824T900C00-1", "quantity": 1 }],
                "reason": "단순 변심"
            }"#,
        },
        Example {
            name: "the rest",
            body: r#"{ "reason": "배송 지연" }"#,
        },
    ]);

pub(super) const LIST_SAGAS: Doc = Doc::new(
    "listOrderSagas",
    "주문 서비스의 사가 목록",
    "Sagas of the order service",
)
.role(Role::Operator);

pub(super) const SHOW_SAGA: Doc = Doc::new(
    "getOrderSaga",
    "주문 서비스의 사가",
    "A saga of the order service",
)
.role(Role::Operator);
