//! What Promotion knows: how a discount is reckoned and spread, what can become of a coupon in a
//! user's hands, and why a command is refused. Pure: rows and time come in as values.

/// What comes off an order and off each of its lines.
pub mod discount;

/// The states of a user's coupon and the ways between them.
pub mod held;

/// Why a command is refused.
pub mod refusal;
