//! Topics over a real database file: what a consumer reads, where it is taken up, what wakes it.

mod elsewhere;
mod publisher;
mod reading;
mod starting;
