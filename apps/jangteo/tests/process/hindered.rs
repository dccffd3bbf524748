//! A shop that stands still for a while and goes on, one with too few open files, and one whose
//! clock jumps: under load, with nothing lost by it, and without a restart.

use std::net::TcpStream;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use crate::caller::Request;
use crate::chaos::{Loose, killed, reckon_and_stop, row, say, seed, settle};
use crate::journal::Journal;
use crate::load::Crowd;
use crate::program::{Program, Shop, alone, on};
use crate::shim::Shim;

const STOPS: u32 = 3;
/// Whoever asks meanwhile gives up sooner than this.
const STANDS_STILL: Duration = Duration::from_secs(2);
/// Enough to start with, and for the crowd; not for everybody who connects.
const FILES: u32 = 128;
const ANSWERS: u32 = 300;
const A_MINUTE: i64 = 60;
/// Seconds ahead of the true clock, one after the other: ten minutes on, ten back, an hour on.
const CLOCKS: [i64; 3] = [600, 0, 3_600];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_and_continued_it_goes_on() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start(folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    crowd.offer(0).await;
    let mut loose = Loose::start(&crowd, chance.random());
    for _ in 0..STOPS {
        loose.answered(chance.random_range(50..ANSWERS)).await;
        shop.program.stand_still().await;
        // Nobody answers, for as long as somebody is willing to wait.
        let answer = tokio::time::timeout(STANDS_STILL, crowd.operator.get("/api/v1/points/me"));
        answer.await.expect_err("it stands still");
        shop.program.signal("CONT").await;
    }
    loose.answered(ANSWERS).await;
    let (fresh, mut journal) = (killed(&mut shop, loose).await, Journal::default());
    drop(shop);

    let shop = Shop::start(folder.path()).await;
    crowd = crowd.at(&shop.url);
    settle(&shop, fresh, &crowd, &mut journal).await;
    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    row(
        "SIGSTOP, SIGCONT",
        &format!("{STOPS} times"),
        totals.orders(),
        0,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_too_few_files_it_says_so_and_goes_on_once_there_are_enough() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let folder = tempfile::tempdir().unwrap();
    let program = Program::with_few_files(FILES, &on(folder.path()));
    let mut shop = Shop::ready(program, folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    crowd.offer(0).await;
    // A reader that cannot be opened is a 500; the order it was to be read for may stand.
    crowd.is_patient = true;
    let mut loose = Loose::start(&crowd, chance.random());
    loose.answered(ANSWERS).await;

    let address = shop.url.strip_prefix("http://").expect("an address");
    let connect = |_| TcpStream::connect(address).expect("the kernel takes it");
    let idle: Vec<TcpStream> = (0..FILES).map(connect).collect();
    let told = shop.program.says("Too many open files").await;
    say(&told);
    // Who is connected goes on.
    loose.answered(ANSWERS).await;
    drop(idle);
    // A newcomer waits until the shop takes connections again, without a restart.
    shop.log_in(jangteo::seed::SHOPPER).await;
    loose.answered(ANSWERS).await;
    shop.program.kill().await;
    let (fresh, mut journal) = (loose.back().await, Journal::default());
    assert!(
        !shop.program.said().contains("panicked"),
        "{}",
        shop.program.said()
    );
    drop(shop);

    let shop = Shop::start(folder.path()).await;
    crowd = crowd.at(&shop.url);
    settle(&shop, fresh, &crowd, &mut journal).await;
    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    row(
        "open files",
        &format!("{FILES} at most, all taken"),
        totals.orders(),
        0,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_clock_jumps_nothing_is_lost_and_orders_go_on() {
    let _alone = alone().await;
    let mut chance = StdRng::seed_from_u64(seed());
    let shim = Shim::build();
    let folder = tempfile::tempdir().unwrap();
    let start = || Program::start(&on(folder.path()), &shim.clock());
    let mut shop = Shop::ready(start(), folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    crowd.offer(0).await;
    let mut loose = Loose::start(&crowd, chance.random());
    let mut furthest = 0;
    for seconds in CLOCKS {
        loose.answered(ANSWERS).await;
        shim.set_clock(seconds);
        loose.answered(ANSWERS).await;
        // Somebody who comes after the jump is served, and it was one. The shop's own time never
        // goes back: it stands still until the clock has come up with it.
        furthest = furthest.max(seconds);
        let newcomer = shop.log_in(jangteo::seed::SHOPPER).await;
        let charged = newcomer.send(&charge(seconds)).await.expect("an answer");
        let created = charged.body["createdAt"].as_str();
        let ahead = ahead_of_now(created.unwrap_or_else(|| panic!("{charged:?}")));
        assert!(
            (ahead - furthest).abs() < A_MINUTE,
            "{charged:?}: {ahead} s ahead"
        );
        shop.run(&["verify"]).await.exits(0);
    }
    let (fresh, mut journal) = (killed(&mut shop, loose).await, Journal::default());
    drop(shop);

    // Started again an hour behind what it has written.
    shim.set_clock(0);
    let shop = Shop::ready(start(), folder.path()).await;
    crowd = crowd.at(&shop.url).again().await;
    settle(&shop, fresh, &crowd, &mut journal).await;
    let totals = reckon_and_stop(shop, &crowd, &journal).await;
    row(
        "the clock",
        "+10 min, -10 min, +1 h, -1 h at a start",
        totals.orders(),
        0,
    );
}

fn charge(number: i64) -> Request {
    Request {
        path: "/api/v1/points/me/charge".to_owned(),
        key: format!("charge-{number}"),
        body: json!({ "amount": 10_000 }),
        wait: false,
    }
}

/// How many seconds a time is ahead of this test's clock.
fn ahead_of_now(time: &str) -> i64 {
    let time = serde_json::from_value::<contracts::time::Timestamp>(time.into());
    let now = boot::now().micros();
    (time.expect("a time").micros() - now) / 1_000_000
}
