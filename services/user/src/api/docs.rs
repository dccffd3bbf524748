//! What the API's document says of User's routes, besides what their handlers tell by themselves.

use std::collections::BTreeMap;

use contracts::http::Role;
use contracts::problem::Code;
use platform_http::{Answered, Doc, Example, Tag, schema_of};

pub(super) const TAG: Tag = Tag {
    name: "user",
    says: "회원, 로그인, 토큰 · Accounts, sign-in and tokens",
};

pub(super) const REGISTER: Doc = Doc::new("register", "회원 가입", "Sign up")
    .status(201)
    .headers(&["Location"])
    .codes(&[Code::EmailTaken])
    .examples(&[Example {
        name: "a shopper",
        body: r#"{
            "email": "haneul@example.com", "password": "correct horse", "name": "김하늘",
            "phone": "010-1234-5678", "address": "서울시 종로구"
        }"#,
    }]);

pub(super) const LOG_IN: Doc = Doc::new("logIn", "로그인", "Sign in")
    .says("One answer for an unknown email and for a wrong password.")
    .codes(&[Code::Unauthenticated, Code::UserClosed])
    .examples(&[Example {
        name: "the demo's shopper",
        body: r#"{ "email": "shopper@demo", "password": "demo1234" }"#,
    }]);

pub(super) const LOG_OUT: Doc = Doc::new("logOut", "로그아웃", "Sign out")
    .says("Ends the family of the refresh token; one that is good for nothing is no fault.")
    .examples(&[Example {
        name: "a token that is no longer good",
        body: r#"{ "refreshToken": "048XRHY900407.048XRHY900408.1.00" }"#,
    }]);

pub(super) const REFRESH: Doc = Doc::new("refreshToken", "토큰 새로 받기", "A new token")
    .says("Each refresh token is good once: one used twice ends its whole family.")
    .codes(&[Code::Unauthenticated, Code::TokenExpired])
    .examples(&[Example {
        name: "a token of POST /api/v1/auth/login",
        body: r#"{
            "grantType": "refresh_token",
            "refreshToken": "048XRHY900407.048XRHY900408.1.00"
        }"#,
    }]);

pub(super) const SHOW: Doc = Doc::new("getMe", "내 정보", "The caller's account")
    .codes(&[Code::UserNotFound, Code::UserClosed]);

pub(super) const UPDATE: Doc = Doc::new("updateMe", "내 정보 바꾸기", "Change one's account")
    .says("What is left out stays, null takes it away. The name can only be changed.")
    .codes(&[Code::UserNotFound, Code::UserClosed])
    .examples(&[Example {
        name: "another phone, no address",
        body: r#"{ "phone": "010-9876-5432", "address": null }"#,
    }]);

pub(super) const CLOSE: Doc = Doc::new("closeMe", "탈퇴", "Close one's account")
    .says("Open orders end as they would; points that come back are still credited.")
    .codes(&[Code::UserNotFound, Code::OwnRole]);

pub(super) const JWKS: Doc = Doc::new("getKeys", "토큰의 공개 키", "The public key of tokens")
    .answers(&[Answered {
        status: 200,
        says: "A JSON Web Key Set (RFC 7517).",
        media: "application/json",
        schema: Some(schema_of::<KeySet>),
    }]);

pub(super) const LIST_ACCOUNTS: Doc =
    Doc::new("listAccounts", "회원 목록", "All accounts").role(Role::Admin);

pub(super) const SHOW_ACCOUNT: Doc =
    Doc::new("getAccount", "회원 보기", "An account").role(Role::Admin);

pub(super) const UPDATE_ACCOUNT: Doc = Doc::new(
    "updateAccount",
    "회원 바꾸기",
    "Give a role, or close an account",
)
.says("An account can be closed and never opened again.")
.role(Role::Admin)
.at("048XRHY900408")
.codes(&[Code::UserClosed, Code::OwnRole])
.examples(&[
    Example {
        name: "an operator",
        body: r#"{ "role": "operator" }"#,
    },
    Example {
        name: "closed",
        body: r#"{ "status": "DEACTIVATED" }"#,
    },
]);

/// `keys`, each a few named texts.
type KeySet = BTreeMap<String, Vec<BTreeMap<String, String>>>;
