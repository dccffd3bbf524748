//! kill -9 under load, again and again: what was answered stands, what was not can be asked again,
//! and all of it adds up. Power cuts are another matter: here the kernel keeps what was written.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::chaos::{Loose, holds_on_disk, is_sound, say, seed};
use crate::journal::Journal;
use crate::load::Crowd;
use crate::program::{Shop, alone};
use crate::reckoning;

const CYCLES: u32 = 25;
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
        shop.program.kill().await;
        let fresh = loose.back().await;
        let unknown = fresh.unknown();
        is_sound(&shop);
        drop(shop);

        shop = Shop::start(folder.path()).await;
        crowd = crowd.at(&shop.url);
        let resolved = fresh.resolve(&crowd).await;
        say(&format!(
            "cycle {cycle}: killed after {after} answers, {unknown} of {resolved} open"
        ));
        journal.append(resolved);
        shop.run(&["verify"]).await.exits(0);
    }

    shop.run(&["verify", "--at-rest"]).await.exits(0);
    let totals = reckoning::reckon(&journal, &crowd).await;
    say(&totals.to_string());
    totals.assert_worth_it(LEAST_ORDERS);
    is_sound(&shop);
    shop.stop().await;
    holds_on_disk(folder.path(), &totals).await;
}
