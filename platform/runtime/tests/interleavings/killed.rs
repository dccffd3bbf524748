//! A loop that is killed at a fault point and opened again for the handles it had, as a host does.

use std::sync::Arc;

use event_log::{Start, Tail};
use runtime::{FaultPoint, Loop, Stopped, Unanswered};
use shuttle::future::block_on;
use shuttle::rand::Rng;
use shuttle::thread::{self, JoinHandle};
use sync::Notify;

use crate::explore::explore;
use crate::relay::until_heard;
use crate::services::{CHARGED, Follower, Till};
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
        let (waits, watches) = ([till.clone(), till.clone()], till.clone());
        let waits = waits.map(|till| {
            thread::spawn(move || {
                loop {
                    let mut said = till.handle.next_said(1, CHARGED);
                    if till.disk.count(1) > 0 || block_on(said.event()).is_some() {
                        return till.disk.count(1) > 0;
                    }
                }
            })
        });
        let watches = thread::spawn(move || {
            let mut watch = watches.handle.watch(1);
            while watches.disk.count(1) == 0 {
                block_on(watch.changed());
            }
        });
        till.handle.fail_at(any_point());
        // Once more only if it is not there: a second batch would tell what the first one did not.
        while till.disk.count(1) == 0 {
            let _lost = till.add(1);
        }
        for wait in waits {
            assert!(wait.join().expect("told"), "told before the commit");
        }
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

/// Until it is opened again it counts as unread, and it is read but once from there on.
#[test]
fn a_killed_follower_hears_what_it_had_not_committed() {
    explore("a follower killed and opened again", || {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::open(vec![Arc::clone(&till.topic)]);
        follower.handle.fail_at(FaultPoint::BeforeCommit);
        let killed = follower.start(follows);
        let sender = till.clone();
        let sender = thread::spawn(move || {
            assert_eq!([(); 2].map(|()| sender.add(1)), [Ok(1), Ok(2)]);
        });
        let killed = killed.join().expect("it does not panic");
        assert!(matches!(killed, Stopped::Fault(_)), "{killed}");
        assert!(follower.handle.lag().messages > 0, "it had read nothing");
        let follows = follower.start(follower.reopen());
        until_heard(&follower, 1, 2);
        sender.join().expect("answered");
        till.stop(tills);
        follower.stop(follows);
        assert_eq!(follower.disk.count(1), 2, "each once");
    });
}

/// Nobody said that there is something: whoever follows is woken all the same. It has to read that
/// from the file, and there is none here, so that a place in the topic stands for its loop.
#[test]
fn what_a_killed_publisher_kept_to_itself_wakes_who_follow_it() {
    explore("a publisher killed and opened again", || {
        let (till, running) = Stage::<Till>::open(vec![]);
        let wake = Arc::new(Notify::new());
        let start = Start {
            next: 1,
            last_id: None,
        };
        let asleep = Tail::open(Arc::clone(&till.topic), "asleep", &start, Arc::clone(&wake));
        let asleep = asleep.expect("opens");
        till.handle.fail_at(FaultPoint::AfterCommit);
        let host = host(&till, running, true);
        let sender = till.clone();
        let sender = thread::spawn(move || sender.add(1));
        while asleep.behind() == 0 {
            block_on(wake.notified());
        }
        assert_eq!(sender.join().expect("told"), Err(Unanswered::Lost));
        till.handle.stop();
        let stopped = host.join().expect("it does not panic");
        assert!(matches!(stopped, Stopped::Asked), "{stopped}");
    });
}
