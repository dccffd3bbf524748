//! What Promotion serves: coupons on offer to everybody, their issue and what one holds to the
//! caller, new offers to admins.

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::extract::State;
use boot::Place;
use contracts::http::promotion::{
    CouponView, CreateCoupon, IssueView, ListCoupons, ListUserCoupons, UpdateCoupon, UserCouponView,
};
use contracts::http::{NoBody, Page, Role};
use contracts::ids::Coupon;
use contracts::problem::{Fault, FieldError, Problem, Text};
use platform_http::{
    Caller, Context, Failure, Json, Keyed, Operation, Paging, PathId, Query, Reply, Routes,
};
use runtime::idempotency::KeyUse;
use serde::Serialize;

use crate::Promotion;
use crate::decide;
use crate::domain::refusal::Refusal;
use crate::input::{self, Input};
use crate::view::{self, Found, Wanted, WantedCoupons};

mod docs;

/// The names of the two lists, which go into their cursors.
const COUPONS: &str = "coupons";
const USER_COUPONS: &str = "user-coupons";

pub fn router(place: Place<Promotion>) -> Router {
    routes().with_state(place)
}

/// What is served, each with its documentation.
pub fn operations() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Place<Promotion>> {
    Routes::of(docs::TAG)
        .get("/api/v1/coupons", list, docs::LIST)
        .post("/api/v1/coupons", create, docs::CREATE)
        .get("/api/v1/coupons/{id}", show, docs::SHOW)
        .patch("/api/v1/coupons/{id}", update, docs::UPDATE)
        .post("/api/v1/coupons/{id}/issue", issue, docs::ISSUE)
        .get("/api/v1/users/me/coupons", held, docs::HELD)
}

async fn list(
    State(place): State<Place<Promotion>>,
    Query(filter): Query<ListCoupons>,
    paging: Paging,
) -> Result<Json<Page<CouponView>>, Failure> {
    let wanted = WantedCoupons {
        filter,
        after: paging.after(COUPONS)?,
        rows: paging.rows(),
        now: place.handle.now(),
    };
    let read = place.readers.with(|reader| view::coupons(reader, &wanted));
    let found = read.context("could not list the coupons")?;
    Ok(Json(page(&paging, COUPONS, found, |view| view.id)))
}

async fn show(
    State(place): State<Place<Promotion>>,
    PathId(id): PathId<Coupon>,
) -> Result<Json<CouponView>, Failure> {
    let read = place.readers.with(|reader| view::coupon(reader, id));
    let view = read.with_context(|| format!("could not read coupon {id}"))?;
    Ok(Json(view.ok_or_else(Problem::missing::<Coupon>)?))
}

async fn create(
    State(place): State<Place<Promotion>>,
    context: Context,
    keyed: Keyed<CreateCoupon>,
) -> Result<Reply<CouponView>, Failure> {
    keyed.caller.require(Role::Admin)?;
    let terms = keyed.body.validate()?;
    let id = place.handle.next_id();
    let reply = send(&place, context, keyed, |key| {
        Input::CreateCoupon(Box::new(input::CreateCoupon { id, terms, key }))
    });
    match reply.await? {
        decide::Reply::Created { coupon, replayed } => {
            let path = format!("/api/v1/coupons/{}", coupon.coupon_id);
            Ok(answer(view::shown(&coupon), replayed).location(&path))
        }
        decide::Reply::Refused(refusal) => Err(problem(refusal).into()),
        other @ (decide::Reply::Issued { .. } | decide::Reply::Changed(_)) => Err(crossed(&other)),
    }
}

async fn update(
    State(place): State<Place<Promotion>>,
    caller: Caller,
    context: Context,
    PathId(coupon_id): PathId<Coupon>,
    Json(body): Json<UpdateCoupon>,
) -> Result<Json<CouponView>, Failure> {
    caller.require(Role::Admin)?;
    let change = body.validate()?;
    let input = Input::UpdateCoupon(input::UpdateCoupon { coupon_id, change });
    let sent = place.handle.send(input, caller.actor(), context.trace);
    match sent.await.map_err(boot::unanswered)? {
        decide::Reply::Changed(coupon) => Ok(Json(view::shown(&coupon))),
        decide::Reply::Refused(refusal) => Err(problem(refusal).into()),
        other @ (decide::Reply::Created { .. } | decide::Reply::Issued { .. }) => {
            Err(crossed(&other))
        }
    }
}

async fn issue(
    State(place): State<Place<Promotion>>,
    PathId(coupon_id): PathId<Coupon>,
    context: Context,
    keyed: Keyed<NoBody>,
) -> Result<Reply<IssueView>, Failure> {
    let user_id = keyed.caller.user;
    let user_coupon_id = place.handle.next_id();
    let reply = send(&place, context, keyed, |key| {
        Input::IssueCoupon(input::IssueCoupon {
            user_coupon_id,
            coupon_id,
            user_id,
            key,
        })
    });
    match reply.await? {
        decide::Reply::Issued { issued, replayed } => {
            let view = IssueView {
                user_coupon_id: issued.user_coupon_id,
                sequence_no: issued.sequence_no,
                expires_at: issued.expires_at,
            };
            Ok(answer(view, replayed))
        }
        decide::Reply::Refused(refusal) => Err(problem(refusal).into()),
        other @ (decide::Reply::Created { .. } | decide::Reply::Changed(_)) => Err(crossed(&other)),
    }
}

async fn held(
    State(place): State<Place<Promotion>>,
    caller: Caller,
    Query(filter): Query<ListUserCoupons>,
    paging: Paging,
) -> Result<Json<Page<UserCouponView>>, Failure> {
    let wanted = Wanted {
        user: caller.user,
        status: filter.status,
        after: paging.after(USER_COUPONS)?,
        rows: paging.rows(),
        now: place.handle.now(),
    };
    let read = place
        .readers
        .with(|reader| view::user_coupons(reader, &wanted));
    let found = read.context("could not list a user's coupons")?;
    let key = |view: &UserCouponView| view.user_coupon_id;
    Ok(Json(page(&paging, USER_COUPONS, found, key)))
}

fn page<V, K: Serialize>(
    paging: &Paging,
    list: &str,
    found: Found<V, K>,
    key: impl Fn(&V) -> K,
) -> Page<V> {
    match found.stopped {
        Some(last) => paging.unfinished(list, found.views, &last),
        None => paging.page(list, found.views, key),
    }
}

/// Has a command decided under the caller's key.
async fn send<T>(
    place: &Place<Promotion>,
    context: Context,
    keyed: Keyed<T>,
    input: impl FnOnce(KeyUse) -> Input,
) -> Result<decide::Reply, Failure> {
    let scope = keyed.scope.into_string();
    let fingerprint = keyed.fingerprint.0.to_vec();
    let input = input(KeyUse {
        scope: scope.clone(),
        fingerprint,
    });
    let actor = keyed.caller.actor();
    let sent = place
        .handle
        .send_keyed(&scope, input, actor, context.trace)
        .await;
    sent.map_err(boot::unanswered)
}

/// `decide` answers each command with its own reply, so this is a fault of ours.
fn crossed(reply: &decide::Reply) -> Failure {
    Failure::internal(anyhow!("another command's reply came back: {reply:?}"))
}

/// Why a command is refused, as its caller is told.
fn problem(refusal: Refusal) -> Problem {
    let invalid = |pointer, message| {
        let error = FieldError::new(pointer, Fault::OutOfRange, message);
        Problem::invalid(vec![error])
    };
    match refusal {
        Refusal::IssueEndsTooEarly => {
            let message = Text::new(
                "발급 시작보다 앞설 수 없어요",
                "must not be before issueFrom",
            );
            invalid("/issueTo", message)
        }
        Refusal::IssueEndsTooLate => {
            let message = Text::new(
                "쿠폰 유효 기간보다 늦을 수 없어요",
                "must not be after validTo",
            );
            invalid("/issueTo", message)
        }
        Refusal::FewerThanIssued { issued } => {
            let message = Text::new(
                format!("이미 {issued}장을 발급했어요"),
                format!("{issued} pieces are issued already"),
            );
            invalid("/totalQuantity", message)
        }
        Refusal::UserClosed
        | Refusal::CouponNotFound
        | Refusal::NotIssuePeriod
        | Refusal::AlreadyIssued
        | Refusal::SoldOut
        | Refusal::KeyReused => refusal.code().into(),
    }
}

fn answer<T>(view: T, replayed: bool) -> Reply<T> {
    let reply = Reply::created(view);
    if replayed { reply.replayed() } else { reply }
}

#[cfg(test)]
mod tests;
