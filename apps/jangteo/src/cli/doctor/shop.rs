//! Does the shop answer, and is it ready.

use super::Finding;
use crate::cli::Target;
use crate::cli::client::Client;
use crate::cli::folder;

const NAME: &str = "shop";

pub(super) async fn look(target: &Target) -> Finding {
    if !folder::runs(target) {
        let next = format!("jangteo dev{}", target.flag());
        return Finding::ok(NAME, "돌고 있지 않아요", "does not run").next(&next, &next);
    }
    let client = match Client::new(target) {
        Ok(client) => client,
        Err(ended) => return fails(&ended.told()),
    };
    let base = client.base();
    if let Err(ended) = client.reach("/health/live").await {
        return fails(&ended.told());
    }
    match client.reach("/health/ready").await {
        Ok(()) => Finding::ok(
            NAME,
            &format!("{base} 에서 준비됨"),
            &format!("ready at {base}"),
        ),
        Err(ended) => fails(&ended.told()),
    }
}

/// What the client tells names the next command itself.
fn fails(told: &str) -> Finding {
    match told.split_once(" → ") {
        Some((found, next)) => Finding::fail(NAME, found, found).next(next, next),
        None => Finding::fail(NAME, told, told),
    }
}
