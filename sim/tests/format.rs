//! The number of a simulator changes with everything that draws: else a seed of another one would
//! run here as something that was never found.

use std::fs;
use std::path::{Path, PathBuf};

/// What a file that draws calls.
const DRAWS: [&str; 6] = [
    "rng.below(",
    "rng.between(",
    "rng.percent(",
    "rng.odds(",
    "rng.pick(",
    "rng.section(",
];
/// They make the numbers of the others.
const ALSO: [&str; 1] = ["rng.rs"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of this crate") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|is| is == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn whatever_draws_is_part_of_the_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let draws = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        DRAWS.iter().any(|call| text.contains(call))
    };
    let mut drawing: Vec<String> = files
        .iter()
        .filter(|path| draws(path))
        .map(|path| path.strip_prefix(&root).unwrap().display().to_string())
        .collect();
    drawing.extend(ALSO.map(str::to_owned));
    drawing.sort();
    drawing.dedup();
    let mut known: Vec<&str> = sim::shrink::drawing().collect();
    known.sort_unstable();
    assert_eq!(drawing, known);
}
