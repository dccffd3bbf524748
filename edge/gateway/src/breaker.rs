//! When a service is left alone for a while: a state machine over outcomes and time, pure. Time
//! is how long the gateway has been running.

use std::time::Duration;

use crate::settings::Breaker as Rules;

/// How a request that was let through ended, as far as its service goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Answered,
    Failed,
    /// Its caller went away first, or it never got there.
    Unknown,
}

/// One service's breaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Breaker {
    pub(crate) state: State,
    /// Counts the changes of state: what was let through in one says nothing in the next.
    era: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Closed(Window),
    Open {
        until: Duration,
    },
    HalfOpen {
        since: Duration,
        asked: u32,
        answered: u32,
        failed: u32,
    },
}

/// What was let through, and in which era.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Admitted(u32);

/// The latest outcomes, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Window {
    failed: u128,
    seen: u32,
}

impl Breaker {
    pub(crate) const fn new() -> Breaker {
        Breaker {
            state: State::Closed(Window { failed: 0, seen: 0 }),
            era: 0,
        }
    }

    /// Whether one more request goes through; if not, when to come back.
    pub(crate) fn admit(
        self,
        now: Duration,
        rules: &Rules,
    ) -> (Breaker, Result<Admitted, Duration>) {
        match self.state {
            State::Closed(_) => (self, Ok(Admitted(self.era))),
            State::Open { until } if now < until => (self, Err(until - now)),
            State::Open { .. } => self.probe(now),
            State::HalfOpen { since, asked, .. } if asked >= rules.probes => {
                // Probes that say nothing for that long are given up.
                match (since + rules.open()).checked_sub(now) {
                    Some(left) if !left.is_zero() => (self, Err(left)),
                    Some(_) | None => self.probe(now),
                }
            }
            State::HalfOpen {
                since,
                asked,
                answered,
                failed,
            } => {
                let state = State::HalfOpen {
                    since,
                    asked: asked + 1,
                    answered,
                    failed,
                };
                (Breaker { state, ..self }, Ok(Admitted(self.era)))
            }
        }
    }

    /// What became of a request that was let through.
    pub(crate) fn hear(
        self,
        admitted: Admitted,
        outcome: Outcome,
        now: Duration,
        rules: &Rules,
    ) -> Breaker {
        if admitted.0 != self.era {
            return self;
        }
        match self.state {
            State::Closed(window) => match window.with(outcome, rules) {
                window if window.is_bad(rules) => self.open(now, rules),
                window => Breaker {
                    state: State::Closed(window),
                    ..self
                },
            },
            State::Open { .. } => self,
            State::HalfOpen {
                since,
                asked,
                answered,
                failed,
            } => {
                let (asked, answered, failed) = match outcome {
                    Outcome::Answered => (asked, answered + 1, failed),
                    Outcome::Failed => (asked, answered, failed + 1),
                    Outcome::Unknown => (asked - 1, answered, failed),
                };
                if failed * 100 >= rules.failure_rate * rules.probes {
                    return self.open(now, rules);
                }
                if answered + failed == rules.probes {
                    return self.turn(State::Closed(Window::default()));
                }
                let state = State::HalfOpen {
                    since,
                    asked,
                    answered,
                    failed,
                };
                Breaker { state, ..self }
            }
        }
    }

    /// The first probe of a new half-open era.
    fn probe(self, now: Duration) -> (Breaker, Result<Admitted, Duration>) {
        let probing = self.turn(State::HalfOpen {
            since: now,
            asked: 1,
            answered: 0,
            failed: 0,
        });
        (probing, Ok(Admitted(probing.era)))
    }

    fn open(self, now: Duration, rules: &Rules) -> Breaker {
        self.turn(State::Open {
            until: now + rules.open(),
        })
    }

    fn turn(self, state: State) -> Breaker {
        Breaker {
            state,
            era: self.era.wrapping_add(1),
        }
    }
}

impl State {
    /// As the metric counts it.
    pub(crate) const fn number(self) -> u8 {
        match self {
            State::Closed(_) => 0,
            State::HalfOpen { .. } => 1,
            State::Open { .. } => 2,
        }
    }
}

impl Window {
    fn with(self, outcome: Outcome, rules: &Rules) -> Window {
        let failed = match outcome {
            Outcome::Answered => 0,
            Outcome::Failed => 1,
            Outcome::Unknown => return self,
        };
        let kept = u128::MAX >> (u128::BITS - rules.window);
        Window {
            failed: ((self.failed << 1) | failed) & kept,
            seen: (self.seen + 1).min(rules.window),
        }
    }

    fn is_bad(self, rules: &Rules) -> bool {
        let failed = self.failed.count_ones();
        self.seen >= rules.least && failed * 100 >= rules.failure_rate * self.seen
    }
}

#[cfg(test)]
mod tests;
