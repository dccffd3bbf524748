//! What the API's document says of Product's routes, besides what their handlers tell by
//! themselves.

use contracts::http::Role;
use contracts::problem::Code;
use platform_http::{Doc, Example, Tag};

pub(super) const TAG: Tag = Tag {
    name: "product",
    says: "상품, 재고, 인기 순위 · The catalogue, stock and what sells best",
};

pub(super) const LIST: Doc = Doc::new("listProducts", "상품 목록", "The catalogue")
    .says("Searched by words of the name, ㄱ to ㅎ for any syllable that begins so.");

pub(super) const CREATE: Doc = Doc::new("createProduct", "상품 등록", "Add a product")
    .role(Role::Admin)
    .status(201)
    .headers(&["Location"])
    .examples(&[Example {
        name: "a cup",
        body: r#"{
            "name": "백자 찻잔", "nameEn": "White porcelain cup", "category": "주방",
            "price": 12500, "stock": 40
        }"#,
    }]);

pub(super) const BATCH: Doc =
    Doc::new("getProducts", "여러 상품 보기", "Many products").examples(&[Example {
        name: "two that are there and one that is not",
        body: r#"{ "ids": ["0496ZT6100801", "04973M8900802", "0000000000001"] }"#,
    }]);

pub(super) const TOP: Doc = Doc::new("listTopProducts", "인기 상품", "What sold best")
    .says("Completed orders less refunds. Five are shown unless `limit` says otherwise.");

pub(super) const CATEGORIES: Doc = Doc::new("listCategories", "분류", "The categories");

pub(super) const SHOW: Doc = Doc::new("getProduct", "상품 보기", "A product").headers(&["ETag"]);

pub(super) const UPDATE: Doc = Doc::new("updateProduct", "상품 바꾸기", "Change a product")
    .says("What is left out stays. What an order froze stays as it was.")
    .role(Role::Admin)
    .headers(&["ETag"])
    .examples(&[
        Example {
            name: "another price",
            body: r#"{ "price": 13000 }"#,
        },
        Example {
            name: "no longer sold",
            body: r#"{ "status": "DISCONTINUED" }"#,
        },
    ]);

pub(super) const ADJUST: Doc = Doc::new("adjustStock", "재고 조정", "Adjust a stock")
    .role(Role::Operator)
    .status(201)
    .codes(&[Code::OutOfStock])
    .examples(&[
        Example {
            name: "a delivery",
            body: r#"{ "delta": 50, "reason": "입고" }"#,
        },
        Example {
            name: "one broke",
            body: r#"{ "delta": -1, "reason": "파손" }"#,
        },
    ]);

pub(super) const LEDGER: Doc = Doc::new("listStock", "재고 원장", "A stock's ledger")
    .says("Every change of the stock, newest first.")
    .role(Role::Operator);
