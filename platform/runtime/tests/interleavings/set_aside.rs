//! Events that a loop has set aside, and somebody asks for.

use std::sync::Arc;

use runtime::{ParkedKey, Redrive, Stopped};
use shuttle::future::block_on;
use shuttle::thread::JoinHandle;

use crate::explore::explore;
use crate::relay::until_heard;
use crate::services::{Follower, Input, STRANGER, Till};
use crate::stage::Stage;

/// A till and its follower, which has set an event of a stranger aside, and knows it by now: so
/// only who asks for it has it heard.
struct SetAside {
    till: Stage<Till>,
    follower: Stage<Follower>,
    running: [JoinHandle<Stopped>; 2],
}

impl SetAside {
    fn run() -> Self {
        let (till, tills) = Stage::<Till>::run(vec![]);
        let (follower, follows) = Stage::<Follower>::run(vec![Arc::clone(&till.topic)]);
        let mut watch = follower.handle.watch(STRANGER);
        assert_eq!(till.add(STRANGER), Ok(1));
        while follower.disk.parked() == 0 {
            block_on(watch.changed());
        }
        assert_eq!(follower.send(Input::Meet { key: STRANGER }), Ok(0));
        Self {
            till,
            follower,
            running: [tills, follows],
        }
    }

    fn key(&self) -> ParkedKey {
        ParkedKey {
            topic: self.till.topic.name().to_owned(),
            part: 0,
            key: STRANGER,
        }
    }

    fn redrive(&self) {
        self.follower.handle.redrive(Redrive { key: self.key() });
    }

    fn stop(self) {
        let [tills, follows] = self.running;
        self.till.stop(tills);
        self.follower.stop(follows);
    }
}

#[test]
fn a_key_is_taken_up_again_without_a_timer() {
    explore("a redrive", || {
        let stage = SetAside::run();
        stage.redrive();
        until_heard(&stage.follower, STRANGER, 1);
        assert_eq!(stage.follower.disk.parked(), 0);
        stage.stop();
    });
}
