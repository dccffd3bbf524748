//! Hostile tokens: S4 of the security checklist. Each is signed with the real key where a
//! signature could help it, so that it is refused for its own fault.

use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use contracts::http::Role;
use platform_http::{Realm, Refused, Signer};
use serde_json::json;

use crate::forge::{base64url, claims, header, of, pair, seconds, signed, with};
use crate::server::{NOW, USER, private_key, send, signer, token, verifier};

const MINUTE: Duration = Duration::from_secs(60);

fn verify(token: &str) -> Result<platform_http::Caller, Refused> {
    verifier(vec![signer().key()]).verify(token)
}

#[test]
fn our_own_token_is_accepted_and_so_is_one_made_by_hand() {
    for role in [Role::Shopper, Role::Operator, Role::Admin] {
        let caller = verify(&token(role)).unwrap();
        assert_eq!((caller.user, caller.role), (USER, role));
    }
    assert!(verify(&of(&header(), &claims())).is_ok());
    let named = with(claims(), "jti", json!("1"));
    assert!(verify(&of(&header(), &with(named, "later", json!({"a": 1})))).is_ok());
}

#[test]
fn no_header_but_ours_is_accepted() {
    let public = base64url(pair().public_key().as_ref());
    let mut hostile = Vec::new();
    for alg in [
        "none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES256", "ES384", "EdDSA ", "eddsa",
    ] {
        hostile.push(with(header(), "alg", json!(alg)));
    }
    for alg in [json!(null), json!(1), json!(["EdDSA"])] {
        hostile.push(with(header(), "alg", alg));
    }
    for typ in [
        json!(null),
        json!("JWT"),
        json!("AT+JWT"),
        json!("application/at+jwt"),
        json!(1),
    ] {
        hostile.push(with(header(), "typ", typ));
    }
    for kid in [
        "",
        "other",
        "../../etc/passwd",
        "/dev/null",
        "' or 1=1 --",
        "https://e.example/k",
    ] {
        hostile.push(with(header(), "kid", json!(kid)));
    }
    hostile.push(with(header(), "kid", json!(null)));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": public});
    for (member, value) in [
        ("jwk", jwk),
        ("jku", json!("https://e.example/jwks.json")),
        ("x5u", json!("https://e.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
        ("p2c", json!(2_000_000_000)),
        ("nonce", json!("n")),
    ] {
        hostile.push(with(header(), member, value));
    }
    for header in hostile {
        assert_eq!(
            verify(&of(&header, &claims())),
            Err(Refused::Invalid),
            "{header}"
        );
    }
    let twice = header().to_string().replacen('{', r#"{"alg":"EdDSA","#, 1);
    assert_eq!(
        verify(&signed(&twice, &claims().to_string())),
        Err(Refused::Invalid)
    );
}

#[test]
fn no_signature_but_ours_is_accepted() {
    let good = of(&header(), &claims());
    let [head, body, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let message = format!("{head}.{body}");

    let none = base64url(with(header(), "alg", json!("none")).to_string().as_bytes());
    let confused = base64url(with(header(), "alg", json!("HS256")).to_string().as_bytes());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, pair().public_key().as_ref());
    let tag = base64url(hmac::sign(&secret, format!("{confused}.{body}").as_bytes()).as_ref());
    let other = Ed25519KeyPair::generate().unwrap();
    let forged = base64url(other.sign(message.as_bytes()).as_ref());
    let tampered = base64url(
        with(claims(), "role", json!("admin"))
            .to_string()
            .as_bytes(),
    );

    for hostile in [
        format!("{none}.{body}."),
        format!("{confused}.{body}.{tag}"),
        format!("{message}.{forged}"),
        format!("{head}.{tampered}.{signature}"),
        format!("{message}."),
        format!("{message}.{}", base64url(&[0; 64])),
        format!("{message}.{}", &signature[..80]),
        format!("{message}.{signature}AA"),
        format!("{message}.{signature}=="),
        format!("{message}.{signature} "),
        message.clone(),
        head.to_owned(),
        format!("{good}.{signature}"),
        format!("{head}.{body}.{body}.{body}.{signature}"),
        "..".to_owned(),
        "....".to_owned(),
        String::new(),
        ".".repeat(4_000),
        format!("{good}{}", "A".repeat(1 << 20)),
        format!("{}.{body}.{signature}", "A".repeat(1 << 20)),
    ] {
        assert_eq!(verify(&hostile), Err(Refused::Invalid), "{hostile:.60}");
    }
}

#[test]
fn no_claims_but_ours_are_accepted() {
    let mut hostile = Vec::new();
    for (member, values) in [
        (
            "iss",
            vec![
                json!(null),
                json!("other"),
                json!(["jangteo"]),
                json!(1),
                json!(""),
            ],
        ),
        (
            "aud",
            vec![
                json!(null),
                json!("other"),
                json!(["jangteo-api"]),
                json!({}),
            ],
        ),
        (
            "sub",
            vec![
                json!(null),
                json!(1),
                json!(""),
                json!("admin"),
                json!("0000000000000"),
            ],
        ),
        (
            "role",
            vec![
                json!(null),
                json!("root"),
                json!("ADMIN"),
                json!(["admin"]),
                json!(2),
            ],
        ),
        (
            "iat",
            vec![
                json!(null),
                json!("1"),
                json!(1.5),
                json!(-1),
                json!(u64::MAX),
            ],
        ),
        (
            "exp",
            vec![
                json!(null),
                json!("9e9"),
                json!(1.8e9),
                json!(-1),
                json!(u64::MAX),
                json!([]),
            ],
        ),
        (
            "nbf",
            vec![
                json!("1"),
                json!(1.5),
                json!(seconds() + 61),
                json!(i64::MAX),
            ],
        ),
    ] {
        hostile.extend(
            values
                .into_iter()
                .map(|value| with(claims(), member, value)),
        );
    }
    hostile.push(with(claims(), "iat", json!(seconds() + 61)));
    hostile.push(with(claims(), "exp", json!(seconds())));
    for claims in hostile {
        assert_eq!(
            verify(&of(&header(), &claims)),
            Err(Refused::Invalid),
            "{claims}"
        );
    }
    for member in [r#""exp":9999999999"#, r#""role":"admin""#, r#""sub":"1""#] {
        let twice = claims()
            .to_string()
            .replacen('{', &format!("{{{member},"), 1);
        assert_eq!(
            verify(&signed(&header().to_string(), &twice)),
            Err(Refused::Invalid)
        );
    }
    for body in ["", "null", "[]", "{}", "{", "\"x\"", &"[".repeat(2_000)] {
        assert_eq!(
            verify(&signed(&header().to_string(), body)),
            Err(Refused::Invalid),
            "{body:.9}"
        );
    }
}

#[test]
fn a_token_ends_a_minute_after_its_time() {
    let ending = |at| {
        with(
            with(claims(), "iat", json!(seconds() - 900)),
            "exp",
            json!(at),
        )
    };
    assert!(verify(&of(&header(), &ending(seconds() - 59))).is_ok());
    assert_eq!(
        verify(&of(&header(), &ending(seconds() - 60))),
        Err(Refused::Expired)
    );
    let early = with(claims(), "nbf", json!(seconds() + 60));
    assert!(verify(&of(&header(), &early)).is_ok());
}

#[test]
fn other_environments_and_unknown_keys_are_strangers() {
    let realm = Realm {
        issuer: "staging".into(),
        audience: "jangteo-api".into(),
    };
    let staging = Signer::from_pkcs8(private_key(), realm).unwrap();
    assert_eq!(
        verify(&staging.sign(USER, Role::Admin, NOW, MINUTE)),
        Err(Refused::Invalid)
    );
    let stranger = Signer::from_pkcs8(&Signer::generate(), Realm::default()).unwrap();
    let token = stranger.sign(USER, Role::Admin, NOW, MINUTE);
    assert_eq!(verify(&token), Err(Refused::Invalid));
    let both = verifier(vec![signer().key(), stranger.key()]);
    assert!(
        both.verify(&token).is_ok(),
        "two keys stand side by side while one is replaced"
    );
}

#[test]
fn a_remembered_token_still_ends() {
    use std::sync::atomic::{AtomicI64, Ordering};
    static CLOCK: AtomicI64 = AtomicI64::new(NOW.micros());
    let clock = || contracts::time::Timestamp::from_micros(CLOCK.load(Ordering::Relaxed));
    let verifier = platform_http::Verifier::new(Realm::default(), vec![signer().key()], clock);
    let token = signer().sign(USER, Role::Shopper, NOW, MINUTE);
    for (later_seconds, expected) in [(0, true), (119, true), (120, false), (119, true)] {
        CLOCK.store(NOW.micros() + later_seconds * 1_000_000, Ordering::Relaxed);
        assert_eq!(verifier.verify(&token).is_ok(), expected, "{later_seconds}");
    }
    CLOCK.store(NOW.micros() - 61_000_000, Ordering::Relaxed);
    assert_eq!(verifier.verify(&token), Err(Refused::Invalid));
}

#[test]
fn a_published_key_has_no_private_part() {
    let jwks = serde_json::to_value(signer().jwks()).unwrap();
    let key = jwks["keys"][0].as_object().unwrap();
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(key["x"], base64url(pair().public_key().as_ref()));
}

#[test]
fn what_is_no_private_key_is_no_signer() {
    for der in [
        &b""[..],
        b"-----BEGIN PRIVATE KEY-----",
        &[0; 48],
        &private_key()[..47],
    ] {
        assert!(Signer::from_pkcs8(der, Realm::default()).is_err());
    }
}

#[tokio::test]
async fn over_http_a_bad_token_is_401_and_says_no_more() {
    let good = token(Role::Shopper);
    let bearer = format!("Bearer {good}");
    for accepted in [&*bearer, &format!("bEARER  {good}")] {
        assert_eq!(
            send("/me", &[("authorization", accepted)]).await.status,
            200
        );
    }
    for refused in [
        "",
        "Bearer",
        "Bearer ",
        &good,
        &format!("Basic {good}"),
        &format!("{bearer},x"),
    ] {
        let answer = send("/me", &[("authorization", refused)]).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{refused:.20}");
        assert_eq!(answer.problem().detail, None);
    }
    let twice = [("authorization", &*bearer), ("authorization", &*bearer)];
    assert_eq!(send("/me", &twice).await.code(), "UNAUTHENTICATED");
    let old = with(with(claims(), "iat", json!(1)), "exp", json!(2));
    let old = send(
        "/me",
        &[("authorization", &format!("Bearer {}", of(&header(), &old)))],
    )
    .await;
    assert_eq!(old.code(), "TOKEN_EXPIRED");
    assert_eq!(
        old.header("www-authenticate"),
        r#"Bearer error="invalid_token""#
    );
}

#[tokio::test]
async fn a_role_may_do_what_the_lesser_ones_may_and_no_more() {
    for (role, code) in [
        (Role::Shopper, 403),
        (Role::Operator, 403),
        (Role::Admin, 200),
    ] {
        let bearer = format!("Bearer {}", token(role));
        assert_eq!(
            send("/admin", &[("authorization", &bearer)]).await.status,
            code,
            "{role}"
        );
    }
}
