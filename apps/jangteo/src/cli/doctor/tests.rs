use super::*;

#[test]
fn the_worst_decides_and_what_is_not_well_names_what_to_do() {
    assert!(Level::Fail > Level::Warn && Level::Warn > Level::Ok);
    let mut settings = Settings::default();
    assert_eq!(config(&settings).level, Level::Ok);
    settings.faults.push(crate::cli::config::Fault {
        place: "jangteo.toml:2".to_owned(),
        why: "prot".to_owned(),
    });
    let finding = config(&settings);
    assert_eq!(finding.level, Level::Fail);
    assert!(finding.found.contains("jangteo.toml:2"), "{finding:?}");
    assert_eq!(finding.next.as_deref(), Some("jangteo config check"));
}
