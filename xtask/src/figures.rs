//! Puts figures of the benchmark's last whole run into the READMEs, between markers: what is told
//! there was measured, and is what `bench/RESULTS.md` says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::generated::{self, Markers};

const RESULTS: &str = "bench/RESULTS.md";
const MARKERS: Markers = Markers {
    open: "<!-- figures -->",
    close: "<!-- /figures -->",
};

/// A document that tells figures, in its language.
struct Document {
    path: &'static str,
    picture: &'static str,
    head: &'static str,
    /// One for each of `TOLD`.
    labels: [&'static str; TOLD.len()],
}

/// The ratios that are told, as `bench/RESULTS.md` names them.
const TOLD: [&str; 6] = [
    "shop / monolith, uniform, every shopper waits",
    "shop / monolith, hot product, every shopper waits",
    "shop, saturated / monolith, uniform",
    "hot / uniform, shop, saturated",
    "CPU an order, monolith / shop, saturated",
    "shop, saturated / floor of five databases, as many transactions an order",
];

const DOCUMENTS: [Document; 2] = [
    Document {
        path: "README.md",
        picture: "Completed orders a second: Jangteo and the monolith it replaces",
        head: "| ratio | measured | aim |",
        labels: [
            "orders a second of Jangteo to the monolith, every shopper waits for the end",
            "the same, all of them buying one product",
            "the same, nobody waits for the end",
            "one hot product to many, Jangteo",
            "CPU an order of the monolith to Jangteo",
            "Jangteo to the same rows in five bare SQLite databases",
        ],
    },
    Document {
        path: "README.ko.md",
        picture: "1초에 끝난 주문: 장터와 장터가 대신하는 모놀리스",
        head: "| 비율 | 잰 값 | 목표 |",
        labels: [
            "장터와 모놀리스의 1초당 주문, 모두가 끝을 기다릴 때",
            "같은 것, 모두가 한 상품을 살 때",
            "같은 것, 아무도 끝을 기다리지 않을 때",
            "한 상품에 몰릴 때와 고르게 살 때, 장터",
            "주문 하나의 CPU, 모놀리스와 장터",
            "장터와, 같은 행을 쓰기만 하는 SQLite 다섯",
        ],
    },
];

/// Writes the documents; with `check` only says which of them are stale, and fails when any is.
pub fn run(check: bool) -> Result<()> {
    let results = generated::read(Path::new(RESULTS))?;
    let mut files = Vec::new();
    for document in &DOCUMENTS {
        let path = PathBuf::from(document.path);
        let text = MARKERS.put(&generated::read(&path)?, &figures(document, &results)?);
        let text = text.with_context(|| format!("in {}", document.path))?;
        files.push((path, text));
    }
    generated::put(files, check, "figures")?;
    Ok(())
}

/// The picture, and a row for each ratio that is told.
fn figures(document: &Document, results: &str) -> Result<String> {
    let mut lines = vec![
        format!("![{}](bench/comparison.svg)", document.picture),
        String::new(),
        document.head.to_owned(),
        "|---|---:|---:|".to_owned(),
    ];
    for (told, label) in TOLD.iter().zip(document.labels) {
        let (value, aim) = ratio(results, told)?;
        lines.push(format!("| {label} | {value} | {aim} |"));
    }
    Ok(lines.join("\n"))
}

/// A ratio of the results and what is aimed at.
fn ratio<'r>(results: &'r str, says: &str) -> Result<(&'r str, &'r str)> {
    let cells = results.lines().map(|line| {
        let cells = line.split('|').map(str::trim);
        cells.collect::<Vec<_>>()
    });
    let mut found = cells.filter(|cells| cells.len() == 7 && cells[2] == says);
    let row = found.next();
    let row = row.with_context(|| format!("{RESULTS} has no ratio \"{says}\""))?;
    if row[5].contains("unsteady") {
        bail!("\"{says}\" is unsteady in {RESULTS}: run `cargo xtask bench` again, alone");
    }
    Ok((row[3], row[4]))
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENTS, TOLD, figures};

    fn results(value: &str) -> String {
        let row = |told: &&str| format!("| R2 | {told} | {value} | >= 6 | 2.10 to 2.60 |\n");
        let rows: String = TOLD.iter().map(row).collect();
        format!("## Ratios\n\n| | | ratio | aim | rounds |\n|---|---|---:|---:|---|\n{rows}")
    }

    #[test]
    fn what_was_measured_is_told_in_both_languages() {
        for document in &DOCUMENTS {
            let told = figures(document, &results("2.40")).unwrap();
            assert_eq!(told.matches("| 2.40 | >= 6 |").count(), TOLD.len());
            assert!(told.starts_with("!["));
        }
    }

    #[test]
    fn a_ratio_that_was_not_measured_is_missed() {
        let missing = results("2.40").replace(TOLD[3], "something else");
        let error = figures(&DOCUMENTS[0], &missing).unwrap_err().to_string();
        assert!(error.contains(TOLD[3]), "{error}");
    }

    #[test]
    fn a_ratio_that_is_unsteady_is_not_told() {
        let unsteady = results("2.40").replacen("2.60", "7.90, **unsteady**", 1);
        let error = figures(&DOCUMENTS[0], &unsteady).unwrap_err().to_string();
        assert!(error.contains(TOLD[0]), "{error}");
    }
}
