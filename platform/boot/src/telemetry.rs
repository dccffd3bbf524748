//! Logs go to standard error, so that standard output stays data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    Text,
    /// A document a line.
    Json,
}

/// Starts logging; `RUST_LOG` sets the level.
pub fn telemetry(default_level: &str) {
    let filter = EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(default_level));
    start(filter, LogFormat::Auto);
}

/// Starts logging what `filter` says, in the words of `RUST_LOG`, which is not asked.
pub fn telemetry_as(filter: &str, format: LogFormat) {
    start(EnvFilter::new(filter), format);
}

/// Whether it is a filter, in the words of `RUST_LOG`.
///
/// # Errors
/// What is wrong with it.
pub fn look_at_filter(filter: &str) -> Result<(), String> {
    let parsed = EnvFilter::builder().parse(filter);
    parsed.map(drop).map_err(|error| error.to_string())
}

/// A second call is ignored, so that tests may start several shops.
fn start(filter: EnvFilter, format: LogFormat) {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let on_terminal = std::io::stderr().is_terminal();
    let as_text = match format {
        LogFormat::Auto => on_terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let started = match as_text {
        // By itself it colours wherever NO_COLOR does not forbid it.
        true if on_terminal => logs.try_init(),
        true => logs.with_ansi(false).try_init(),
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
