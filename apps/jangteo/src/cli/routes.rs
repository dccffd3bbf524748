//! The gateway's file: read before anything is started, so that a bad one changes nothing.

use std::path::Path;

use anyhow::{Context, anyhow};
use gateway::{BadRoutes, Plan, Settings};

use super::Ended;
use super::language::in_language;
use crate::shop;

/// The gateway of this file; of the one that ships without any.
pub(super) fn plan(file: Option<&Path>) -> Result<Plan, Ended> {
    let Some(file) = file else {
        return Ok(Plan::shipped());
    };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| {
        in_language(
            &format!("{name} 을 읽을 수 없어요 → --routes 에 있는 파일을 알려 주세요"),
            &format!("could not read {name}; name a file that is there with --routes"),
        )
        .to_owned()
    })?;
    Ok(checked(&text).map_err(|error| {
        let korean = format!("{name} 을 쓸 수 없어요 → 고쳐서 다시 시작하세요: {error}");
        let english = format!("{name} is not used; mend it and start again: {error}");
        anyhow!(in_language(&korean, &english).to_owned())
    })?)
}

fn checked(text: &str) -> Result<Plan, BadRoutes> {
    let plan = Plan::new(Settings::read(text)?)?;
    plan.look(&shop::SERVICES)?;
    Ok(plan)
}
