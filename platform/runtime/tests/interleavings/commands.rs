//! Commands and their replies, while the loop is asked to stop.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::FutureExt;
use futures::future::join;
use runtime::Unanswered;
use shuttle::future::block_on;
use shuttle::rand::Rng;
use shuttle::thread;

use crate::explore::explore;
use crate::services::{Add, Follower, Input, ONCE, Till};
use crate::stage::Stage;

/// Each is decided and on disk before the answer, or refused and never decided; the loop ends with
/// senders still sending.
#[test]
fn a_command_is_answered_once_and_not_before_its_commit() {
    explore("senders and a stop", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let senders = [1, 2].map(|key| {
            let till = till.clone();
            thread::spawn(move || [(); 2].map(|()| till.add(key)))
        });
        till.stop(running);
        for (key, sender) in [1, 2].into_iter().zip(senders) {
            let replies = sender.join().expect("answered");
            let mut decided = 0;
            for reply in replies {
                match reply {
                    Ok(count) => {
                        decided += 1;
                        assert_eq!(count, decided);
                    }
                    Err(refused) => assert_eq!(refused, Unanswered::Stopping),
                }
            }
            assert_eq!(till.disk.count(key), decided);
        }
        assert_eq!(till.topic.end(), till.disk.next_seq::<Till>());
        assert_eq!(till.add(1), Err(Unanswered::Stopping));
        assert_eq!(till.handle.held(), 0);
    });
}

/// Where one stop comes after the one command and before the other, nothing is left to chance.
#[test]
fn what_was_queued_before_a_stop_is_decided_and_nothing_after_it() {
    explore("a stop between two commands", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let mut queued = pin!(till.sends(Add { key: 1 }));
        let early = queued.as_mut().now_or_never();
        till.handle.stop();
        assert_eq!(till.add(2), Err(Unanswered::Stopping));
        assert_eq!(early.unwrap_or_else(|| block_on(queued)), Ok(1));
        till.stop(running);
    });
}

/// Their batch is rolled back, perhaps more than once, and they come again as they came.
#[test]
fn commands_keep_their_order_in_a_busy_store() {
    explore("senders and a busy store", || {
        let (till, running) = Stage::<Till>::open(vec![]);
        till.disk
            .be_busy(shuttle::rand::thread_rng().gen_range(0..=2));
        let running = till.start(running);
        let other = till.clone();
        let other = thread::spawn(move || [(); 2].map(|()| other.add(2)));
        let both = join(till.sends(Add { key: 1 }), till.sends(Add { key: 1 }));
        assert_eq!(block_on(both), (Ok(1), Ok(2)));
        assert_eq!(other.join().expect("answered"), [Ok(1), Ok(2)]);
        till.stop(running);
    });
}

#[test]
fn whoever_waits_for_a_store_that_stays_busy_is_told() {
    explore("a store that stays busy", || {
        let (till, running) = Stage::<Till>::open(vec![]);
        till.disk.be_busy(u32::MAX);
        let running = till.start(running);
        let other = till.clone();
        let other = thread::spawn(move || other.add(2));
        assert_eq!(till.add(1), Err(Unanswered::Full));
        assert_eq!(other.join().expect("answered"), Err(Unanswered::Full));
        till.stop(running);
    });
}

/// Nor is its own caller left without an answer.
#[test]
fn a_command_that_breaks_its_batch_takes_no_other_with_it() {
    explore("a command that breaks", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let other = till.clone();
        let other = thread::spawn(move || [(); 2].map(|()| other.add(1)));
        let replies = [(); 2].map(|()| till.add(ONCE));
        assert_eq!(replies, [Ok(1), Err(Unanswered::Broken)]);
        assert_eq!(other.join().expect("answered"), [Ok(1), Ok(2)]);
        till.stop(running);
    });
}

#[test]
fn one_command_of_a_key_is_under_way_at_a_time() {
    explore("the same idempotency key twice", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let other = till.clone();
        let other = thread::spawn(move || other.add_keyed("scope", 1));
        let replies = [till.add_keyed("scope", 1), other.join().expect("answered")];
        let decided = replies.iter().flatten().count();
        let refused = |reply: &&Result<i64, _>| **reply == Err(Unanswered::InFlight);
        assert!(decided >= 1);
        assert_eq!(decided + replies.iter().filter(refused).count(), 2);
        assert_eq!(till.add_keyed("scope", 1), Ok(decided as i64 + 1));
        till.stop(running);
        assert_eq!(till.handle.held(), 0);
        let status = till.handle.status();
        let [inputs, batches] = [&status.inputs, &status.batches];
        let [inputs, batches] = [inputs, batches].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(inputs, batches, "two in one batch were under way at once");
    });
}

/// Its events are of this very moment.
#[test]
fn a_loop_that_keeps_up_is_not_called_behind() {
    explore("a command beside events", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let sender = till.clone();
        let sender = thread::spawn(move || {
            assert_eq!([(); 2].map(|()| sender.add(1)), [Ok(1), Ok(2)]);
        });
        for _ in 0..2 {
            let heard = follower.send(Input::Count { key: 1 });
            assert!(heard.expect("not behind") <= 2);
        }
        sender.join().expect("answered");
        till.stop(tills);
        follower.stop(follows);
    });
}
