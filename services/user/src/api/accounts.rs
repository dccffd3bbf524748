//! Other people's accounts, for admins only: who there is, in which role, and who may stay.

use anyhow::Context as _;
use axum::extract::State;
use boot::Place;
use contracts::http::user::{AccountView, ListAccounts, UpdateAccount};
use contracts::http::{Page, Role};
use contracts::ids;
use contracts::problem::Problem;
use platform_http::{Caller, Context, Failure, Json, Paging, PathId, Query};

use super::send;
use crate::input::{Administer, Input};
use crate::view::accounts::{self, Wanted};
use crate::{User, view};

/// Goes into the cursors of the list.
const USERS: &str = "users";

pub(super) async fn list(
    State(place): State<Place<User>>,
    caller: Caller,
    Query(filter): Query<ListAccounts>,
    paging: Paging,
) -> Result<Json<Page<AccountView>>, Failure> {
    caller.require(Role::Admin)?;
    let wanted = Wanted {
        filter,
        after: paging.after(USERS)?,
        rows: paging.rows(),
    };
    let read = place.readers.with(|reader| accounts::list(reader, &wanted));
    let views = read.context("could not list the accounts")?;
    Ok(Json(paging.page(USERS, views, |view| view.user_id)))
}

pub(super) async fn show(
    State(place): State<Place<User>>,
    caller: Caller,
    PathId(id): PathId<ids::User>,
) -> Result<Json<AccountView>, Failure> {
    caller.require(Role::Admin)?;
    let read = place.readers.with(|reader| view::by_id(reader, id));
    let found = read.context("could not read an account")?;
    let account = found.ok_or_else(Problem::missing::<ids::User>)?;
    Ok(Json(accounts::shown(account)))
}

pub(super) async fn update(
    State(place): State<Place<User>>,
    caller: Caller,
    context: Context,
    PathId(user_id): PathId<ids::User>,
    Json(body): Json<UpdateAccount>,
) -> Result<Json<AccountView>, Failure> {
    caller.require(Role::Admin)?;
    let input = Input::Administer(Administer {
        user_id,
        by: caller.user,
        change: body.validate()?,
    });
    let account = send(&place, input, caller.actor(), context.trace).await?;
    Ok(Json(accounts::shown(account)))
}
