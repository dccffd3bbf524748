//! What the shop counts of itself, read off `/metrics`.

use std::collections::BTreeMap;

use anyhow::Context;

use super::wire::Wire;

const METRICS: &[u8] = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// The counts at one moment, or what was added to them since another.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    pub transactions: f64,
    pub inputs: f64,
    pub completed: f64,
    /// Loops opened again after they were killed.
    pub reopened: f64,
    /// Events that a loop has not read yet.
    pub lag: f64,
    pub sizes: Sizes,
}

/// Batches by how many inputs they had, of each loop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sizes {
    /// Batches with at most so many inputs and more than the bound before, by loop and bound.
    pub by_loop: BTreeMap<String, Vec<(String, f64)>>,
}

impl Counters {
    pub async fn read(wire: &mut Wire) -> anyhow::Result<Self> {
        let reply = wire.exchange(METRICS).await?;
        let text = std::str::from_utf8(reply.body).context("metrics are text")?;
        Ok(Self::parse(text))
    }

    fn parse(text: &str) -> Self {
        let mut counters = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                continue;
            };
            if name.starts_with("jangteo_batches_total{") {
                counters.transactions += value;
            } else if name.starts_with("jangteo_inputs_total{") {
                counters.inputs += value;
            } else if name.starts_with("jangteo_loop_reopened_total{") {
                counters.reopened += value;
            } else if name.starts_with("jangteo_consumer_lag{") {
                counters.lag += value;
            } else if name.contains("step=\"confirm order\",direction=\"do\"") {
                counters.completed += value;
            } else if let Some(labels) = name.strip_prefix("jangteo_batch_inputs_bucket{") {
                counters.sizes.read(labels, value);
            }
        }
        counters
    }

    pub fn since(&self, before: &Self) -> Self {
        Self {
            transactions: self.transactions - before.transactions,
            inputs: self.inputs - before.inputs,
            completed: self.completed - before.completed,
            reopened: self.reopened - before.reopened,
            lag: self.lag,
            sizes: self.sizes.with(&before.sizes, -1.0),
        }
    }
}

impl Sizes {
    /// One bucket of a histogram, whose counts are added up over the smaller ones.
    fn read(&mut self, labels: &str, value: f64) {
        let mut quoted = labels.split('"').skip(1).step_by(2);
        let (Some(name), Some(bound)) = (quoted.next(), quoted.next()) else {
            return;
        };
        let buckets = self.by_loop.entry(name.to_owned()).or_default();
        let smaller: f64 = buckets.iter().map(|(_, count)| count).sum();
        buckets.push((bound.to_owned(), value - smaller));
    }

    /// These and others, so many times.
    pub fn with(&self, others: &Self, times: f64) -> Self {
        let mut sum = self.clone();
        for (name, others) in &others.by_loop {
            let buckets = sum.by_loop.entry(name.clone()).or_insert_with(|| {
                let bounds = others.iter().map(|(bound, _)| (bound.clone(), 0.0));
                bounds.collect()
            });
            for ((_, count), (_, other)) in buckets.iter_mut().zip(others) {
                *count += other * times;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# TYPE jangteo_batches_total counter\n\
        jangteo_batches_total{service=\"order\"} 9\n\
        jangteo_batches_total{service=\"product\"} 2\n\
        jangteo_loop_reopened_total{service=\"order\"} 3\n\
        jangteo_batch_inputs_bucket{service=\"order\",le=\"1\"} 4\n\
        jangteo_batch_inputs_bucket{service=\"order\",le=\"4\"} 4\n\
        jangteo_batch_inputs_bucket{service=\"order\",le=\"+Inf\"} 9\n";

    fn bucket(bound: &str, count: f64) -> (String, f64) {
        (bound.to_owned(), count)
    }

    #[test]
    fn counts_are_added_over_loops_and_buckets_are_told_apart() {
        let counted = Counters::parse(TEXT);
        assert_eq!((counted.transactions, counted.reopened), (11.0, 3.0));
        let order = [bucket("1", 4.0), bucket("4", 0.0), bucket("+Inf", 5.0)];
        assert_eq!(counted.sizes.by_loop["order"], order);
    }

    #[test]
    fn what_came_since_is_what_was_added() {
        let (before, now) = (
            Counters::parse(TEXT),
            Counters::parse(&TEXT.replace(" 9", " 12")),
        );
        let since = now.since(&before);
        assert_eq!(since.transactions, 3.0);
        let order = [bucket("1", 0.0), bucket("4", 0.0), bucket("+Inf", 3.0)];
        assert_eq!(since.sizes.by_loop["order"], order);
        let both = Sizes::default().with(&before.sizes, 1.0);
        assert_eq!(both, before.sizes);
    }
}
