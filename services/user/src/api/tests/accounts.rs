use super::*;

impl Desk {
    /// Makes an account as the seed does, and logs it in.
    async fn staff(&self, email: &str, role: Role) -> (String, String) {
        let profile = Profile {
            name: "직원".to_owned(),
            phone: None,
            address: None,
        };
        let input = Input::Register(input::Register {
            id: self.place.handle.next_id(),
            email: Email::parse(email).unwrap(),
            profile,
            password_hash: passwords::hash(&Password::new("demo1234")).unwrap(),
            role,
        });
        let made = send(&self.place, input, Actor::System, Trace::NONE).await;
        (made.unwrap().user_id.to_string(), self.token(email).await)
    }

    async fn accounts(&self, token: &str, rest: &str) -> Answer {
        let path = format!("/api/v1/users{rest}");
        self.ask(Method::GET, &path, Some(token), Value::Null).await
    }

    async fn change(&self, token: &str, id: &str, body: Value) -> Answer {
        let path = format!("/api/v1/users/{id}");
        self.ask(Method::PATCH, &path, Some(token), body).await
    }

    async fn refresh(&self, token: &str) -> Answer {
        let body = json!({"grantType": "refresh_token", "refreshToken": token});
        self.ask(Method::POST, "/api/v1/oauth/token", None, body)
            .await
    }
}

fn emails(answer: &Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().unwrap().iter();
    items.map(|item| item["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_admin_gives_a_role_and_it_holds_from_the_next_login_on() {
    let desk = Desk::open().await;
    let (_, admin) = desk.staff("admin@demo", Role::Admin).await;
    let made = desk.sign_up("a@demo").await;
    let id = made.body["userId"].as_str().unwrap();
    let login = desk.login("a@demo", "demo1234").await;

    let seen = desk.accounts(&admin, &format!("/{id}")).await;
    assert_eq!((seen.status, &seen.body["status"]), (200, &json!("ACTIVE")));
    let changed = desk.change(&admin, id, json!({"role": "admin"})).await;
    assert_eq!(
        (changed.status, &changed.body["role"]),
        (200, &json!("admin"))
    );
    let refreshed = login.body["refreshToken"].as_str().unwrap();
    desk.refresh(refreshed)
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    // What was signed before goes on as it was, for a quarter of an hour at most.
    let before = login.body["accessToken"].as_str().unwrap();
    desk.accounts(before, "")
        .await
        .assert_refused(403, "FORBIDDEN");
    let now = desk.token("a@demo").await;
    assert_eq!(desk.accounts(&now, "").await.status, 200);
    desk.close().await;
}

#[tokio::test]
async fn an_admin_without_the_role_any_more_and_an_admins_own_role_are_refused() {
    let desk = Desk::open().await;
    let (first_id, first) = desk.staff("first@demo", Role::Admin).await;
    let (second_id, second) = desk.staff("second@demo", Role::Admin).await;
    for body in [json!({"role": "shopper"}), json!({"status": "DEACTIVATED"})] {
        desk.change(&first, &first_id, body)
            .await
            .assert_refused(409, "OWN_ROLE");
    }
    let left = desk.ask(
        Method::DELETE,
        "/api/v1/users/me",
        Some(&first),
        Value::Null,
    );
    left.await.assert_refused(409, "OWN_ROLE");
    let taken = desk.change(&first, &second_id, json!({"role": "operator"}));
    assert_eq!(taken.await.status, 200);
    // Its token still says admin.
    desk.change(&second, &first_id, json!({"role": "shopper"}))
        .await
        .assert_refused(403, "FORBIDDEN");
    desk.close().await;
}

#[tokio::test]
async fn an_admin_closes_an_account_for_good() {
    let desk = Desk::open().await;
    let (_, admin) = desk.staff("admin@demo", Role::Admin).await;
    let made = desk.sign_up("a@demo").await;
    let id = made.body["userId"].as_str().unwrap();
    let login = desk.login("a@demo", "demo1234").await;
    let closing = json!({"status": "DEACTIVATED"});
    for _ in 0..2 {
        let closed = desk.change(&admin, id, closing.clone()).await;
        assert_eq!(
            (closed.status, &closed.body["status"]),
            (200, &json!("DEACTIVATED"))
        );
    }
    let token = login.body["accessToken"].as_str().unwrap();
    desk.me(token).await.assert_refused(403, "USER_CLOSED");
    desk.login("a@demo", "demo1234")
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    let refreshed = login.body["refreshToken"].as_str().unwrap();
    desk.refresh(refreshed)
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    desk.change(&admin, id, json!({"status": "ACTIVE"}))
        .await
        .assert_refused(400, "VALIDATION_FAILED");
    desk.change(&admin, id, json!({"role": "operator"}))
        .await
        .assert_refused(403, "USER_CLOSED");
    desk.close().await;
}

#[tokio::test]
async fn admins_list_the_accounts_page_by_page_and_nobody_else_does() {
    let desk = Desk::open().await;
    let (_, admin) = desk.staff("admin@demo", Role::Admin).await;
    let (_, operator) = desk.staff("operator@demo", Role::Operator).await;
    for email in ["a@demo", "b@demo", "c@demo"] {
        desk.sign_up(email).await;
    }
    let all = desk.accounts(&admin, "").await;
    let expected = ["admin@demo", "operator@demo", "a@demo", "b@demo", "c@demo"];
    assert_eq!(emails(&all), expected);
    assert_eq!(all.body["nextCursor"], Value::Null);
    assert_eq!(all.body["items"][0].get("passwordHash"), None);
    let shoppers = desk.accounts(&admin, "?role=shopper&limit=2").await;
    assert_eq!(emails(&shoppers), ["a@demo", "b@demo"]);
    let cursor = shoppers.body["nextCursor"].as_str().unwrap();
    let rest = format!("?role=shopper&limit=2&cursor={cursor}");
    let rest = desk.accounts(&admin, &rest).await;
    assert_eq!(emails(&rest), ["c@demo"]);
    assert_eq!(rest.body["nextCursor"], Value::Null);
    let id = all.body["items"][2]["userId"].as_str().unwrap();
    let id = format!("/{id}");
    for path in ["", &id] {
        for token in [&operator, &desk.token("a@demo").await] {
            desk.accounts(token, path)
                .await
                .assert_refused(403, "FORBIDDEN");
        }
    }
    desk.close().await;
}
