//! The glue as a client meets it: a small router under `layers`, asked request by request.

#![expect(clippy::unwrap_used, reason = "what helps a test may fail like a test")]

mod around;
mod bodies;
mod forge;
mod keys;
mod queries;
mod server;
mod tokens;
