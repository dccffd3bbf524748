//! What the loops count, as Prometheus reads it. Steps carry the words of the saga table; nothing
//! here carries an id.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use contracts::time::Timestamp;
use runtime::{Service, Status};

use crate::shop::Places;

/// One loop: its name and what it counted.
pub type Counted<'p> = (&'static str, &'p Status);

/// A metric of one number a loop.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: fn(&Status, Timestamp) -> f64,
}

const METRICS: [Metric; 11] = [
    Metric {
        name: "jangteo_batches_total",
        kind: "counter",
        help: "Transactions committed.",
        value: |status, _| status.batches.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_inputs_total",
        kind: "counter",
        help: "Commands, events and timers decided.",
        value: |status, _| status.inputs.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_events_said_total",
        kind: "counter",
        help: "Events committed to the outbox.",
        value: |status, _| status.said.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_repeats_total",
        kind: "counter",
        help: "Inputs heard before and absorbed.",
        value: |status, _| status.repeats.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_parked_total",
        kind: "counter",
        help: "Events set aside.",
        value: |status, _| status.parked.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_parked_keys",
        kind: "gauge",
        help: "Keys set aside now.",
        value: |status, _| status.parked_keys.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_paused_topics",
        kind: "gauge",
        help: "Topics not read, because too much of them is set aside.",
        value: |status, _| status.paused.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_rollbacks_total",
        kind: "counter",
        help: "Transactions rolled back.",
        value: |status, _| status.rollbacks.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_loop_reopened_total",
        kind: "counter",
        help: "Loops opened again after a fault point struck.",
        value: |status, _| status.reopened.load(Ordering::Relaxed) as f64,
    },
    Metric {
        name: "jangteo_consumer_lag",
        kind: "gauge",
        help: "Events of the log not read yet.",
        value: |status, now| status.lag(now).messages as f64,
    },
    Metric {
        name: "jangteo_consumer_lag_seconds",
        kind: "gauge",
        help: "Age of the oldest event not read yet.",
        value: |status, now| status.lag(now).micros as f64 / 1e6,
    },
];

const SIZES: &str = "jangteo_batch_inputs";
const STEPS: &str = "jangteo_saga_steps_total";
const WAL: &str = "jangteo_wal_bytes";

/// The loops by the names of their consumers.
pub fn loops(places: &Places) -> [Counted<'_>; 6] {
    [
        (user::User::CONSUMER, places.user.handle.status()),
        (product::Product::CONSUMER, places.product.handle.status()),
        (order::Order::CONSUMER, places.order.handle.status()),
        (
            order::OrderView::CONSUMER,
            places.order_view.handle.status(),
        ),
        (payment::Payment::CONSUMER, places.payment.handle.status()),
        (
            promotion::Promotion::CONSUMER,
            places.promotion.handle.status(),
        ),
    ]
}

/// All metrics of the shop.
pub fn text(places: &Places) -> String {
    let now = places.order.handle.now();
    let loops = loops(places);
    let mut text = String::new();
    for Metric {
        name,
        kind,
        help,
        value,
    } in METRICS
    {
        head(&mut text, name, kind, help);
        for (consumer, status) in loops {
            line(
                &mut text,
                name,
                &format!("service=\"{consumer}\""),
                value(status, now),
            );
        }
    }
    head(
        &mut text,
        WAL,
        "gauge",
        "Size of a database's write-ahead log; from 256 MB on, a reader keeps it from shrinking.",
    );
    for (database, status) in loops {
        let bytes = status.wal_bytes.load(Ordering::Relaxed) as f64;
        line(&mut text, WAL, &format!("database=\"{database}\""), bytes);
    }
    head(
        &mut text,
        SIZES,
        "histogram",
        "Inputs decided in one transaction.",
    );
    for (consumer, status) in loops {
        sizes(&mut text, consumer, status);
    }
    head(
        &mut text,
        STEPS,
        "counter",
        "Steps of sagas taken and taken back.",
    );
    for (consumer, status) in loops {
        for (step, direction, count) in status.steps() {
            let (step, direction) = (step.words(), direction.as_str());
            let labels =
                format!("service=\"{consumer}\",step=\"{step}\",direction=\"{direction}\"");
            line(&mut text, STEPS, &labels, count as f64);
        }
    }
    text
}

/// A histogram of one loop: batches of at most so many inputs, added up.
fn sizes(text: &mut String, consumer: &str, status: &Status) {
    let (bucket, mut batches) = (format!("{SIZES}_bucket"), 0);
    for (bound, count) in status.sizes() {
        batches += count;
        let bound = bound.map_or("+Inf".to_owned(), |bound| bound.to_string());
        let labels = format!("service=\"{consumer}\",le=\"{bound}\"");
        line(text, &bucket, &labels, batches as f64);
    }
    let inputs = status.inputs.load(Ordering::Relaxed);
    for (part, value) in [("sum", inputs), ("count", batches)] {
        let labels = format!("service=\"{consumer}\"");
        line(text, &format!("{SIZES}_{part}"), &labels, value as f64);
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("a string takes it");
}

fn line(text: &mut String, name: &str, labels: &str, value: f64) {
    writeln!(text, "{name}{{{labels}}} {value}").expect("a string takes it");
}
