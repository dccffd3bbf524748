//! What is counted: how long answers took, by route and status, and how the turnstiles stand.
//! Counting takes no lock; whoever asks for the text adds up what stands at that moment.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::StatusCode;

use crate::table::Table;
use crate::turnstile::Turnstile;

/// What the gateway counts, shared with whoever serves `/metrics`.
#[derive(Clone)]
pub struct Meters {
    pub(crate) table: Arc<Table>,
    pub(crate) turnstiles: Arc<[Turnstile]>,
}

/// One method of one route.
pub(crate) struct Meter {
    method: &'static str,
    /// The template; empty for what is no route.
    route: Box<str>,
    answers: [OnceLock<Box<Histogram>>; STATUSES.len() + 1],
}

/// Those that are answered with, the usual ones first; any other is counted beside them.
const STATUSES: [u16; 28] = [
    200, 202, 201, 204, 404, 409, 401, 400, 422, 503, 504, 403, 429, 405, 413, 415, 304, 500, 206,
    301, 302, 303, 307, 308, 406, 412, 501, 502,
];
const OTHER_STATUS: &str = "_OTHER";

/// In microseconds: OpenTelemetry's bounds for HTTP, and two below them, where most answers are.
const BOUNDS: [u64; 16] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000,
    1_000_000, 2_500_000, 5_000_000, 7_500_000, 10_000_000,
];

#[derive(Default)]
struct Histogram {
    /// Each counts what is in it alone; the last what is above all bounds.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

const DURATION: &str = "http_server_request_duration_seconds";
const DURATION_HELP: &str = "Time until an answer began, by method, route and status.";

/// A metric of one number a service.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: fn(&Turnstile) -> u64,
}

const METRICS: [Metric; 3] = [
    Metric {
        name: "jangteo_breaker_state",
        kind: "gauge",
        help: "0 closed, 1 half open, 2 open: nothing goes to the service.",
        value: |turnstile| turnstile.state().number().into(),
    },
    Metric {
        name: "jangteo_upstream_under_way",
        kind: "gauge",
        help: "Requests under way at a service.",
        value: |turnstile| turnstile.under_way() as u64,
    },
    Metric {
        name: "jangteo_upstream_waiting",
        kind: "gauge",
        help: "Requests that wait until one at their service ends.",
        value: |turnstile| turnstile.waiting().into(),
    },
];

const REFUSED: &str = "jangteo_upstream_refused_total";

impl Meters {
    /// All of it, as Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        head(&mut text, DURATION, "histogram", DURATION_HELP);
        for meter in self.table.meters() {
            meter.write(&mut text);
        }
        for Metric {
            name,
            kind,
            help,
            value,
        } in METRICS
        {
            head(&mut text, name, kind, help);
            for turnstile in self.turnstiles.iter() {
                let (service, value) = (&turnstile.service, value(turnstile));
                line(
                    &mut text,
                    format_args!("{name}{{service=\"{service}\"}} {value}"),
                );
            }
        }
        head(
            &mut text,
            REFUSED,
            "counter",
            "Requests that did not get to their service.",
        );
        for turnstile in self.turnstiles.iter() {
            for (why, count) in [("breaker", &turnstile.broken), ("full", &turnstile.full)] {
                let (service, count) = (&turnstile.service, count.load(Ordering::Relaxed));
                let labels = format_args!("service=\"{service}\",reason=\"{why}\"");
                line(&mut text, format_args!("{REFUSED}{{{labels}}} {count}"));
            }
        }
        text
    }
}

impl Meter {
    pub(crate) fn new(method: &'static str, route: &str) -> Meter {
        Meter {
            method,
            route: route.into(),
            answers: [const { OnceLock::new() }; STATUSES.len() + 1],
        }
    }

    pub(crate) fn route(&self) -> &str {
        &self.route
    }

    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        let status = status.as_u16();
        let place = STATUSES.iter().position(|known| *known == status);
        let answers = &self.answers[place.unwrap_or(STATUSES.len())];
        answers.get_or_init(Box::default).count(took);
    }

    fn write(&self, text: &mut String) {
        for (place, answers) in self.answers.iter().enumerate() {
            if let Some(histogram) = answers.get() {
                histogram.write(text, &self.labels(STATUSES.get(place).copied()));
            }
        }
    }

    fn labels(&self, status: Option<u16>) -> String {
        let Meter { method, route, .. } = self;
        let mut labels = format!("http_request_method=\"{method}\"");
        if !route.is_empty() {
            write!(labels, ",http_route=\"{route}\"").expect("a string takes it");
        }
        match status {
            Some(status) => write!(labels, ",http_response_status_code=\"{status}\""),
            None => write!(labels, ",http_response_status_code=\"{OTHER_STATUS}\""),
        }
        .expect("a string takes it");
        labels
    }
}

impl Histogram {
    fn count(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// The count is that of the buckets, so that the two agree whenever it is read.
    fn write(&self, text: &mut String, labels: &str) {
        let mut count = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            let bound = match BOUNDS.get(place) {
                Some(micros) => (*micros as f64 / 1e6).to_string(),
                None => "+Inf".to_owned(),
            };
            let labels = format_args!("{labels},le=\"{bound}\"");
            line(text, format_args!("{DURATION}_bucket{{{labels}}} {count}"));
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        line(text, format_args!("{DURATION}_sum{{{labels}}} {seconds}"));
        line(text, format_args!("{DURATION}_count{{{labels}}} {count}"));
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(
        text,
        format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"),
    );
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn lines(meter: &Meter) -> Vec<String> {
        let mut text = String::new();
        meter.write(&mut text);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_answer_is_in_every_bucket_from_its_own_on() {
        let meter = Meter::new("GET", "/orders/{id}");
        assert!(lines(&meter).is_empty());
        for millis in [0, 1, 3, 40_000] {
            meter.count(StatusCode::OK, Duration::from_millis(millis));
        }
        let labels = "http_request_method=\"GET\",http_route=\"/orders/{id}\",\
                      http_response_status_code=\"200\"";
        let lines = lines(&meter);
        assert_eq!(lines.len(), BOUNDS.len() + 3);
        for (bound, count) in [
            ("0.001", 2),
            ("0.0025", 2),
            ("0.005", 3),
            ("10", 3),
            ("+Inf", 4),
        ] {
            let line = format!("{DURATION}_bucket{{{labels},le=\"{bound}\"}} {count}");
            assert!(lines.contains(&line), "{line} in {lines:#?}");
        }
        assert!(lines.contains(&format!("{DURATION}_sum{{{labels}}} 40.004")));
        assert!(lines.contains(&format!("{DURATION}_count{{{labels}}} 4")));
    }

    #[test]
    fn statuses_are_counted_apart_and_strange_ones_together() {
        let meter = Meter::new("_OTHER", "");
        for status in [404, 503, 418, 499, 404] {
            meter.count(StatusCode::from_u16(status).unwrap(), Duration::ZERO);
        }
        let counts: Vec<String> = lines(&meter)
            .into_iter()
            .filter_map(|line| Some(line.strip_prefix(&format!("{DURATION}_count"))?.to_owned()))
            .collect();
        let label = |status: &str| {
            format!("{{http_request_method=\"_OTHER\",http_response_status_code=\"{status}\"}}")
        };
        let expected = [("404", 2), ("503", 1), ("_OTHER", 2)];
        assert_eq!(
            counts,
            expected.map(|(status, n)| format!("{} {n}", label(status)))
        );
    }

    #[test]
    fn the_gates_are_told() {
        let settings = Settings::shipped();
        let meters = Meters {
            table: Arc::new(Table::new(&settings).unwrap()),
            turnstiles: [Turnstile::new("order", &settings)].into(),
        };
        let text = meters.text();
        for line in [
            "jangteo_breaker_state{service=\"order\"} 0",
            "jangteo_upstream_under_way{service=\"order\"} 0",
            "jangteo_upstream_refused_total{service=\"order\",reason=\"breaker\"} 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in {text}");
        }
    }
}
