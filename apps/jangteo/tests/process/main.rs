//! The real program, as a user meets it: started as a process on a free port and a temporary
//! folder, asked through its command line and over HTTP, stopped, broken off and killed.

/// A running `jangteo`, and one command of it.
mod program;

/// A caller of the public API.
mod caller;

/// Backups under load, and what becomes of them.
mod backups;

/// What every command says and how it exits.
mod commands;

/// What every command says to a program.
mod documents;

/// Looking at the machine, the configuration and the commands themselves.
mod care;

/// What operators do when something is stuck.
mod operating;

/// Starting, ending, starting again.
mod lifecycle;

/// What is refused, with what message, and that nothing is harmed by it.
mod refusals;

/// A gateway of one's own.
mod routes;

/// Clients without pause, for the tests that break a shop under load.
mod load;

/// What those clients asked for and were answered.
mod journal;

/// Whether what they were answered adds up.
mod reckoning;

/// What those tests share.
mod chaos;

/// kill -9 under load, again and again.
mod kill;

/// Power cuts under load, on a file system of their own.
mod cut;

/// A disk that gets full, and one whose syncs and writes fail.
mod disk;

/// Deaths at the named points of a batch.
mod points;

/// A shop that is stopped, goes on, has too few files, and whose clock jumps.
mod hindered;

/// Files that were cut short, and bits that were flipped.
mod damage;

/// A file system in a file.
mod image;

/// A layer between the shop and the C library.
mod shim;
