//! Looking after a shop: what `doctor` finds, which configuration holds, and what the commands say
//! of themselves, in two languages.

use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::program::{Ended, Program, Shop, on, run, run_in_english, run_with};

/// The finding of that name.
#[track_caller]
fn finding(ended: &Ended, name: &str) -> Value {
    let told = ended.json();
    let findings = told["findings"].as_array().expect("findings");
    let found = findings.iter().find(|finding| finding["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {told}"))
        .clone()
}

async fn doctor(folder: &Path, more: &[&str]) -> Ended {
    let mut arguments = vec!["doctor", "--output", "json", "--data"];
    arguments.push(folder.to_str().expect("a path of ASCII"));
    run_in_english(&[&arguments, more].concat()).await
}

#[tokio::test]
async fn the_doctor_finds_who_has_the_port_and_proposes_another() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = doctor(folder.path(), &["--port", &port]).await.exits(1);
    let found = finding(&ended, "port");
    assert_eq!(found["level"], "fail");
    let told = found["found"].as_str().unwrap();
    let me = format!("pid {}", std::process::id());
    assert!(told.contains(&me) && told.contains(&port), "{told}");
    let next = found["next"].as_str().unwrap();
    assert!(next.starts_with("jangteo dev --port "), "{next}");
    ended.tells(&["port"]);
}

#[tokio::test]
async fn the_doctor_knows_the_shop_it_looks_at() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let port = shop.url.rsplit_once(':').unwrap().1.to_owned();
    let ended = doctor(folder.path(), &["--port", &port]).await.exits(0);
    for name in ["port", "shop", "data folder", "databases", "wal", "clock"] {
        assert_eq!(finding(&ended, name)["level"], "ok", "{name}: {ended:?}");
    }
    let told = finding(&ended, "shop")["found"].clone();
    assert_eq!(told, format!("ready at {}", shop.url));
    let schemas = finding(&ended, "databases")["found"].clone();
    assert!(
        schemas.as_str().unwrap().contains("order_view"),
        "{schemas}"
    );

    // It stands still: nobody answers, and that is told, not waited for without end.
    shop.program.stand_still().await;
    let ended = doctor(folder.path(), &["--port", "0"]).await.exits(1);
    assert_eq!(finding(&ended, "shop")["level"], "fail");
    shop.program.signal("CONT").await;
    shop.stop().await;
    let ended = doctor(folder.path(), &["--port", "0"]).await.exits(0);
    let still = finding(&ended, "shop");
    assert_eq!(
        (&still["level"], &still["found"]),
        (&"ok".into(), &"does not run".into())
    );
}

#[tokio::test]
async fn what_takes_longer_than_a_second_names_its_step() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    for (language, step) in [("ko_KR.UTF-8", "로그인"), ("en_US.UTF-8", "logging in")] {
        shop.program.stand_still().await;
        let verify = ["verify", "--url", &shop.url];
        let mut waiting = Program::start(&verify, &[("LANG", language)]);
        waiting.says(&format!("… {step}")).await;
        shop.program.signal("CONT").await;
        let ended = waiting.ended().await.exits(0);
        ended.tells(&[&format!("✓ {step}")]);
    }
    shop.stop().await;
}

#[tokio::test]
async fn the_doctor_names_a_file_that_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    Shop::start(folder.path()).await.stop().await;
    let file = folder.path().join("order.db");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let ended = doctor(folder.path(), &["--port", "0"]).await.exits(1);
    let found = finding(&ended, "databases");
    let told = found["found"].as_str().unwrap();
    assert!(
        told.contains("order.db") && told.contains("damaged"),
        "{told}"
    );
    assert_eq!(found["next"], "jangteo dev --data BACKUP");
    assert_eq!(std::fs::read(&file).unwrap(), &whole[..whole.len() / 2]);
}

#[tokio::test]
async fn the_doctor_asks_for_more_files_and_for_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let ended = doctor(folder.path(), &["--port", "0"]).await.exits(1);
    let found = finding(&ended, "data folder");
    assert_eq!(found["next"], "jangteo dev --data DIR");
    assert!(
        finding(&ended, "sync")["found"]
            .as_str()
            .unwrap()
            .contains("p99")
    );

    let new = folder.path().join("shop");
    let path = new.to_str().unwrap();
    let ended = Program::with_few_files(64, &["doctor", "--data", path, "--port", "0"]);
    let ended = ended.ended().await.exits(1);
    assert!(ended.stdout.contains("ulimit -n 1024"), "{ended:?}");
    assert!(!new.exists(), "it makes nothing");
}

#[tokio::test]
async fn the_configuration_is_laid_over_itself_flag_by_flag() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("jangteo.toml");
    std::fs::write(&file, "[server]\nport = 1\n\n[log]\nlevel = \"info\"\n").unwrap();
    let file = file.to_str().unwrap();
    let show = [
        "config", "show", "--origin", "--output", "json", "--config", file,
    ];
    let origin = |told: &Value, key: &str| {
        let mut all = told.as_array().expect("keys").iter();
        let found = all.find(|setting| setting["key"] == key).expect("the key");
        (found["value"].clone(), found["origin"].clone())
    };
    let told = run(&show).await.exits(0).json();
    let (value, from) = origin(&told, "server.port");
    assert_eq!((value, &from["kind"]), ("1".into(), &"file".into()));
    assert!(
        from["place"].as_str().unwrap().ends_with("jangteo.toml:2"),
        "{from}"
    );
    assert_eq!(origin(&told, "log.format").1["kind"], "default");
    assert_eq!(origin(&told, "client.password").0, "********");

    let told = run_with(&show, &[("PORT", "2")]).await.exits(0).json();
    assert_eq!(origin(&told, "server.port").1["place"], "PORT");
    let flag = [&show[..], &["--port", "3"]].concat();
    let told = run_with(&flag, &[("PORT", "2")]).await.exits(0).json();
    let (value, from) = origin(&told, "server.port");
    assert_eq!(
        (value, from["place"].clone()),
        ("3".into(), "--port".into())
    );
    let table = run(&["config", "show", "--origin", "--config", file])
        .await
        .exits(0);
    assert!(table.stdout.contains("jangteo.toml:5"), "{table:?}");
}

#[tokio::test]
async fn what_is_configured_is_what_a_shop_starts_with() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("kept here");
    let file = place.path().join("shop.toml");
    let text = format!("[server]\nport = 0\n[data]\nfolder = {data:?}\n");
    std::fs::write(&file, text).unwrap();
    let named = ["dev", "--config", file.to_str().unwrap()];
    let shop = Shop::ready(Program::start(&named, &[]), &data).await;
    assert!(data.join("order.db").exists());
    let found = run(&["saga", "list", "--config", file.to_str().unwrap()]).await;
    found.exits(0).tells(&["사가가 없어요"]);
    shop.stop().await;
}

#[tokio::test]
async fn a_mistake_in_the_configuration_stops_a_start_and_is_told_with_its_place() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("jangteo.toml");
    std::fs::write(&file, "[server]\nprot = 8090\n").unwrap();
    let file = file.to_str().unwrap();
    let data = place.path().join("shop");
    let named = [&on(&data)[..], &["--config".as_ref(), file.as_ref()]].concat();
    let told = run(&named).await.exits(2);
    told.tells(&[
        "jangteo.toml:2",
        "server.prot",
        "server.port",
        "jangteo config check",
    ]);
    assert!(!data.exists(), "nothing was made");
    run(&["config", "check", "--config", file])
        .await
        .exits(1)
        .tells(&["server.prot"]);
    let json = ["config", "check", "--config", file, "--output", "json"];
    let faults = run(&json).await.exits(1).json();
    assert_eq!(faults["faults"].as_array().map(Vec::len), Some(1));
    let wrong = [("JANGTEO_SERVER__PORT", "many")];
    run_with(&on(&data), &wrong)
        .await
        .exits(2)
        .tells(&["JANGTEO_SERVER__PORT", "65535"]);
    run(&["saga", "list", "--config", "/nowhere.toml"])
        .await
        .exits(2)
        .tells(&["/nowhere.toml"]);
    std::fs::write(file, "").unwrap();
    let good = ["config", "check", "--config", file, "--output", "json"];
    assert_eq!(
        run(&good).await.exits(0).json()["faults"],
        Value::Array(vec![])
    );

    // The file that is printed is one.
    let printed = run(&["config", "default"]).await.exits(0).stdout;
    std::fs::write(file, printed).unwrap();
    run(&["config", "check", "--config", file]).await.exits(0);
}

#[tokio::test]
async fn help_ends_in_examples_and_each_shell_gets_its_completions() {
    let korean = run(&["--help"]).await.exits(0).stdout;
    assert!(korean.contains("상점을 열어요"), "{korean}");
    let english = run_in_english(&["--help"]).await.exits(0).stdout;
    assert!(english.contains("start the shop"), "{english}");
    let version = run(&["--version"]).await.exits(0).stdout;
    assert_eq!(version, format!("jangteo {}", env!("CARGO_PKG_VERSION")));
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef jangteo"),
        ("fish", "complete -c jangteo"),
    ] {
        let script = run(&["completions", shell]).await.exits(0).stdout;
        assert!(
            script.contains(sign) && script.contains("redrive"),
            "{shell}"
        );
    }
    let script = run(&["completions", "bash"]).await.stdout;
    let place = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(place.path(), script).unwrap();
    let checked = std::process::Command::new("bash")
        .arg("-n")
        .arg(place.path())
        .status();
    assert!(checked.unwrap().success(), "bash reads it");
}

#[tokio::test]
async fn help_and_misuse_are_in_the_readers_language() {
    let korean = run(&["saga", "list", "--help"]).await.exits(0).stdout;
    assert!(
        korean.contains("사용법") && !korean.contains("Usage"),
        "{korean}"
    );
    let english = run_in_english(&["saga", "list", "--help"])
        .await
        .exits(0)
        .stdout;
    assert!(english.contains("Usage") && english.is_ascii(), "{english}");
    run(&["sage"]).await.exits(2).tells(&["몰라요", "saga"]);
    run_in_english(&["sage"])
        .await
        .exits(2)
        .tells(&["unrecognized", "saga"]);
    // A program that reads gets no colours, whoever asks for them.
    let plain = run(&["--help"]).await.exits(0).stdout;
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
}
