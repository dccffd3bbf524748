//! What every command says, in both languages, and the exit code that scripts go by: 0 done,
//! 1 failed, 2 misused, 3 not found, 4 refused by a guard.

use std::collections::BTreeSet;
use std::net::TcpListener;

use serde_json::Value;

use crate::program::{Shop, ask, run, run_in_english};

const SHOPPER: &str = jangteo::seed::SHOPPER;
const ONCALL: &str = jangteo::seed::ONCALL;

#[tokio::test]
async fn a_ready_shop_says_where_it_is_and_is_seeded() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    // Said before anything else was asked of it: ready means that logins work.
    let shopper = shop.log_in(SHOPPER).await;
    shop.log_in(ONCALL).await;
    let products = shopper.all("/api/v1/products").await;
    let names: BTreeSet<_> = products
        .iter()
        .map(|product| product["name"].as_str())
        .collect();
    assert_eq!(
        (products.len(), names.len()),
        (200, 200),
        "each product once"
    );
    assert_eq!(shopper.all("/api/v1/coupons").await.len(), 5);
    assert_eq!(shopper.get("/api/v1/points/me").await["balance"], 100_000);
    let members = jangteo::seed::PASSWORD;

    let address = std::fs::read_to_string(folder.path().join("address")).unwrap();
    assert_eq!(address.trim(), shop.url);
    let data = folder.path().display().to_string();
    let ended = shop.stop().await.tells(&[
        "상품 200 · 회원 20 · 쿠폰 5 · 포인트 2,000,000원",
        &format!("데이터: {data}"),
        &format!("{SHOPPER} / {members}"),
        &format!("{ONCALL} / {members}"),
        &format!("jangteo demo order --data {data}"),
    ]);
    assert_eq!(ended.stdout, "", "standard output is for data");
    let users: i64 = ask(&folder.path().join("user.db"), "SELECT count(*) FROM user");
    assert_eq!(users, 20);
}

#[tokio::test]
async fn a_killed_loop_is_opened_again_and_the_order_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    for service in ["product", "order", "payment", "promotion"] {
        for point in ["before-commit", "after-commit", "after-publish"] {
            let told = shop
                .run(&["demo", "kill", "--service", service, "--point", point])
                .await
                .exits(0);
            let told = told.tells(&["다시 열었고"]).stdout;
            assert!(told.contains("COMPLETED"), "{service} {point}: {told}");
        }
    }
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
}

#[tokio::test]
async fn an_order_is_given_back_piece_by_piece() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let told = shop.run(&["demo", "refund"]).await.exits(0);
    for words in ["환불 접수", "재고 반환", "포인트 반환", "환불 완료"] {
        assert_eq!(
            told.stdout.matches(words).count(),
            2,
            "once for each refund: {words} in {}",
            told.stdout
        );
    }
    // Its points are where they were: the seed's.
    let shopper = shop.log_in(SHOPPER).await;
    assert_eq!(shopper.get("/api/v1/points/me").await["balance"], 100_000);
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
}

#[tokio::test]
async fn an_order_is_followed_to_its_end_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let told = shop.run(&["demo", "order"]).await.exits(0).stdout;
    for words in [
        "주문 접수",
        "재고 차감",
        "쿠폰 적용",
        "포인트 결제",
        "주문 확정",
    ] {
        assert_eq!(
            told.matches(words).count(),
            2,
            "live and as a story: {words} in {told}"
        );
    }
    let (id, number) = told.lines().next().unwrap().split_once("  ").unwrap();

    let by_id = shop.run(&["saga", "show", id]).await.exits(0).stdout;
    assert!(
        by_id.starts_with(&format!("{id}  {number}  COMPLETED")),
        "{by_id}"
    );
    assert!(
        told.ends_with(&by_id),
        "the story ends what was told: {told}"
    );
    let lower = number.to_lowercase();
    for name in [number, &lower] {
        assert_eq!(
            shop.run(&["saga", "show", name]).await.exits(0).stdout,
            by_id
        );
    }
    let listed = shop.run(&["saga", "list"]).await.exits(0).stdout;
    let rows: Vec<&str> = listed.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "below the names of the columns: {listed}");
    assert!(
        rows[0].starts_with(&format!("{id}  {number}  COMPLETED")),
        "{listed}"
    );

    // Again, with what is left of coupons and points.
    for _ in 0..5 {
        shop.run(&["demo", "order"]).await.exits(0);
    }
}

#[tokio::test]
async fn what_a_person_reads_a_program_reads_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let told = shop.run(&["demo", "order"]).await.exits(0).stdout;
    let (id, number) = told.lines().next().unwrap().split_once("  ").unwrap();
    let story = shop
        .run(&["saga", "show", id, "--output", "json"])
        .await
        .exits(0)
        .json();
    assert_eq!(
        (&story["sagaId"], &story["state"]),
        (&id.into(), &"COMPLETED".into())
    );
    let events = story["timeline"].as_array().unwrap();
    let kinds: Vec<_> = events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    let said = [
        "OrderCreated",
        "StockDeducted",
        "CouponApplied",
        "PaymentCompleted",
        "OrderConfirmed",
    ];
    assert_eq!(kinds, said);
    let list = shop
        .run(&["saga", "list", "--output", "json"])
        .await
        .exits(0)
        .json();
    assert_eq!(list["items"][0]["orderNumber"], number);
}

#[tokio::test]
async fn a_failing_order_gives_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(SHOPPER).await;
    let before = (
        shelf(&shopper).await,
        shopper.get("/api/v1/points/me").await["balance"].clone(),
    );
    let cases = [
        ("stock", "OUT_OF_STOCK", &["재고 차감 실패"][..]),
        ("coupon", "COUPON_NOT_OWNED", &["쿠폰 거절", "재고 복원"]),
        (
            "point",
            "INSUFFICIENT_POINT",
            &["포인트 결제 실패", "재고 복원", "쿠폰 복원"],
        ),
    ];
    for (what, code, told) in cases {
        let ended = shop.run(&["demo", "fail", what]).await.exits(0);
        for words in told.iter().chain(&["COMPENSATED", code]) {
            assert!(
                ended.stdout.contains(words),
                "{what}: {words} in {}",
                ended.stdout
            );
        }
        ended.tells(&["포인트: 주문 전 100,000원 → 지금 100,000원"]);
    }
    let after = (
        shelf(&shopper).await,
        shopper.get("/api/v1/points/me").await["balance"].clone(),
    );
    assert_eq!(before, after);
    let listed = shop
        .run(&["saga", "list", "--state", "COMPENSATED"])
        .await
        .exits(0);
    assert_eq!(listed.stdout.lines().skip(1).count(), 3, "{listed:?}");
    shop.run(&["saga", "list", "--state", "COMPLETED"])
        .await
        .exits(0)
        .tells(&["사가가 없어요"]);
}

async fn shelf(caller: &crate::caller::Caller) -> Vec<(Value, Value)> {
    let products = caller.all("/api/v1/products").await.into_iter();
    let stock = |product: Value| (product["id"].clone(), product["availableQuantity"].clone());
    products.map(stock).collect()
}

#[tokio::test]
async fn a_cancelled_order_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let told = shop.run(&["demo", "cancel"]).await.exits(0).stdout;
    for words in ["주문 취소", "COMPENSATED", "USER_CANCELLED"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    shop.run(&["verify", "--at-rest"]).await.exits(0);
}

#[tokio::test]
async fn a_shop_is_verified_while_it_runs_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    shop.run(&["demo", "order"]).await.exits(0);
    shop.run(&["demo", "fail", "point"]).await.exits(0);
    let always = shop.run(&["verify"]).await.exits(0).stdout;
    assert!(
        always.contains("✓ I3 ") && !always.contains("I13"),
        "{always}"
    );
    let rest = shop.run(&["verify", "--at-rest"]).await.exits(0).stdout;
    assert!(rest.contains("✓ I13 ") && !rest.contains('✗'), "{rest}");
    let json = shop
        .run(&["verify", "--at-rest", "--output", "json"])
        .await
        .exits(0)
        .json();
    assert_eq!(
        (&json["violations"], &json["unrest"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
    shop.stop().await;

    let verify = |more: &'static str| {
        let folder = folder.path().as_os_str();
        async move { run(&["verify".as_ref(), "--data".as_ref(), folder, more.as_ref()]).await }
    };
    let files = verify("--at-rest")
        .await
        .exits(0)
        .tells(&["파일을 검사해요"])
        .stdout;
    assert!(
        rest.lines().all(|line| files.contains(line)),
        "all of it again: {files}"
    );

    // A piece that no ledger knows of.
    let product = rusqlite::Connection::open(folder.path().join("product.db")).unwrap();
    let stolen = product
        .execute("UPDATE product_stock SET quantity = quantity - 1", [])
        .unwrap();
    drop(product);
    assert_eq!(stolen, 200);
    let broken = verify("--at-rest").await.exits(1).tells(&["불변식 위반"]);
    assert!(broken.stdout.contains("✗ I3 "), "{broken:?}");
    let json = verify("--output=json").await.exits(1).json();
    assert!(json["violations"][0]["witness"].is_string(), "{json}");
}

#[tokio::test]
async fn exit_codes_and_words_tell_what_went_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    for misused in [
        &["saga"][..],
        &["demo", "fail", "luck"],
        &["dev", "--port", "eighty"],
    ] {
        run(misused).await.exits(2).tells(&["--help"]);
    }
    shop.run(&["saga", "list", "--limit", "0"]).await.exits(2);
    shop.run(&["saga", "list", "--state", "LOST"])
        .await
        .exits(2)
        .tells(&["COMPENSATED"]);

    shop.run(&["saga", "show", "0AAAAAAAAAAAA"])
        .await
        .exits(3)
        .tells(&["ORDER_NOT_FOUND"]);
    shop.run(&["saga", "show", "my-order"])
        .await
        .exits(3)
        .tells(&["my-order", "주문 번호"]);
    let nothing = folder.path().join("nothing");
    let nowhere = ["verify".as_ref(), "--data".as_ref(), nothing.as_os_str()];
    run(&nowhere)
        .await
        .exits(3)
        .tells(&[&nothing.display().to_string(), "jangteo dev"]);
    assert!(!nothing.exists(), "a check makes nothing");

    shop.run(&["saga", "list", "--email", SHOPPER])
        .await
        .exits(4)
        .tells(&["FORBIDDEN"]);
    let refused = shop
        .run(&["saga", "list", "--password", "wrong"])
        .await
        .exits(1);
    refused.tells(&["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn the_locale_chooses_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start_with(folder.path(), &[("LANG", "en_US.UTF-8")]).await;
    shop.program
        .says("200 products · 20 members · 5 coupons · 2,000,000 won")
        .await;
    shop.program.says("in a new terminal").await;
    let told = shop
        .run_in_english(&["demo", "fail", "point"])
        .await
        .exits(0);
    assert!(told.stdout.contains("payment refused"), "{told:?}");
    let told = told.tells(&["points: 100,000 won before, 100,000 won now"]);
    let ordered = shop.run_in_english(&["demo", "order"]).await.exits(0);
    let checked = shop.run_in_english(&["verify"]).await.exits(0);
    let missing = shop
        .run_in_english(&["saga", "show", "0AAAAAAAAAAAA"])
        .await
        .exits(3);
    for (what, said) in [
        ("demo", format!("{}{}", told.stdout, told.stderr)),
        ("order", format!("{}{}", ordered.stdout, ordered.stderr)),
        ("verify", format!("{}{}", checked.stdout, checked.stderr)),
        ("saga", format!("{}{}", missing.stdout, missing.stderr)),
        ("dev", shop.program.said()),
    ] {
        let korean = |char: &char| ('가'..='힣').contains(char);
        assert_eq!(said.chars().find(korean), None, "{what} is English: {said}");
    }
}

#[tokio::test]
async fn without_a_shop_a_command_says_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    let commands = [
        &["demo", "order"][..],
        &["demo", "fail", "point"],
        &["demo", "cancel"],
        &["saga", "list"],
        &["saga", "show", "0AAAAAAAAAAAA"],
        &["verify"],
    ];
    for command in commands {
        let with_url = [command, &["--url", &url]].concat();
        run(&with_url)
            .await
            .exits(1)
            .tells(&[&url, "jangteo dev", "상점이 없어요"]);
        run_in_english(&with_url)
            .await
            .exits(1)
            .tells(&[&url, "start one → jangteo dev"]);
    }
    // An address that a killed shop left behind.
    std::fs::write(folder.path().join("address"), &url).unwrap();
    let data = folder.path().to_str().unwrap();
    run(&["saga", "list", "--data", data])
        .await
        .exits(1)
        .tells(&[&url, "jangteo dev"]);
}

#[tokio::test]
async fn what_is_no_shop_is_called_so_and_not_waited_for() {
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    run(&["saga", "list", "--url", &url])
        .await
        .exits(1)
        .tells(&[&url, "제때 대답하지 않았어요"]);

    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", other.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut caller, _) = other.accept().unwrap();
        let mut asked = [0; 4_096];
        assert!(caller.read(&mut asked).unwrap() > 0);
        let body = "<h1>It works!</h1>";
        let length = body.len();
        write!(
            caller,
            "HTTP/1.1 404 Not Found\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
    });
    run(&["demo", "order", "--url", &url])
        .await
        .exits(1)
        .tells(&[&url, "--url URL"]);
    answering.join().unwrap();
}
