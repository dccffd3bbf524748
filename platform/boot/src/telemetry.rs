//! Logs go to standard error, so that standard output stays data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging: text on a terminal, else one JSON document a line; `RUST_LOG` sets the level.
/// A second call is ignored, so that tests may start several shops.
pub fn telemetry(default_level: &str) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default_level));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match std::io::stderr().is_terminal() {
        true => logs.try_init(),
        false => logs.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(
            place,
            message = panic.payload_as_str().unwrap_or(""),
            "panicked"
        );
    }));
}
