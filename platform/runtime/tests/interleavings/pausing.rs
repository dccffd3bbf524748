//! A loop that is asked to stand still, as a backup does.

use std::sync::Arc;

use runtime::Unanswered;
use shuttle::future::block_on;
use shuttle::thread;

use crate::explore::explore;
use crate::services::{Input, Till, View};
use crate::stage::Stage;

#[test]
fn nothing_is_committed_while_a_loop_stands() {
    explore("a pause beside a sender", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let sender = till.clone();
        let sender = thread::spawn(move || [(); 2].map(|()| sender.add(1)));
        let paused = block_on(till.handle.pause()).expect("it runs");
        let stands = till.disk.next_seq::<Till>();
        assert_eq!(till.topic.end(), stands, "committed and not published");
        for _ in 0..3 {
            thread::yield_now();
            assert_eq!(till.disk.next_seq::<Till>(), stands);
        }
        drop(paused);
        assert_eq!(sender.join().expect("answered"), [Ok(1), Ok(2)]);
        till.stop(running);
    });
}

/// Also while it waits for events to come together.
#[test]
fn a_view_stands_still_when_it_is_asked_to() {
    explore("two pauses of a view", || {
        let (silent, _ends) = Stage::<Till>::open(vec![]);
        let (view, running) = Stage::<View>::run(vec![silent.topic]);
        let other = view.clone();
        let other = thread::spawn(move || drop(block_on(other.handle.pause()).expect("it runs")));
        drop(block_on(view.handle.pause()).expect("it runs"));
        other.join().expect("it stood");
        view.stop(running);
    });
}

/// As time stands, nothing else ends its wait for more events.
#[test]
fn a_view_answers_while_it_waits_for_more_events() {
    explore("a command to a view", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (view, running) = Stage::<View>::run(vec![Arc::clone(&till.topic)]);
        let sender = thread::spawn(move || {
            assert_eq!(till.add(1), Ok(1));
            till.stop(tills);
        });
        let heard = view.send(Input::Count { key: 1 });
        assert!(heard.expect("not behind") <= 1);
        sender.join().expect("answered");
        view.stop(running);
        assert_eq!(
            view.disk.count(1),
            1,
            "it ended before what it had let come together"
        );
    });
}

/// The loop stands, or has ended and says so.
#[test]
fn nobody_waits_for_a_loop_that_ended_to_stand_still() {
    explore("a pause and a stop", || {
        let (till, running) = Stage::<Till>::run(vec![]);
        let other = till.clone();
        let pause = thread::spawn(move || match block_on(other.handle.pause()) {
            Ok(paused) => drop(paused),
            Err(ended) => assert_eq!(ended, Unanswered::Stopping),
        });
        till.stop(running);
        pause.join().expect("told");
    });
}
