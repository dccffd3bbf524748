//! Language, colours and keys, kept in cookies: a member has them before logging in.

use axum::Router;
use axum::extract::Form;
use axum::routing::post;
use contracts::problem::Language;
use serde::Deserialize;

use crate::cookies::set;
use crate::pieces::Go;
use crate::site::Shared;
use crate::visit::{KEYS, LANGUAGE, THEME, Theme};

const YEAR_SECONDS: u32 = 365 * 86_400;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/preferences", post(change))
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    language: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    keys: String,
    #[serde(default)]
    back: String,
}

async fn change(Form(chosen): Form<Chosen>) -> Go {
    let mut go = Go::back(&chosen.back);
    let languages = [Language::Ko, Language::En].map(Language::tag);
    if languages.contains(&chosen.language.as_str()) {
        go = go.cookie(set(LANGUAGE, &chosen.language, YEAR_SECONDS));
    }
    if let Some(theme) = Theme::named(&chosen.theme) {
        go = go.cookie(set(THEME, theme.word(), YEAR_SECONDS));
    }
    if ["on", "off"].contains(&chosen.keys.as_str()) {
        go = go.cookie(set(KEYS, &chosen.keys, YEAR_SECONDS));
    }
    go
}
