//! Named locks within the process, as the report's distributed lock around an order: whoever
//! comes second under one name waits. Carts {1,2} and {1,3} have different names and do not
//! exclude each other; that is the report's, and the row lock behind it is what keeps stock right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

#[derive(Default)]
pub(crate) struct Locks {
    names: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
}

/// A lock that is held until this is dropped.
pub(crate) struct Held<'l> {
    locks: &'l Locks,
    name: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Locks {
    pub async fn hold(&self, name: String) -> Held<'_> {
        let lock = Arc::clone(self.names().entry(name.clone()).or_default());
        let guard = Some(lock.lock_owned().await);
        Held {
            locks: self,
            name,
            guard,
        }
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Arc<AsyncMutex<()>>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.guard.take();
        let mut names = self.locks.names();
        // Clones are made under the map's lock only: one left means that nobody waits.
        if names
            .get(&self.name)
            .is_some_and(|lock| Arc::strong_count(lock) == 1)
        {
            names.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_name_is_held_by_one_and_forgotten_with_the_last() {
        let locks = Locks::default();
        let first = locks.hold("1,2".to_owned()).await;
        let other = locks.hold("1,3".to_owned()).await;
        let second = tokio::time::timeout(Duration::from_millis(5), locks.hold("1,2".to_owned()));
        assert!(second.await.is_err(), "the first one holds it");
        drop(first);
        let third = locks.hold("1,2".to_owned()).await;
        assert_eq!(locks.names().len(), 2);
        drop((other, third));
        assert_eq!(locks.names().len(), 0);
    }
}
