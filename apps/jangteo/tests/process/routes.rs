use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::program::{Program, Shop, on, run, run_in_english};

/// A file in a folder of its own, and beside it one for a shop that is not there yet.
fn file(text: &str) -> (TempDir, PathBuf, PathBuf) {
    let around = tempfile::tempdir().expect("a temporary folder");
    let file = around.path().join("routes.toml");
    std::fs::write(&file, text).expect("written");
    let folder = around.path().join("shop");
    (around, file, folder)
}

fn with<'a>(folder: &'a Path, file: &'a Path) -> Vec<&'a std::ffi::OsStr> {
    let mut arguments = on(folder);
    arguments.extend(["--routes".as_ref(), file.as_os_str()]);
    arguments
}

#[tokio::test]
async fn a_bad_file_is_refused_before_anything_is_made() {
    for (text, tells) in [
        (
            "[limits]\nfirst_byte = 3\n",
            &["line 2", "did you mean `first_byte_ms`?"][..],
        ),
        ("[breaker]\nwindow = 0\n", &["breaker.window must be from"]),
        (
            "[routes.a]\nmatch = [\"GET /a\"]\nservice = \"ordr\"\n",
            &["no service `ordr`", "did you mean `order`?"],
        ),
        (
            "[services.order]\nurl = \"127.0.0.1:1\"\n",
            &["services.order.url", "write http://host:port"],
        ),
    ] {
        let (_around, file, folder) = file(text);
        let arguments = with(&folder, &file);
        let name = file.to_str().expect("a path in UTF-8");
        let english = run_in_english(&arguments).await.exits(1);
        english.tells(tells).tells(&[name, "start again"]);
        let korean = run(&arguments).await.exits(1);
        korean.tells(tells).tells(&[name, "다시 시작"]);
        assert!(!folder.exists(), "{text}");
    }
    let (_around, file, folder) = file("");
    let absent = file.with_extension("tml");
    run_in_english(&with(&folder, &absent))
        .await
        .exits(1)
        .tells(&["could not read", "routes.tml", "--routes"]);
}

/// What a shop serves is what its file says: here browsing goes to another shop.
#[tokio::test]
async fn a_service_may_be_elsewhere() {
    let (_there, _unused, folder) = file("");
    let there = Shop::start(&folder).await;
    let text = format!(
        "[services.product]\nurl = \"{}\"\n[limits]\nbody_bytes = 100\n",
        there.url.replace("localhost", "127.0.0.1")
    );
    let (_here, file, folder) = file(&text);
    let here = Program::start(&with(&folder, &file), &[]);
    let here = Shop::ready(here, &folder).await;
    let metrics = async |url: &str| {
        let answer = reqwest::get(format!("{url}/metrics"))
            .await
            .expect("answers");
        answer.text().await.expect("a text")
    };
    let products = format!("{}/api/v1/products?limit=1", here.url);
    let answer = reqwest::get(&products).await.expect("answers");
    assert_eq!(answer.status(), 200);
    let browsed = "http_server_request_duration_seconds_count{http_request_method=\"GET\",\
                   http_route=\"/api/v1/products\",http_response_status_code=\"200\"} 1";
    for url in [&there.url, &here.url] {
        let text = metrics(url).await;
        assert!(text.contains(browsed), "{text}");
    }
    there.stop().await;
    let answer = reqwest::get(&products).await.expect("answers");
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
    here.stop().await;
}
