//! One process that hosts services: opens their databases, wires their topics, runs their loops
//! on one thread, and stops them.

use std::fs::File;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, anyhow};
use axum::Router;
use contracts::envelope::ServiceName;
use contracts::time::Timestamp;
use db::{Db, Migrations, Readers, Sqlite, Writer};
use event_log::{EventLog, Topic, Topics};
use platform_http::{Realm, Signer, Verifier};
use runtime::{Handle, Loop, OpenLoop, Service, Stopped, take_over};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::folder::{Folder, Refused};
use crate::keys;

/// A service that can be hosted.
pub trait Hosted: Service + Sized {
    const MIGRATIONS: Migrations;

    /// The service's routes, with their full paths.
    fn router(place: Place<Self>) -> anyhow::Result<Router>;
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
    locks: Vec<File>,
    starters: Vec<Starter>,
}

type Starter = Box<dyn FnOnce(&LocalSet, mpsc::UnboundedSender<Ended>) + Send>;

/// A service whose database is open and taken over, not yet running.
pub struct Opened<S> {
    db: Db,
    writer: Writer,
    publishes: Option<Arc<Topic>>,
    file: PathBuf,
    service: PhantomData<fn() -> S>,
}

/// A loop that ended.
#[derive(Debug)]
pub struct Ended {
    pub consumer: &'static str,
    pub why: Stopped,
}

/// The loops, running on their thread.
pub struct Running {
    thread: JoinHandle<()>,
    ended: mpsc::UnboundedReceiver<Ended>,
    _locks: Vec<File>,
}

impl Host {
    pub fn new(folder: Folder, clock: fn() -> Timestamp) -> Result<Self, Refused> {
        let signer = Arc::new(keys::signer(&folder)?);
        let (topics, locks, starters) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            folder,
            clock,
            signer,
            topics,
            locks,
            starters,
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

    /// Opens a service's database and takes its writer over; its topic is known from here on.
    pub async fn open<S: Service>(&mut self, migrations: Migrations) -> anyhow::Result<Opened<S>> {
        let name = S::CONSUMER;
        self.locks.push(self.folder.lock(name)?);
        let file = self.folder.database(name);
        let opened = Sqlite::open(&file, migrations);
        let refused = |error| Refused::Database {
            file: file.clone(),
            error,
        };
        let mut db = Db::Sqlite(opened.map_err(refused)?);
        let writer = writer_number(S::NAME);
        let taken = take_over(&mut db, writer, (self.clock)()).await;
        let writer = taken.with_context(|| format!("could not take over {}", file.display()))?;
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

    /// Makes a service ready to run, once all topics are known.
    pub async fn place<S: Service>(&mut self, opened: Opened<S>) -> anyhow::Result<Place<S>> {
        let readers = Arc::new(Readers::new(&opened.file));
        let log = EventLog::Embedded(Topics::new(self.topics.iter().map(Arc::clone)));
        let ready = OpenLoop::<S> {
            db: opened.db,
            writer: opened.writer,
            publishes: opened.publishes,
            log,
            clock: self.clock,
            service: PhantomData,
        };
        let (running, handle) = ready
            .open()
            .await
            .with_context(|| format!("could not start {}", S::CONSUMER))?;
        let stop = handle.clone();
        self.starters.push(starter(running));
        let (folder, signer) = (self.folder.path().to_owned(), Arc::clone(&self.signer));
        Ok(Place {
            handle: stop,
            readers,
            folder,
            signer,
        })
    }

    /// Runs all loops on one thread. Five hand-offs between threads cost more than they win on
    /// two cores.
    pub fn run(self) -> anyhow::Result<Running> {
        let (sender, ended) = mpsc::unbounded_channel();
        let starters = self.starters;
        let loops = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build();
            let runtime = runtime.expect("a timer driver needs nothing that could be missing");
            let local = LocalSet::new();
            for start in starters {
                start(&local, sender.clone());
            }
            drop(sender);
            runtime.block_on(local);
        };
        let thread = std::thread::Builder::new()
            .name("loops".to_owned())
            .spawn(loops);
        let thread = thread.context("could not start the loops' thread")?;
        Ok(Running {
            thread,
            ended,
            _locks: self.locks,
        })
    }
}

impl Running {
    /// The next loop that ended; `None` when all have.
    pub async fn ended(&mut self) -> Option<Ended> {
        self.ended.recv().await
    }

    /// Waits for all loops, which were asked to stop before.
    pub async fn join(self) -> anyhow::Result<()> {
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        let joined = joined.context("could not wait for the loops")?;
        joined.map_err(|_| anyhow!("the loops' thread panicked"))
    }
}

fn starter<S: Service>(running: Loop<S>) -> Starter {
    Box::new(move |local, sender| {
        local.spawn_local(async move {
            let why = running.run().await;
            // Nobody listens any more when the process is already ending.
            let _unheard = sender.send(Ended {
                consumer: S::CONSUMER,
                why,
            });
        });
    })
}

/// The embedded form has one writer a service; its number is the node of the ids it makes, so
/// that two services never make the same one.
fn writer_number(service: ServiceName) -> i64 {
    match service {
        ServiceName::User => 128,
        ServiceName::Product => 256,
        ServiceName::Order => 384,
        ServiceName::Payment => 512,
        ServiceName::Promotion => 640,
    }
}
