//! How often one caller may come: a bucket each, that fills at an even rate (GCRA, which keeps one
//! instant a caller). Memory is bounded; who is forgotten has a full bucket again.

use std::collections::HashMap;
use std::mem;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use contracts::ids::UserId;

use crate::settings::RateLimit;

/// Of one generation: some 2 MiB in all.
const GENERATION: usize = 16_384;

/// Whose bucket it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    User(UserId),
    Address(IpAddr),
}

impl Key {
    /// One household of IPv6 has as many addresses as it likes, under one prefix of 64 bits.
    pub(crate) fn of(address: IpAddr) -> Key {
        let address = match address.to_canonical() {
            IpAddr::V6(address) => {
                let prefix = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(prefix))
            }
            address @ IpAddr::V4(_) => address,
        };
        Key::Address(address)
    }
}

pub(crate) struct Rate {
    rules: Rules,
    buckets: Mutex<Generations>,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Between two requests at the even rate.
    interval: Duration,
    /// How far ahead of it a burst may be.
    ahead: Duration,
}

/// Until when each caller has used its share up.
#[derive(Default)]
struct Generations {
    young: HashMap<Key, Duration>,
    old: HashMap<Key, Duration>,
}

impl Rate {
    pub(crate) fn new(limit: &RateLimit) -> Rate {
        let interval = Duration::from_secs(1) / limit.per_second;
        Rate {
            rules: Rules {
                interval,
                ahead: interval * (limit.burst - 1),
            },
            buckets: Mutex::default(),
        }
    }

    /// Takes one from the caller's bucket; if it is empty, says when there is one again.
    pub(crate) fn take(&self, key: Key, now: Duration) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let used = buckets.used_up_to(&key).unwrap_or(Duration::ZERO);
        let used = self.rules.after_one(used, now)?;
        buckets.put(key, used);
        Ok(())
    }
}

impl Rules {
    fn after_one(self, used: Duration, now: Duration) -> Result<Duration, Duration> {
        let used = used.max(now);
        match (used - now).checked_sub(self.ahead) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => Ok(used + self.interval),
        }
    }
}

impl Generations {
    fn used_up_to(&self, key: &Key) -> Option<Duration> {
        self.young.get(key).or_else(|| self.old.get(key)).copied()
    }

    fn put(&mut self, key: Key, used: Duration) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn rate() -> Rate {
        Rate::new(&RateLimit {
            per_second: 10,
            burst: 3,
        })
    }

    const ONE: Key = Key::User(UserId::new(1));
    const OTHER: Key = Key::User(UserId::new(2));

    #[test]
    fn a_burst_goes_through_and_then_the_even_rate() {
        let rate = rate();
        for (at, expected) in [
            (0, Ok(())),
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(ms(100))),
            (60, Err(ms(40))),
            (100, Ok(())),
            (100, Err(ms(100))),
            (200, Ok(())),
            // Refused ones took nothing; after a pause the burst is back, and no more.
            (10_000, Ok(())),
            (10_000, Ok(())),
            (10_000, Ok(())),
            (10_000, Err(ms(100))),
        ] {
            assert_eq!(rate.take(ONE, ms(at)), expected, "at {at} ms");
        }
        assert_eq!(rate.take(OTHER, ms(10_000)), Ok(()));
    }

    #[test]
    fn a_household_is_one_caller_and_an_old_address_is_the_new_one() {
        let key = |text: &str| Key::of(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn memory_is_bounded() {
        let rate = rate();
        for user in 0..(3 * GENERATION as i64) {
            let _taken = rate.take(Key::User(UserId::new(user)), ms(0));
        }
        let buckets = rate.buckets.lock().unwrap();
        assert!(buckets.young.len() + buckets.old.len() <= 2 * GENERATION);
    }
}
