//! Tests of the whole shop: `TestShop` starts the real program on a free port and a temporary
//! folder, `Alone` one service of it. What one service decides is tested beside that service.

/// Somebody who opens the pages.
mod browser;

/// One service hosted alone, with a clock of its own.
mod alone;

/// What the examples of the API's document name.
mod documented;

/// What a shop sells and what its members hold.
mod goods;

/// Who calls.
mod people;

/// A running shop.
mod shop;

/// What the databases hold.
mod state;

/// Waiting on conditions.
mod until;

pub use alone::Alone;
pub use browser::{Browser, Seen};
pub use documented::Documented;
pub use goods::{Offer, add_product, charge, issue, offer};
pub use people::{Member, PASSWORD};
pub use shop::{Answer, TestShop, cart};
pub use state::{has_said, rows_digest};
pub use until::{LONGEST, until};
