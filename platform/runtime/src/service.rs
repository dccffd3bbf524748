//! The seam every service fills: two pure functions and a filter.

use contracts::envelope::{Event, ServiceName};
use contracts::saga::{self, Kinds};
use db::{Failed, Rows, Store};

use crate::decision::{Decision, Moment};
use crate::timers::Timer;

/// What a service makes of an event it is subscribed to.
#[derive(Debug)]
pub enum Accept<I> {
    Hear(I),
    /// Not for this service, or owed by another: the position moves on.
    Ignore,
    /// Cannot be understood; the key is parked with the reason.
    Poison(String),
}

/// A service: `ask` names the rows an input needs, `decide` changes them and says events.
/// All functions are pure: no I/O, no clock, no randomness, no order but that of the inputs.
pub trait Service: 'static {
    const NAME: ServiceName;
    /// Under which name positions are kept; a read model has one of its own.
    const CONSUMER: &'static str = Self::NAME.as_str();
    /// A view: all it holds follows from the log, so that its commits need not wait for the disk.
    const IS_VIEW: bool = false;
    type Input: Send + 'static;
    type Rows: Rows + 'static;
    /// What the sender of a command gets back after the commit.
    type Reply: Send + 'static;

    /// What it is subscribed to: what the saga table says, but for a read model.
    fn hears() -> Kinds {
        saga::hears(Self::NAME)
    }

    /// Turns an event into an input. The runtime asks only for kinds the saga table subscribes
    /// this service to.
    fn accept(event: &Event) -> Accept<Self::Input>;

    /// Names the rows that `decide` will need. Called again after each fetch, so that a row
    /// read may name the next; at most three rounds.
    fn ask(rows: &mut Self::Rows, input: &Self::Input);

    /// Decides one input over the rows that the inputs before it left. Total: a refusal is an
    /// event or a reply, never a panic.
    fn decide(rows: &mut Self::Rows, input: &Self::Input, at: &Moment) -> Decision<Self::Reply>;

    /// Names the rows that `close` will need, whatever the inputs are.
    fn ask_close(_rows: &mut Self::Rows, _writer: i64) {}

    /// Adds what is kept of a batch as a whole: called once, after its last decision. As total as
    /// `decide`.
    fn close(_rows: &mut Self::Rows, _at: &Moment) {}

    /// The input of a timer that came due.
    fn due(_timer: Timer) -> Option<Self::Input> {
        None
    }

    /// The timers open in the store, among keys not below `from`: read once, when a loop starts.
    fn open_timers(_store: &impl Store, _from: i64) -> Result<Vec<Timer>, Failed> {
        Ok(Vec::new())
    }

    /// Whether a command is refused while the service is behind with its events.
    fn sheds(_input: &Self::Input) -> bool {
        false
    }
}
