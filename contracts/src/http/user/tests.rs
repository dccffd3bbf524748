use super::*;

fn register() -> Register {
    Register {
        email: "Minji@Example.com ".into(),
        password: Password::new("correct horse"),
        name: " 김민지 ".into(),
        phone: Some("+82 10-1234-5678".into()),
        address: None,
    }
}

fn faults(request: &Register) -> Vec<(String, Fault)> {
    let problem = request.validate().unwrap_err();
    problem
        .errors
        .into_iter()
        .map(|error| (error.pointer, error.code))
        .collect()
}

#[test]
fn a_sign_up_is_trimmed_and_its_address_lowered() {
    let registration = register().validate().unwrap();
    assert_eq!(registration.email.as_str(), "minji@example.com");
    assert_eq!(registration.name, "김민지");
    assert_eq!(registration.password.expose(), "correct horse");
}

#[test]
fn every_fault_is_told_at_once() {
    let request = Register {
        email: "minji".into(),
        password: Password::new("short"),
        name: "  ".into(),
        phone: Some("call me".into()),
        address: Some("x".repeat(201)),
    };
    assert_eq!(
        faults(&request),
        [
            ("/email".to_owned(), Fault::Format),
            ("/password".to_owned(), Fault::Length),
            ("/name".to_owned(), Fault::Length),
            ("/phone".to_owned(), Fault::Format),
            ("/address".to_owned(), Fault::Length),
        ]
    );
}

#[test]
fn limits_count_characters_and_include_their_ends() {
    for (chars, fine) in [(7, false), (8, true), (128, true), (129, false)] {
        let request = Register {
            password: Password::new("가".repeat(chars)),
            ..register()
        };
        assert_eq!(request.validate().is_ok(), fine, "password of {chars}");
    }
    for (chars, fine) in [(0, false), (1, true), (50, true), (51, false)] {
        let request = Register {
            name: "가".repeat(chars),
            ..register()
        };
        assert_eq!(request.validate().is_ok(), fine, "name of {chars}");
    }
    let request = Register {
        name: "a\u{1b}[31mred".into(),
        ..register()
    };
    assert_eq!(faults(&request), [("/name".to_owned(), Fault::Format)]);
}

#[test]
fn addresses_that_could_exist() {
    let long = format!("{}@{}", "a".repeat(64), "b.".repeat(94) + "c");
    assert_eq!(long.len(), 254);
    for fine in [
        "shopper@demo",
        "a.b+c@mail.example.co.kr",
        "o'neil@x-y.org",
        &long,
    ] {
        assert!(Email::parse(fine).is_some(), "{fine}");
    }
    let too_long = format!("{}@{}", "a".repeat(64), "b.".repeat(94) + "cc");
    for bad in [
        "", "@", "a@", "@b", "a b@c", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@-b", "a@b-", "a@b..c",
        "a@b_c", "а@demo", "a\n@b", "<a>@b", &too_long,
    ] {
        assert!(Email::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn a_sign_in_does_not_ask_for_the_rules_of_sign_up() {
    let login = Login {
        email: "shopper@demo".into(),
        password: Password::new("x"),
    };
    assert_eq!(login.validate().unwrap().email.as_str(), "shopper@demo");
    let empty = Login {
        email: "shopper@demo".into(),
        password: Password::new(""),
    };
    assert_eq!(empty.validate().unwrap_err().errors[0].pointer, "/password");
}

#[test]
fn secrets_do_not_show_themselves() {
    assert!(!format!("{:?}", register()).contains("correct horse"));
    let token = TokenView {
        access_token: "secret-one".into(),
        token_type: "Bearer".into(),
        expires_in: 600,
        refresh_token: Some("secret-two".into()),
    };
    assert!(!format!("{token:?}").contains("secret"));
}

#[test]
fn nobody_registers_with_a_role() {
    let body = r#"{"email":"a@b","password":"12345678","name":"n","role":"admin"}"#;
    let refused = serde_json::from_str::<Register>(body).unwrap_err();
    assert!(
        refused.to_string().contains("unknown field `role`"),
        "{refused}"
    );
}

#[test]
fn a_change_tells_absent_from_null_and_a_name_is_never_cleared() {
    let read = |body: &str| serde_json::from_str::<UpdateProfile>(body);
    assert_eq!(read("{}").unwrap(), UpdateProfile::default());
    let change = read(r#"{"phone":null,"address":" 서울 "}"#).unwrap();
    let change = change.validate().unwrap();
    assert_eq!(change.name, None);
    assert_eq!(change.phone, Some(None));
    assert_eq!(change.address, Some(Some("서울".to_owned())));
    for body in [
        r#"{"name":null}"#,
        r#"{"role":"admin"}"#,
        r#"{"email":"a@b"}"#,
    ] {
        assert!(read(body).is_err(), "{body}");
    }
    let bad = read(r#"{"name":" ","phone":"x","address":""}"#).unwrap();
    let problem = bad.validate().unwrap_err();
    let pointers: Vec<_> = problem.errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["/name", "/phone", "/address"]);
}
