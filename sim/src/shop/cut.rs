//! A backup of the whole shop: one cut over all its stores, and with them over the logs, which on
//! the embedded log are the outboxes.

use db::{Db, Maps};

use super::Shop;
use crate::topics::Topics;

/// Everything that was durable at one instant.
pub struct Cut {
    user: Db,
    product: Db,
    order: Db,
    payment: Db,
    promotion: Db,
    topics: Topics,
}

impl Shop {
    pub fn cut(&self) -> Cut {
        Cut {
            user: copy(&self.user.db),
            product: copy(&self.product.db),
            order: copy(&self.order.db),
            payment: copy(&self.payment.db),
            promotion: copy(&self.promotion.db),
            topics: self.topics.clone(),
        }
    }

    /// Stops every service and puts the cut in place of what stands; the cut stays good.
    pub fn restore(&mut self, cut: &Cut) {
        self.user.restore(copy(&cut.user));
        self.product.restore(copy(&cut.product));
        self.order.restore(copy(&cut.order));
        self.payment.restore(copy(&cut.payment));
        self.promotion.restore(copy(&cut.promotion));
        self.topics = cut.topics.clone();
    }
}

/// The rows of one store as they are committed now.
pub(crate) fn copy(db: &Db) -> Db {
    match db {
        Db::Maps(maps) => Db::Maps(Maps::clone(maps)),
        Db::Sqlite(sqlite) => {
            let copied = sqlite.copy_in_memory();
            Db::Sqlite(copied.expect("a database in memory can be copied"))
        }
        Db::MySql(never) => match *never {},
    }
}
