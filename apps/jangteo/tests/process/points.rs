//! Death of the whole process, by SIGKILL, at each named point of a batch, of each loop that the
//! load keeps busy. The point is struck over the API; the loop that it ends says so before it is
//! opened again, and while it says so the process is killed.

use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use crate::caller::Request;
use crate::chaos::{Loose, reckon_and_stop, row, say, seed, setting, settle};
use crate::journal::Journal;
use crate::load::Crowd;
use crate::program::{Program, Shop, alone, on};
use crate::shim::Shim;

const LOOPS: [&str; 5] = ["order", "product", "promotion", "payment", "order_view"];
const POINTS: [&str; 3] = ["before-commit", "after-commit", "after-publish"];
/// What the host says between a loop's end and its opening.
const LAST_WORDS: &str = "killed; opening it again";
const STRUCK_AFTER: std::ops::Range<u32> = 20..150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_at_each_named_point_it_loses_nothing() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let shim = Shim::build();
    let folder = tempfile::tempdir().unwrap();
    let mut shop = start(&shim, folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    crowd.offer(0).await;
    let mut journal = Journal::default();
    let mut deaths = 0;
    for (name, point) in cases() {
        let mut loose = Loose::start(&crowd, chance.random());
        loose.answered(chance.random_range(STRUCK_AFTER)).await;
        strike(&crowd, name, point).await;
        let Shop { program, .. } = shop;
        let ended = program.ended().await;
        assert_eq!(ended.code(), None, "killed: {ended:?}");
        let last = ended.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(LAST_WORDS), "{name} {point}: {last}");
        assert!(last.contains(name) && last.contains(point), "{last}");
        let fresh = loose.back().await;
        say(&format!("{name} at {point}: {} open", fresh.unknown()));
        deaths += 1;

        shop = start(&shim, folder.path()).await;
        crowd = crowd.at(&shop.url);
        settle(&shop, fresh, &crowd, &mut journal).await;
    }
    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    let how = format!("{deaths} deaths: each loop, before and after the commit, after publishing");
    row("a named point", &how, totals.orders(), 0);
}

/// Every loop at every point where `cargo xtask chaos` asks; else each loop and each point once.
fn cases() -> Vec<(&'static str, &'static str)> {
    let is_campaign = setting("JANGTEO_CHAOS_REQUIRED").is_some();
    let all = (0..LOOPS.len() * POINTS.len()).map(|at| (at % LOOPS.len(), at % POINTS.len()));
    let wanted = if is_campaign { usize::MAX } else { LOOPS.len() };
    let named = all.map(|(name, point)| (LOOPS[name], POINTS[point]));
    named.take(wanted).collect()
}

async fn start(shim: &Shim, folder: &std::path::Path) -> Shop {
    let program = Program::start(&on(folder), &shim.dies_saying(LAST_WORDS));
    Shop::ready(program, folder).await
}

/// The loop dies with its next batch. The answer may be lost in that.
async fn strike(crowd: &Crowd, name: &str, point: &str) {
    let request = Request {
        path: format!("/api/v1/loops/{name}/kill"),
        key: format!("strike-{name}-{point}"),
        body: json!({ "point": point }),
        wait: false,
    };
    if let Ok(answer) = crowd.operator.send(&request).await {
        assert!(answer.status.is_success(), "{answer:?}");
    }
}
