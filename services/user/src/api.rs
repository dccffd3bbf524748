//! What User serves: sign-up, login, the caller's own account, the public key of its tokens, and
//! all accounts to admins. Nobody else's body names a role or path a user: nobody can raise
//! themselves or reach another.

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use boot::Place;
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::http::user::{
    Credentials, GrantType, LogOut, Login, Refresh, Register, Registration, TokenView,
    UpdateProfile, UserView,
};
use contracts::problem::{Code, Problem};
use platform_http::{Caller, Context, Failure, Json, Operation, Reply, Routes};

use crate::domain::{Profile, ProfileChange, Refusal};
use crate::input::{self, Input, RefreshToken};
use crate::passwords::Passwords;
use crate::store::{Status, User as Account};
use crate::{User, decide, view};

/// What admins do.
mod accounts;

mod docs;

/// What a role or an account has lost lives on for so long; a refresh token asks again.
const TOKEN_LIFETIME: Duration = Duration::from_secs(TOKEN_LIFETIME_SECONDS as u64);
const TOKEN_LIFETIME_SECONDS: u32 = 900;

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
    Ok(routes().with_state(desk))
}

/// What is served, each with its documentation.
pub fn operations() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Desk> {
    Routes::of(docs::TAG)
        .post("/api/v1/users", register, docs::REGISTER)
        .post("/api/v1/auth/login", login, docs::LOG_IN)
        .post("/api/v1/auth/logout", log_out, docs::LOG_OUT)
        .post("/api/v1/oauth/token", refresh, docs::REFRESH)
        .get("/api/v1/users/me", show, docs::SHOW)
        .patch("/api/v1/users/me", update_profile, docs::UPDATE)
        .delete("/api/v1/users/me", deactivate, docs::CLOSE)
        .get("/.well-known/jwks.json", jwks, docs::JWKS)
        .get("/api/v1/users", accounts::list, docs::LIST_ACCOUNTS)
        .get("/api/v1/users/{id}", accounts::show, docs::SHOW_ACCOUNT)
        .patch("/api/v1/users/{id}", accounts::update, docs::UPDATE_ACCOUNT)
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
    context: Context,
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
    let user_id = account.user_id;
    let input = Input::LogIn(input::LogIn {
        user_id,
        family: place.handle.next_id(),
    });
    tokens(&place, input, Actor::User(user_id), context.trace).await
}

/// A good refresh token for the next one, and an access token in the role that its user has now.
async fn refresh(
    State(place): State<Place<User>>,
    context: Context,
    Json(body): Json<Refresh>,
) -> Result<Json<TokenView>, Failure> {
    let GrantType::RefreshToken = body.grant_type;
    let token = unsealed(&place, &body.refresh_token).ok_or_else(no_good)?;
    let actor = Actor::User(token.user_id);
    tokens(&place, Input::Refresh(token), actor, context.trace).await
}

/// Also for a token that is good for nothing any more: whoever logs out is logged out.
async fn log_out(
    State(place): State<Place<User>>,
    context: Context,
    Json(body): Json<LogOut>,
) -> Result<StatusCode, Failure> {
    if let Some(token) = unsealed(&place, &body.refresh_token) {
        let actor = Actor::User(token.user_id);
        let sent = place
            .handle
            .send(Input::LogOut(token), actor, context.trace);
        sent.await.map_err(boot::unanswered)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn tokens(
    place: &Place<User>,
    input: Input,
    actor: Actor,
    trace: Trace,
) -> Result<Json<TokenView>, Failure> {
    let sent = place.handle.send(input, actor, trace).await;
    let (token, role) = match sent.map_err(boot::unanswered)? {
        decide::Reply::Refreshed { token, role } => (token, role),
        decide::Reply::Refused(refusal) => return Err(refused(refusal)),
        decide::Reply::Account(_) | decide::Reply::LoggedOut => return Err(crossed()),
    };
    let now = place.handle.now();
    let RefreshToken {
        user_id,
        family,
        number,
    } = token;
    Ok(Json(TokenView {
        access_token: place.signer.sign(user_id, role, now, TOKEN_LIFETIME),
        token_type: "Bearer".to_owned(),
        expires_in: TOKEN_LIFETIME_SECONDS,
        refresh_token: Some(place.signer.seal(&format!("{user_id}.{family}.{number}"))),
    }))
}

/// The token that was sealed here; none for anything else.
fn unsealed(place: &Place<User>, sealed: &str) -> Option<RefreshToken> {
    let mut parts = place.signer.unseal(sealed)?.split('.');
    Some(RefreshToken {
        user_id: parts.next()?.parse().ok()?,
        family: parts.next()?.parse().ok()?,
        number: parts.next()?.parse().ok()?,
    })
}

fn no_good() -> Failure {
    refused(Refusal::TokenRevoked)
}

/// `decide` answers each command in its own kind.
fn crossed() -> Failure {
    Failure::internal(anyhow::anyhow!(
        "a command was answered as another one would be"
    ))
}

/// A token outlives its account by a quarter of an hour at most; here it is told so at once.
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

async fn jwks(State(place): State<Place<User>>) -> Response {
    Json(place.signer.jwks()).into_response()
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
        decide::Reply::Refreshed { .. } | decide::Reply::LoggedOut => Err(crossed()),
    }
}

fn refused(refusal: Refusal) -> Failure {
    refusal.code().into()
}

#[cfg(test)]
mod tests;
