//! The comparison as a picture for the README: plain bars, in the colours of the reader's theme.

use std::fmt::Write;

use super::{Figures, median, pass};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 210.0;
const BAR: f64 = 22.0;
const GAP: f64 = 12.0;
const TOP: f64 = 64.0;

/// What is drawn: label, pass, contestant and the colour's class.
const BARS: [(&str, &str, &str, &str); 6] = [
    ("monolith, uniform", pass::UNIFORM, "monolith", "them"),
    ("monolith, hot product", pass::HOT, "monolith", "them"),
    ("jangteo, uniform, waiting", pass::UNIFORM, "shop", "us"),
    ("jangteo, uniform", pass::UNIFORM_SATURATED, "shop", "us"),
    ("jangteo, hot product", pass::HOT_SATURATED, "shop", "us"),
    ("jangteo, batches of 100", pass::BATCHES, "shop", "us"),
];

/// For those who do not see it.
const LABEL: &str =
    r#"aria-label="Completed orders a second, jangteo and the monolith it replaces""#;
const SUBTITLE: &str = "same machine, same run, durable before the answer, load generator included";
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}\
.title{font-size:16px;font-weight:600}.soft{fill:#57606a}\
rect{rx:3px}.us{fill:#1a7f5a}.them{fill:#9aa4af}.axis{stroke:#d0d7de}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}\
.us{fill:#3fb68b}.them{fill:#6e7681}.axis{stroke:#3d444d}}";

pub fn drawing(figures: &Figures) -> String {
    let bars = BARS.iter().filter_map(|(label, pass, contestant, class)| {
        let rates = figures.of(pass, contestant);
        let rates = rates.iter().filter_map(|row| row.values.rate).collect();
        Some((*label, median(rates)?, *class))
    });
    let bars: Vec<_> = bars.collect();
    let most = bars.iter().map(|(_, rate, _)| *rate).fold(1.0, f64::max);
    let height = TOP + bars.len() as f64 * (BAR + GAP) + GAP;
    let mut text = String::new();
    let mut add = |line: &str| writeln!(text, "{line}").expect("a string takes it");
    add(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {LABEL}>"#
    ));
    add(&format!("<style>{STYLE}</style>"));
    add(r#"<text class="title" x="16" y="26">Completed orders a second</text>"#);
    add(&format!(
        r#"<text class="soft" x="16" y="46">{SUBTITLE}</text>"#
    ));
    for (nth, (label, rate, class)) in bars.iter().enumerate() {
        let y = TOP + nth as f64 * (BAR + GAP);
        let width = (WIDTH - LEFT - 80.0) * rate / most;
        let middle = y + BAR * 0.7;
        add(&format!(
            r#"<text x="{}" y="{middle:.1}" text-anchor="end">{label}</text>"#,
            LEFT - 10.0
        ));
        add(&format!(
            r#"<rect class="{class}" x="{LEFT}" y="{y:.1}" width="{width:.1}" height="{BAR}"/>"#
        ));
        add(&format!(
            r#"<text class="soft" x="{:.1}" y="{middle:.1}">{}</text>"#,
            LEFT + width + 8.0,
            thousands(*rate)
        ));
    }
    add(&format!(
        r#"<line class="axis" x1="{LEFT}" y1="{}" x2="{LEFT}" y2="{:.1}"/>"#,
        TOP - 6.0,
        height - GAP + 6.0
    ));
    add("</svg>");
    text
}

/// 12345 as 12,345.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(12_345_678.0), "12,345,678");
        assert_eq!(thousands(12.0), "12");
    }
}
