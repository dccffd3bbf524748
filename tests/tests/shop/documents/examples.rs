use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Answer, Documented, Member};

use super::spec::{Operation, Spec};

/// These take away what the others need, so they come last.
const LAST: &[&str] = &["discardDeadLetter", "resolveSaga", "killLoop", "closeMe"];

/// Every example of the document, sent as it stands to a shop in which what it names is there,
/// is answered with the first status that the document has for it, as the document says.
#[tokio::test]
async fn every_example_does_what_the_document_says() {
    let spec = Spec::read();
    let documented = Documented::start().await;
    let mut operations = spec.operations();
    operations.sort_by_key(|it| {
        let last = LAST.iter().position(|id| *id == it.id);
        (last, it.method != Method::GET)
    });
    let mut sent = 0;
    for operation in &operations {
        for (query, body) in requests(&spec, operation) {
            let what = format!("{} {}{query}", operation.method, operation.path);
            let answer = send(&documented, &spec, operation, &query, body).await;
            let good = good_statuses(operation);
            assert!(good.contains(&answer.status.as_u16()), "{what}: {answer:?}");
            let checked = spec.check(operation, &answer);
            assert_eq!(checked, Ok(()), "{what}: {answer:?}");
            sent += 1;
        }
    }
    assert!(sent > 80, "{sent}");
    documented.end().await;
}

/// What the document shows of a field is something that the field can be.
#[test]
fn examples_of_schemas_are_values_of_them() {
    let (seen, wrong) = Spec::read().wrong_examples();
    assert_eq!(wrong, [""; 0]);
    assert!(seen > 50, "{seen}");
}

/// A waiting order answers with the second status that the document has for it.
#[tokio::test]
async fn an_order_that_was_waited_for_is_shown_as_the_document_says() {
    let spec = Spec::read();
    let documented = Documented::start().await;
    let operations = spec.operations();
    let place = operations.iter().find(|it| it.id == "placeOrder");
    let place = place.expect("the route");
    let shop = &documented.shop;
    for (change, status) in [(json!(2), 201), (json!(999), 409)] {
        let mut body = place.examples()[0].clone();
        body["items"][0]["quantity"] = change;
        let headers = [
            ("Prefer", "wait=3"),
            ("Idempotency-Key", &*shop.fresh_key()),
        ];
        let answer = shop.post_with(&place.path, &documented.shopper, &headers, &body);
        let answer = answer.await.is(status);
        assert_eq!(spec.check(place, &answer), Ok(()), "{answer:?}");
    }
    documented.end().await;
}

/// The queries and bodies of a route's examples: each body by itself, and the query bare and with
/// everything that can be said in it.
fn requests(spec: &Spec, operation: &Operation) -> Vec<(String, Option<Value>)> {
    let parameters = spec.parameters(operation);
    let query = |all: bool| {
        let wanted = parameters.iter().filter(|it| it["in"] == "query");
        let wanted = wanted.filter(|it| all || it["required"] == true);
        let pairs: Vec<String> = wanted
            .filter_map(|it| Some(format!("{}={}", it["name"].as_str()?, sample(it)?)))
            .collect();
        match pairs.is_empty() {
            true => String::new(),
            false => format!("?{}", pairs.join("&")),
        }
    };
    let bodies = operation.examples();
    let takes = !operation.told["requestBody"].is_null();
    assert_eq!(takes, !bodies.is_empty(), "{} has no example", operation.id);
    let mut requests: Vec<_> = bodies
        .into_iter()
        .map(|body| (query(false), Some(body)))
        .collect();
    if requests.is_empty() {
        requests.push((query(false), None));
    }
    // Of two that exclude each other the document says so in words alone.
    if operation.method == Method::GET && operation.id != "listTopProducts" {
        requests.push((query(true), None));
    }
    requests
}

/// What the document shows of a parameter.
fn sample(parameter: &Value) -> Option<String> {
    let schema = &parameter["schema"];
    let choices = schema["enum"]
        .get(0)
        .or(schema["oneOf"].get(0).map(|it| match &it["const"] {
            Value::Null => &it["enum"][0],
            word => word,
        }));
    let shown = parameter
        .get("example")
        .or(schema["examples"].get(0))
        .or(choices)?;
    Some(match shown {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

async fn send(
    documented: &Documented,
    spec: &Spec,
    operation: &Operation,
    query: &str,
    body: Option<Value>,
) -> Answer {
    let shop = &documented.shop;
    let mut path = operation.path.clone();
    for parameter in spec
        .parameters(operation)
        .iter()
        .filter(|it| it["in"] == "path")
    {
        let name = parameter["name"].as_str().expect("a name");
        let example = parameter["example"].as_str().expect("an example");
        path = path.replace(&format!("{{{name}}}"), example);
    }
    let mut request = shop.request(operation.method.clone(), &format!("{path}{query}"));
    if let Some(member) = caller(documented, operation) {
        request = request.bearer_auth(&member.token);
    }
    if operation.is_keyed() {
        request = request.header("Idempotency-Key", shop.fresh_key());
    }
    if let Some(mut body) = body {
        // The one thing that no document can know.
        if body.get("refreshToken").is_some() {
            body["refreshToken"] = json!(refresh_token(documented).await);
        }
        request = request.json(&body);
    }
    shop.send(request).await
}

fn caller<'d>(documented: &'d Documented, operation: &Operation) -> Option<&'d Member> {
    Some(match operation.role()? {
        "shopper" => &documented.shopper,
        "operator" => &documented.operator,
        "admin" => &documented.admin,
        other => panic!("{other} is no role"),
    })
}

async fn refresh_token(documented: &Documented) -> String {
    let login = json!({ "email": "shopper@demo", "password": "demo1234" });
    let shop = &documented.shop;
    let answer = shop.call(Method::POST, "/api/v1/auth/login", None, Some(&login));
    let answer = answer.await.is(200);
    answer.body["refreshToken"]
        .as_str()
        .expect("a token")
        .to_owned()
}

/// What the document has for a request that went well.
fn good_statuses(operation: &Operation) -> Vec<u16> {
    let statuses = super::spec::members(&operation.told["responses"]);
    let statuses = statuses.filter_map(|(status, _)| status.parse().ok());
    statuses.filter(|status| *status < 300).collect()
}
