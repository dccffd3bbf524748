//! Where the rows come from. The databases are only read, through whatever store holds them.

/// The databases of one shop.
pub struct Shop<'s, St> {
    pub user: &'s St,
    pub product: &'s St,
    pub order: &'s St,
    pub payment: &'s St,
    pub promotion: &'s St,
    /// The read model of orders, a file of its own.
    pub order_view: Option<&'s St>,
    /// How many partitions each topic has: the embedded log has one.
    pub partitions: i64,
}

/// How the databases relate in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nobody wrote while they were read: files without a process, maps, a shop at rest.
    One,
    /// Each was read at an instant of its own while the shop ran, so that one of them may show
    /// the consequence of what another does not show yet.
    OnePerDatabase,
}
