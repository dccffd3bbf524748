//! What Product remembers: a row type per table, the rows of a batch in lock order, and which of
//! them an input needs. No SQL: it is made from these shapes.

use std::collections::BTreeSet;

use contracts::events::product::ProductStatus;
use contracts::ids::{ProductId, SagaId};
use contracts::money::{Money, Quantity};
use contracts::saga::Step;
use contracts::time::{SeoulDay, Timestamp};
use db::cell::KeyColumn;
use db::{Failed, Fence, Idempotency, Store, Table, coded, row, rows};
use runtime::{Timer, fence, idempotency};

use crate::domain::name;
use crate::domain::ranking::{Hour, folds_at, forgotten_on};
use crate::domain::stock::Level;
use crate::input::{Input, RANKING_TIMER};

/// The one row of its table.
pub const RANKING: i64 = 1;

coded! {
    /// What the shop decided about a product.
    pub enum Status { OnSale = 1, Discontinued = 2 }
}

coded! {
    /// Why a stock changed.
    pub enum Direction { Deduct = 1, Restore = 2, Return = 3, Adjust = 4 }
}

row! {
    /// What is sold. It is asked for by id alone: the category only serves partitioning. Kept are
    /// the ones that sell: every order asks for its products.
    pub struct Product in "product" keeps 4096 by 1 {
        key { pub product_id: ProductId, pub category: String }
        pub name: String,
        pub name_en: String,
        pub price: Money,
        pub status: Status,
        /// Counts the changes of this row; those of the stock are counted in its own.
        pub version: i64,
        pub created_at: Timestamp,
    }
}

row! {
    /// What is left of a product. Kept with it.
    pub struct Stock in "product_stock" keeps 4096 {
        key { pub product_id: ProductId }
        pub quantity: i64,
        pub version: i64,
    }
}

row! {
    /// One change of one stock. Its key is what makes the change happen once. Only its end is kept:
    /// a new saga stands behind it.
    pub struct Ledger in "stock_ledger" keeps 0 by 1 {
        key {
            /// The order's saga, the refund's, or the id of the command.
            pub saga_id: SagaId,
            pub product_id: ProductId,
            pub direction: Direction,
        }
        pub delta: i64,
        pub quantity_after: i64,
        pub stock_version: i64,
        pub at: Timestamp,
        pub reason: Option<String>,
    }
}

row! {
    /// What was sold of a product in one hour. Kept are the ones that sell.
    pub struct Rank in "product_rank" keeps 4096 {
        key { pub hour: i64, pub product_id: ProductId }
        pub quantity: i64,
    }
}

row! {
    /// What was sold of a product in one day in Seoul whose hours are not kept any more. Only its
    /// end is in memory: today stands behind it.
    pub struct RankDay in "product_rank_day" keeps 0 {
        key { pub day: i64, pub product_id: ProductId }
        pub quantity: i64,
    }
}

row! {
    /// Where the ranking goes over from days to hours: one row, from the first sale on, and kept.
    pub struct Ranking in "ranking" keeps 1 {
        key { pub id: i64 }
        /// The first day that is counted by the hour.
        pub hours_from: i64,
    }
}

row! {
    /// A piece of a name, and whose it is.
    pub struct Gram in "product_gram" {
        key { pub gram: String, pub product_id: ProductId }
    }
}

row! {
    /// A product whose name has no grams yet.
    pub struct Unindexed in "product_unindexed" {
        key { pub product_id: ProductId }
    }
}

row! {
    /// A category that has products which are not discontinued.
    pub struct Category in "product_category" {
        key { pub category: String }
        pub products: i64,
    }
}

rows! {
    /// The rows of one batch, in lock order.
    pub struct Rows {
        pub idempotency: Table<Idempotency>,
        pub fence: Table<Fence>,
        pub ledger: Table<Ledger>,
        pub product: Table<Product>,
        pub stock: Table<Stock>,
        pub gram: Table<Gram>,
        pub unindexed: Table<Unindexed>,
        pub category: Table<Category>,
        pub ranking: Table<Ranking>,
        pub rank: Table<Rank>,
        pub rank_day: Table<RankDay>,
    }
}

/// Names the rows that `decide` will look at.
pub fn ask(rows: &mut Rows, input: &Input) {
    match input {
        Input::DeductStock(order) => {
            ask_step(rows, order.order_id.into(), Step::DeductStock);
            for line in &order.lines {
                ask_product(rows, line.product_id);
            }
        }
        Input::RestoreStock(order_id) => {
            let saga = SagaId::from(*order_id);
            ask_step(rows, saga, Step::DeductStock);
            // Known in the second round. What an earlier input of this batch is about to take is
            // not seen here, but that input has asked for the same stock.
            for taken in rows.ledger.peek_under(saga) {
                rows.stock.ask(taken.product_id);
            }
        }
        Input::ReturnStock(refund) => {
            ask_step(rows, refund.refund_id.into(), Step::ReturnStock);
            for pieces in &refund.pieces {
                rows.stock.ask(pieces.product_id);
            }
        }
        Input::Rank(sales) => {
            fence::ask(&mut rows.fence, sales.saga, Step::Rank);
            rows.ranking.ask(RANKING);
            // Which of the two it is only `decide` knows: an input before it may fold the hour.
            for pieces in &sales.pieces {
                rows.rank.ask((sales.hour.number(), pieces.product_id));
                rows.rank_day
                    .ask((day_number(sales.hour.day()), pieces.product_id));
            }
        }
        Input::FoldRanking => ask_fold(rows),
        Input::CreateProduct(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            rows.stock.ask(command.id);
            rows.ledger.ask(first_entry(command.id));
            rows.category.ask(command.category.clone());
            // The key was used before: its answer is made again from what it made then.
            if let Some(before) = rows.idempotency.peek(&command.key.scope) {
                let id = ProductId::new(before.reference);
                rows.product.ask((id, command.category.clone()));
                rows.ledger.ask(first_entry(id));
            }
        }
        Input::UpdateProduct(command) => {
            ask_product(rows, command.product_id);
            ask_names(rows, command.product_id);
            let change = &command.change;
            for name in change.name.iter().chain(&change.name_en) {
                ask_grams(rows, command.product_id, name);
            }
        }
        Input::IndexName(product_id) => {
            rows.product.ask_prefix(*product_id);
            rows.unindexed.ask(*product_id);
            ask_names(rows, *product_id);
        }
        Input::AdjustStock(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            ask_product(rows, command.product_id);
            rows.ledger.ask(adjustment(command.id, command.product_id));
            if let Some(before) = rows.idempotency.peek(&command.key.scope) {
                let id = SagaId::new(before.reference);
                rows.ledger.ask(adjustment(id, command.product_id));
            }
        }
    }
}

/// A step that moves stock is remembered by its ledger rows, and by the fence where it has none.
fn ask_step(rows: &mut Rows, saga: SagaId, step: Step) {
    rows.ledger.ask_prefix(saga);
    fence::ask(&mut rows.fence, saga, step);
}

fn ask_product(rows: &mut Rows, product_id: ProductId) {
    rows.product.ask_prefix(product_id);
    rows.stock.ask(product_id);
}

/// Known in the second round. A name that an earlier input of this batch is about to give is not
/// seen here, but that input has asked for its grams.
fn ask_names(rows: &mut Rows, product_id: ProductId) {
    let Some(product) = rows.product.peek_under(product_id).next().cloned() else {
        return;
    };
    for name in [&product.name, &product.name_en] {
        ask_grams(rows, product_id, name);
    }
    rows.category.ask(product.category);
}

fn ask_grams(rows: &mut Rows, product_id: ProductId, name: &str) {
    for gram in name::grams(name) {
        rows.gram.ask((gram, product_id));
    }
}

/// The day that is next, hour by hour, its products' days, and the day that goes for it.
fn ask_fold(rows: &mut Rows) {
    rows.ranking.ask(RANKING);
    let Some(ranking) = rows.ranking.peek(&RANKING) else {
        return;
    };
    let day = ranking.day();
    let hours = || Hour::all_of(day).map(Hour::number);
    let counted = |hour| rows.rank.peek_under(hour).map(|rank| rank.product_id);
    let products: BTreeSet<ProductId> = hours().flat_map(counted).collect();
    for hour in hours() {
        rows.rank.ask_prefix(hour);
    }
    for product_id in products {
        rows.rank_day.ask((day_number(day), product_id));
    }
    rows.rank_day.ask_prefix(day_number(forgotten_on(day)));
}

/// The timers of the rows: old names, and the next day of the ranking.
pub fn open_timers(store: &impl Store) -> Result<Vec<Timer>, Failed> {
    let due = Timestamp::from_micros(0);
    let mut timers = Vec::new();
    if let Some(ranking) = store.get::<Ranking>(&RANKING)? {
        timers.push(ranking.timer());
    }
    let first = ProductId::lowest();
    store.each_from::<Unindexed>(&first, &mut |waiting| {
        let key = waiting.product_id.get();
        timers.push(Timer { due, key });
    })?;
    Ok(timers)
}

/// A day as rows count it.
pub fn day_number(day: SeoulDay) -> i64 {
    i64::from(day.days())
}

/// Where the ledger tells of an adjustment.
pub const fn adjustment(id: SagaId, product_id: ProductId) -> (SagaId, ProductId, Direction) {
    (id, product_id, Direction::Adjust)
}

/// Where the ledger tells of a product's first stock, under the product's own id.
pub const fn first_entry(product_id: ProductId) -> (SagaId, ProductId, Direction) {
    adjustment(product_id.cast(), product_id)
}

impl Rows {
    pub fn product(&self, product_id: ProductId) -> Option<&Product> {
        self.product.under(product_id).next()
    }

    /// The level of a stock; a product without a row has an empty shelf.
    pub fn level(&self, product_id: ProductId) -> Level {
        self.stock.get(&product_id).map_or(Level::NEW, Stock::level)
    }

    /// Brings a stock to a new level and says why in the ledger: the only way a stock changes.
    pub fn move_stock(&mut self, entry: Entry, after: Level, at: Timestamp) {
        let before = self.level(entry.product_id);
        self.ledger.put(Ledger {
            saga_id: entry.saga_id,
            product_id: entry.product_id,
            direction: entry.direction,
            // Both are levels of one shelf, from 0 up: their difference is in range.
            delta: after.quantity - before.quantity,
            quantity_after: after.quantity,
            stock_version: after.version,
            at,
            reason: entry.reason,
        });
        self.stock.put(Stock {
            product_id: entry.product_id,
            quantity: after.quantity,
            version: after.version,
        });
    }
}

/// What a row of the ledger says besides the numbers.
#[derive(Debug)]
pub struct Entry {
    pub saga_id: SagaId,
    pub product_id: ProductId,
    pub direction: Direction,
    pub reason: Option<String>,
}

impl Ranking {
    pub fn from(day: SeoulDay) -> Self {
        Self {
            id: RANKING,
            hours_from: day_number(day),
        }
    }

    pub fn day(&self) -> SeoulDay {
        let days = i32::try_from(self.hours_from);
        SeoulDay::from_days(days.unwrap_or(i32::MAX))
    }

    /// When its first day is folded.
    pub fn timer(&self) -> Timer {
        Timer {
            due: folds_at(self.day()),
            key: RANKING_TIMER,
        }
    }
}

impl Product {
    /// Grows with each change of the product or of its stock.
    pub const fn version_with(&self, level: Level) -> i64 {
        self.version + level.version
    }
}

impl Stock {
    pub const fn level(&self) -> Level {
        Level {
            quantity: self.quantity,
            version: self.version,
        }
    }
}

impl Ledger {
    /// The level that this change left.
    pub const fn level(&self) -> Level {
        Level {
            quantity: self.quantity_after,
            version: self.stock_version,
        }
    }

    /// How many pieces it moved. A CHECK keeps those that orders move within the range.
    pub fn pieces(&self) -> Quantity {
        Quantity::new(u32::try_from(self.delta.unsigned_abs()).unwrap_or(u32::MAX))
    }
}

impl From<Status> for ProductStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::OnSale => Self::OnSale,
            Status::Discontinued => Self::Discontinued,
        }
    }
}
