//! The way into a loop: commands with their replies, fresh ids, and a wake-up per key.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use contracts::envelope::{Actor, Event, Trace};
use contracts::ids::Id;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use sync::{Mutex, MutexGuard, Notify, oneshot, time, watch};

use crate::faults::{FaultPoint, Faults};
use crate::ids::Ids;
use crate::next_said::{NextSaid, Waiting};
use crate::parking::{Discard, Redrive};
use crate::service::Service;
use crate::status::{Lag, Status};

/// Commands waiting for a batch. At 1,024 a batch and some milliseconds each this is well under
/// a second of work; more would only be waited for in vain.
const MOST_WAITING: usize = 8_192;
/// Of each: events waiting to be heard once more, keys to be taken up, first events to be given up.
/// A saga has some ten of them.
const MOST_ASKED: usize = 8_192;
/// New work is refused while the oldest unread event is older than this.
const BEHIND_MICROS: i64 = 1_000_000;

/// Why a command got no answer from `decide`. Nothing of it stands, but for `Lost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    #[error("the same key is being answered now")]
    InFlight,
    #[error("the service is behind with its events")]
    Behind,
    #[error("too many commands are waiting, or the disk is full")]
    Full,
    #[error("the service is stopping")]
    Stopping,
    #[error("the command could not be carried out")]
    Broken,
    /// The loop ended before the reply: the outcome is unknown, and asking again will tell.
    #[error("the outcome is not known")]
    Lost,
}

pub(crate) struct Command<S: Service> {
    pub input: S::Input,
    pub actor: Actor,
    pub trace: Trace,
    pub reply: oneshot::Sender<Result<S::Reply, Unanswered>>,
}

/// Where somebody waits to learn whether a loop did what it was asked for.
pub(crate) type Answer = oneshot::Sender<Result<(), Unanswered>>;

/// What a loop is asked for besides commands.
pub(crate) struct Asked<T> {
    pub what: T,
    pub answer: Answer,
}

/// What a loop and its handles share.
pub(crate) struct Shared<S: Service> {
    pub clock: fn() -> Timestamp,
    pub ids: Ids,
    pub status: Status,
    pub wake: Arc<Notify>,
    pub stopping: AtomicBool,
    pub faults: Faults,
    observer: OnceLock<Observer>,
    queue: Mutex<Queue<S>>,
    in_flight: Mutex<BTreeSet<String>>,
    watchers: Mutex<BTreeMap<i64, Watched>>,
    watched: AtomicUsize,
    pub waiting: Arc<Waiting>,
}

/// A key that is watched, and how often: a receiver goes away a moment after its watch, so that
/// the channel's own count would be too high.
struct Watched {
    sender: watch::Sender<()>,
    watches: usize,
}

/// Somebody who wants the loop to stand still: told when it does, and asked when it may go on.
struct Pause {
    stands: oneshot::Sender<()>,
    over: oneshot::Receiver<()>,
}

/// Told of every event that the loop reads, also of those it makes nothing of.
pub type Observer = Box<dyn Fn(&Event) + Send + Sync>;

/// A loop that stands between two batches, until this is dropped or has been held for long.
#[derive(Debug)]
pub struct Paused {
    _over: oneshot::Sender<()>,
}

/// Nobody holds a loop up for longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

struct Queue<S: Service> {
    commands: VecDeque<Command<S>>,
    redrives: VecDeque<Asked<Redrive>>,
    discards: VecDeque<Asked<Discard>>,
    /// Events to be heard once more.
    again: VecDeque<Asked<Arc<Event>>>,
    pauses: VecDeque<Pause>,
    /// Nothing is added any more: whoever would wait for it learns so, under the same lock.
    closed: bool,
}

/// Where something that is asked for is queued.
type Place<S, T> = fn(&mut Queue<S>) -> &mut VecDeque<Asked<T>>;

/// Sends commands to a running loop. Cheap to clone.
pub struct Handle<S: Service> {
    shared: Arc<Shared<S>>,
}

impl<S: Service> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<S: Service> Handle<S> {
    pub(crate) fn new(shared: Arc<Shared<S>>) -> Self {
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<S>> {
        &self.shared
    }

    pub fn now(&self) -> Timestamp {
        (self.shared.clock)()
    }

    /// A fresh, time-ordered id of this writer's.
    pub fn next_id<Of>(&self) -> Id<Of> {
        self.shared.ids.next(self.now())
    }

    /// Has a command decided; the reply comes after its transaction is durable.
    pub async fn send(
        &self,
        input: S::Input,
        actor: Actor,
        trace: Trace,
    ) -> Result<S::Reply, Unanswered> {
        if S::sheds(&input) && self.lag().micros > BEHIND_MICROS {
            return Err(Unanswered::Behind);
        }
        let (reply, answer) = oneshot::channel();
        self.shared.enqueue(Command {
            input,
            actor,
            trace,
            reply,
        })?;
        answer.await.unwrap_or(Err(Unanswered::Lost))
    }

    /// As `send`, but refused while a command with the same idempotency scope is waiting here.
    pub async fn send_keyed(
        &self,
        scope: &str,
        input: S::Input,
        actor: Actor,
        trace: Trace,
    ) -> Result<S::Reply, Unanswered> {
        let _held = InFlight::hold(&self.shared, scope).ok_or(Unanswered::InFlight)?;
        self.send(input, actor, trace).await
    }

    /// Wakes after every committed batch that heard or said an event of `key`, and when a killed
    /// loop was opened again. To miss nothing, watch before sending.
    pub fn watch(&self, key: i64) -> Watch<S> {
        let mut watchers = lock(&self.shared.watchers);
        let watched = watchers.entry(key).or_insert_with(|| Watched {
            sender: watch::channel(()).0,
            watches: 0,
        });
        watched.watches += 1;
        let receiver = watched.sender.subscribe();
        self.shared.watched.store(watchers.len(), Ordering::Release);
        Watch {
            shared: Arc::clone(&self.shared),
            key,
            receiver,
        }
    }

    /// Waits for the next event of these kinds that the loop says of `key`. To miss nothing, call
    /// this before sending.
    pub fn next_said(&self, key: i64, kinds: Kinds) -> NextSaid {
        Waiting::wait(&self.shared.waiting, key, kinds)
    }

    /// Takes a parked key up again, in order, and returns when the loop has gone as far as it goes:
    /// the rows tell how far.
    ///
    /// # Errors
    /// `Full` when too many keys wait, `Stopping` when the loop ended before it came to this one,
    /// `Lost` when it ended on the way.
    pub async fn redrive(&self, redrive: Redrive) -> Result<(), Unanswered> {
        self.ask(redrive, |queue| &mut queue.redrives).await
    }

    /// Tells `observer` of every event that the loop reads from now on, whatever becomes of its
    /// batch: an event in the log is a fact. The first observer stays.
    pub fn observe(&self, observer: Observer) {
        // A second one is a mistake of whoever wires the service.
        let first = self.shared.observer.set(observer).is_ok();
        debug_assert!(first, "a loop has one observer");
    }

    /// Whether a command with this idempotency scope is being answered now.
    pub fn is_in_flight(&self, scope: &str) -> bool {
        lock(&self.shared.in_flight).contains(scope)
    }

    /// Takes the first event of a parked key away, keeps it with the reason, and takes the key up
    /// again. One that is not the first any more is left to whoever took the others.
    ///
    /// # Errors
    /// As `redrive`; also `Broken` when the event undoes a step, and stays, and `Full` when the
    /// store could not take it away.
    pub async fn discard(&self, discard: Discard) -> Result<(), Unanswered> {
        self.ask(discard, |queue| &mut queue.discards).await
    }

    /// Has an event heard once more that may have been heard before. What it has done already it
    /// does not do again; about something that is not known here it does nothing. Returns when its
    /// batch is committed.
    ///
    /// # Errors
    /// `Full` when too many such events wait, `Stopping` when the loop ended before it came to this
    /// one, `Lost` when it ended on the way, `Broken` when it cannot be heard.
    pub async fn hear_again(&self, event: Arc<Event>) -> Result<(), Unanswered> {
        self.ask(event, |queue| &mut queue.again).await
    }

    async fn ask<T>(&self, what: T, place: Place<S, T>) -> Result<(), Unanswered> {
        let (answer, answered) = oneshot::channel();
        self.shared.ask(Asked { what, answer }, place)?;
        answered.await.unwrap_or(Err(Unanswered::Lost))
    }

    /// Makes the loop end at this point of its next batch as if it were killed there.
    pub fn fail_at(&self, point: FaultPoint) {
        self.shared.faults.set(point);
    }

    /// Returns once the loop stands between two batches, all it has committed being published.
    /// It goes on when the guard is dropped, or two seconds later.
    ///
    /// # Errors
    /// `Stopping` when the loop has ended.
    pub async fn pause(&self) -> Result<Paused, Unanswered> {
        let (stands, standing) = oneshot::channel();
        let (over, wait) = oneshot::channel();
        self.shared.ask_to_stand(Pause { stands, over: wait })?;
        standing.await.map_err(|_| Unanswered::Stopping)?;
        Ok(Paused { _over: over })
    }

    pub fn lag(&self) -> Lag {
        self.shared.status.lag(self.now())
    }

    pub fn status(&self) -> &Status {
        &self.shared.status
    }

    /// Refuses new commands; the loop answers what is queued and ends.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.wake.notify_one();
    }

    /// Tells whoever waits that there is no loop any more: for one that a fault point struck and
    /// that could not be opened again. One that ends otherwise tells it by itself.
    pub fn close(&self) {
        self.shared.close();
    }

    /// How many entries are kept for somebody who waits or holds a scope.
    #[cfg(feature = "shuttle")]
    pub fn held(&self) -> usize {
        let shared = &self.shared;
        let scopes = lock(&shared.in_flight).len();
        scopes + lock(&shared.watchers).len() + shared.waiting.held()
    }
}

impl<S: Service> Shared<S> {
    pub fn new(clock: fn() -> Timestamp, ids: Ids) -> Self {
        Self {
            clock,
            ids,
            status: Status::default(),
            wake: Arc::new(Notify::new()),
            stopping: AtomicBool::new(false),
            faults: Faults::default(),
            observer: OnceLock::new(),
            queue: Mutex::new(Queue {
                commands: VecDeque::new(),
                redrives: VecDeque::new(),
                discards: VecDeque::new(),
                again: VecDeque::new(),
                pauses: VecDeque::new(),
                closed: false,
            }),
            in_flight: Mutex::new(BTreeSet::new()),
            watchers: Mutex::new(BTreeMap::new()),
            watched: AtomicUsize::new(0),
            waiting: Arc::default(),
        }
    }

    fn enqueue(&self, command: Command<S>) -> Result<(), Unanswered> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(Unanswered::Stopping);
        }
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(Unanswered::Stopping);
        }
        if queue.commands.len() >= MOST_WAITING {
            return Err(Unanswered::Full);
        }
        queue.commands.push_back(command);
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    fn ask<T>(&self, asked: Asked<T>, place: Place<S, T>) -> Result<(), Unanswered> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(Unanswered::Stopping);
        }
        let waiting = place(&mut queue);
        if waiting.len() >= MOST_ASKED {
            return Err(Unanswered::Full);
        }
        waiting.push_back(asked);
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    fn ask_to_stand(&self, pause: Pause) -> Result<(), Unanswered> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(Unanswered::Stopping);
        }
        queue.pauses.push_back(pause);
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    pub fn take_commands(&self, limit: usize) -> Vec<Command<S>> {
        let mut queue = lock(&self.queue);
        let count = limit.min(queue.commands.len());
        queue.commands.drain(..count).collect()
    }

    /// Commands whose batch was rolled back go first again, past the bound: they were let in.
    pub fn put_back(&self, commands: Vec<Command<S>>) {
        let mut queue = lock(&self.queue);
        for command in commands.into_iter().rev() {
            queue.commands.push_front(command);
        }
    }

    pub fn take_redrives(&self) -> Vec<Asked<Redrive>> {
        lock(&self.queue).redrives.drain(..).collect()
    }

    pub fn take_discards(&self) -> Vec<Asked<Discard>> {
        lock(&self.queue).discards.drain(..).collect()
    }

    pub fn take_again(&self, limit: usize) -> Vec<Asked<Arc<Event>>> {
        let mut queue = lock(&self.queue);
        let count = limit.min(queue.again.len());
        queue.again.drain(..count).collect()
    }

    /// An event whose batch was rolled back comes again, past the bound: it was let in.
    pub fn put_back_again(&self, asked: Asked<Arc<Event>>) {
        lock(&self.queue).again.push_back(asked);
    }

    pub fn has_commands(&self) -> bool {
        let queue = lock(&self.queue);
        let asked = [queue.redrives.is_empty(), queue.discards.is_empty()];
        !queue.commands.is_empty() || !queue.again.is_empty() || asked.contains(&false)
    }

    /// Stands still for whoever asked for it.
    pub async fn stand(&self) {
        loop {
            let first = lock(&self.queue).pauses.pop_front();
            let Some(Pause { stands, over }) = first else {
                return;
            };
            if stands.send(()).is_ok() {
                // Dropped, or held for too long: either way it is over.
                let _over = time::timeout(LONGEST_PAUSE, over).await;
            }
        }
    }

    pub fn observer(&self) -> Option<&Observer> {
        self.observer.get()
    }

    pub fn is_wanted_still(&self) -> bool {
        !lock(&self.queue).pauses.is_empty()
    }

    /// Ends the queue; whoever still waits learns that the service is stopping.
    pub fn close(&self) {
        let queue = &mut *lock(&self.queue);
        queue.closed = true;
        queue.pauses.clear();
        for command in queue.commands.drain(..) {
            tell(command.reply, Err(Unanswered::Stopping));
        }
        let redrives = queue.redrives.drain(..).map(|asked| asked.answer);
        let discards = queue.discards.drain(..).map(|asked| asked.answer);
        let again = queue.again.drain(..).map(|asked| asked.answer);
        for answer in redrives.chain(discards).chain(again) {
            tell(answer, Err(Unanswered::Stopping));
        }
    }

    /// A loop that was killed may have told nobody of its last batch: everybody looks again.
    pub fn look_again(&self) {
        self.waiting.look_again();
        for watched in lock(&self.watchers).values() {
            watched.sender.send_replace(());
        }
    }

    pub fn wake_watchers(&self, keys: impl Iterator<Item = i64>) {
        if self.watched.load(Ordering::Acquire) == 0 {
            return;
        }
        let watchers = lock(&self.watchers);
        for key in keys {
            if let Some(watched) = watchers.get(&key) {
                watched.sender.send_replace(());
            }
        }
    }
}

/// A subscription to what happens to one key.
pub struct Watch<S: Service> {
    shared: Arc<Shared<S>>,
    key: i64,
    receiver: watch::Receiver<()>,
}

impl<S: Service> Watch<S> {
    /// Returns once something happened since the last call, or since the watch began.
    pub async fn changed(&mut self) {
        if self.receiver.changed().await.is_err() {
            // The sender lives in the shared map as long as this watch does.
            std::future::pending::<()>().await;
        }
    }
}

impl<S: Service> Drop for Watch<S> {
    fn drop(&mut self) {
        let mut watchers = lock(&self.shared.watchers);
        if let Some(watched) = watchers.get_mut(&self.key) {
            watched.watches -= 1;
            if watched.watches == 0 {
                watchers.remove(&self.key);
            }
        }
        self.shared.watched.store(watchers.len(), Ordering::Release);
    }
}

struct InFlight<S: Service> {
    shared: Arc<Shared<S>>,
    scope: String,
}

impl<S: Service> InFlight<S> {
    fn hold(shared: &Arc<Shared<S>>, scope: &str) -> Option<Self> {
        let new = lock(&shared.in_flight).insert(scope.to_owned());
        new.then(|| Self {
            shared: Arc::clone(shared),
            scope: scope.to_owned(),
        })
    }
}

impl<S: Service> Drop for InFlight<S> {
    fn drop(&mut self) {
        lock(&self.shared.in_flight).remove(&self.scope);
    }
}

pub(crate) fn tell<T>(answer: oneshot::Sender<Result<T, Unanswered>>, what: Result<T, Unanswered>) {
    // Whoever went away needs no answer.
    let _gone = answer.send(what);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
