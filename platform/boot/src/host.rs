//! One process that hosts services: opens their databases, wires their topics, runs their loops
//! on a thread each, and stops them.

use std::collections::BTreeMap;
use std::fs::File;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, anyhow};
use axum::Router;
use contracts::envelope::ServiceName;
use contracts::time::Timestamp;
use db::{Db, Failed, Migrations, OpenError, Readers, Sqlite, Writer};
use event_log::{EventLog, Topic, Topics};
use platform_http::{Operation, Realm, Signer, Verifier};
use runtime::{Handle, Loop, OpenLoop, Service, Stopped, take_over};
use tokio::sync::mpsc;

use crate::folder::{Folder, Refused};
use crate::keys;

/// Ids have ten bits for the node: eight services of up to 128 writers.
const WRITERS_A_SERVICE: i64 = 128;

/// A service that can be hosted.
pub trait Hosted: Service + Sized {
    const MIGRATIONS: Migrations;

    /// The service's routes, with their full paths.
    fn router(place: Place<Self>) -> anyhow::Result<Router>;

    /// What it serves, for its document.
    fn operations() -> Vec<Operation>;

    /// Opens what runs beside the service in its process: a read model with a file of its own.
    fn beside(_host: &mut Host) -> impl Future<Output = anyhow::Result<()>> {
        std::future::ready(Ok(()))
    }
}

/// What a hosted service works with.
pub struct Place<S: Service> {
    pub handle: Handle<S>,
    /// Read connections to the service's own database.
    pub readers: Arc<Readers>,
    pub folder: PathBuf,
    pub signer: Arc<Signer>,
}

impl<S: Service> Clone for Place<S> {
    fn clone(&self) -> Self {
        Self {
            handle: self.handle.clone(),
            readers: Arc::clone(&self.readers),
            folder: self.folder.clone(),
            signer: Arc::clone(&self.signer),
        }
    }
}

/// A process over one data folder.
pub struct Host {
    folder: Folder,
    clock: fn() -> Timestamp,
    signer: Arc<Signer>,
    topics: Vec<Arc<Topic>>,
    locks: BTreeMap<&'static str, File>,
    starters: Vec<(&'static str, Starter)>,
    stops: Vec<Stop>,
}

/// What a loop needs to be opened again in its process.
struct Reopening<S: Service> {
    file: PathBuf,
    migrations: Migrations,
    writer: i64,
    publishes: Option<Arc<Topic>>,
    topics: Vec<Arc<Topic>>,
    clock: fn() -> Timestamp,
    handle: Handle<S>,
}

/// Runs one loop on the thread that calls it, until it has ended.
type Starter = Box<dyn FnOnce(&mpsc::UnboundedSender<Ended>) + Send>;

/// Asks one loop to end.
type Stop = Box<dyn Fn() + Send + Sync>;

/// A service whose database is open and taken over, not yet running.
pub struct Opened<S> {
    db: Db,
    writer: Writer,
    publishes: Option<Arc<Topic>>,
    file: PathBuf,
    migrations: Migrations,
    service: PhantomData<fn() -> S>,
}

/// A loop that ended.
#[derive(Debug)]
pub struct Ended {
    pub consumer: &'static str,
    pub why: Stopped,
}

/// The loops, running on their threads.
pub struct Running {
    threads: Vec<JoinHandle<()>>,
    ended: mpsc::UnboundedReceiver<Ended>,
    stops: Vec<Stop>,
    _locks: BTreeMap<&'static str, File>,
}

impl Host {
    pub fn new(folder: Folder, clock: fn() -> Timestamp) -> Result<Self, Refused> {
        let signer = Arc::new(keys::signer(&folder)?);
        let (topics, locks) = (Vec::new(), BTreeMap::new());
        Ok(Self {
            folder,
            clock,
            signer,
            topics,
            locks,
            starters: Vec::new(),
            stops: Vec::new(),
        })
    }

    /// Checks the tokens this folder's key signs.
    pub fn verifier(&self) -> Arc<Verifier> {
        Arc::new(Verifier::new(
            Realm::default(),
            vec![self.signer.key()],
            self.clock,
        ))
    }

    /// Locks a service's database for this process and looks whether it can be opened. Whoever
    /// claims all before opening one leaves a folder untouched when one of them is refused.
    pub fn claim<S: Service>(&mut self, migrations: Migrations) -> Result<(), Refused> {
        let name = S::CONSUMER;
        if self.locks.contains_key(name) {
            return Ok(());
        }
        let lock = self.folder.lock(name)?;
        let file = self.folder.database(name);
        Sqlite::look(&file, migrations).map_err(|error| Refused::Database { file, error })?;
        self.locks.insert(name, lock);
        Ok(())
    }

    /// Opens a service's database and takes its writer over; its topic is known from here on.
    pub async fn open<S: Service>(&mut self, migrations: Migrations) -> anyhow::Result<Opened<S>> {
        let name = S::CONSUMER;
        self.claim::<S>(migrations)?;
        let file = self.folder.database(name);
        let opened = Sqlite::open(&file, migrations).and_then(writing::<S>);
        let refused = |error| Refused::Database {
            file: file.clone(),
            error,
        };
        let sqlite = opened.map_err(refused)?;
        let taken = taken_over(sqlite, writer_number(S::NAME), (self.clock)()).await;
        let (db, writer) =
            taken.with_context(|| format!("could not take over {}", file.display()))?;
        let mut publishes = None;
        if name == S::NAME.as_str() {
            let end = writer.next_seq;
            let topic = Arc::new(Topic::new(S::NAME.topic(), writer.id, end, &file));
            self.topics.push(Arc::clone(&topic));
            publishes = Some(topic);
        }
        Ok(Opened {
            db,
            writer,
            publishes,
            file,
            migrations,
            service: PhantomData,
        })
    }

    /// Follows the topics of services that other processes run on the same folder.
    pub fn follow_elsewhere(&mut self) {
        for name in ServiceName::ALL {
            if !self.topics.iter().any(|topic| topic.name() == name.topic()) {
                let file = self.folder.database(name.as_str());
                let topic = Topic::elsewhere(name.topic(), writer_number(*name), &file);
                self.topics.push(Arc::new(topic));
            }
        }
    }

    /// The topics opened so far.
    pub fn topics(&self) -> &[Arc<Topic>] {
        &self.topics
    }

    /// Makes a service ready to run, once all topics are known.
    pub async fn place<S: Service>(&mut self, opened: Opened<S>) -> anyhow::Result<Place<S>> {
        let readers = Arc::new(Readers::new(&opened.file));
        let writer = opened.writer.id;
        let publishes = opened.publishes.clone();
        let ready = OpenLoop::<S> {
            db: opened.db,
            writer: opened.writer,
            publishes: opened.publishes,
            log: log(&self.topics),
            clock: self.clock,
            service: PhantomData,
        };
        let (running, handle) = ready
            .open()
            .await
            .with_context(|| format!("could not start {}", S::CONSUMER))?;
        let stop = handle.clone();
        self.stops.push(Box::new(move || stop.stop()));
        let reopening = Reopening {
            file: opened.file,
            migrations: opened.migrations,
            writer,
            publishes,
            topics: self.topics.clone(),
            clock: self.clock,
            handle: handle.clone(),
        };
        self.starters
            .push((S::CONSUMER, starter(running, reopening)));
        let (folder, signer) = (self.folder.path().to_owned(), Arc::clone(&self.signer));
        Ok(Place {
            handle,
            readers,
            folder,
            signer,
        })
    }

    /// Runs each loop on a thread of its own: while one waits for its disk, the others work.
    pub fn run(self) -> anyhow::Result<Running> {
        let (sender, ended) = mpsc::unbounded_channel();
        let threads = self.starters.into_iter().map(|(consumer, start)| {
            let sender = sender.clone();
            let named = std::thread::Builder::new().name(format!("loop-{consumer}"));
            named.spawn(move || start(&sender))
        });
        let threads = threads.collect::<std::io::Result<Vec<_>>>();
        Ok(Running {
            threads: threads.context("could not start the loops' threads")?,
            ended,
            stops: self.stops,
            _locks: self.locks,
        })
    }
}

/// Carries a loop out on this thread.
fn run_here<T>(running: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = runtime.expect("a timer driver needs nothing that could be missing");
    runtime.block_on(running)
}

impl Running {
    /// The next loop that ended; `None` when all have.
    pub async fn ended(&mut self) -> Option<Ended> {
        self.ended.recv().await
    }

    /// Refuses new commands, answers what is queued, writes the positions and ends the loops.
    pub async fn stop(self) -> anyhow::Result<()> {
        for stop in &self.stops {
            stop();
        }
        let join = || self.threads.into_iter().try_for_each(JoinHandle::join);
        let joined = tokio::task::spawn_blocking(join).await;
        let joined = joined.context("could not wait for the loops")?;
        joined.map_err(|_| anyhow!("a thread of the loops panicked"))
    }
}

/// The writing side of a service's file.
fn writing<S: Service>(sqlite: Sqlite) -> Result<Sqlite, OpenError> {
    if S::IS_VIEW {
        sqlite.let_commits_lag()?;
    }
    Ok(sqlite)
}

/// Takes the writer of a file over. From here on another process that writes it is not waited
/// for: a loop that stood still would hold up whoever asked it for something.
async fn taken_over(sqlite: Sqlite, writer: i64, now: Timestamp) -> Result<(Db, Writer), Failed> {
    let mut db = Db::Sqlite(sqlite);
    let writer = take_over(&mut db, writer, now).await?;
    if let Db::Sqlite(sqlite) = &db {
        let set = sqlite.wait_for_nobody();
        set.map_err(|error| Failed::Permanent(error.to_string()))?;
    }
    Ok((db, writer))
}

fn log(topics: &[Arc<Topic>]) -> EventLog {
    EventLog::Embedded(Topics::new(topics.iter().map(Arc::clone)))
}

impl<S: Service> Reopening<S> {
    /// As a new process would: the file, the writer with a new epoch, everything else from rows.
    async fn open(&self) -> Result<Loop<S>, Failed> {
        let file = Sqlite::reopen(&self.file, self.migrations).and_then(writing::<S>);
        let file = file.map_err(|error| Failed::Permanent(error.to_string()))?;
        let (db, writer) = taken_over(file, self.writer, (self.clock)()).await?;
        let ready = OpenLoop::<S> {
            db,
            writer,
            publishes: self.publishes.clone(),
            log: log(&self.topics),
            clock: self.clock,
            service: PhantomData,
        };
        ready.reopen(&self.handle).await
    }
}

fn starter<S: Service>(mut running: Loop<S>, reopening: Reopening<S>) -> Starter {
    Box::new(move |sender| {
        let why = run_here(async {
            loop {
                let why = running.run().await;
                let Stopped::Fault(point) = why else {
                    return why;
                };
                tracing::warn!(service = S::CONSUMER, %point, "killed; opening it again");
                match reopening.open().await {
                    Ok(again) => running = again,
                    Err(failed) => {
                        reopening.handle.close();
                        return Stopped::Broken(failed);
                    }
                }
            }
        });
        // Nobody listens any more when the process is already ending.
        let _unheard = sender.send(Ended {
            consumer: S::CONSUMER,
            why,
        });
    })
}

/// The embedded form has one writer a service. Its number is the node of the ids it makes, in
/// steps that leave room for more writers, so that two services never make the same id.
fn writer_number(service: ServiceName) -> i64 {
    let place = ServiceName::ALL.iter().position(|name| *name == service);
    let place = place.and_then(|place| i64::try_from(place + 1).ok());
    place.expect("every service is among all") * WRITERS_A_SERVICE
}
