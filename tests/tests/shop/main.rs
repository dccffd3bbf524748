//! The whole shop over HTTP, in one binary: each one more costs a link.

/// Requests that must change nothing.
mod bad_input;

/// What one order writes.
mod budget;

/// The API's document, against the shop.
mod documents;

/// Hard cases that need more than one service.
mod hard_cases;

/// The same request again.
mod idempotency;

/// What operators do for sagas that do not end.
mod operating;

/// Many orders in one request.
mod batch;

/// Coupons and points beside the sagas.
mod benefits;

/// What is refused from what was heard a moment ago.
mod sold_out;

/// The storefront and the console.
mod pages;

/// Read models and their rebuilding.
mod projections;

/// The catalogue and its ranking.
mod products;

/// The worked example of the README.
mod readme;

/// The tables that the report this shop is made after asks for.
mod report;

/// Many at once for little.
mod rush;

/// The sagas, and what is shown of them.
mod saga;
