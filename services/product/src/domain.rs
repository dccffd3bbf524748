//! What Product knows: how lines add up, what a shelf can give, what may be sold at which price.
//! Pure values and transitions; no row, no event's way and no time is known here.

/// How many pieces of which product, with lines of one product added up.
pub mod demand;

/// What is on the shelf and how it changes.
pub mod stock;

/// Selling a whole order, or saying what is wrong with it.
pub mod sale;

/// The hours and days in which sales are counted.
pub mod ranking;

/// Finding a name by a part of it.
pub mod name;

/// Why a command is refused.
pub mod refusal;
