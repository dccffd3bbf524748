//! From the commit of one service to the loop of the next.

use std::sync::Arc;

use contracts::envelope::Event;
use shuttle::future::block_on;
use shuttle::rand::Rng;
use shuttle::thread;

use crate::explore::explore;
use crate::services::{CHARGED, Follower, Following, Second, Till};
use crate::stage::Stage;

/// Looks, and waits while it is not so. Nothing but the wake-up ends the wait.
pub fn until_heard<const IS_VIEW: bool, const IS_SECOND: bool>(
    follower: &Stage<Following<IS_VIEW, IS_SECOND>>,
    key: i64,
    count: i64,
) {
    let mut watch = follower.handle.watch(key);
    while follower.disk.count(key) < count {
        block_on(watch.changed());
    }
}

#[test]
fn an_event_is_heard_without_a_timer_and_not_before_its_commit() {
    explore("a follower asleep", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let committed = till.disk.clone();
        follower.handle.observe(Box::new(move |event: &Event| {
            let said = committed.said(event.key(), event.sequence);
            assert!(said.is_some(), "heard before its commit");
        }));
        let sender = till.clone();
        let sender = thread::spawn(move || {
            assert_eq!([(); 2].map(|()| sender.add(1)), [Ok(1), Ok(2)]);
        });
        until_heard(&follower, 1, 2);
        sender.join().expect("answered");
        till.stop(tills);
        follower.stop(follows);
        assert_eq!(follower.disk.count(1), 2, "each once");
        assert_eq!(follower.handle.held(), 0);
    });
}

/// None is left asleep, and none loses what another has read already.
#[test]
fn all_who_follow_a_topic_hear_all_of_it() {
    explore("two followers asleep", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (first, firsts) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let (second, seconds) = Stage::<Second>::run(vec![Arc::clone(&till.topic)]);
        let sender = till.clone();
        let sender = thread::spawn(move || {
            assert_eq!([(); 2].map(|()| sender.add(1)), [Ok(1), Ok(2)]);
        });
        until_heard(&first, 1, 2);
        until_heard(&second, 1, 2);
        sender.join().expect("answered");
        till.stop(tills);
        first.stop(firsts);
        second.stop(seconds);
    });
}

/// Also where the store is busy when it comes to that, and so long that a command would be refused.
#[test]
fn an_event_handed_over_once_more_is_heard_without_a_timer() {
    explore("once more", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        follower
            .disk
            .be_busy(shuttle::rand::thread_rng().gen_range(0..=10));
        let mut said = till.handle.next_said(1, CHARGED);
        let other = follower.clone();
        let waits = thread::spawn(move || until_heard(&other, 1, 2));
        assert_eq!(till.add(1), Ok(1));
        let event = block_on(said.event()).expect("nobody was killed");
        assert_eq!(block_on(follower.handle.hear_again(event)), Ok(()));
        assert!(follower.disk.count(1) > 0, "answered before its commit");
        waits.join().expect("heard twice");
        till.stop(tills);
        follower.stop(follows);
    });
}

/// The loop ends before it comes to it, or has heard it: either way it says so.
#[test]
fn an_event_handed_over_to_a_loop_that_ends_is_heard_or_refused() {
    explore("once more and a stop", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let mut said = till.handle.next_said(1, CHARGED);
        assert_eq!(till.add(1), Ok(1));
        let event = block_on(said.event()).expect("nobody was killed");
        until_heard(&follower, 1, 1);
        let other = follower.clone();
        let again = thread::spawn(move || block_on(other.handle.hear_again(event)));
        follower.stop(follows);
        till.stop(tills);
        let told = again.join().expect("told");
        let heard = follower.disk.count(1) - 1;
        assert_eq!(heard, i64::from(told.is_ok()), "{told:?}");
    });
}

/// A stop that comes at any moment ends both, and what was heard is written.
#[test]
fn both_end_whenever_they_are_asked_to() {
    explore("a stop of both", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let sender = till.clone();
        let sender = thread::spawn(move || sender.add(1));
        follower.stop(follows);
        till.stop(tills);
        let told = sender.join().expect("answered");
        let heard = follower.disk.count(1);
        assert!(heard <= i64::from(told.is_ok()), "{heard} of {told:?}");
    });
}
