//! W9: kill -9 under load, again and again. Every order that was answered is there afterwards.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::ensure;
use futures::future::join_all;

use crate::contestant::Contestant;
use crate::host::DATA;
use crate::load::{Mix, Wire};
use crate::measure::{Arena, Ring};
use crate::report::Figures;
use crate::run::Plan;

const LOOK: Duration = Duration::from_millis(10);
const MOST_LOOKS: u32 = 3_000;

/// An order that was answered, and whose it is.
type Answered = (usize, String);

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let mut ring = arena.enter(Contestant::Shop, "kill").await?;
    let (mut answered, mut starts) = (0, Vec::new());
    for _ in 0..plan.kills {
        let orders = until_killed(&mut ring, plan).await?;
        ensure!(!orders.is_empty(), "kill: nothing was answered before");
        let checked = jangteo::check::files(&ring.folder.join(DATA), false)?;
        let first = checked.violations.first();
        ensure!(
            first.is_none(),
            "kill: no figures, an invariant breaks: {first:?}"
        );
        ring.serving = ring.contestant.start(&ring.folder).await?;
        starts.push(ring.serving.started_in);
        answered += orders.len();
        all_are_there(&ring, &orders).await?;
    }
    starts.sort_unstable();
    let last = starts.last().map_or(0.0, Duration::as_secs_f64);
    figures.fact(format!(
        "W9: {} times kill -9 under load, {answered} orders answered, 0 lost; started again in \
         {:.0} ms (median), {:.0} ms at most.",
        plan.kills,
        starts[starts.len() / 2].as_secs_f64() * 1e3,
        last * 1e3
    ));
    ring.leave("kill").await
}

/// Orders without pause, and the kill in the middle of it.
async fn until_killed(ring: &mut Ring, plan: &Plan) -> anyhow::Result<Vec<Answered>> {
    let answered = RefCell::new(Vec::new());
    let (port, shoppers) = (ring.serving.port, &ring.shoppers);
    let senders = (0..plan.connections).map(|_| async {
        let Ok(mut wire) = Wire::connect(port).await else {
            return;
        };
        loop {
            let wanted = shoppers.borrow_mut().draw(Mix::Uniform);
            // Broken off by the kill: this one was not answered.
            let Ok(reply) = wire.exchange(&wanted.bytes).await else {
                return;
            };
            if let Some(order) = reply.text("orderId") {
                answered.borrow_mut().push((wanted.buyer, order.to_owned()));
            }
        }
    });
    let serving = &mut ring.serving;
    let kill = async {
        tokio::time::sleep(plan.length / 2).await;
        // Under load means after answers, however slow the machine is.
        for _ in 0..MOST_LOOKS {
            if answered.borrow().len() >= plan.connections {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        serving.kill().await
    };
    let (killed, _) = futures::join!(kill, join_all(senders));
    killed?;
    Ok(answered.into_inner())
}

async fn all_are_there(ring: &Ring, orders: &[Answered]) -> anyhow::Result<()> {
    let mut wire = Wire::connect(ring.serving.port).await?;
    for (buyer, order) in orders {
        let look = ring.shoppers.borrow().look(*buyer, order);
        let status = wire.exchange(&look).await?.status;
        ensure!(
            status == 200,
            "kill: order {order} was answered and is gone ({status})"
        );
    }
    Ok(())
}
