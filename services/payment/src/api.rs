//! What Payment serves: the caller's own points. No path names a user, so nobody's points can be
//! reached but one's own; only operators see what somebody else's order moved.

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use boot::Place;
use contracts::http::payment::{
    BalanceView, ChargePoints, ChargeView, ListPayments, ListPoints, PointLedgerView,
};
use contracts::http::{Page, Role};
use contracts::ids;
use contracts::problem::Problem;
use platform_http::{
    Caller, Context, Failure, Json, Keyed, Operation, Paging, Query, Reply, Routes,
};
use runtime::idempotency::KeyUse;

use crate::Payment;
use crate::decide::{self, Charged};
use crate::input::{Charge, Input};
use crate::view;

mod docs;

/// Go into the cursors of the lists.
const HISTORY: &str = "points";
const PAYMENTS: &str = "payments";

pub fn router(place: Place<Payment>) -> Router {
    routes().with_state(place)
}

/// What is served, each with its documentation.
pub fn operations() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Place<Payment>> {
    Routes::of(docs::TAG)
        .get("/api/v1/points/me", balance, docs::BALANCE)
        .post("/api/v1/points/me/charge", charge, docs::CHARGE)
        .get("/api/v1/points/me/history", history, docs::HISTORY)
        .get("/api/v1/payments", payments, docs::PAYMENTS)
}

async fn balance(
    State(place): State<Place<Payment>>,
    caller: Caller,
) -> Result<Json<BalanceView>, Failure> {
    let read = place
        .readers
        .with(|reader| view::balance(reader, caller.user));
    Ok(Json(read.context("could not read a balance")?))
}

async fn charge(
    State(place): State<Place<Payment>>,
    context: Context,
    keyed: Keyed<ChargePoints>,
) -> Result<Reply<ChargeView>, Failure> {
    let amount = keyed.body.validate()?;
    let scope = keyed.scope.into_string();
    let input = Input::Charge(Charge {
        id: place.handle.next_id(),
        user_id: keyed.caller.user,
        amount,
        key: KeyUse {
            scope: scope.clone(),
            fingerprint: keyed.fingerprint.0.to_vec(),
        },
    });
    let sent = place
        .handle
        .send_keyed(&scope, input, keyed.caller.actor(), context.trace)
        .await;
    match sent.map_err(boot::unanswered)? {
        decide::Reply::Charged(charged) => Ok(shown(charged)),
        decide::Reply::Refused(refusal) => Err(refusal.code().into()),
    }
}

async fn history(
    State(place): State<Place<Payment>>,
    caller: Caller,
    Query(filter): Query<ListPoints>,
    paging: Paging,
) -> Result<Json<Page<PointLedgerView>>, Failure> {
    let after = paging.after(HISTORY)?;
    let wanted = view::Wanted {
        user: caller.user,
        filter,
        after,
        rows: paging.rows(),
    };
    let read = place.readers.with(|reader| view::history(reader, &wanted));
    let found = read.context("could not read a points ledger")?;
    Ok(Json(match found.stopped {
        Some(last) => paging.unfinished(HISTORY, found.views, &last),
        None => paging.page(HISTORY, found.views, |view| view.transaction_id),
    }))
}

/// Of an order that took nothing, or is somebody else's, there is nothing to see: whether it
/// exists is Order's to say.
async fn payments(
    State(place): State<Place<Payment>>,
    caller: Caller,
    Query(asked): Query<ListPayments>,
    paging: Paging,
) -> Result<Json<Page<PointLedgerView>>, Failure> {
    let wanted = view::Payments {
        order_id: asked.order_id,
        owner: (caller.role < Role::Operator).then_some(caller.user),
        after: paging.after(PAYMENTS)?,
        rows: paging.rows(),
    };
    let read = place.readers.with(|reader| view::payments(reader, &wanted));
    let found = read.context("could not read the payments of an order")?;
    let views = found.ok_or_else(Problem::missing::<ids::Order>)?;
    Ok(Json(
        paging.page(PAYMENTS, views, |view| view.transaction_id),
    ))
}

fn shown(charged: Charged) -> Reply<ChargeView> {
    let reply = Reply::created(ChargeView {
        transaction_id: charged.transaction_id,
        amount: charged.amount,
        balance: charged.balance,
        created_at: charged.at,
    });
    if charged.replayed {
        reply.replayed()
    } else {
        reply
    }
}

#[cfg(test)]
mod tests;
