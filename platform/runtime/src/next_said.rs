//! Waiting for what a loop says next of one key: the caller gets the event itself and need not
//! read the rows behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use contracts::envelope::Event;
use contracts::saga::Kinds;
use sync::atomic::{AtomicUsize, Ordering};
use sync::{Mutex, MutexGuard, oneshot};

/// Everybody who waits, by key.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    callers: Mutex<Callers>,
    /// Most batches say nothing that anybody waits for.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Callers {
    by_key: BTreeMap<i64, Vec<Caller>>,
    last: u64,
}

#[derive(Debug)]
struct Caller {
    number: u64,
    kinds: Kinds,
    told: oneshot::Sender<Arc<Event>>,
}

/// The next event of some kinds that a loop says of a key, from when this was made.
#[derive(Debug)]
pub struct NextSaid {
    waiting: Arc<Waiting>,
    key: i64,
    number: u64,
    told: oneshot::Receiver<Arc<Event>>,
}

impl NextSaid {
    /// The event, once its batch is committed. None when the loop was killed and opened again: it
    /// may have kept an event to itself, so that whoever waits begins anew and looks at the rows.
    pub async fn event(&mut self) -> Option<Arc<Event>> {
        (&mut self.told).await.ok()
    }
}

impl Drop for NextSaid {
    fn drop(&mut self) {
        let mut callers = self.waiting.lock();
        if let Some(of_key) = callers.by_key.get_mut(&self.key) {
            of_key.retain(|caller| caller.number != self.number);
            if of_key.is_empty() {
                callers.by_key.remove(&self.key);
            }
        }
        self.waiting.note(&callers);
    }
}

impl Waiting {
    pub fn wait(waiting: &Arc<Self>, key: i64, kinds: Kinds) -> NextSaid {
        let (told, receiver) = oneshot::channel();
        let mut callers = waiting.lock();
        callers.last += 1;
        let number = callers.last;
        callers.by_key.entry(key).or_default().push(Caller {
            number,
            kinds,
            told,
        });
        waiting.note(&callers);
        NextSaid {
            waiting: Arc::clone(waiting),
            key,
            number,
            told: receiver,
        }
    }

    /// Sends everybody to look at the rows.
    pub fn look_again(&self) {
        let mut callers = self.lock();
        callers.by_key.clear();
        self.note(&callers);
    }

    /// Hands committed events to those who wait for them.
    pub fn tell(&self, said: &[(i64, Arc<Event>)]) {
        if said.is_empty() || self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut callers = self.lock();
        for (_, event) in said {
            let Some(of_key) = callers.by_key.get_mut(&event.key()) else {
                continue;
            };
            let wanted = of_key.extract_if(.., |caller| caller.kinds.contains(event.kind()));
            for caller in wanted {
                // One that went away needs no answer.
                let _gone = caller.told.send(Arc::clone(event));
            }
        }
    }

    #[cfg(feature = "shuttle")]
    pub fn held(&self) -> usize {
        self.lock().by_key.len()
    }

    fn note(&self, callers: &Callers) {
        self.count.store(callers.by_key.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
