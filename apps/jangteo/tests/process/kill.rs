//! kill -9 under load, again and again: what was answered stands, what was not can be asked again,
//! and all of it adds up. Power cuts are another matter: here the kernel keeps what was written.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::chaos::{Loose, killed, reckon_and_stop, row, say, seed, setting, settle};
use crate::journal::Journal;
use crate::load::Crowd;
use crate::program::{Shop, alone};

const CYCLES: u32 = 25;
/// Kills soon after a start; `cargo xtask chaos` asks for many more.
const QUICK_CYCLES: u64 = 5;
const KILLED_SOON: std::ops::Range<u32> = 1..80;
/// The kill comes with one of these answers, so always under load.
const KILLED_AFTER: std::ops::Range<u32> = 100..1_200;
/// Fewer orders than this would show little.
const LEAST_ORDERS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load_it_loses_nothing() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start(folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    let mut journal = Journal::default();

    for cycle in 1..=CYCLES {
        let after = chance.random_range(KILLED_AFTER);
        crowd.offer(cycle).await;
        let mut loose = Loose::start(&crowd, chance.random());
        loose.answered(after).await;
        let fresh = killed(&mut shop, loose).await;
        let unknown = fresh.unknown();
        drop(shop);

        shop = Shop::start(folder.path()).await;
        crowd = crowd.at(&shop.url);
        say(&format!(
            "cycle {cycle}: killed after {after} answers, {unknown} open"
        ));
        settle(&shop, fresh, &crowd, &mut journal).await;
    }

    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    totals.assert_worth_it(LEAST_ORDERS);
    row(
        "kill -9",
        &format!("{CYCLES} times under load"),
        totals.orders(),
        0,
    );
}

/// Many deaths of little work each: what a start finds half done is gone through again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_soon_after_each_start_it_loses_nothing() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start(folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    crowd.offer(0).await;
    let mut journal = Journal::default();
    let cycles = setting("JANGTEO_CHAOS_KILLS").unwrap_or(QUICK_CYCLES);
    for _ in 0..cycles {
        let mut loose = Loose::start(&crowd, chance.random());
        loose.answered(chance.random_range(KILLED_SOON)).await;
        let fresh = killed(&mut shop, loose).await;
        drop(shop);
        shop = Shop::start(folder.path()).await;
        crowd = crowd.at(&shop.url);
        settle(&shop, fresh, &crowd, &mut journal).await;
    }
    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    row(
        "kill -9",
        &format!("{cycles} times soon after a start"),
        totals.orders(),
        0,
    );
}
