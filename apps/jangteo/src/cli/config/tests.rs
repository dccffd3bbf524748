use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn settings(file: &str, environment: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    match file::parse(Path::new("jangteo.toml"), file) {
        Ok(said) => settings.take_file(&said),
        Err(fault) => settings.faults.push(fault),
    }
    let environment: BTreeMap<String, String> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    settings.take_environment(&environment);
    settings
}

fn found<'s>(settings: &'s Settings, name: &str) -> &'s Setting {
    let found = settings.iter().find(|setting| setting.key.name == name);
    found.expect("a key")
}

#[test]
fn the_environment_goes_before_the_file_and_the_file_before_the_default() {
    let file = "[server]\nport = 9000\n[log]\nlevel = \"info\"\n";
    for (environment, port, origin) in [
        (&[][..], "9000", ("file", Some("jangteo.toml:2"))),
        (&[("PORT", "9001")], "9001", ("environment", Some("PORT"))),
        (
            &[("PORT", "9001"), ("JANGTEO_SERVER__PORT", "9002")],
            "9002",
            ("environment", Some("JANGTEO_SERVER__PORT")),
        ),
    ] {
        let settings = settings(file, environment);
        assert_eq!(settings.faults, []);
        let setting = found(&settings, "server.port");
        let (kind, place) = setting.origin.parts();
        assert_eq!(setting.value.as_deref(), Some(port));
        assert_eq!((kind, place.as_deref()), origin);
        assert_eq!(found(&settings, "log.format").origin, Origin::Default);
        assert_eq!(settings.of_flag("log"), Some("info"));
        assert_eq!(settings.set(), if environment.is_empty() { 2 } else { 1 });
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place_and_what_was_meant() {
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
    );
    let rows: [Row; 12] = [
        (
            "[server]\nprot = 80\n",
            &[],
            &["jangteo.toml:2", "server.port"],
        ),
        (
            "[sever]\nport = 80\n",
            &[],
            &["jangteo.toml:2", "server.port"],
        ),
        ("port = 80\n", &[], &["jangteo.toml:1", "port"]),
        ("[moon]\n", &[], &["jangteo.toml:1", "moon"]),
        (
            "[server]\nport = 70000\n",
            &[],
            &["jangteo.toml:2", "65535"],
        ),
        (
            "[server]\nport = \"80\"\n",
            &[],
            &["jangteo.toml:2", "65535"],
        ),
        (
            "\n[log]\nformat = \"xml\"\n",
            &[],
            &["jangteo.toml:3", "auto, text, json"],
        ),
        (
            "[data]\nfolder = [1]\n",
            &[],
            &["jangteo.toml:2", "data.folder"],
        ),
        ("[server\nport = 80\n", &[], &["jangteo.toml:1"]),
        ("", &[("PORT", "eighty")], &["PORT", "eighty"]),
        (
            "",
            &[("JANGTEO_SERVER__PROT", "80")],
            &["JANGTEO_SERVER__PROT", "JANGTEO_SERVER__PORT"],
        ),
        ("", &[("RUST_LOG", "a=b=c")], &["RUST_LOG", "log.level"]),
    ];
    for (file, environment, told) in rows {
        let settings = settings(file, environment);
        assert_eq!(settings.faults.len(), 1, "{file}{environment:?}");
        let fault = settings.faults[0].to_string();
        for words in told {
            assert!(fault.contains(words), "{words} in {fault}");
        }
        let default = found(&settings, "server.port").value.as_deref();
        assert_eq!(default, Some("8080"), "what is wrong holds nowhere");
        assert_eq!(
            settings.refuse_faults().expect_err("a fault").exit_code(),
            2
        );
    }
}

#[test]
fn a_secret_may_lie_in_a_file_and_is_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("password");
    std::fs::write(&secret, "open sesame\n").expect("writes");
    let path = secret.to_str().expect("a path of ASCII");
    for name in ["JANGTEO_CLIENT__PASSWORD_FILE", "JANGTEO_PASSWORD_FILE"] {
        let settings = settings("", &[(name, path)]);
        assert_eq!(settings.faults, []);
        assert_eq!(settings.of_flag("password"), Some("open sesame"));
        let setting = found(&settings, "client.password");
        assert_eq!(shown(setting), Some(MASK));
        assert!(!as_json(setting).to_string().contains("sesame"));
    }
    let missing = settings("", &[("JANGTEO_PASSWORD_FILE", "/nowhere")]);
    assert_eq!(missing.faults.len(), 1);
}

#[test]
fn the_default_file_lists_every_key_with_its_default() {
    let commented = file::parse(Path::new("jangteo.toml"), DEFAULT_FILE).expect("TOML");
    let mut sections = commented.entries.iter();
    assert!(
        sections.all(|entry| entry.value == file::Written::Section),
        "as it is, it changes nothing"
    );
    let mut unchanged = Settings::default();
    unchanged.take_file(&commented);
    assert_eq!((unchanged.set(), unchanged.faults.len()), (0, 0));
    let uncommented: Vec<&str> = DEFAULT_FILE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        })
        .collect();
    let said = file::parse(Path::new("jangteo.toml"), &uncommented.join("\n")).expect("TOML");
    let names: Vec<&str> = said.entries.iter().map(|entry| &*entry.name).collect();
    let mut keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    keys.sort_unstable();
    assert_eq!(sorted, keys);
    let mut settings = Settings::default();
    settings.take_file(&said);
    assert_eq!(settings.faults, []);
    for setting in settings.iter() {
        let shown = setting.value.as_deref();
        assert!(setting.key.default.is_none() || setting.key.default == shown);
        let variable = setting.key.variable();
        assert!(DEFAULT_FILE.contains(&variable), "{variable}");
        for name in setting.key.honours {
            assert!(DEFAULT_FILE.contains(name), "{name}");
        }
    }
}

#[test]
fn the_named_file_is_found_wherever_it_stands() {
    for (arguments, named) in [
        (&["jangteo", "dev"][..], None),
        (&["jangteo", "--config", "a.toml", "dev"], Some("a.toml")),
        (&["jangteo", "dev", "--config=b.toml"], Some("b.toml")),
        (&["jangteo", "dev", "--config"], None),
        (&["jangteo", "--", "--config", "c.toml"], None),
    ] {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert_eq!(named_file(&arguments), named.map(PathBuf::from));
    }
}
