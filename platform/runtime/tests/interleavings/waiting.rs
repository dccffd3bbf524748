//! Waiting for what a loop does to a key: nothing is missed, and nothing is left behind.

use shuttle::future::block_on;
use shuttle::thread;

use crate::explore::explore;
use crate::services::{CHARGED, Till};
use crate::stage::Stage;

/// Waits for the next event from before it sends, as `POST /orders` does.
fn send_and_wait(till: &Stage<Till>, key: i64) {
    let mut said = till.handle.next_said(key, CHARGED);
    let count = till.add(key).expect("decided");
    let event = block_on(said.event()).expect("nobody was killed");
    assert_eq!(event.key(), key);
    assert!(event.sequence <= count, "its own, or one before");
    let said = till.disk.said(key, event.sequence);
    assert!(said.is_some(), "told before its commit");
}

#[test]
fn an_event_said_between_look_and_wait_is_not_missed() {
    explore("next said", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let waits = [1, 1].map(|key| {
            let till = till.clone();
            thread::spawn(move || send_and_wait(&till, key))
        });
        // One that goes away, perhaps while it is told.
        drop(till.handle.next_said(1, CHARGED));
        for wait in waits {
            wait.join().expect("told");
        }
        till.stop(running);
        assert_eq!(till.handle.held(), 0, "a waiter left something behind");
    });
}

#[test]
fn a_batch_between_look_and_wait_is_not_missed() {
    explore("two watches of a key", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let watches = [(); 2].map(|()| {
            let till = till.clone();
            thread::spawn(move || {
                let mut watch = till.handle.watch(1);
                while till.disk.count(1) == 0 {
                    block_on(watch.changed());
                }
            })
        });
        // One that goes away while the others come.
        drop(till.handle.watch(1));
        assert_eq!(till.add(1), Ok(1));
        for watch in watches {
            watch.join().expect("woken");
        }
        till.stop(running);
        assert_eq!(till.handle.held(), 0, "a watch left something behind");
    });
}
