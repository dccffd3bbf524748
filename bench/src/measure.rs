//! A contestant in its ring: started on a copy of what was seeded, measured in passes, and let
//! go only when the data it leaves behind is right.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure};

use crate::contestant::{Contestant, Serving};
use crate::folder::Folder;
use crate::load::{Closed, Counters, Passed, Shoppers, Sizes, Tally, Until, Wire};
use crate::machine::{Noise, Usage};
use crate::population::{Population, Spec};

/// How often a shop is looked at that is coming to rest, and for how long.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: u32 = 3_000;
/// Longer than a batch takes, or a start of a loop, on a machine that has other work.
const QUIET_LOOKS: u32 = 15;

/// Where rings are set up.
pub struct Arena {
    pub folder: Folder,
    pub spec: Spec,
    seeded: [PathBuf; 2],
}

/// A contestant that runs.
pub struct Ring {
    pub contestant: Contestant,
    pub shoppers: RefCell<Shoppers>,
    pub folder: PathBuf,
    pub serving: Serving,
    noise: PathBuf,
    /// What clients were told of completed orders.
    pub told: u64,
}

/// One pass in figures.
#[derive(Clone, Debug)]
pub struct Sample {
    pub tally: Tally,
    pub seconds: f64,
    pub used: Usage,
    /// CPU of the generator.
    pub generator_cpu: f64,
    /// Commits of the shop, one fsync each. The monolith commits once an order.
    pub transactions: Option<f64>,
    /// Its batches by their sizes.
    pub sizes: Sizes,
    pub noise: [Noise; 2],
}

impl Arena {
    /// Seeds both contestants once.
    pub async fn new(folder: Folder, spec: Spec) -> anyhow::Result<Self> {
        let mut seeded = Vec::new();
        for contestant in Contestant::BOTH {
            let path = folder.make(&format!("seeded-{}", contestant.name()))?;
            contestant.seed(&path, &spec).await?;
            seeded.push(path);
        }
        let seeded = seeded.try_into().expect("one for each contestant");
        Ok(Self {
            folder,
            spec,
            seeded,
        })
    }

    /// What was seeded for a contestant; each that runs has a copy.
    pub fn seeded(&self, contestant: Contestant) -> &Path {
        let [shop, monolith] = &self.seeded;
        match contestant {
            Contestant::Shop => shop,
            Contestant::Monolith => monolith,
        }
    }

    /// Starts a contestant on fresh data.
    pub async fn enter(&self, contestant: Contestant, workload: &str) -> anyhow::Result<Ring> {
        let seeded = self.seeded(contestant);
        let name = format!("{workload}-{}", contestant.name());
        let folder = self.folder.copy(seeded, &name)?;
        let population = Population::read(&folder)?;
        Ok(Ring {
            contestant,
            shoppers: RefCell::new(Shoppers::new(population, self.spec.clone())),
            serving: contestant.start(&folder).await?,
            folder,
            noise: self.folder.path().to_owned(),
            told: 0,
        })
    }
}

impl Ring {
    /// So many connections in a closed loop.
    pub fn closed(&self, connections: usize, until: Until) -> Closed<'_> {
        Closed {
            port: self.serving.port,
            connections,
            shoppers: &self.shoppers,
            until,
        }
    }

    /// Runs a pass between two looks at the machine, the process and its counters.
    pub async fn measure(
        &self,
        pass: impl Future<Output = anyhow::Result<Passed>>,
    ) -> anyhow::Result<Sample> {
        let before = self.counters().await?;
        let mut sample = measure(&self.serving, &self.noise, pass).await?;
        let counted = before.zip(self.counters().await?);
        if let Some((before, now)) = counted {
            let counted = now.since(&before);
            sample.transactions = Some(counted.transactions);
            sample.sizes = counted.sizes;
        }
        Ok(sample)
    }

    /// What the shop counts; the monolith counts nothing.
    pub async fn counters(&self) -> anyhow::Result<Option<Counters>> {
        match self.contestant {
            Contestant::Monolith => Ok(None),
            Contestant::Shop => {
                let mut wire = Wire::connect(self.serving.port).await?;
                Ok(Some(Counters::read(&mut wire).await?))
            }
        }
    }

    /// Returns once every loop has read every event, and went on to say none for a while: what it
    /// has read it counts as read, also while it is at it.
    pub async fn rest(&self) -> anyhow::Result<()> {
        let mut last = None;
        let mut quiet = 0;
        for _ in 0..LOOKS {
            let Some(counted) = self.counters().await? else {
                return Ok(());
            };
            quiet = match counted.lag == 0.0 && last == Some(counted.transactions) {
                true => quiet + 1,
                false => 0,
            };
            if quiet == QUIET_LOOKS {
                return Ok(());
            }
            last = Some(counted.transactions);
            tokio::time::sleep(LOOK).await;
        }
        bail!("the shop does not come to rest");
    }

    /// Ends the contestant, and proves what it left behind. Its figures count only then.
    pub async fn leave(self, workload: &str) -> anyhow::Result<()> {
        self.rest().await?;
        let Self {
            contestant,
            folder,
            serving,
            told,
            ..
        } = self;
        serving.stop().await?;
        proven(contestant, &folder, workload)?;
        let kept = kept(contestant, &folder)?;
        ensure!(
            kept >= told,
            "{workload}: {} told clients of {told} completed orders and kept {kept}",
            contestant.name()
        );
        Ok(fs::remove_dir_all(folder)?)
    }
}

/// Runs a pass between two looks at the machine and the process under test.
pub async fn measure(
    serving: &Serving,
    noise: &Path,
    pass: impl Future<Output = anyhow::Result<Passed>>,
) -> anyhow::Result<Sample> {
    let noise_before = Noise::probe(noise)?;
    let (used, generator) = (serving.usage()?, Usage::of(std::process::id())?);
    let Passed { tally, seconds } = pass.await?;
    let used = serving.usage()?.since(used);
    let generator = Usage::of(std::process::id())?.since(generator);
    Ok(Sample {
        tally,
        seconds,
        used,
        generator_cpu: generator.cpu_seconds,
        transactions: None,
        sizes: Sizes::default(),
        noise: [noise_before, Noise::probe(noise)?],
    })
}

/// Fails when an invariant does not hold.
pub fn proven(contestant: Contestant, folder: &Path, workload: &str) -> anyhow::Result<()> {
    let breaches = contestant.breaches(folder)?;
    if let Some(first) = breaches.first() {
        let (name, count) = (contestant.name(), breaches.len());
        bail!("{workload}: no figures, {name} breaks {count} invariants; the first is: {first}");
    }
    Ok(())
}

/// How many completed orders its files hold.
fn kept(contestant: Contestant, folder: &Path) -> anyhow::Result<u64> {
    let (file, question) = match contestant {
        Contestant::Shop => ("order.db", "SELECT count(*) FROM orders WHERE status = 1"),
        Contestant::Monolith => (monolith::MONOLITH_DATABASE, "SELECT count(*) FROM orders"),
    };
    let db = rusqlite::Connection::open(folder.join(crate::host::DATA).join(file))?;
    let count: i64 = db.query_row(question, [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

impl Sample {
    /// Completed orders a second.
    pub fn rate(&self) -> f64 {
        self.tally.completed as f64 / self.seconds
    }

    /// Answers a second that tell the end of what was asked, completed or refused.
    pub fn ended_rate(&self) -> f64 {
        self.tally.ended() as f64 / self.seconds
    }

    /// CPU-seconds a thousand of these.
    pub fn cpu_per_1000(&self, count: u64) -> f64 {
        self.used.cpu_seconds * 1_000.0 / count as f64
    }

    pub fn bytes_per(&self, count: u64) -> f64 {
        self.used.bytes_written as f64 / count as f64
    }

    pub fn is_dirty(&self) -> bool {
        self.noise.iter().any(Noise::is_dirty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::DATA;

    #[tokio::test]
    async fn a_broken_shop_has_no_figures() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join(DATA);
        fs::create_dir(&data).unwrap();
        let seed = monolith::Seed {
            products: vec![(100, 5)],
            ..monolith::Seed::default()
        };
        let pool = monolith::Pool::open(&data).unwrap();
        monolith::seed(&pool, seed).await.unwrap();
        drop(pool);
        proven(Contestant::Monolith, folder.path(), "w").unwrap();

        let db = rusqlite::Connection::open(data.join(monolith::MONOLITH_DATABASE)).unwrap();
        db.execute("UPDATE product_stock SET quantity = 4", [])
            .unwrap();
        drop(db);
        let refused = proven(Contestant::Monolith, folder.path(), "w").unwrap_err();
        assert!(refused.to_string().contains("no figures"), "{refused}");
    }
}
