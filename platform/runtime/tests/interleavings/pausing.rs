//! A loop that is asked to stand still, as a backup does.

use runtime::Unanswered;
use shuttle::future::block_on;
use shuttle::thread;

use crate::explore::explore;
use crate::services::{Till, View};
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
        let (view, running) = Stage::<View>::run(vec![]);
        let other = view.clone();
        let other = thread::spawn(move || drop(block_on(other.handle.pause()).expect("it runs")));
        drop(block_on(view.handle.pause()).expect("it runs"));
        other.join().expect("it stood");
        view.stop(running);
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
