//! Orders from the cart to their end, good and bad, and what each reader is shown of them.

mod compensated;
mod completed;
mod refunded;
mod shown;
mod traced;
mod waiting;
