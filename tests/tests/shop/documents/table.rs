use std::collections::BTreeSet;

use reqwest::Method;
use shop_tests::TestShop;

use super::spec::Spec;

/// Pages and documents, which are no part of the API.
const PAGES: &[&str] = &["/docs", "/openapi.json", "/asyncapi.json"];

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// Every path that the router says it has, with every method that it answers, is in the document;
/// and what the document has is answered.
#[tokio::test]
async fn the_routes_of_the_shop_are_those_of_the_document() {
    let shop = TestShop::start().await;
    let mut served = BTreeSet::new();
    for path in paths(&format!("{:?}", shop.behind())) {
        let asked = path.replace(['{', '}'], "x");
        for method in METHODS {
            let answer = shop.call(method.clone(), &asked, None, None).await;
            if answer.status != 405 {
                assert_ne!(answer.code(), "ROUTE_NOT_FOUND", "{method} {path}");
                served.insert((method.to_string(), path.clone()));
            }
        }
    }
    let operations = Spec::read().operations();
    let told: BTreeSet<_> = operations
        .iter()
        .map(|it| (it.method.to_string(), it.path.clone()))
        .collect();
    assert!(told.len() > 50, "{told:?}");
    assert_eq!(served, told);
    let names: BTreeSet<_> = operations.iter().map(|it| &it.id).collect();
    assert_eq!(names.len(), operations.len(), "two routes of one name");
    shop.end().await;
}

/// The paths of a router, which it tells by its `Debug` alone; beside them stand those of its own
/// that mean "any other".
fn paths(debug: &str) -> BTreeSet<String> {
    let quoted = debug.split('"').skip(1).step_by(2);
    let paths = quoted.filter(|text| text.len() > 1 && text.starts_with('/'));
    let of_the_api = |path: &&str| {
        let is_page = PAGES.iter().any(|page| path.starts_with(page));
        !is_page && !path.contains("__private")
    };
    paths.filter(of_the_api).map(str::to_owned).collect()
}

/// `jangteo openapi` and `/openapi.json` are one document, and so are the other two.
#[tokio::test]
async fn documents_and_pages_are_served() {
    let shop = TestShop::start().await;
    let document = shop
        .call(Method::GET, "/openapi.json", None, None)
        .await
        .is(200);
    assert_eq!(document.body, jangteo::documents::openapi());
    let events = shop
        .call(Method::GET, "/asyncapi.json", None, None)
        .await
        .is(200);
    assert_eq!(events.body, contracts::asyncapi::document());
    for (path, lang, word) in [
        ("/docs/swagger-initializer.js", "", "/openapi.json"),
        ("/docs/events", "ko", "재고 차감 되돌리기"),
        ("/docs/events?lang=en", "ko", "undo deduct stock"),
        ("/docs/events", "en", "undo deduct stock"),
    ] {
        let request = shop
            .request(Method::GET, path)
            .header("Accept-Language", lang);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        let policy = response.headers().get("content-security-policy");
        let policy = policy
            .expect("a policy")
            .to_str()
            .expect("ASCII")
            .to_owned();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        let text = response.text().await.expect("a page");
        assert!(text.contains(word), "{path} {lang}");
        assert!(!text.contains("<script>"), "{path} has a script of its own");
        for elsewhere in ["http://", "https://"] {
            assert!(!text.contains(elsewhere), "{path} loads from elsewhere");
        }
    }
    shop.end().await;
}
