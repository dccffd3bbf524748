//! The real loop over database files, with a service that only counts. Time is tokio's own,
//! which moves when everybody waits; the clock follows it.

mod again;
mod bench;
mod commands;
mod counter;
mod crash;
mod fairness;
mod faults;
mod forgetting;
mod given_up;
mod owners;
mod parking;
mod publisher;
mod redrive;
mod timers;
mod views;
