use axum::Router;
use gateway::{Plan, Settings};

use crate::server::{service, verifier};

fn refused(settings: &str) -> String {
    let settings = Settings::read(settings).unwrap();
    let services = vec![("order", service()), ("payment", Router::new())];
    let opened = Plan::new(settings).unwrap().open(services, verifier());
    opened.err().unwrap().to_string()
}

#[test]
fn a_service_that_is_not_there_is_named_with_the_one_that_was_meant() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let route =
        |service: &str| format!("[routes.a]\nmatch = [\"GET /a\"]\nservice = \"{service}\"");
    for (settings, says) in [
        (
            route("ordr"),
            "no service `ordr` runs in this process and none has a url; did you mean `order`?",
        ),
        (
            route("shipping"),
            "no service `shipping` runs in this process and none has a url",
        ),
        (
            format!("[services.paiment]\nunder_way = 5\n{}", route("order")),
            "no service `paiment` runs in this process and none has a url; \
             did you mean `payment`?",
        ),
        (
            format!(
                "[services.order]\nurl = \"https://order\"\n{}",
                route("order")
            ),
            "services.order.url: `https://order` does not begin with http://; \
             write http://host:port",
        ),
    ] {
        assert_eq!(refused(&settings), says);
    }
}
