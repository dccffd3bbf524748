//! The rows of a shop as the checks need them: loaded once, in key order, without the texts that
//! make up most of a database. About 1.6 KB an order of two lines, and up to twice that while it
//! is read: a million orders take 2 to 3 GB, and a larger shop is checked where there is room.

mod order;
mod platform;

use ::order::view::{FIRST_GENERATION, OrderSummary, STATE, ViewState};
use contracts::envelope::ServiceName;
use contracts::ids::{OrderId, ProductId, SagaId, UserCouponId, UserId};
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::cell::KeyColumn;
use db::{Failed, Row, Standing, Store};
use payment::store::{self as points, Point, PointHistory};
use product::store::{self as stock, Ledger, Product, RANKING, Rank, RankDay, Ranking, Stock};
use promotion::store::{Coupon, CouponIssue, State, UserCoupon};
use user::store as accounts;

use crate::shop::{Moment, Shop};

pub(crate) use order::{Audited, Line, Ordered, Orders, Refunded, status_name};
pub(crate) use platform::{Aside, Platform, ReadUpTo, Said, first_misplaced};

/// All rows that the invariants are about.
pub struct Facts {
    pub(crate) user: Accounts,
    pub(crate) product: Shelves,
    pub(crate) order: Orders,
    pub(crate) payment: Purses,
    pub(crate) promotion: Coupons,
    pub(crate) order_view: Option<Summaries>,
    /// Of each topic.
    partitions: i64,
    read_at: Moment,
}

pub(crate) struct Accounts {
    pub platform: Platform,
    pub accounts: Vec<Account>,
}

/// A user without anything personal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub user_id: UserId,
    pub closed: bool,
    pub created_at: Timestamp,
}

pub(crate) struct Shelves {
    pub platform: Platform,
    /// The version of each product's row.
    pub products: Vec<(ProductId, i64)>,
    pub stock: Vec<Stock>,
    pub ledger: Vec<Ledger>,
    pub ranks: Vec<Rank>,
    pub days: Vec<RankDay>,
    /// The first day that is ranked by the hour; none before the first sale.
    pub hours_from: Option<i64>,
    /// Places in the ledger, by product and version: the order of commits.
    by_product: Vec<u32>,
}

pub(crate) struct Purses {
    pub platform: Platform,
    pub points: Vec<Point>,
    pub ledger: Vec<PointHistory>,
    pub closed: Vec<UserId>,
    /// Places in the ledger, by user and version, and by order.
    by_user: Vec<u32>,
    by_order: Vec<u32>,
}

pub(crate) struct Coupons {
    pub platform: Platform,
    pub coupons: Vec<Coupon>,
    pub issued: Vec<CouponIssue>,
    pub held: Vec<UserCoupon>,
    pub closed: Vec<UserId>,
    /// The orders that use a coupon, each as often as it does.
    used_by: Vec<OrderId>,
}

/// The read model of orders, as lists show it.
pub(crate) struct Summaries {
    pub platform: Platform,
    pub rows: Vec<OrderSummary>,
    live: i64,
}

impl Facts {
    /// Reads a shop that nobody writes to: files without a process, maps between two steps.
    ///
    /// # Errors
    /// When a database cannot be read, or a row is none of its table's.
    pub fn load<St: Store>(shop: &Shop<'_, St>) -> Result<Self, Failed> {
        Self::read(shop, Moment::One)
    }

    /// Reads a running shop. Every store must show one state of its file throughout, but they
    /// need not show states of one instant: what only such a cut could tell is left out.
    ///
    /// # Errors
    /// As `load`.
    pub fn load_running<St: Store>(shop: &Shop<'_, St>) -> Result<Self, Failed> {
        Self::read(shop, Moment::OnePerDatabase)
    }

    fn read<St: Store>(shop: &Shop<'_, St>, read_at: Moment) -> Result<Self, Failed> {
        Ok(Self {
            user: Accounts::load(shop.user)?,
            product: Shelves::load(shop.product)?,
            order: Orders::load(shop.order)?,
            payment: Purses::load(shop.payment)?,
            promotion: Coupons::load(shop.promotion)?,
            order_view: shop.order_view.map(Summaries::load).transpose()?,
            partitions: shop.partitions,
            read_at,
        })
    }

    pub(crate) fn read_at(&self) -> Moment {
        self.read_at
    }

    /// How far a consumer has read a topic.
    pub(crate) fn read_up_to(&self, platform: &Platform, consumer: &str, topic: &str) -> ReadUpTo {
        ReadUpTo::of(platform, (consumer, topic), self.partitions)
    }

    pub(crate) fn platform(&self, service: ServiceName) -> &Platform {
        match service {
            ServiceName::User => &self.user.platform,
            ServiceName::Product => &self.product.platform,
            ServiceName::Order => &self.order.platform,
            ServiceName::Payment => &self.payment.platform,
            ServiceName::Promotion => &self.promotion.platform,
        }
    }

    /// What is remembered of a step of an order's saga, by its ledger or else by the fence.
    pub(crate) fn standing(&self, order: &Ordered, step: Step) -> Option<Standing> {
        let saga = order.order_id.into();
        match step {
            Step::DeductStock => self.product.deducted(saga),
            Step::ApplyCoupon => self.promotion.applied(order),
            Step::PayPoints => self.payment.paid(order.user_id, saga),
            Step::ConfirmOrder
            | Step::RecordStep
            | Step::CancelOrder
            | Step::RecordUndo
            | Step::ReturnStock
            | Step::ReturnCoupon
            | Step::ReturnPoints
            | Step::FinishRefund
            | Step::CloseUser
            | Step::Rank
            | Step::RememberStock => None,
        }
    }
}

impl Accounts {
    fn load(store: &impl Store) -> Result<Self, Failed> {
        let account = |row: accounts::User| Account {
            user_id: row.user_id,
            closed: row.status == accounts::Status::Deactivated,
            created_at: row.created_at,
        };
        Ok(Self {
            platform: Platform::load(store)?,
            accounts: each(store, UserId::lowest(), account)?,
        })
    }
}

impl Shelves {
    fn load(store: &impl Store) -> Result<Self, Failed> {
        let first = (ProductId::lowest(), String::new());
        let product = |row: Product| (row.product_id, row.version);
        let ledger = store.all::<Ledger>()?;
        let by_product = places(&ledger, |row| (row.product_id, row.stock_version));
        Ok(Self {
            platform: Platform::load(store)?,
            products: each(store, first, product)?,
            stock: store.all()?,
            ranks: store.all()?,
            days: store.all()?,
            hours_from: store.get::<Ranking>(&RANKING)?.map(|row| row.hours_from),
            ledger,
            by_product,
        })
    }

    pub fn stock(&self, product_id: ProductId) -> Option<&Stock> {
        under(&self.stock, |stock| stock.product_id, product_id).first()
    }

    pub fn version(&self, product_id: ProductId) -> Option<i64> {
        let found = under(&self.products, |product| product.0, product_id);
        found.first().map(|product| product.1)
    }

    /// What one saga moved.
    pub fn moved(&self, saga: SagaId) -> &[Ledger] {
        under(&self.ledger, |row| row.saga_id, saga)
    }

    /// The ledger of each product, in the order of commits.
    pub fn histories(&self) -> impl Iterator<Item = (ProductId, History<'_, Ledger>)> {
        histories(&self.ledger, &self.by_product, |row| row.product_id)
    }

    pub fn history(&self, product_id: ProductId) -> History<'_, Ledger> {
        let product = |&at: &u32| self.ledger[at as usize].product_id;
        History {
            rows: &self.ledger,
            places: under(&self.by_product, product, product_id),
        }
    }

    fn deducted(&self, saga: SagaId) -> Option<Standing> {
        let mut standing = self.platform.fence(saga, Step::DeductStock);
        for row in self.moved(saga) {
            match row.direction {
                stock::Direction::Restore => return Some(Standing::Undone),
                stock::Direction::Deduct => standing = Some(Standing::Applied),
                stock::Direction::Return | stock::Direction::Adjust => {}
            }
        }
        standing
    }
}

impl Purses {
    fn load(store: &impl Store) -> Result<Self, Failed> {
        let ledger = store.all::<PointHistory>()?;
        let by_user = places(&ledger, |row| (row.user_id, row.point_version));
        let mut by_order = places(&ledger, |row| (row.order_id, row.point_version));
        by_order.retain(|&at| ledger[at as usize].order_id.is_some());
        let closed = |row: points::ClosedUser| row.user_id;
        Ok(Self {
            platform: Platform::load(store)?,
            points: store.all()?,
            closed: each(store, UserId::lowest(), closed)?,
            ledger,
            by_user,
            by_order,
        })
    }

    pub fn point(&self, user_id: UserId) -> Option<&Point> {
        under(&self.points, |point| point.user_id, user_id).first()
    }

    /// The ledger of each user, in the order of commits.
    pub fn histories(&self) -> impl Iterator<Item = (UserId, History<'_, PointHistory>)> {
        histories(&self.ledger, &self.by_user, |row| row.user_id)
    }

    pub fn history(&self, user_id: UserId) -> History<'_, PointHistory> {
        let user = |&at: &u32| self.ledger[at as usize].user_id;
        History {
            rows: &self.ledger,
            places: under(&self.by_user, user, user_id),
        }
    }

    /// What each order moved, with its refunds.
    pub fn by_order(&self) -> impl Iterator<Item = (OrderId, History<'_, PointHistory>)> {
        let groups = histories(&self.ledger, &self.by_order, |row| row.order_id);
        groups.filter_map(|(order, rows)| Some((order?, rows)))
    }

    pub fn of_order(&self, order_id: OrderId) -> History<'_, PointHistory> {
        let order = |&at: &u32| self.ledger[at as usize].order_id;
        History {
            rows: &self.ledger,
            places: under(&self.by_order, order, Some(order_id)),
        }
    }

    pub fn entry(
        &self,
        user_id: UserId,
        saga: SagaId,
        direction: points::Direction,
    ) -> Option<&PointHistory> {
        let found = under(&self.ledger, Row::key, (saga, direction)).first();
        found.filter(|row| row.user_id == user_id)
    }

    fn paid(&self, user_id: UserId, saga: SagaId) -> Option<Standing> {
        let stands = |direction| self.entry(user_id, saga, direction).is_some();
        if stands(points::Direction::Refund) {
            Some(Standing::Undone)
        } else if stands(points::Direction::Use) {
            Some(Standing::Applied)
        } else {
            self.platform.fence(saga, Step::PayPoints)
        }
    }
}

impl Coupons {
    fn load(store: &impl Store) -> Result<Self, Failed> {
        let closed = |row: promotion::store::ClosedUser| row.user_id;
        let held = store.all::<UserCoupon>()?;
        let used = held.iter().filter(|held| held.state == State::Used);
        let mut used_by: Vec<_> = used.filter_map(|held| held.order_id).collect();
        used_by.sort_unstable();
        Ok(Self {
            platform: Platform::load(store)?,
            coupons: store.all()?,
            issued: store.all()?,
            used_by,
            held,
            closed: each(store, UserId::lowest(), closed)?,
        })
    }

    pub fn held(&self, user_id: UserId, id: UserCouponId) -> Option<&UserCoupon> {
        under(&self.held, Row::key, (user_id, id)).first()
    }

    /// The coupon that an order named, if its user has it.
    pub fn named_by(&self, order: &Ordered) -> Option<&UserCoupon> {
        self.held(order.user_id, order.user_coupon_id?)
    }

    pub fn is_any_used_by(&self, order_id: OrderId) -> bool {
        self.used_by.binary_search(&order_id).is_ok()
    }

    fn applied(&self, order: &Ordered) -> Option<Standing> {
        match self.named_by(order) {
            Some(held) if is_used_by(held, order.order_id) => Some(Standing::Applied),
            Some(_) | None => self
                .platform
                .fence(order.order_id.into(), Step::ApplyCoupon),
        }
    }
}

pub(crate) fn is_used_by(held: &UserCoupon, order_id: OrderId) -> bool {
    held.state == State::Used && held.order_id == Some(order_id)
}

impl Summaries {
    fn load(store: &impl Store) -> Result<Self, Failed> {
        let state = store.get::<ViewState>(&STATE)?;
        let live = state.map_or(FIRST_GENERATION, |state| state.live);
        Ok(Self {
            platform: Platform::load(store)?,
            rows: store.under::<OrderSummary, _>(live)?,
            live,
        })
    }

    pub fn get(&self, order: &Ordered) -> Option<&OrderSummary> {
        let key = (self.live, order.user_id, order.order_id);
        under(&self.rows, Row::key, key).first()
    }
}

/// The rows of one subject in another order than that of their keys.
pub(crate) struct History<'f, R> {
    rows: &'f [R],
    places: &'f [u32],
}

impl<'f, R> History<'f, R> {
    pub fn iter(&self) -> impl Iterator<Item = &'f R> + use<'f, R> {
        let rows = self.rows;
        self.places.iter().map(move |&at| &rows[at as usize])
    }
}

fn histories<'f, R, K: PartialEq>(
    rows: &'f [R],
    places: &'f [u32],
    subject: impl Fn(&R) -> K,
) -> impl Iterator<Item = (K, History<'f, R>)> {
    let mut left = places;
    std::iter::from_fn(move || {
        let wanted = subject(&rows[*left.first()? as usize]);
        let own = |&&at: &&u32| subject(&rows[at as usize]) == wanted;
        let count = left.iter().take_while(own).count();
        let (places, rest) = left.split_at(count);
        left = rest;
        Some((wanted, History { rows, places }))
    })
}

/// The places of rows, sorted otherwise than the rows are.
fn places<R, K: Ord>(rows: &[R], key: impl Fn(&R) -> K) -> Vec<u32> {
    let mut places: Vec<u32> = (0u32..).take(rows.len()).collect();
    places.sort_unstable_by_key(|&at| key(&rows[at as usize]));
    places
}

/// The rows whose key is `wanted`, of rows in the order of that key.
fn under<R, K: Ord>(rows: &[R], key: impl Fn(&R) -> K, wanted: K) -> &[R] {
    let first = rows.partition_point(|row| key(row) < wanted);
    let count = rows[first..].partition_point(|row| key(row) <= wanted);
    &rows[first..first + count]
}

/// Every row of a table, made smaller as it comes.
fn each<R: Row, T>(
    store: &impl Store,
    lowest: R::Key,
    make: impl Fn(R) -> T,
) -> Result<Vec<T>, Failed> {
    let mut made = Vec::new();
    store.each_from::<R>(&lowest, &mut |row| made.push(make(row)))?;
    Ok(made)
}
