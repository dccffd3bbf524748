//! What the API's document says of the operators' routes, besides what their handlers tell by
//! themselves.

use contracts::http::Role;
use contracts::problem::Code;
use platform_http::{Doc, Example, Tag};

pub(super) const TAG: Tag = Tag {
    name: "operations",
    says: "운영: 사가, 멈춘 키, 상태 · For operators: sagas, parked keys, health",
};

/// Of the parked key that a refund's stock waits in.
const LETTER_ID: &str = "product.order.049824T900C02";
/// The refund that waits.
const WAITING: &str = "0498FW8S00C01";
/// The order that was cancelled by an operator before.
const CANCELLED: &str = "049824T900C03";

pub(super) const SAGAS: Doc =
    Doc::new("listSagas", "사가 목록", "Sagas of orders and refunds").role(Role::Operator);

pub(super) const STORY: Doc = Doc::new("getSaga", "사가 보기", "A saga over all services")
    .says("What every service said of it, as far as the event log still has it.")
    .role(Role::Operator);

pub(super) const RETRY: Doc = Doc::new(
    "retrySaga",
    "사가 다시 알리기",
    "Tell a saga's events again",
)
.says("To whoever hears them: who heard them before says nothing twice.")
.role(Role::Operator)
.codes(&[Code::EventsPruned]);

pub(super) const CANCEL: Doc = Doc::new("cancelSaga", "운영자 취소", "Cancel an open order")
    .role(Role::Operator)
    .codes(&[Code::OrderNotCancellable])
    .at(CANCELLED)
    .examples(&[Example {
        name: "nothing to say",
        body: "{}",
    }]);

pub(super) const RESOLVE: Doc =
    Doc::new("resolveSaga", "사가 정리", "Settle what a saga waits for")
        .says("By the operator's word; `verify` lists it as an exception.")
        .role(Role::Operator)
        .codes(&[Code::SagaNotResolvable])
        .at(WAITING)
        .examples(&[Example {
            name: "counted by hand",
            body: r#"{ "reason": "창고에서 손으로 확인" }"#,
        }]);

pub(super) const LETTERS: Doc = Doc::new("listDeadLetters", "멈춘 키 목록", "Parked keys")
    .says("Keys set aside because an event of theirs could not be decided.")
    .role(Role::Operator);

pub(super) const LETTER: Doc = Doc::new("getDeadLetter", "멈춘 키 보기", "A parked key")
    .role(Role::Operator)
    .codes(&[Code::DeadLetterNotFound])
    .at(LETTER_ID);

pub(super) const REDRIVE: Doc = Doc::new(
    "redriveDeadLetter",
    "다시 듣기",
    "Hear a key's events again",
)
.says("In order, as far as it goes.")
.role(Role::Operator)
.codes(&[Code::DeadLetterNotFound])
.at(LETTER_ID);

pub(super) const DISCARD: Doc =
    Doc::new("discardDeadLetter", "버리기", "Give a key's first event up")
        .says("What it would have done is not done. An undo cannot be given up.")
        .role(Role::Operator)
        .codes(&[Code::DeadLetterNotFound, Code::UndoNotDiscardable])
        .at(LETTER_ID)
        .examples(&[Example {
            name: "counted by hand",
            body: r#"{ "reason": "창고에서 손으로 확인" }"#,
        }]);

pub(super) const OUTBOX: Doc =
    Doc::new("listOutbox", "이벤트 로그", "The event log and its readers").role(Role::Operator);

pub(super) const PROJECTIONS: Doc =
    Doc::new("listProjections", "읽기 모델 목록", "Read models").role(Role::Operator);

pub(super) const CHECK: Doc = Doc::new(
    "checkProjection",
    "읽기 모델 확인",
    "Compare a read model with the write side",
)
.role(Role::Operator)
.codes(&[Code::RouteNotFound, Code::RequestInProgress])
.at("order_view");

pub(super) const REBUILD: Doc = Doc::new(
    "rebuildProjection",
    "읽기 모델 재구성",
    "Rebuild a read model",
)
.says("Lists go on reading the old rows until the new ones are whole and right.")
.role(Role::Operator)
.codes(&[Code::RouteNotFound, Code::RequestInProgress])
.at("order_view");

pub(super) const LOOPS: Doc =
    Doc::new("listLoops", "루프 목록", "The loops and what they count").role(Role::Operator);

pub(super) const KILL: Doc = Doc::new(
    "killLoop",
    "루프 죽이기",
    "Kill a loop and watch it come back",
)
.says("With its next batch, at a named point.")
.role(Role::Admin)
.status(202)
.codes(&[Code::RouteNotFound])
.at("payment")
.examples(&[Example {
    name: "after the commit, before the reply",
    body: r#"{ "point": "after-commit" }"#,
}]);

pub(super) const BACK_UP: Doc = Doc::new("backUp", "백업", "Back the shop up")
    .says("One moment of all files, into the shop's own data folder.")
    .role(Role::Admin);

pub(super) const INVARIANTS: Doc =
    Doc::new("checkInvariants", "불변식 확인", "Check the invariants")
        .role(Role::Operator)
        .codes(&[Code::UpstreamUnavailable]);

pub(super) const METRICS: Doc = Doc::new("getMetrics", "지표", "Metrics")
    .says("In Prometheus' text form.")
    .status(200)
    .media("text/plain");

pub(super) const LIVE: Doc = Doc::new("isLive", "살아 있는지", "Whether the process answers");

pub(super) const READY: Doc = Doc::new("isReady", "준비됐는지", "Whether the shop can serve")
    .codes(&[Code::UpstreamUnavailable]);
