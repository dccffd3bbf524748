//! What only a database file does: which files are refused and left as they were, how durable a
//! commit is, what readers see, and when the log beside the file shrinks.

mod drawer;
mod kept;
mod opening;
mod reading;
mod writing;
