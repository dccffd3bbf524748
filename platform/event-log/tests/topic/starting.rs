//! Where a consumer is taken up: the event before its place must be the one it read.

use crate::publisher::{Publisher, id, poll, tail};

#[test]
fn the_same_event_before_it_keeps_its_place() {
    let mut publisher = Publisher::new();
    publisher.commit(1..=5);
    let mut tail = tail(&publisher.topic(), 4, Some(id(3)));
    assert_eq!(tail.last_id(), Some(id(3).as_str()));
    assert_eq!(poll(&mut tail, 1), [(4, Some(4))]);
}

#[test]
fn an_event_found_at_another_place_is_sought() {
    let mut publisher = Publisher::new();
    // The same facts under other numbers: the log was made anew.
    publisher.commit([50, 51, 1, 2, 3, 4, 5]);
    let mut tail = tail(&publisher.topic(), 4, Some(id(3)));
    assert_eq!(tail.last_id(), Some(id(3).as_str()));
    assert_eq!(poll(&mut tail, 1), [(6, Some(4))]);
}

#[test]
fn when_the_event_is_gone_the_log_is_read_from_its_first_event() {
    let mut publisher = Publisher::new();
    publisher.commit(1..=9);
    publisher.forget_up_to(5);
    let mut tail = tail(&publisher.topic(), 4, Some(id(3)));
    assert_eq!(tail.last_id(), None, "the event it named is not before it");
    assert_eq!(poll(&mut tail, 1), [(6, Some(6))]);
}

#[test]
fn an_empty_log_takes_up_a_consumer_from_beyond_its_end() {
    let mut publisher = Publisher::new();
    let topic = publisher.topic();
    let mut tail = tail(&topic, 50, Some(id(49)));
    assert_eq!(tail.next(), 1);
    publisher.publish(&topic, [1]);
    assert_eq!(poll(&mut tail, 9), [(1, Some(1))]);
}

#[test]
fn an_unreadable_event_before_it_keeps_its_place_too() {
    let mut publisher = Publisher::new();
    publisher.commit([1]);
    publisher.commit_unreadable();
    publisher.commit([3]);
    let mut first = tail(&publisher.topic(), 1, None);
    let polled = first.poll(2).expect("reads");
    let raw = polled[1].event.as_ref().expect_err("unreadable");
    let again = tail(&publisher.topic(), 3, Some(raw.id()));
    assert_eq!(again.next(), 3);
}

#[test]
fn a_consumer_that_read_nothing_begins_at_the_beginning() {
    let mut publisher = Publisher::new();
    publisher.commit(1..=2);
    let mut tail = tail(&publisher.topic(), 1, None);
    assert_eq!(poll(&mut tail, 9).len(), 2);
}
