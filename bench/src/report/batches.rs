//! How large the batches were: natural batching, seen.

use super::Figures;

/// A table of each loop's batches by their sizes; nothing where none were counted.
pub(super) fn lines(figures: &Figures) -> Vec<String> {
    let Some(first) = figures.sizes.by_loop.values().next() else {
        return Vec::new();
    };
    let heads: Vec<String> = first.iter().map(|(bound, _)| head(bound)).collect();
    let mut lines = vec![
        format!("| loop | batches | {} |", heads.join(" | ")),
        format!("|---|---:|{}", "---:|".repeat(heads.len())),
    ];
    for (name, buckets) in &figures.sizes.by_loop {
        let batches: f64 = buckets.iter().map(|(_, count)| count).sum();
        let shares = buckets.iter().map(|(_, count)| match *count {
            0.0 => String::new(),
            count => format!("{:.1} %", count * 100.0 / batches),
        });
        let shares: Vec<String> = shares.collect();
        lines.push(format!(
            "| {name} | {batches:.0} | {} |",
            shares.join(" | ")
        ));
    }
    lines
}

fn head(bound: &str) -> String {
    match bound {
        "+Inf" => "more".to_owned(),
        "1" => "1".to_owned(),
        bound => format!("to {bound}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Sizes;

    #[test]
    fn a_loop_s_batches_are_told_in_shares() {
        let bucket = |bound: &str, count| (bound.to_owned(), count);
        let mut sizes = Sizes::default();
        let buckets = vec![bucket("1", 1.0), bucket("4", 0.0), bucket("+Inf", 3.0)];
        sizes.by_loop.insert("order".to_owned(), buckets);
        let mut figures = Figures::default();
        assert!(lines(&figures).is_empty());
        figures.add_sizes(&sizes);
        figures.add_sizes(&sizes);
        let expected = [
            "| loop | batches | 1 | to 4 | more |",
            "|---|---:|---:|---:|---:|",
            "| order | 8 | 25.0 % |  | 75.0 % |",
        ];
        assert_eq!(lines(&figures), expected);
    }
}
