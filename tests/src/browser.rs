//! A browser without scripts: it keeps cookies, sends forms as a page of the shop would, and goes
//! where it is told when a test says so.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;
use web::{DemoLogin, Site};

use crate::{Member, TestShop};

const PAGE_BYTES: usize = 4 * 1_024 * 1_024;

/// One visitor of the shop's pages.
pub struct Browser {
    pages: Router,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

/// What a browser got.
#[derive(Clone, Debug)]
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestShop {
    /// Somebody who opens the shop's pages.
    pub fn browser(&self) -> Browser {
        let pages = web::router(Site {
            api: self.router(),
            clock: boot::now,
            demo_logins: Vec::<DemoLogin>::new(),
        });
        Browser {
            pages,
            cookies: BTreeMap::new(),
            language: "ko",
        }
    }

    /// The same, logged in.
    pub fn browser_of(&self, member: &Member) -> Browser {
        let mut browser = self.browser();
        let token = member.token.clone();
        browser.cookies.insert("jangteo_access".to_owned(), token);
        browser
    }
}

impl Browser {
    pub async fn open(&mut self, address: &str) -> Seen {
        let request = Request::get(address).header(ACCEPT, "text/html");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Asks for a part of a page, as the script does.
    pub async fn look_again(&mut self, address: &str) -> Seen {
        let request = Request::get(address).header("x-part", "order");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Sends a form of one of our own pages.
    pub async fn submit(&mut self, address: &str, fields: &[(&str, &str)]) -> Seen {
        let headers = [("sec-fetch-site", "same-origin")];
        self.submit_with(address, &headers, fields).await
    }

    /// Sends a form with all that its browser would say about it.
    pub async fn submit_with(
        &mut self,
        address: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Seen {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let mut request =
            Request::post(address).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(fields.join("&")));
        self.send(request.expect("a request")).await
    }

    /// Opens the page that an answer leads to.
    pub async fn follow(&mut self, seen: &Seen) -> Seen {
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
        let to = seen.location().to_owned();
        self.open(&to).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Seen {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = request.headers_mut();
        headers.insert(ACCEPT_LANGUAGE, self.language.parse().expect("a language"));
        headers.insert(COOKIE, cookies.join("; ").parse().expect("cookies"));
        let response = self.pages.clone().oneshot(request).await;
        let response = response.expect("a router never fails");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie"));
        }
        let bytes = to_bytes(body, PAGE_BYTES).await.expect("a whole page");
        Seen {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(attribute), "{cookie}");
        }
        let (name, value) = pair.split_once('=').expect("a value");
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Seen {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        self
    }

    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "{text:?} in {}", self.text);
        self
    }

    /// The value of a form's first field of this name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let named = format!("name=\"{name}\"");
        let tag = self.text.split('<').find(|tag| tag.contains(&named));
        let tag = tag.unwrap_or_else(|| panic!("no field {name} in {}", self.text));
        let value = tag.split_once("value=\"").map_or("", |(_, rest)| rest);
        value.split('"').next().unwrap_or_default().to_owned()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
