//! From memory or from the file: the same events in the same order.

use std::sync::Arc;
use std::time::Duration;

use contracts::time::Timestamp;
use event_log::{Start, Tail};
use futures::FutureExt;
use tokio::sync::Notify;

use crate::publisher::{Publisher, poll, tail};

#[test]
fn memory_and_file_give_the_same_events() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    publisher.publish(&topic, 101..=105);
    let mut from_memory = tail(&topic, 1, None);
    let restarted = publisher.topic();
    let mut from_file = tail(&restarted, 1, None);
    let (memory, file) = (
        from_memory.poll(9).expect("reads"),
        from_file.poll(9).expect("reads"),
    );
    assert_eq!(memory.len(), 5);
    for (memory, file) in memory.iter().zip(&file) {
        assert_eq!(memory.seq, file.seq);
        assert_eq!(
            memory.event.as_ref().expect("readable"),
            file.event.as_ref().expect("readable")
        );
    }
    assert_eq!(memory.len(), file.len());
}

#[test]
fn a_poll_goes_on_where_the_last_one_ended() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    publisher.publish(&topic, 1..=5);
    let mut tail = tail(&topic, 1, None);
    assert_eq!(poll(&mut tail, 2), [(1, Some(1)), (2, Some(2))]);
    assert_eq!((tail.next(), tail.behind()), (3, 3));
    assert_eq!(poll(&mut tail, 9).len(), 3);
    assert_eq!(poll(&mut tail, 9), []);
    assert_eq!(tail.behind(), 0);
    tail.seek(2);
    assert_eq!(poll(&mut tail, 1), [(2, Some(2))], "gone back");
}

#[test]
fn a_consumer_that_fell_behind_reads_the_file_and_then_memory() {
    let mut publisher = Publisher::new();
    let old = publisher.topic();
    publisher.publish(&old, 1..=3);
    let topic = publisher.topic();
    publisher.publish(&topic, 4..=6);
    let mut tail = tail(&topic, 1, None);
    let mut seen = Vec::new();
    loop {
        let polled = poll(&mut tail, 2);
        if polled.is_empty() {
            break;
        }
        seen.extend(polled.into_iter().filter_map(|(_, user)| user));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn what_was_committed_and_not_published_is_not_skipped() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    publisher.publish(&topic, [1]);
    publisher.commit([2]);
    publisher.publish(&topic, [3]);
    let mut tail = tail(&topic, 2, None);
    assert_eq!(poll(&mut tail, 9), [(2, Some(2)), (3, Some(3))]);
}

#[test]
fn a_row_that_cannot_be_read_comes_as_it_is() {
    let mut publisher = Publisher::new();
    publisher.commit([1]);
    publisher.commit_unreadable();
    publisher.commit([3]);
    let mut tail = tail(&publisher.topic(), 1, None);
    let polled = tail.poll(9).expect("reads");
    let raw = polled[1].event.as_ref().expect_err("unreadable");
    assert_eq!(
        (raw.row.id.seq(), raw.row.kind.as_str()),
        (2, "UserTeleported")
    );
    assert!(raw.why.contains("UserTeleported"), "{}", raw.why);
    assert_eq!(polled.len(), 3, "and does not stop the others");
}

#[test]
fn the_oldest_unread_event_is_known_from_memory_and_from_the_file() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    publisher.publish(&topic, [5, 6]);
    for topic in [topic, publisher.topic()] {
        let mut tail = tail(&topic, 1, None);
        let at = Timestamp::from_millis(1_795_305_600_005);
        assert_eq!(tail.oldest_unread().expect("reads"), Some(at));
        assert_eq!(poll(&mut tail, 9).len(), 2);
        assert_eq!(tail.oldest_unread().expect("reads"), None);
    }
}

#[tokio::test]
async fn a_published_event_wakes_every_consumer_and_none_is_missed() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    let wakes = [Arc::new(Notify::new()), Arc::new(Notify::new())];
    let start = Start {
        next: 1,
        last_id: None,
    };
    for (name, wake) in ["one", "two"].into_iter().zip(&wakes) {
        let opened = Tail::open(Arc::clone(&topic), name, &start, Arc::clone(wake));
        opened.expect("opens");
    }
    assert!(wakes[0].notified().now_or_never().is_none(), "nothing yet");
    // Published before anybody waits: the wake-up is kept.
    publisher.publish(&topic, [1]);
    for wake in &wakes {
        let woken = tokio::time::timeout(Duration::from_secs(10), wake.notified()).await;
        woken.expect("woken");
    }
    topic.published(&[]);
    assert!(wakes[0].notified().now_or_never().is_none(), "nothing new");
}

#[test]
fn what_the_slowest_consumer_needs_is_kept() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    publisher.publish(&topic, 1..=9);
    assert_eq!(topic.needed_from(), 10, "nobody reads");
    let start = Start {
        next: 1,
        last_id: None,
    };
    let open = |name: &str| {
        Tail::open(Arc::clone(&topic), name, &start, Arc::new(Notify::new())).expect("opens")
    };
    let (fast, slow) = (open("fast"), open("slow"));
    fast.committed(8);
    slow.committed(3);
    assert_eq!(topic.needed_from(), 3);
    drop(slow);
    assert_eq!(topic.needed_from(), 3, "it may come back");
    assert!(topic.has_consumer("slow") && !topic.has_consumer("other"));
}

#[test]
fn what_every_consumer_has_committed_leaves_the_memory() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    let start = Start {
        next: 1,
        last_id: None,
    };
    let open = |name: &str| {
        Tail::open(Arc::clone(&topic), name, &start, Arc::new(Notify::new())).expect("opens")
    };
    let (mut fast, mut slow) = (open("fast"), open("slow"));
    let events = publisher.commit(1..=4);
    topic.published(&events);
    let held = || events.iter().map(|(_, event)| Arc::strong_count(event) > 1);
    fast.committed(5);
    slow.committed(3);
    publisher.publish(&topic, [5]);
    assert_eq!(held().collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!(
        poll(&mut fast, 9).len(),
        5,
        "what it goes back to is in the file"
    );
    slow.seek(3);
    let in_memory = slow.poll(9).expect("reads");
    let same = in_memory[0].event.as_ref().expect("readable");
    assert!(
        Arc::ptr_eq(same, &events[2].1),
        "the slow one's is in memory still"
    );
}
