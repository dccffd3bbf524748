//! A key that a loop has set aside, and what becomes of it when somebody asks.

use std::sync::Arc;

use contracts::envelope::Actor;
use runtime::{Discard, FaultPoint, ParkedKey, Redrive, Stopped, Unanswered};
use shuttle::future::block_on;
use shuttle::thread::{self, JoinHandle};

use crate::explore::explore;
use crate::relay::until_heard;
use crate::services::{Follower, Input, STRANGER, Till};
use crate::stage::Stage;

/// A till and its follower, which has set two events of a stranger aside, and knows it by now: so
/// only who asks for them has them heard.
struct SetAside {
    till: Stage<Till>,
    follower: Stage<Follower>,
    tills: JoinHandle<Stopped>,
    follows: JoinHandle<Stopped>,
}

impl SetAside {
    fn run() -> Self {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let mut watch = follower.handle.watch(STRANGER);
        assert_eq!(till.add(STRANGER), Ok(1));
        while follower.disk.parked() == 0 {
            block_on(watch.changed());
        }
        // Nobody is woken for one behind it; after a whole turn it is there.
        assert_eq!(till.add(STRANGER), Ok(2));
        for _ in 0..2 {
            assert_eq!(follower.send(Input::Meet { key: STRANGER }), Ok(0));
        }
        Self {
            till,
            follower,
            tills,
            follows,
        }
    }

    fn key(&self) -> ParkedKey {
        ParkedKey {
            topic: self.till.topic.name().to_owned(),
            part: 0,
            key: STRANGER,
        }
    }

    fn stop(self) {
        self.till.stop(self.tills);
        self.follower.stop(self.follows);
    }
}

fn redrive(follower: &Stage<Follower>, key: ParkedKey) -> Result<(), Unanswered> {
    block_on(follower.handle.redrive(Redrive { key }))
}

/// Gives the first event up.
fn discard(follower: &Stage<Follower>, key: ParkedKey) -> Result<(), Unanswered> {
    block_on(follower.handle.discard(Discard {
        key,
        no: 1,
        by: Actor::System,
        reason: "nobody needs it".to_owned(),
    }))
}

/// How many events were heard of the key, and how many are set aside.
fn stands(follower: &Stage<Follower>) -> (i64, usize) {
    (follower.disk.count(STRANGER), follower.disk.parked())
}

#[test]
fn a_key_is_taken_up_again_without_a_timer() {
    explore("a redrive", || {
        let stage = SetAside::run();
        assert_eq!(redrive(&stage.follower, stage.key()), Ok(()));
        assert_eq!(stands(&stage.follower), (2, 0));
        stage.stop();
    });
}

#[test]
fn a_key_flows_again_once_its_first_event_is_given_up() {
    explore("a discard", || {
        let stage = SetAside::run();
        assert_eq!(discard(&stage.follower, stage.key()), Ok(()));
        assert_eq!(stands(&stage.follower), (1, 0));
        assert_eq!(stage.till.add(STRANGER), Ok(3));
        until_heard(&stage.follower, STRANGER, 2);
        stage.stop();
    });
}

/// Whoever asks a loop that ends learns whether it was done; `done` is what stands then.
fn asked_as_it_ends(
    asks: fn(&Stage<Follower>, ParkedKey) -> Result<(), Unanswered>,
    done: (i64, usize),
) {
    let stage = SetAside::run();
    let (follower, key) = (stage.follower.clone(), stage.key());
    let asker = follower.clone();
    let asker = thread::spawn(move || asks(&asker, key));
    stage.stop();
    match asker.join().expect("told") {
        Ok(()) => assert_eq!(stands(&follower), done),
        Err(refused) => {
            assert_eq!(refused, Unanswered::Stopping);
            assert_eq!(stands(&follower), (0, 2), "done, and refused");
        }
    }
}

#[test]
fn a_loop_that_ends_takes_a_key_up_or_refuses() {
    explore("a redrive and a stop", || asked_as_it_ends(redrive, (2, 0)));
}

#[test]
fn a_loop_that_ends_gives_an_event_up_or_refuses() {
    explore("a discard and a stop", || asked_as_it_ends(discard, (1, 0)));
}

/// Whoever asked knows as little as the sender of a command would, and the next one is refused.
#[test]
fn a_loop_that_is_killed_over_a_key_leaves_nobody_waiting() {
    explore("a redrive and a kill", || {
        let stage = SetAside::run();
        let (follower, key) = (stage.follower.clone(), stage.key());
        follower.handle.fail_at(FaultPoint::BeforeCommit);
        let (asker, asked) = (follower.clone(), key.clone());
        let asker = thread::spawn(move || redrive(&asker, asked));
        let killed = stage.follows.join().expect("it does not panic");
        assert!(matches!(killed, Stopped::Fault(_)), "{killed}");
        follower.handle.close();
        assert_eq!(asker.join().expect("told"), Err(Unanswered::Lost));
        assert_eq!(redrive(&follower, key), Err(Unanswered::Stopping));
        assert_eq!(stands(&follower), (0, 2));
        stage.till.stop(stage.tills);
    });
}
