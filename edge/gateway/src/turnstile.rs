//! Who is let through to one service: its breaker, and how many requests may be under way and
//! wait. Both end in a 503 that says when to come back.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contracts::problem::Problem;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::breaker::{Admitted, Breaker, Outcome, State};
use crate::settings::{self, Settings};

/// The way to one service.
pub(crate) struct Turnstile {
    pub(crate) service: Box<str>,
    rules: settings::Breaker,
    since: Instant,
    breaker: Mutex<Breaker>,
    turns: Semaphore,
    most_under_way: u32,
    waiting: AtomicU32,
    most_waiting: u32,
    wait: Duration,
    /// Refused, and why.
    pub(crate) broken: AtomicU64,
    pub(crate) full: AtomicU64,
}

/// Held while a request is under way; whoever drops it without a word had no outcome.
pub(crate) struct Turn<'t> {
    turnstile: &'t Turnstile,
    admitted: Admitted,
    outcome: Outcome,
    _permit: Option<SemaphorePermit<'t>>,
}

/// Why a request does not get to its service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Broken { retry_after: Duration },
    Full,
}

/// A queue moves on within a second, or the service is too slow for those who wait.
const RETRY_FULL_SECONDS: u32 = 1;

impl Turnstile {
    pub(crate) fn new(service: &str, settings: &Settings) -> Turnstile {
        let limits = &settings.limits;
        let own = settings.services.get(service);
        let under_way = own.and_then(|own| own.under_way);
        let most_under_way = under_way.unwrap_or(limits.under_way);
        let waiting = own.and_then(|own| own.waiting);
        Turnstile {
            service: service.into(),
            rules: settings.breaker,
            since: Instant::now(),
            breaker: Mutex::new(Breaker::new()),
            turns: Semaphore::new(most_under_way as usize),
            most_under_way,
            waiting: AtomicU32::new(0),
            most_waiting: waiting.unwrap_or(limits.waiting),
            wait: limits.wait(),
            broken: AtomicU64::new(0),
            full: AtomicU64::new(0),
        }
    }

    /// Lets a request through, after a wait if need be.
    pub(crate) async fn enter(&self) -> Result<Turn<'_>, Refused> {
        let admitted = self.change(|breaker, now| breaker.admit(now, &self.rules));
        let admitted = admitted.map_err(|retry_after| {
            self.broken.fetch_add(1, Ordering::Relaxed);
            Refused::Broken { retry_after }
        })?;
        let mut turn = Turn {
            turnstile: self,
            admitted,
            outcome: Outcome::Unknown,
            _permit: None,
        };
        turn._permit = self.permit().await;
        if turn._permit.is_none() {
            self.full.fetch_add(1, Ordering::Relaxed);
            return Err(Refused::Full);
        }
        Ok(turn)
    }

    pub(crate) fn state(&self) -> State {
        self.breaker().state
    }

    pub(crate) fn under_way(&self) -> usize {
        self.most_under_way as usize - self.turns.available_permits()
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(permit) = self.turns.try_acquire() {
            return Some(permit);
        }
        let _waiter = Waiter::among(&self.waiting, self.most_waiting)?;
        let waited = tokio::time::timeout(self.wait, self.turns.acquire()).await;
        // Nobody closes the semaphore.
        waited.ok()?.ok()
    }

    /// Steps the breaker, and says so in the log when its state is another one.
    fn change<T>(&self, step: impl FnOnce(Breaker, Duration) -> (Breaker, T)) -> T {
        let now = self.since.elapsed();
        let mut breaker = self.breaker();
        let before = breaker.state.number();
        let (next, result) = step(*breaker, now);
        *breaker = next;
        drop(breaker);
        if next.state.number() != before {
            let (service, state) = (&*self.service, next.state);
            tracing::warn!(service, ?state, "a breaker changed its state");
        }
        result
    }

    /// The state is one value, whole at any moment.
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    pub(crate) fn tell(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let (admitted, outcome) = (self.admitted, self.outcome);
        let rules = &self.turnstile.rules;
        self.turnstile
            .change(|breaker, now| (breaker.hear(admitted, outcome, now, rules), ()));
    }
}

impl Refused {
    pub(crate) fn problem(self, service: &str) -> Problem {
        match self {
            Refused::Broken { retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1_000);
                let seconds = u32::try_from(seconds).unwrap_or(u32::MAX).max(1);
                Problem::unavailable(seconds).detail(
                    format!("{service} 서비스가 답하지 않아 잠시 쉬게 하고 있어요"),
                    format!("{service} did not answer lately and is left alone for a while"),
                )
            }
            Refused::Full => Problem::unavailable(RETRY_FULL_SECONDS).detail(
                format!("{service} 서비스를 기다리는 요청이 너무 많아요"),
                format!("too many requests wait for {service}"),
            ),
        }
    }
}

/// One of those who wait; leaves when dropped.
struct Waiter<'w>(&'w AtomicU32);

impl<'w> Waiter<'w> {
    fn among(waiting: &'w AtomicU32, most: u32) -> Option<Waiter<'w>> {
        let waiter = Waiter(waiting);
        // Counted first, so that two who come at once do not both take the last place.
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(waiter)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
