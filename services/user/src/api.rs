//! What User serves: sign-up, login, the caller's own account, and the public key of its tokens.
//! No body names a role and no path a user: nobody can raise themselves or reach another.

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use boot::Place;
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::http::user::{
    Credentials, Login, Register, Registration, TokenView, UpdateProfile, UserView,
};
use contracts::problem::{Code, Problem};
use platform_http::{Caller, Context, Failure, Json, Reply};

use crate::domain::{Profile, ProfileChange, Refusal};
use crate::input::{self, Input};
use crate::passwords::Passwords;
use crate::store::{Status, User as Account};
use crate::{User, decide, view};

/// Without refresh tokens a shorter life would sign shoppers out in mid-cart; a longer one would
/// keep alive what a role or an account has lost.
const TOKEN_LIFETIME: Duration = Duration::from_secs(TOKEN_LIFETIME_SECONDS as u64);
const TOKEN_LIFETIME_SECONDS: u32 = 3_600;

#[derive(Clone, FromRef)]
struct Desk {
    place: Place<User>,
    passwords: Passwords,
}

pub fn router(place: Place<User>) -> anyhow::Result<Router> {
    let desk = Desk {
        place,
        passwords: Passwords::new()?,
    };
    Ok(Router::new()
        .route("/api/v1/users", post(register))
        .route("/api/v1/auth/login", post(login))
        .route(
            "/api/v1/users/me",
            get(show).patch(update_profile).delete(deactivate),
        )
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(desk))
}

async fn register(
    State(place): State<Place<User>>,
    State(passwords): State<Passwords>,
    context: Context,
    Json(body): Json<Register>,
) -> Result<Reply<UserView>, Failure> {
    let Registration {
        email,
        password,
        name,
        phone,
        address,
    } = body.validate()?;
    let password_hash = passwords.hash(password).await?;
    let id = place.handle.next_id();
    let profile = Profile {
        name,
        phone,
        address,
    };
    let role = Role::Shopper;
    let input = Input::Register(input::Register {
        id,
        email,
        profile,
        password_hash,
        role,
    });
    let account = send(&place, input, Actor::User(id), context.trace).await?;
    Ok(Reply::created(view::shown(account)).location("/api/v1/users/me"))
}

/// One answer for an unknown email, a closed account and a wrong password, each after one hash.
async fn login(
    State(place): State<Place<User>>,
    State(passwords): State<Passwords>,
    Json(body): Json<Login>,
) -> Result<Json<TokenView>, Failure> {
    let Credentials { email, password } = body.validate()?;
    let read = place.readers.with(|reader| view::by_email(reader, &email));
    let account = read.context("could not read an account")?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let fits = passwords.fits(password, hash).await?;
    let open = account.filter(|account| fits && account.status == Status::Active);
    let account = open.ok_or_else(|| {
        Problem::new(Code::Unauthenticated).detail(
            "이메일이나 비밀번호가 맞지 않아요",
            "the email or the password is wrong",
        )
    })?;
    let now = place.handle.now();
    Ok(Json(TokenView {
        access_token: place
            .signer
            .sign(account.user_id, account.role.into(), now, TOKEN_LIFETIME),
        token_type: "Bearer".to_owned(),
        expires_in: TOKEN_LIFETIME_SECONDS,
        refresh_token: None,
    }))
}

/// A token outlives its account by an hour at most; here it is told so at once.
async fn show(State(place): State<Place<User>>, caller: Caller) -> Result<Json<UserView>, Failure> {
    let read = place
        .readers
        .with(|reader| view::by_id(reader, caller.user));
    let account = read.context("could not read an account")?;
    let account = account.ok_or_else(|| refused(Refusal::UserNotFound))?;
    match account.status {
        Status::Active => Ok(Json(view::shown(account))),
        Status::Deactivated => Err(refused(Refusal::UserClosed)),
    }
}

async fn update_profile(
    State(place): State<Place<User>>,
    caller: Caller,
    context: Context,
    Json(body): Json<UpdateProfile>,
) -> Result<Json<UserView>, Failure> {
    let UpdateProfile {
        name,
        phone,
        address,
    } = body.validate()?;
    let change = ProfileChange {
        name,
        phone,
        address,
    };
    let input = Input::UpdateProfile(input::UpdateProfile {
        user_id: caller.user,
        change,
    });
    let account = send(&place, input, caller.actor(), context.trace).await?;
    Ok(Json(view::shown(account)))
}

async fn deactivate(
    State(place): State<Place<User>>,
    caller: Caller,
    context: Context,
) -> Result<StatusCode, Failure> {
    let input = Input::Deactivate(input::Deactivate {
        user_id: caller.user,
    });
    send(&place, input, caller.actor(), context.trace).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn jwks(State(place): State<Place<User>>) -> impl IntoResponse {
    Json(place.signer.jwks())
}

async fn send(
    place: &Place<User>,
    input: Input,
    actor: Actor,
    trace: Trace,
) -> Result<Account, Failure> {
    match place
        .handle
        .send(input, actor, trace)
        .await
        .map_err(boot::unanswered)?
    {
        decide::Reply::Account(account) => Ok(*account),
        decide::Reply::Refused(refusal) => Err(refused(refusal)),
    }
}

fn refused(refusal: Refusal) -> Failure {
    refusal.code().into()
}

#[cfg(test)]
mod tests;
