//! What was answered, and how long it took.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::wire::Reply;

/// A minute: nothing that is waited for takes longer.
const LONGEST_MICROS: u64 = 60_000_000;

/// Answers by what they say.
#[derive(Clone, Debug)]
pub struct Tally {
    /// 201: the order is COMPLETED, the coupon is issued.
    pub completed: u64,
    /// 202: the order is PENDING.
    pub accepted: u64,
    /// 200
    pub seen: u64,
    /// 4xx and 5xx by their code.
    pub refused: BTreeMap<String, u64>,
    /// A request sent again that was answered with the same order.
    pub replayed: u64,
    /// Of what was answered to the end: not of what was only accepted or turned away.
    pub latency: Histogram<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            completed: 0,
            accepted: 0,
            seen: 0,
            refused: BTreeMap::new(),
            replayed: 0,
            latency: Histogram::new_with_max(LONGEST_MICROS, 3).expect("these bounds are valid"),
        }
    }
}

impl Tally {
    pub fn count(&mut self, reply: &Reply<'_>, took: Duration) {
        match reply.status {
            200 => self.seen += 1,
            201 => self.completed += 1,
            202 => {
                self.accepted += 1;
                return;
            }
            status => {
                let code = reply.text("code").map_or(status.to_string(), str::to_owned);
                *self.refused.entry(code).or_default() += 1;
                if status >= 500 {
                    return;
                }
            }
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST_MICROS);
        self.latency.saturating_record(micros);
    }

    /// How often an answer had this code.
    pub fn refused_as(&self, code: &str) -> u64 {
        self.refused.get(code).copied().unwrap_or(0)
    }

    /// Answers that tell the end of what was asked.
    pub fn ended(&self) -> u64 {
        self.latency.len()
    }

    /// What was turned away, or broke.
    pub fn turned_away(&self) -> u64 {
        let away = [
            "UPSTREAM_UNAVAILABLE",
            "UPSTREAM_TIMEOUT",
            "REQUEST_IN_PROGRESS",
        ];
        away.iter().map(|code| self.refused_as(code)).sum()
    }

    /// Refusals under other codes than these, which a workload brings about itself.
    pub fn unexpected(&self, expected: &[&str]) -> Option<(&str, u64)> {
        let mut others = self
            .refused
            .iter()
            .filter(|(code, _)| !expected.contains(&code.as_str()));
        others.next().map(|(code, count)| (code.as_str(), *count))
    }

    pub fn millis(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply<'_> {
        let body = body.as_bytes();
        Reply { status, body }
    }

    #[test]
    fn an_answer_is_counted_as_what_it_says() {
        let mut tally = Tally::default();
        let took = Duration::from_millis(3);
        tally.count(&reply(201, "{}"), took);
        tally.count(&reply(202, "{}"), took);
        tally.count(&reply(409, r#"{"code":"OUT_OF_STOCK"}"#), took);
        tally.count(&reply(503, r#"{"code":"UPSTREAM_UNAVAILABLE"}"#), took);
        assert_eq!((tally.completed, tally.accepted), (1, 1));
        assert_eq!((tally.ended(), tally.turned_away()), (2, 1));
        let unexpected = tally.unexpected(&["UPSTREAM_UNAVAILABLE"]);
        assert_eq!(unexpected, Some(("OUT_OF_STOCK", 1)));
    }
}
