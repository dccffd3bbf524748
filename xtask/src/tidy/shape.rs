//! Read one service, know five: every folder under `services/` has the same files.

use std::collections::BTreeSet;

use super::Finding;

const FILES: &[&str] = &[
    "README.md",
    "src/lib.rs",
    "src/input.rs",
    "src/decide.rs",
    "src/store.rs",
    "src/api.rs",
    "src/main.rs",
];

pub fn check(paths: &BTreeSet<&str>) -> Vec<Finding> {
    let inside = paths
        .iter()
        .filter_map(|path| path.strip_prefix("services/")?.split_once('/'));
    let services: BTreeSet<&str> = inside.map(|(service, _)| service).collect();
    let mut findings = Vec::new();
    for service in services {
        let folder = format!("services/{service}");
        let has = |start: &str| paths.iter().any(|path| path.starts_with(start));
        let mut missing = |what: &str| {
            let says = format!("{what} is missing: every service has the same shape");
            findings.push(Finding {
                path: folder.clone(),
                line: 0,
                says,
            });
        };
        for file in FILES
            .iter()
            .filter(|file| !paths.contains(format!("{folder}/{file}").as_str()))
        {
            missing(file);
        }
        if !has(&format!("{folder}/src/domain.rs")) && !has(&format!("{folder}/src/domain/")) {
            missing("src/domain.rs or src/domain/");
        }
        if !has(&format!("{folder}/migrations/sqlite/0001_")) {
            missing("migrations/sqlite/0001_*.sql");
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Vec<String> {
        let files = FILES
            .iter()
            .chain(&["src/domain/cart.rs", "migrations/sqlite/0001_a.sql"]);
        files.map(|file| format!("services/order/{file}")).collect()
    }

    #[test]
    fn a_complete_service_passes_and_each_missing_file_fails() {
        let paths = complete();
        let all: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
        assert_eq!(check(&all), []);
        for gone in &paths {
            let mut rest = all.clone();
            rest.remove(gone.as_str());
            assert_eq!(check(&rest).len(), 1, "{gone}");
        }
    }

    #[test]
    fn files_beside_the_services_are_no_service() {
        assert_eq!(
            check(&BTreeSet::from([
                "services/clippy.toml",
                "platform/db/src/lib.rs"
            ])),
            []
        );
    }
}
