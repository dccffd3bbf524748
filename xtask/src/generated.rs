//! Generated lines within a document that is written by hand, between two markers.

use anyhow::{Context, Result, ensure};

/// Two lines of a document; what stands between them is generated.
pub struct Markers {
    pub open: &'static str,
    pub close: &'static str,
}

impl Markers {
    /// The document with these lines, and nothing else, between its two markers.
    pub fn put(&self, document: &str, lines: &str) -> Result<String> {
        let Markers { open, close } = self;
        ensure!(
            document.matches(open).count() == 1 && document.matches(close).count() == 1,
            "it needs one line `{open}` and after it one line `{close}`"
        );
        let (before, rest) = document.split_once(open).context("no opening marker")?;
        let (_, after) = rest
            .split_once(close)
            .context("the closing marker stands before the opening")?;
        let lines = lines.trim_end();
        Ok(format!("{before}{open}\n{lines}\n{close}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Markers;

    const DOCUMENT: &str = "# Order\n\n<!-- hears -->\nold\n<!-- /hears -->\n\n## Tables\n";
    const HEARS: Markers = Markers {
        open: "<!-- hears -->",
        close: "<!-- /hears -->",
    };

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = HEARS.put(DOCUMENT, "hears A\nsays B\n").unwrap();
        let expected = "# Order\n\n<!-- hears -->\nhears A\nsays B\n<!-- /hears -->\n\n## Tables\n";
        assert_eq!(text, expected);
        assert_eq!(HEARS.put(&text, "hears A\nsays B\n").unwrap(), text);
    }

    #[test]
    fn a_document_without_its_markers_is_refused() {
        assert!(HEARS.put("# Order\n", "a").is_err());
        let reversed = "<!-- /hears -->\n<!-- hears -->\n";
        assert!(HEARS.put(reversed, "a").is_err());
        assert!(HEARS.put(&DOCUMENT.repeat(2), "a").is_err());
    }
}
