//! Logging in, staying logged in, and logging out. The two tokens of a login live in two cookies;
//! the access token's goes a minute before the token does, and then the other one is asked for
//! the next.

use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use contracts::http::user::{GrantType, LogOut, Login, Password, Refresh, TokenView};

use crate::api::{Api, Refused};
use crate::cookies::{clear, cookie, set};

const ACCESS: &str = "jangteo_access";
const REFRESH: &str = "jangteo_refresh";
/// As long as a login can be refreshed.
const REFRESH_SECONDS: u32 = 14 * 86_400;
/// A token that would expire on its way is not sent.
const MARGIN_SECONDS: u32 = 60;

/// What a visitor came with, and the cookies that follow from it.
#[derive(Default)]
pub(crate) struct Session {
    pub(crate) token: Option<String>,
    pub(crate) cookies: Vec<HeaderValue>,
}

impl Session {
    /// The token that came; or, when it is over, the next one.
    pub(crate) async fn resume(api: &Api, headers: &HeaderMap) -> Self {
        if let Some(token) = cookie(headers, ACCESS) {
            return Self {
                token: Some(token.to_owned()),
                cookies: Vec::new(),
            };
        }
        let Some(refresh_token) = cookie(headers, REFRESH) else {
            return Self::default();
        };
        let body = Refresh {
            grant_type: GrantType::RefreshToken,
            refresh_token: refresh_token.to_owned(),
        };
        match api.post::<TokenView>("/api/v1/oauth/token", &body).await {
            Ok(tokens) => Self {
                cookies: cookies_of(&tokens),
                token: Some(tokens.access_token),
            },
            Err(Refused::Problem(problem)) if problem.code.status() == 401 => Self::ended(),
            // The shop is busy, or broken: the login is as good as before.
            Err(Refused::Problem(_) | Refused::Broken(_)) => Self::default(),
        }
    }

    /// Nobody is logged in any more.
    pub(crate) fn ended() -> Self {
        Self {
            token: None,
            cookies: vec![clear(ACCESS), clear(REFRESH)],
        }
    }
}

/// The cookies of a fresh login.
pub(crate) async fn log_in(
    api: &Api,
    email: &str,
    password: &str,
) -> Result<Vec<HeaderValue>, Refused> {
    let body = Login {
        email: email.to_owned(),
        password: Password::new(password),
    };
    let tokens = api.post::<TokenView>("/api/v1/auth/login", &body).await?;
    Ok(cookies_of(&tokens))
}

/// Revokes the login; the cookies go even when that fails, because the visitor wants to be gone.
pub(crate) async fn log_out(api: &Api, headers: &HeaderMap) -> Vec<HeaderValue> {
    if let Some(refresh_token) = cookie(headers, REFRESH) {
        let body = LogOut {
            refresh_token: refresh_token.to_owned(),
        };
        if let Err(refused) = api.post_unanswered("/api/v1/auth/logout", &body).await {
            tracing::warn!(code = %refused.code(), "a login was left behind");
        }
    }
    Session::ended().cookies
}

fn cookies_of(tokens: &TokenView) -> Vec<HeaderValue> {
    let lives = tokens.expires_in.saturating_sub(MARGIN_SECONDS).max(1);
    let mut cookies = vec![set(ACCESS, &tokens.access_token, lives)];
    if let Some(refresh) = &tokens.refresh_token {
        cookies.push(set(REFRESH, refresh, REFRESH_SECONDS));
    }
    cookies
}
