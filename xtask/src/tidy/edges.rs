//! Which crate may use which: the whole architecture as one table. An edge that is not here
//! fails, and a new one is a change of design, with a record in docs/adr.

use super::Finding;
use super::workspace::Package;

/// What one crate may depend on.
struct Allowed {
    name: &'static str,
    normal: &'static [&'static str],
    /// In its tests besides.
    dev: &'static [&'static str],
}

const fn may(
    name: &'static str,
    normal: &'static [&'static str],
    dev: &'static [&'static str],
) -> Allowed {
    Allowed { name, normal, dev }
}

/// What a service stands on; never another service.
const BELOW_SERVICES: &[&str] = &[
    "contracts",
    "db",
    "event-log",
    "runtime",
    "platform-http",
    "boot",
];

#[rustfmt::skip]
const TABLE: &[Allowed] = &[
    //  crate            may use                                                  and in tests
    // What services say: nothing of ours below it.
    may("contracts",     &[],                                                     &[]),
    // How it runs, from the bottom up.
    may("sync",          &[],                                                     &[]),
    may("db",            &["contracts"],                                          &["testkit"]),
    may("event-log",     &["contracts", "db", "sync"],                            &["testkit"]),
    may("runtime",       &["contracts", "db", "event-log", "sync"],               &["testkit"]),
    may("platform-http", &["contracts"],                                          &["testkit"]),
    may("boot",          &["contracts", "db", "event-log", "runtime",
                           "platform-http"],                                      &["testkit"]),
    may("testkit",       &["contracts", "db", "event-log", "runtime"],            &[]),
    // Who decides.
    may("user",          BELOW_SERVICES,                                          &["testkit"]),
    may("product",       BELOW_SERVICES,                                          &["testkit"]),
    may("order",         BELOW_SERVICES,                                          &["testkit"]),
    may("payment",       BELOW_SERVICES,                                          &["testkit"]),
    may("promotion",     BELOW_SERVICES,                                          &["testkit"]),
    // What must hold over the rows of all five.
    may("invariants",    &["contracts", "db",
                           "user", "product", "order", "payment", "promotion"],   &["testkit"]),
    // Who faces the world: it speaks HTTP and contracts, and never sees a service.
    may("gateway",       &["contracts", "platform-http"],                         &["testkit"]),
    may("web",           &["contracts", "platform-http"],                         &[]),
    // What puts all of it together.
    may("jangteo",       &["contracts", "db", "event-log", "runtime", "platform-http", "boot",
                           "user", "product", "order", "payment", "promotion",
                           "invariants", "gateway", "web"],                       &["testkit"]),
    may("sim",           &["contracts", "db", "event-log", "runtime",
                           "user", "product", "order", "payment", "promotion",
                           "invariants"],                                         &["testkit"]),
    may("shop-tests",    &["contracts", "db", "event-log", "runtime", "platform-http", "boot",
                           "testkit", "user", "product", "order", "payment", "promotion",
                           "invariants", "gateway", "web", "jangteo", "sim"],     &[]),
    // What the shop leaves behind, and is measured against: seen by the benchmark alone.
    may("monolith",      &[],                                                     &[]),
    may("bench",         &["contracts", "runtime", "platform-http", "boot",
                           "user", "product", "payment", "promotion",
                           "gateway", "jangteo", "monolith"],                     &[]),
    may("xtask",         &["contracts"],                                          &[]),
];

/// The cargo feature that compiles the planted bugs in, and the one crate that may turn it on.
const PLANTED: (&str, &str) = ("planted", "sim");

pub fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let name = package.name.as_str();
    let Some(allowed) = TABLE.iter().find(|allowed| allowed.name == name) else {
        return vec![finding(format!(
            "crate `{name}` is not in the table; {NEXT_STEP}"
        ))];
    };
    let mut findings = Vec::new();
    for to in package
        .normal
        .iter()
        .filter(|to| !allowed.normal.contains(&to.as_str()))
    {
        findings.push(finding(format!(
            "edge {name} -> {to} is not in the table; {NEXT_STEP}"
        )));
    }
    for to in &package.dev {
        let known = allowed.normal.contains(&to.as_str()) || allowed.dev.contains(&to.as_str());
        // A crate that names itself in its tests, to turn a feature on, adds no edge.
        if !known && to != name {
            let edge = format!("edge {name} -> {to} of the tests is not in the table");
            findings.push(finding(format!("{edge}; {NEXT_STEP}")));
        }
    }
    for to in &package.build {
        findings.push(finding(format!(
            "edge {name} -> {to} of a build script: none may be"
        )));
    }
    let (feature, only) = PLANTED;
    if name != only && package.features.iter().any(|it| it == feature) {
        findings.push(finding(format!(
            "{name} turns `{feature}` on, which only {only} may"
        )));
    }
    findings
}

const NEXT_STEP: &str = "remove it, or write a docs/adr that says why and add it to \
                         xtask/src/tidy/edges.rs";

fn finding(says: String) -> Finding {
    Finding {
        path: "Cargo.toml".to_owned(),
        line: 0,
        says,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(name: &str, normal: &[&str], dev: &[&str]) -> Vec<String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let package = Package {
            name: name.to_owned(),
            normal: owned(normal),
            dev: owned(dev),
            ..Package::default()
        };
        check(&[package])
            .into_iter()
            .map(|finding| finding.says)
            .collect()
    }

    #[test]
    fn edges_of_the_table_pass() {
        assert_eq!(
            check_one("order", &["contracts", "boot"], &["testkit"]),
            [""; 0]
        );
    }

    #[test]
    fn a_service_never_sees_another_not_even_in_tests() {
        let says = check_one("order", &["contracts", "product"], &["payment"]);
        assert_eq!(says.len(), 2);
        assert!(says[0].starts_with("edge order -> product is not in the table; remove it"));
        assert!(says[1].starts_with("edge order -> payment of the tests"));
    }

    #[test]
    fn testkit_is_for_tests_only() {
        assert_eq!(check_one("runtime", &["testkit"], &[]).len(), 1);
        assert_eq!(check_one("runtime", &[], &["testkit"]).len(), 0);
    }

    #[test]
    fn a_crate_that_nobody_placed_fails() {
        assert!(check_one("utils", &[], &[])[0].starts_with("crate `utils` is not in the table"));
    }

    #[test]
    fn build_scripts_use_none_of_ours_and_only_the_simulator_plants_bugs() {
        let package = Package {
            name: "jangteo".to_owned(),
            build: vec!["contracts".to_owned()],
            features: vec!["planted".to_owned()],
            ..Package::default()
        };
        assert_eq!(check(std::slice::from_ref(&package)).len(), 2);
        let sim = Package {
            name: "sim".to_owned(),
            build: vec![],
            ..package
        };
        assert_eq!(check(&[sim]).len(), 0);
    }

    /// The table itself keeps to the directions of the design: what is used stands above.
    #[test]
    fn the_table_has_no_upward_edge() {
        let row = |name: &str| TABLE.iter().position(|it| it.name == name).unwrap();
        for (at, allowed) in TABLE.iter().enumerate() {
            for to in allowed.normal {
                assert!(row(to) < at, "{} -> {to}", allowed.name);
            }
        }
    }

    #[test]
    fn the_monolith_is_seen_by_the_benchmark_alone() {
        for allowed in TABLE.iter().filter(|it| it.name != "bench") {
            assert!(!allowed.normal.contains(&"monolith") && !allowed.dev.contains(&"monolith"));
        }
    }

    #[test]
    fn no_service_is_allowed_another() {
        let services = ["user", "product", "order", "payment", "promotion"];
        for allowed in TABLE.iter().filter(|it| services.contains(&it.name)) {
            for other in services {
                assert!(!allowed.normal.contains(&other) && !allowed.dev.contains(&other));
            }
        }
    }
}
