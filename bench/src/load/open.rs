//! Open loop: requests at times that do not wait for answers, timed from when they were meant to
//! be sent. A contestant that falls behind pays with latency, as it would pay in a shop.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::closed::Passed;
use super::request::{Mix, Shoppers};
use super::tally::Tally;
use super::wire::Wire;
use crate::machine::now;

/// A rate that holds for a while.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub a_second: f64,
    pub length: Duration,
}

/// Connections enough that one is free whenever a request is due.
pub struct Open<'s> {
    pub port: u16,
    pub connections: usize,
    pub shoppers: &'s RefCell<Shoppers>,
}

impl Open<'_> {
    /// Over when the last request is answered.
    pub async fn run(&self, mix: Mix, steps: &[Step]) -> anyhow::Result<Passed> {
        let begun = now();
        let due = RefCell::new(arrivals(begun, steps));
        let tally = RefCell::new(Tally::default());
        let senders = (0..self.connections).map(|_| async {
            let mut wire = Wire::connect(self.port).await?;
            loop {
                let next = due.borrow_mut().pop_front();
                let Some(intended) = next else {
                    return anyhow::Ok(());
                };
                tokio::time::sleep_until(intended.into()).await;
                let wanted = self.shoppers.borrow_mut().draw(mix);
                let reply = wire.exchange(&wanted.bytes).await?;
                tally.borrow_mut().count(&reply, intended.elapsed());
            }
        });
        try_join_all(senders).await?;
        Ok(Passed {
            tally: tally.into_inner(),
            seconds: begun.elapsed().as_secs_f64(),
        })
    }
}

/// Poisson arrivals: independent of each other, and of the answers.
fn arrivals(begun: Instant, steps: &[Step]) -> VecDeque<Instant> {
    let mut chance = StdRng::seed_from_u64(7);
    let (mut at, mut arrivals) = (begun, VecDeque::new());
    for step in steps {
        let end = at + step.length;
        loop {
            let gap = -(1.0 - chance.random::<f64>()).ln() / step.a_second;
            let next = at + Duration::from_secs_f64(gap);
            if next >= end {
                break;
            }
            at = next;
            arrivals.push_back(at);
        }
        at = end;
    }
    arrivals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_come_at_their_rate_and_in_order() {
        let length = Duration::from_secs(10);
        let steps = [100.0, 1_000.0].map(|a_second| Step { a_second, length });
        let begun = now();
        let arrivals = arrivals(begun, &steps);
        assert!(arrivals.iter().is_sorted());
        let early = arrivals.iter().filter(|at| **at < begun + length).count();
        assert!((900..1_100).contains(&early), "{early}");
        assert!((9_700..10_300).contains(&(arrivals.len() - early)));
    }
}
