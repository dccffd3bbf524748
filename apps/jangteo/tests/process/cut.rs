//! Power cuts under load: of the disk only stays what was forced to it. The shop loses nothing it
//! answered for; under `synchronous=NORMAL` it does, or this test shows nothing.

use std::collections::BTreeSet;
use std::path::Path;

use contracts::ids::OrderId;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::chaos::{Loose, holds_on_disk, is_sound, or_skip, row, say, seed, setting};
use crate::image::Image;
use crate::journal::{Journal, What};
use crate::load::Crowd;
use crate::program::{Shop, alone, ask};
use crate::reckoning;
use crate::shim::Shim;

const CUTS: u64 = 2;
/// One loss is enough; kernel timers may write a tail out just before a cut.
const CONTROLS: u64 = 3;
const CUT_AFTER: std::ops::Range<u32> = 200..1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_that_was_answered() {
    let _alone = alone().await;
    let Some(mut image) = or_skip(Image::make()) else {
        return;
    };
    let mut chance = StdRng::seed_from_u64(seed());
    let mut shop = Shop::start(&image.folder()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    let mut journal = Journal::default();
    for cut in 1..=setting("JANGTEO_CHAOS_ROUNDS").unwrap_or(CUTS) {
        crowd.offer(u32::try_from(cut).expect("few")).await;
        let fresh = until_cut(&mut shop, &mut image, &crowd, &mut chance).await;
        is_sound(&shop);
        drop(shop);
        let placed = placed(&fresh);
        let lost = placed.difference(&found(&image.folder())).count();
        row(&format!("power cut {cut:>2}"), "FULL", placed.len(), lost);
        assert_eq!(lost, 0, "acknowledged orders are gone");

        shop = Shop::start(&image.folder()).await;
        crowd = crowd.at(&shop.url);
        journal.append(fresh.resolve(&crowd).await);
        shop.run(&["verify", "--at-rest"]).await.exits(0);
    }
    let totals = reckoning::reckon(&journal, &crowd).await;
    say(&totals.to_string());
    assert!(totals.orders() > 0, "{totals}");
    is_sound(&shop);
    shop.stop().await;
    holds_on_disk(&image.folder(), &totals).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_synchronous_normal_a_power_cut_loses_orders() {
    let _alone = alone().await;
    let Some(mut image) = or_skip(Image::make()) else {
        return;
    };
    let mut chance = StdRng::seed_from_u64(seed());
    let shim = Shim::build();
    for cut in 1..=CONTROLS {
        // Seeded and closed with all its syncs: only the load is at stake.
        Shop::start(&image.folder()).await.stop().await;
        let mut shop = Shop::start_with(&image.folder(), &shim.log_syncs("normal")).await;
        let crowd = Crowd::gather(&shop.url).await;
        let fresh = until_cut(&mut shop, &mut image, &crowd, &mut chance).await;
        drop(shop);
        let placed = placed(&fresh);
        let lost = placed.difference(&found(&image.folder())).count();
        row(
            &format!("power cut {cut:>2}"),
            "NORMAL, the control",
            placed.len(),
            lost,
        );
        if lost > 0 {
            return;
        }
        image = Image::make().expect("it was possible before");
    }
    panic!("nothing was lost under NORMAL: the cut cuts nothing");
}

/// Cuts the power of a shop under load: from here on the image holds what a disk would.
async fn until_cut(
    shop: &mut Shop,
    image: &mut Image,
    crowd: &Crowd,
    chance: &mut StdRng,
) -> Journal {
    let mut loose = Loose::start(crowd, chance.random());
    loose.answered(chance.random_range(CUT_AFTER)).await;
    // Every answer a client still finds in its socket was sent before the copy was begun.
    shop.program.stand_still().await;
    image.copy();
    shop.program.kill().await;
    let fresh = loose.back().await;
    image.swap().await;
    fresh
}

/// The orders that were acknowledged.
fn placed(journal: &Journal) -> BTreeSet<String> {
    let asked = journal.asked.iter();
    let places = asked.filter(|asked| matches!(asked.what, What::Place { .. }));
    let answers = places.filter_map(|asked| asked.answer.as_ref());
    let orders = answers.filter_map(|answer| answer.body["orderId"].as_str());
    orders.map(str::to_owned).collect()
}

/// The orders in the file, as the API spells them.
fn found(folder: &Path) -> BTreeSet<String> {
    let question = "SELECT coalesce(group_concat(order_id), '') FROM orders";
    let ids: String = ask(&folder.join("order.db"), question);
    let ids = ids.split(',').filter_map(|id| id.parse().ok());
    ids.map(|id| OrderId::new(id).to_string()).collect()
}
