//! W5: a coupon for the first of many, each of whom tries twice.

use anyhow::ensure;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::Arena;
use crate::report::{Figures, pass};
use crate::run::Plan;

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    for contestant in Contestant::BOTH {
        let name = contestant.name();
        let ring = arena.enter(contestant, "rush").await?;
        let attempts = 2 * arena.spec.buyers as u64;
        let loaded = ring.closed(plan.connections, Until::Requests(attempts));
        let sample = ring.measure(loaded.run(Mix::Rush)).await?;
        let expected = ["COUPON_SOLD_OUT", "COUPON_ALREADY_ISSUED"];
        let unexpected = sample.tally.unexpected(&expected);
        ensure!(
            unexpected.is_none(),
            "rush: {name} refuses with {unexpected:?}"
        );
        let (given, cap) = (sample.tally.completed, u64::try_from(arena.spec.rush)?);
        ensure!(given == cap, "rush: {name} gave {given} of {cap} coupons");
        figures.add(pass::RUSH, name, 0, &sample);
        figures.fact(format!(
            "W5: {attempts} tries for {cap} coupons: {name} gave exactly {given}, {:.0} answers \
             a second.",
            sample.ended_rate()
        ));
        ring.leave("rush").await?;
    }
    Ok(())
}
