//! The gateway as callers meet it: over routers in this process, and over servers of its own.

#![expect(clippy::unwrap_used, reason = "what helps a test may fail like a test")]

mod checks;
mod elsewhere;
mod opening;
mod server;
mod time;
