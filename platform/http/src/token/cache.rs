//! What was accepted, by digest, in two generations: when the young one is full it becomes the
//! old one, so that memory is bounded and whoever is still about stays. It keeps no tokens.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use super::verifier::Accepted;

pub(super) type Digest = [u8; 32];

/// Of one generation: some 800 KiB in all, and more callers than one process serves at a time.
const GENERATION: usize = 4_096;

#[derive(Default)]
pub(super) struct Cache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Digest, Accepted>,
    old: HashMap<Digest, Accepted>,
}

impl Cache {
    pub(super) fn get(&self, name: &Digest) -> Option<Accepted> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(accepted) = generations.young.get(name) {
            return Some(*accepted);
        }
        let accepted = generations.old.remove(name)?;
        generations.put(*name, accepted);
        Some(accepted)
    }

    pub(super) fn put(&self, name: Digest, accepted: Accepted) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .put(name, accepted);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let generations = self.0.lock().unwrap();
        generations.young.len() + generations.old.len()
    }
}

impl Generations {
    fn put(&mut self, name: Digest, accepted: Accepted) {
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(name, accepted);
    }
}

#[cfg(test)]
mod tests;
