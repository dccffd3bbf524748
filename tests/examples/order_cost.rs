//! What one order costs the shop's loops: transactions, inputs, rows and CPU, without HTTP.
//! A figure to steer by, not a benchmark: ratios against floors are `bench/`'s matter.
//!
//! `cargo run --release -p shop-tests --example order_cost [ORDERS] [IN_FLIGHT]`

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contracts::envelope::{Actor, Trace};
use contracts::events::order::OrderLine;
use contracts::ids::{OrderId, ProductId, UserId};
use contracts::money::Quantity;
use order::input::{Input, PlaceOrder};
use runtime::Status;
use runtime::idempotency::KeyUse;
use shop_tests::TestShop;

/// As the product's binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long an order may stay open; none here comes near.
const DEADLINE: Duration = Duration::from_secs(60);
const PRODUCTS: usize = 1_000;
const USERS: usize = 1_000;
/// Clock ticks a second in `/proc/self/stat`, the same on every Linux we know.
const TICKS: f64 = 100.0;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let argument = |index: usize, default: usize| {
        let given = std::env::args().nth(index);
        given.map_or(default, |text| text.parse().expect("a number"))
    };
    let (orders, in_flight) = (argument(1, 50_000), argument(2, 2_048));
    let shop = Arc::new(TestShop::start().await);
    let mut products = Vec::new();
    for _ in 0..PRODUCTS {
        products.push(shop.product(100, 10_000_000).await);
    }
    let mut users = Vec::new();
    for _ in 0..USERS {
        let user: UserId = shop.places.user.handle.next_id();
        shop.charge(user, 1_000_000).await;
        users.push(user);
    }
    shop.rest().await;

    let before = Counts::read(&shop);
    let (cpu, begun) = (cpu_seconds(), now());
    place(&shop, orders, in_flight, &products, &users).await;
    let accepted = begun.elapsed();
    until_confirmed(&shop, before.said_by_order + 2 * orders as u64).await;
    let (took, cpu) = (begun.elapsed(), cpu_seconds() - cpu);
    let after = Counts::read(&shop);

    let each = |count: u64| count as f64 / orders as f64;
    let mut out = std::io::stdout().lock();
    let report = format!(
        "{orders} orders of two lines, {in_flight} in flight\n\
         accepted        {:>10.0} /s\n\
         completed       {:>10.0} /s\n\
         CPU             {:>10.1} us an order, all loops and the sender\n\
         transactions    {:>10.3} an order (one fsync each)\n\
         inputs a batch  {:>10.1}\n\
         events          {:>10.2} an order\n\
         rows            {:>10.2} an order\n",
        orders as f64 / accepted.as_secs_f64(),
        orders as f64 / took.as_secs_f64(),
        cpu * 1e6 / orders as f64,
        each(after.batches - before.batches),
        (after.inputs - before.inputs) as f64 / (after.batches - before.batches) as f64,
        each(after.said - before.said),
        each(after.rows - before.rows),
    );
    out.write_all(report.as_bytes())
        .expect("standard output takes it");
    drop(out);
    let Some(shop) = Arc::into_inner(shop) else {
        panic!("a sender still holds the shop")
    };
    shop.end().await;
}

async fn place(
    shop: &Arc<TestShop>,
    orders: usize,
    in_flight: usize,
    products: &[ProductId],
    users: &[UserId],
) {
    let next = Arc::new(AtomicUsize::new(0));
    let (products, users): (Arc<[_]>, Arc<[_]>) = (products.into(), users.into());
    let senders: Vec<_> = (0..in_flight)
        .map(|_| {
            let (shop, next) = (Arc::clone(shop), Arc::clone(&next));
            let (products, users) = (Arc::clone(&products), Arc::clone(&users));
            tokio::spawn(async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= orders {
                        return;
                    }
                    let pair = [index % PRODUCTS, index * 7 % PRODUCTS];
                    let lines = pair.map(|at| products[at]);
                    one(&shop, users[index * 31 % USERS], lines, index).await;
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("a sender ends");
    }
}

/// Sends one order, again and again while the shop is behind.
async fn one(shop: &TestShop, user_id: UserId, products: [ProductId; 2], index: usize) {
    let handle = &shop.places.order.handle;
    let order_id: OrderId = handle.next_id();
    let line = |(line, product_id)| OrderLine {
        line,
        product_id,
        quantity: Quantity::new(1),
        expected_unit_price: None,
    };
    let lines: Vec<_> = (1..).zip(products).map(line).collect();
    loop {
        let input = Input::PlaceOrder(PlaceOrder {
            order_id,
            user_id,
            lines: lines.clone(),
            user_coupon_id: None,
            key: KeyUse {
                scope: format!("cost:{index}"),
                fingerprint: vec![0; 16],
            },
            deadline: DEADLINE,
        });
        match handle.send(input, Actor::User(user_id), Trace::NONE).await {
            Ok(_) => return,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn until_confirmed(shop: &TestShop, said: u64) {
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while shop
        .places
        .order
        .handle
        .status()
        .said
        .load(Ordering::Relaxed)
        < said
    {
        tick.tick().await;
    }
}

struct Counts {
    batches: u64,
    inputs: u64,
    said: u64,
    rows: u64,
    said_by_order: u64,
}

impl Counts {
    fn read(shop: &TestShop) -> Self {
        let places = &shop.places;
        let all: [&Status; 4] = [
            places.order.handle.status(),
            places.product.handle.status(),
            places.promotion.handle.status(),
            places.payment.handle.status(),
        ];
        let sum = |of: fn(&Status) -> u64| all.iter().map(|status| of(status)).sum();
        Self {
            batches: sum(|status| status.batches.load(Ordering::Relaxed)),
            inputs: sum(|status| status.inputs.load(Ordering::Relaxed)),
            said: sum(|status| status.said.load(Ordering::Relaxed)),
            rows: sum(|status| status.rows.load(Ordering::Relaxed)),
            said_by_order: places.order.handle.status().said.load(Ordering::Relaxed),
        }
    }
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells it");
    let after_name = stat.rsplit(')').next().expect("a name in parentheses");
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .map(|field| field.parse::<f64>().expect("a count of ticks"))
        .sum::<f64>()
        / TICKS
}

#[expect(clippy::disallowed_methods, reason = "measures, decides nothing")]
fn now() -> Instant {
    Instant::now()
}
