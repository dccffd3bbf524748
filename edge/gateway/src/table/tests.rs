use super::*;

fn table(text: &str) -> Result<Table, BadRoutes> {
    Table::new(&Settings::read(text).unwrap())
}

/// One route a line: `METHOD /path service`.
fn routes(lines: &[&str]) -> String {
    let route = |(nth, line): (usize, &&str)| {
        let (text, service) = line.rsplit_once(' ').unwrap();
        format!("[routes.r{nth}]\nmatch = [\"{text}\"]\nservice = \"{service}\"\n")
    };
    lines.iter().enumerate().map(route).collect()
}

/// The service of a route, `?` after the service that is asked what it allows, `-` for nothing.
fn found(table: &Table, method: &str, path: &str) -> String {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let name = |entry: &Entry| table.services[entry.service].clone();
    match table.find(&method, path) {
        Found::Route(entry) => name(entry),
        Found::OtherMethod(entry, _) => format!("{}?", name(entry)),
        Found::Nothing(_) => "-".to_owned(),
    }
}

#[test]
fn the_path_that_says_most_is_taken() {
    let lines = [
        "GET /orders order",
        "POST /orders writer",
        "GET /orders/{id} order",
        "GET /orders/{id}/events events",
        "GET /orders/mine mine",
        "POST /orders:batch batch",
        "GET /docs docs",
        "GET /docs/{*rest} pages",
        "GET /docs/first first",
        "GET /users/me user",
        "GET /users/{id} admin",
        "GET /users/me/coupons coupon",
    ];
    let table = table(&routes(&lines)).unwrap();
    for (method, path, expected) in [
        ("GET", "/orders", "order"),
        ("HEAD", "/orders", "order"),
        ("POST", "/orders", "writer"),
        ("PUT", "/orders", "order?"),
        ("PROPFIND", "/orders", "order?"),
        ("get", "/orders", "order?"),
        ("GET", "/orders/7", "order"),
        ("GET", "/orders/mine", "mine"),
        ("GET", "/orders/mine/events", "events"),
        ("GET", "/orders/7/events", "events"),
        ("DELETE", "/orders/7/events", "events?"),
        ("POST", "/orders:batch", "batch"),
        ("HEAD", "/orders:batch", "batch?"),
        ("GET", "/docs", "docs"),
        ("GET", "/docs/first", "first"),
        ("GET", "/docs/a/b/c", "pages"),
        ("GET", "/users/me", "user"),
        ("GET", "/users/mel", "admin"),
        ("GET", "/users/me/coupons", "coupon"),
        ("GET", "/users/you/coupons", "-"),
        ("GET", "/", "-"),
        ("GET", "", "-"),
        ("GET", "/orders/", "-"),
        ("GET", "/Orders", "-"),
        ("GET", "//orders", "-"),
        // As the service has it: what is no id is its own to say.
        ("GET", "/orders//events", "events"),
        ("GET", "/docs/", "-"),
        ("GET", "/orders/7/events/", "-"),
        ("GET", "*", "-"),
        // An encoded slash is part of a name; nothing is decoded on the way.
        ("GET", "/orders/..%2f..%2fetc", "order"),
        ("GET", "/orders/../users/me", "-"),
        ("GET", "/%6frders", "-"),
    ] {
        assert_eq!(found(&table, method, path), expected, "{method} {path}");
    }
}

#[test]
fn what_a_route_says_goes_before_the_limits() {
    let text = r#"
        [limits]
        first_byte_ms = 10
        body_bytes = 20
        [routes.plain]
        match = ["GET /plain"]
        service = "order"
        [routes.own]
        match = ["POST /own"]
        service = "order"
        public = true
        key = true
        first_byte_ms = 30
        body_bytes = 40
        stream = true
    "#;
    let table = table(text).unwrap();
    let entry = |method, path| match table.find(&method, path) {
        Found::Route(entry) => (
            entry.public,
            entry.key,
            entry.stream,
            entry.first_byte.as_millis(),
            entry.body_bytes,
        ),
        Found::OtherMethod(..) | Found::Nothing(_) => panic!("no route"),
    };
    assert_eq!(entry(Method::GET, "/plain"), (false, false, false, 10, 20));
    assert_eq!(entry(Method::POST, "/own"), (true, true, true, 30, 40));
}

#[test]
fn what_cannot_be_a_table_is_refused() {
    for (lines, says) in [
        (
            &["/orders order"][..],
            "routes.r0: `/orders` is no route; write `GET /path/{name}`: \
             a method and a path belong to it",
        ),
        (
            &["get /orders order"],
            "routes.r0: `get /orders` is no route; write `GET /path/{name}`: `get` is no method",
        ),
        (
            &["GET orders order"],
            "routes.r0: `GET orders` is no route; write `GET /path/{name}`: \
             a path begins with `/`",
        ),
        (
            &["GET /주문 order"],
            "routes.r0: `GET /주문` is no route; write `GET /path/{name}`: \
             a path is visible ASCII without quotes",
        ),
        (
            &["GET /orders order", "GET /orders other"],
            "routes.r1 and routes.r0 both match GET /orders; remove one of them",
        ),
        (
            &["GET /orders/{id} order", "POST /orders/{order} order"],
            "routes.r1: POST /orders/{order} cannot stand beside /orders/{id}, \
             which names other parts",
        ),
    ] {
        let refused = table(&routes(lines)).err().unwrap();
        assert_eq!(refused.to_string(), says);
    }
    let unclosed = table(&routes(&["GET /orders/{id order"])).err().unwrap();
    assert!(
        unclosed
            .to_string()
            .starts_with("routes.r0: `GET /orders/{id` is no route")
    );
}

#[test]
fn the_shipped_routes_are_a_table() {
    let table = Table::new(&Settings::shipped()).unwrap();
    let mut services = table.services.clone();
    services.sort();
    assert_eq!(
        services,
        [
            "operations",
            "order",
            "payment",
            "product",
            "promotion",
            "user"
        ]
    );
}
