//! Starting and stopping: the data folder, the backends, the loops and their threads, the HTTP
//! server. The only place where backends are chosen and the clock is read.

mod clock;
mod folder;
mod host;
mod keys;
mod serve;
mod server;
mod signals;
mod telemetry;
mod unanswered;

pub use clock::now;
pub use folder::{Folder, Refused};
pub use host::{Ended, Host, Hosted, Opened, Place, Running};
pub use serve::serve;
pub use server::{Bound, Unbound, bind};
pub use signals::Signals;
pub use telemetry::{LogFormat, look_at_filter, telemetry, telemetry_as};
pub use unanswered::unanswered;
