//! Products as shoppers look at them, and what sold best, remembered for a while as the report's
//! cache does.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Refusal, now};
use crate::pool::Pool;
use crate::repository::product::{self, Product};

/// How old a ranking may be. The report keeps one for 25 hours.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
const WINDOW: SignedDuration = SignedDuration::from_hours(3 * 24);
const PLACES: i64 = 10;

/// Products and the pieces sold of them, and when that was asked.
type Ranking = Option<(Timestamp, Arc<[(i64, i64)]>)>;

#[derive(Clone)]
pub(crate) struct CatalogueService {
    pool: Pool,
    remembered: Arc<Mutex<Ranking>>,
}

impl CatalogueService {
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            remembered: Arc::default(),
        }
    }

    /// A product and how many pieces are left of it.
    pub async fn product(&self, product_id: i64) -> Result<(Product, i64), Failure> {
        let found = self.pool.read(move |db| {
            let found = product::find(db, product_id)?.ok_or(Refusal::ProductNotOnSale)?;
            let left = product::stock(db, product_id)?;
            Ok::<_, Failure>((found, left))
        });
        found.await
    }

    pub async fn top(&self) -> Result<Arc<[(i64, i64)]>, Failure> {
        let now = now();
        if let Some((at, ranking)) = &*self.ranking()
            && now.duration_since(*at) < REMEMBERED
        {
            return Ok(Arc::clone(ranking));
        }
        let since = now.as_microsecond() - micros(WINDOW);
        let read = self.pool.read(move |db| product::top(db, since, PLACES));
        let ranking: Arc<[(i64, i64)]> = read.await?.into();
        *self.ranking() = Some((now, Arc::clone(&ranking)));
        Ok(ranking)
    }

    fn ranking(&self) -> std::sync::MutexGuard<'_, Ranking> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(duration: SignedDuration) -> i64 {
    duration.as_secs() * 1_000_000
}
