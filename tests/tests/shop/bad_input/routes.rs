use std::collections::BTreeSet;

use reqwest::Method;

use crate::documents::Spec;

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Anybody,
    Member,
    Operator,
    Admin,
}

/// What a field of a body takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    Whole {
        least: i64,
        most: i64,
    },
    /// Neither empty nor endless, and without control characters.
    Text,
    /// Neither empty nor endless: a guess at a password may be anything else.
    Guess,
    Id,
    Time,
    /// One of a few words.
    Word,
    List,
    Object,
}

#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// One that would be taken; `{product}` stands for an id.
    pub text: &'static str,
    /// JSON pointers of its fields.
    pub fields: &'static [(&'static str, Takes)],
}

#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub keyed: bool,
    pub body: Option<&'static Body>,
}

const CART: Body = Body {
    text: r#"{"items": [{"productId": "{product}", "quantity": 1, "expectedUnitPrice": 1000}],
              "userCouponId": "{product}"}"#,
    fields: &[
        ("/items", Takes::List),
        ("/items/0", Takes::Object),
        ("/items/0/productId", Takes::Id),
        (
            "/items/0/quantity",
            Takes::Whole {
                least: 1,
                most: 999,
            },
        ),
        (
            "/items/0/expectedUnitPrice",
            Takes::Whole {
                least: 0,
                most: 1_000_000_000_000,
            },
        ),
        ("/userCouponId", Takes::Id),
    ],
};

const CARTS: Body = Body {
    text: r#"{"orders": [{"items": [{"productId": "{product}", "quantity": 1}]}]}"#,
    fields: &[
        ("/orders", Takes::List),
        ("/orders/0", Takes::Object),
        ("/orders/0/items/0/productId", Takes::Id),
    ],
};

const CHARGE: Body = Body {
    text: r#"{"amount": 100}"#,
    fields: &[(
        "/amount",
        Takes::Whole {
            least: 1,
            most: 1_000_000,
        },
    )],
};

const REFUND: Body = Body {
    text: r#"{"reason": "변심"}"#,
    fields: &[("/reason", Takes::Text)],
};

const PRODUCT: Body = Body {
    text: r#"{"name": "컵", "nameEn": "cup", "category": "주방", "price": 100, "stock": 1}"#,
    fields: &[
        ("/name", Takes::Text),
        ("/nameEn", Takes::Text),
        ("/category", Takes::Text),
        (
            "/price",
            Takes::Whole {
                least: 0,
                most: 1_000_000_000,
            },
        ),
        (
            "/stock",
            Takes::Whole {
                least: 0,
                most: 1_000_000,
            },
        ),
    ],
};

const CHANGE: Body = Body {
    text: r#"{"name": "컵", "nameEn": "cup", "price": 100, "status": "ON_SALE"}"#,
    fields: &[
        ("/name", Takes::Text),
        ("/nameEn", Takes::Text),
        (
            "/price",
            Takes::Whole {
                least: 0,
                most: 1_000_000_000,
            },
        ),
        ("/status", Takes::Word),
    ],
};

const BATCH: Body = Body {
    text: r#"{"ids": ["{product}"]}"#,
    fields: &[("/ids", Takes::List), ("/ids/0", Takes::Id)],
};

const ADJUSTMENT: Body = Body {
    text: r#"{"delta": 1, "reason": "실사"}"#,
    fields: &[
        (
            "/delta",
            Takes::Whole {
                least: -1_000_000,
                most: 1_000_000,
            },
        ),
        ("/reason", Takes::Text),
    ],
};

const COUPON: Body = Body {
    text: r#"{"name": "쿠폰", "discount": "RATE", "value": 10, "maxDiscount": 1000,
              "minOrderAmount": 0, "scope": {"productIds": ["{product}"], "categories": ["주방"]},
              "totalQuantity": 10, "issueFrom": "2024-01-01T00:00:00Z",
              "issueTo": "2100-01-01T00:00:00Z", "validDays": 30}"#,
    fields: &[
        ("/name", Takes::Text),
        ("/discount", Takes::Word),
        (
            "/value",
            Takes::Whole {
                least: 1,
                most: 100,
            },
        ),
        (
            "/maxDiscount",
            Takes::Whole {
                least: 1,
                most: 1_000_000_000_000,
            },
        ),
        (
            "/minOrderAmount",
            Takes::Whole {
                least: 0,
                most: 1_000_000_000_000,
            },
        ),
        ("/scope", Takes::Object),
        ("/scope/productIds", Takes::List),
        ("/scope/productIds/0", Takes::Id),
        ("/scope/categories/0", Takes::Text),
        (
            "/totalQuantity",
            Takes::Whole {
                least: 1,
                most: 10_000_000,
            },
        ),
        ("/issueFrom", Takes::Time),
        ("/issueTo", Takes::Time),
        (
            "/validDays",
            Takes::Whole {
                least: 1,
                most: 3_650,
            },
        ),
    ],
};

const COUPON_CHANGE: Body = Body {
    text: r#"{"status": "DISABLED", "name": "쿠폰", "totalQuantity": 10,
              "issueTo": "2100-01-01T00:00:00Z"}"#,
    fields: &[
        ("/status", Takes::Word),
        ("/name", Takes::Text),
        (
            "/totalQuantity",
            Takes::Whole {
                least: 1,
                most: 10_000_000,
            },
        ),
        ("/issueTo", Takes::Time),
    ],
};

const ACCOUNT: Body = Body {
    text: r#"{"email": "new@example.com", "password": "correct horse", "name": "김장터",
              "phone": "010-1234-5678", "address": "서울"}"#,
    fields: &[
        ("/email", Takes::Text),
        ("/password", Takes::Text),
        ("/name", Takes::Text),
        ("/phone", Takes::Text),
        ("/address", Takes::Text),
    ],
};

const LOGIN: Body = Body {
    text: r#"{"email": "new@example.com", "password": "correct horse"}"#,
    fields: &[("/email", Takes::Text), ("/password", Takes::Guess)],
};

const LOG_OUT: Body = Body {
    text: r#"{"refreshToken": "nobodys"}"#,
    fields: &[],
};

const REFRESH: Body = Body {
    text: r#"{"grantType": "refresh_token", "refreshToken": "nobodys"}"#,
    fields: &[("/grantType", Takes::Word)],
};

const PROFILE: Body = Body {
    text: r#"{"name": "김장터", "phone": "010-1234-5678", "address": "서울"}"#,
    fields: &[
        ("/name", Takes::Text),
        ("/phone", Takes::Text),
        ("/address", Takes::Text),
    ],
};

const MEMBERSHIP: Body = Body {
    text: r#"{"role": "operator", "status": "DEACTIVATED"}"#,
    fields: &[("/role", Takes::Word), ("/status", Takes::Word)],
};

const REASON: Body = Body {
    text: r#"{"reason": "손으로 확인"}"#,
    fields: &[("/reason", Takes::Text)],
};

const KILL: Body = Body {
    text: r#"{"point": "before-commit"}"#,
    fields: &[("/point", Takes::Word)],
};

/// Of a command that says everything with its path.
const NOTHING: Body = Body {
    text: "{}",
    fields: &[],
};

/// Every route of the shop.
pub fn routes() -> Vec<Route> {
    use Access::{Admin, Anybody, Member, Operator};
    let get = |path, access| Route {
        method: Method::GET,
        path,
        access,
        keyed: false,
        body: None,
    };
    let keyed = |path, access, body| Route {
        method: Method::POST,
        path,
        access,
        keyed: true,
        body: Some(body),
    };
    let open = |method, path, access, body| Route {
        method,
        path,
        access,
        keyed: false,
        body,
    };
    let me = "/api/v1/users/me";
    vec![
        open(Method::POST, "/api/v1/users", Anybody, Some(&ACCOUNT)),
        open(Method::POST, "/api/v1/auth/login", Anybody, Some(&LOGIN)),
        open(Method::POST, "/api/v1/auth/logout", Anybody, Some(&LOG_OUT)),
        open(Method::POST, "/api/v1/oauth/token", Anybody, Some(&REFRESH)),
        get("/api/v1/users", Admin),
        get("/api/v1/users/{id}", Admin),
        open(
            Method::PATCH,
            "/api/v1/users/{id}",
            Admin,
            Some(&MEMBERSHIP),
        ),
        get(me, Member),
        open(Method::PATCH, me, Member, Some(&PROFILE)),
        open(Method::DELETE, me, Member, None),
        get("/.well-known/jwks.json", Anybody),
        get("/api/v1/products", Anybody),
        keyed("/api/v1/products", Admin, &PRODUCT),
        open(
            Method::POST,
            "/api/v1/products:batchGet",
            Anybody,
            Some(&BATCH),
        ),
        get("/api/v1/products/top", Anybody),
        get("/api/v1/categories", Anybody),
        get("/api/v1/products/{id}", Anybody),
        open(Method::PATCH, "/api/v1/products/{id}", Admin, Some(&CHANGE)),
        keyed(
            "/api/v1/products/{id}/stock-adjustments",
            Operator,
            &ADJUSTMENT,
        ),
        get("/api/v1/products/{id}/stock-ledger", Operator),
        get("/api/v1/orders", Member),
        keyed("/api/v1/orders", Member, &CART),
        keyed("/api/v1/orders:batch", Member, &CARTS),
        get("/api/v1/orders/{id}", Member),
        get("/api/v1/orders/{id}/events", Member),
        keyed("/api/v1/orders/{id}/cancel", Member, &NOTHING),
        keyed("/api/v1/orders/{id}/refunds", Member, &REFUND),
        get("/admin/v1/sagas", Operator),
        get("/admin/v1/sagas/{id}", Operator),
        get("/api/v1/points/me", Member),
        keyed("/api/v1/points/me/charge", Member, &CHARGE),
        get("/api/v1/points/me/history", Member),
        get("/api/v1/payments", Member),
        get("/api/v1/coupons", Anybody),
        keyed("/api/v1/coupons", Admin, &COUPON),
        get("/api/v1/coupons/{id}", Anybody),
        open(
            Method::PATCH,
            "/api/v1/coupons/{id}",
            Admin,
            Some(&COUPON_CHANGE),
        ),
        keyed("/api/v1/coupons/{id}/issue", Member, &NOTHING),
        get("/api/v1/users/me/coupons", Member),
        get("/api/v1/sagas", Operator),
        get("/api/v1/sagas/{id}", Operator),
        open(Method::POST, "/api/v1/backups", Admin, None),
        get("/api/v1/dead-letters", Operator),
        get("/api/v1/dead-letters/{id}", Operator),
        open(
            Method::POST,
            "/api/v1/dead-letters/{id}/redrive",
            Operator,
            None,
        ),
        open(
            Method::POST,
            "/api/v1/dead-letters/{id}/discard",
            Operator,
            Some(&REASON),
        ),
        get("/api/v1/outbox", Operator),
        open(Method::POST, "/api/v1/sagas/{id}/retry", Operator, None),
        keyed("/api/v1/sagas/{id}/cancel", Operator, &NOTHING),
        open(
            Method::POST,
            "/api/v1/sagas/{id}/resolve",
            Operator,
            Some(&REASON),
        ),
        get("/api/v1/loops", Operator),
        open(
            Method::POST,
            "/api/v1/loops/{name}/kill",
            Admin,
            Some(&KILL),
        ),
        get("/api/v1/projections", Operator),
        open(
            Method::POST,
            "/api/v1/projections/{name}/check",
            Operator,
            None,
        ),
        open(
            Method::POST,
            "/api/v1/projections/{name}/rebuild",
            Operator,
            None,
        ),
        get("/api/v1/invariants", Operator),
        get("/health/live", Anybody),
        get("/metrics", Anybody),
        get("/health/ready", Anybody),
    ]
}

/// A route that is in the document and not in the table would not be tested; and who may call it,
/// with a key or without, is in the document as the tests over the table prove it.
#[test]
fn the_table_has_every_route_of_the_document() {
    let row = |method: &Method, path: &str, access: Access, keyed: bool| {
        (method.to_string(), path.to_owned(), access, keyed)
    };
    let table = routes();
    let known = table
        .iter()
        .map(|route| row(&route.method, route.path, route.access, route.keyed));
    let operations = Spec::read().operations();
    let told = operations.iter().map(|told| {
        let access = match told.role() {
            None => Access::Anybody,
            Some("shopper") => Access::Member,
            Some("operator") => Access::Operator,
            Some("admin") => Access::Admin,
            Some(other) => panic!("{other} is no role"),
        };
        row(&told.method, &told.path, access, told.is_keyed())
    });
    assert_eq!(
        known.collect::<BTreeSet<_>>(),
        told.collect::<BTreeSet<_>>()
    );
}

/// What is served and no route of the gateway's would be no address at all; one that asks for
/// less there than here would be open.
#[test]
fn the_gateway_has_every_route() {
    let plan = gateway::Plan::shipped();
    let told: BTreeSet<_> = plan
        .routes()
        .map(|route| (route.path, route.method.as_str(), route.public, route.key))
        .collect();
    let table = routes();
    let wanted: BTreeSet<_> = table
        .iter()
        .map(|route| {
            let public = route.access == Access::Anybody;
            (route.path, route.method.as_str(), public, route.keyed)
        })
        .collect();
    let missing: Vec<_> = wanted.difference(&told).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let documents = ["/docs", "/openapi", "/asyncapi"];
    let unknown: Vec<_> = told
        .difference(&wanted)
        .filter(|(path, ..)| !documents.iter().any(|start| path.starts_with(start)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}
