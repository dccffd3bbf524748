//! A publisher in another process, on the same folder: nothing wakes its consumers.

use std::sync::Arc;

use event_log::Topic;

use crate::publisher::{Publisher, WRITER, id, poll, tail};

fn elsewhere(publisher: &Publisher) -> Arc<Topic> {
    Arc::new(Topic::elsewhere("users", WRITER, &publisher.path()))
}

#[test]
fn its_events_are_found_by_looking() {
    let mut publisher = Publisher::new();
    let topic = elsewhere(&publisher);
    let mut tail = tail(&topic, 1, None);
    assert!(topic.is_elsewhere());
    assert_eq!(poll(&mut tail, 9), []);
    publisher.commit(1..=3);
    assert_eq!(poll(&mut tail, 2), [(1, Some(1)), (2, Some(2))]);
    assert_eq!(tail.behind(), 1);
    assert!(tail.oldest_unread().expect("reads").is_some());
    publisher.commit([4]);
    assert_eq!(poll(&mut tail, 9), [(3, Some(3)), (4, Some(4))]);
    assert_eq!(poll(&mut tail, 9), []);
}

#[test]
fn its_file_may_come_later() {
    let publisher = Publisher::new();
    let nowhere = publisher.path().with_file_name("later.db");
    let topic = Arc::new(Topic::elsewhere("users", WRITER, &nowhere));
    let mut unread = tail(&topic, 1, None);
    assert_eq!(poll(&mut unread, 9), []);
    let mut moved = tail(&topic, 7, Some(id(6)));
    assert_eq!((poll(&mut moved, 9), moved.next()), (Vec::new(), 1));
    assert!(!nowhere.exists(), "looking makes no file");
}

#[test]
fn a_place_beyond_the_end_is_held_against_the_end_as_it_is_now() {
    let mut publisher = Publisher::new();
    publisher.commit(1..=3);
    publisher.forget_up_to(3);
    let tail = tail(&elsewhere(&publisher), 9, Some(id(8)));
    assert_eq!(tail.next(), 4, "the writer's row tells the end");
}
