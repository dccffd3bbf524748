//! Instances that were taken over from while they ran. Each goes on with what it remembers: its
//! places and what it read ahead, its parked keys, its deadlines, its commands. The epoch must
//! stop whatever it tries to commit.

use contracts::time::Timestamp;

use super::{Memory, Node, Told, Turn};
use crate::planted::Plant;
use crate::topics::Topics;

/// A deposed instance may find its positions moved, go where they are and be refused then.
const LAST_TURNS: usize = 3;

impl<S: Plant> Node<S> {
    /// How many of them are not refused yet.
    pub fn deposed(&self) -> usize {
        self.deposed.len()
    }

    /// One of them has a turn of its own.
    pub fn deposed_turn(
        &mut self,
        which: usize,
        topics: &mut Topics,
        turn: &Turn,
        now: Timestamp,
    ) -> Told {
        let late = self.deposed.remove(which);
        let active = self.memory.replace(late);
        self.acts_deposed = true;
        let told = self.turn(topics, turn, now);
        self.acts_deposed = false;
        if let Some(late) = std::mem::replace(&mut self.memory, active) {
            self.deposed.insert(which, late);
        }
        told
    }

    /// Each has its last turns, with everything it could still do, and ends: a loop without work
    /// meets its epoch at the next tick.
    pub fn retire(&mut self, topics: &mut Topics, now: Timestamp) {
        while let Some(which) = self.deposed.len().checked_sub(1) {
            for _ in 0..LAST_TURNS {
                if self.deposed.len() > which {
                    self.deposed_turn(which, topics, &Turn::whole(), now);
                }
            }
            if self.deposed.len() > which {
                let late = self.deposed.remove(which);
                self.lose(late);
            }
        }
    }

    /// Whether clients reach one of them, where there is one.
    pub fn face_deposed(&mut self, is: bool) {
        self.faces_deposed = is;
    }

    /// Whom a client reaches.
    pub(super) fn front(&mut self) -> Option<&mut Memory<S>> {
        match self.deposed.last_mut() {
            Some(late) if self.faces_deposed => Some(late),
            Some(_) | None => self.memory.as_mut(),
        }
    }

    /// Whoever runs under this number dies.
    pub(super) fn end(&mut self, instance: usize) {
        let is = |memory: &Memory<S>| memory.instance == instance;
        if let Some(memory) = self.memory.take_if(|memory| is(memory)) {
            self.lose(memory);
        }
        while let Some(which) = self.deposed.iter().position(is) {
            let memory = self.deposed.remove(which);
            self.lose(memory);
        }
    }

    /// What an instance remembered is gone. Whoever waited for a reply learns nothing.
    pub(super) fn lose(&mut self, memory: Memory<S>) {
        let unknown = memory.commands.into_iter();
        self.answers
            .extend(unknown.map(|command| (command.ticket, None)));
    }
}
