//! A loop that is killed at a fault point and opened again for the handles it had, as a host does.

use runtime::{FaultPoint, Loop, Stopped, Unanswered};
use shuttle::future::block_on;
use shuttle::rand::Rng;
use shuttle::thread::{self, JoinHandle};

use crate::explore::explore;
use crate::services::{CHARGED, Till};
use crate::stage::Stage;

/// Runs a loop, and again when it was killed, as often as it can be opened.
fn host(till: &Stage<Till>, mut running: Loop<Till>, opens: bool) -> JoinHandle<Stopped> {
    let till = till.clone();
    thread::spawn(move || {
        loop {
            match block_on(running.run()) {
                Stopped::Fault(_) if opens => running = till.reopen(),
                killed @ Stopped::Fault(_) => {
                    till.handle.close();
                    return killed;
                }
                stopped => return stopped,
            }
        }
    })
}

fn any_point() -> FaultPoint {
    let point = shuttle::rand::thread_rng().gen_range(0..FaultPoint::ALL.len());
    FaultPoint::ALL[point]
}

/// A sender's key, and what its two commands were answered.
type Answered = (i64, [Result<i64, Unanswered>; 2]);

/// Two senders of two commands each while the loop is killed somewhere. Gives what was answered.
fn sent_while_killed(opens: bool) -> (Stage<Till>, Vec<Answered>) {
    let (till, running) = Stage::<Till>::open(vec![]);
    let host = host(&till, running, opens);
    let senders = [1, 2].map(|key| {
        let till = till.clone();
        thread::spawn(move || (key, [(); 2].map(|()| till.add(key))))
    });
    till.handle.fail_at(any_point());
    let replies = senders.map(|sender| sender.join().expect("answered"));
    till.handle.stop();
    let stopped = host.join().expect("it does not panic");
    let killed = matches!(stopped, Stopped::Fault(_)) && !opens;
    assert!(killed || matches!(stopped, Stopped::Asked), "{stopped}");
    (till, replies.to_vec())
}

/// Whoever was told a count has it; whoever was told that the outcome is not known has it or not;
/// whoever was refused has not.
fn check(till: &Stage<Till>, replies: &[Answered]) {
    for (key, replies) in replies {
        let count = |of: fn(&Result<i64, Unanswered>) -> bool| {
            i64::try_from(replies.iter().filter(|reply| of(reply)).count()).expect("two")
        };
        let decided = count(|reply| reply.is_ok());
        let lost = count(|reply| *reply == Err(Unanswered::Lost));
        let stands = till.disk.count(*key);
        assert!((decided..=decided + lost).contains(&stands), "{replies:?}");
    }
}

#[test]
fn a_killed_loop_tells_whom_it_lost_and_serves_the_others() {
    explore("killed and opened again", || {
        let (till, replies) = sent_while_killed(true);
        check(&till, &replies);
        for reply in replies.iter().flat_map(|(_, replies)| replies) {
            assert!(matches!(reply, Ok(_) | Err(Unanswered::Lost)), "{reply:?}");
        }
        assert_eq!(till.topic.end(), till.disk.next_seq::<Till>());
    });
}

/// Whoever waits for an event, or for a change, is sent to look at the rows: the loop may have been
/// killed between its commit and its word.
#[test]
fn what_a_killed_loop_kept_to_itself_is_looked_for() {
    explore("waiting while killed", || {
        let (till, running) = Stage::<Till>::open(vec![]);
        let host = host(&till, running, true);
        let (waits, watches) = (till.clone(), till.clone());
        let waits = thread::spawn(move || {
            loop {
                let mut said = waits.handle.next_said(1, CHARGED);
                if waits.disk.count(1) > 0 || block_on(said.event()).is_some() {
                    return waits.disk.count(1) > 0;
                }
            }
        });
        let watches = thread::spawn(move || {
            let mut watch = watches.handle.watch(1);
            while watches.disk.count(1) == 0 {
                block_on(watch.changed());
            }
        });
        till.handle.fail_at(any_point());
        while till.add(1).is_err() {}
        assert!(waits.join().expect("told"), "told before the commit");
        watches.join().expect("woken");
        till.handle.stop();
        let stopped = host.join().expect("it does not panic");
        assert!(matches!(stopped, Stopped::Asked), "{stopped}");
        assert_eq!(till.handle.held(), 0);
    });
}

#[test]
fn nobody_waits_for_a_loop_that_cannot_be_opened_again() {
    explore("killed and gone", || {
        let (till, replies) = sent_while_killed(false);
        check(&till, &replies);
        assert_eq!(till.add(1), Err(Unanswered::Stopping));
    });
}
