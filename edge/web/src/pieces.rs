//! Parts that several pages have: redirects, prices, times, forms, lists, product cards.

use aws_lc_rs::rand;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use contracts::http::product::{ProductStatus, ProductView};
use contracts::money::Money;
use contracts::problem::Document;
use contracts::time::Timestamp;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::art;
use crate::format;
use crate::notice::Notice;
use crate::visit::Visitor;

/// So many pieces or fewer are told; more is plenty.
const FEW: i64 = 10;

/// A redirect after a form, with what is said and set on the way.
pub(crate) struct Go {
    to: String,
    cookies: Vec<HeaderValue>,
}

impl Go {
    pub(crate) fn to(address: &str) -> Self {
        Self {
            to: address.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// Back to a page of ours that a form names; home when it names something else.
    pub(crate) fn back(address: &str) -> Self {
        Self::to(own(address))
    }

    #[must_use]
    pub(crate) fn say(self, notice: Notice) -> Self {
        self.cookie(notice.cookie())
    }

    #[must_use]
    pub(crate) fn cookie(mut self, cookie: HeaderValue) -> Self {
        self.cookies.push(cookie);
        self
    }

    #[must_use]
    pub(crate) fn cookies(mut self, cookies: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}

impl IntoResponse for Go {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let to = HeaderValue::from_str(&self.to).unwrap_or(HeaderValue::from_static("/"));
        response.headers_mut().insert(LOCATION, to);
        for cookie in self.cookies {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// An address of this site: a path, and no way out of it.
pub(crate) fn own(address: &str) -> &str {
    let path = address.starts_with('/') && !address.starts_with("//");
    let plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if path && plain { address } else { "/" }
}

/// A value within a query.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// An address with those parameters that have a value.
pub(crate) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut before = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(before);
        address.push_str(name);
        address.push('=');
        address.push_str(&encoded(value));
        before = '&';
    }
    address
}

/// A key for one command, made when its form is shown: however often the form is sent, the
/// command is carried out once.
pub(crate) fn fresh_key() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("the generator aborts sooner than it fails");
    format!("web-{:032x}", u128::from_le_bytes(bytes))
}

pub(crate) fn key_field() -> Markup {
    html! { input type="hidden" name="key" value=(fresh_key()); }
}

pub(crate) fn won(visitor: &Visitor, amount: Money) -> Markup {
    html! { span.won { (format::won(amount, visitor.language)) } }
}

pub(crate) fn moment(visitor: &Visitor, at: Timestamp) -> Markup {
    html! { time datetime=(at) { (format::moment(at, visitor.language)) } }
}

/// A sign with a word: never by colour alone.
pub(crate) fn badge(kind: &str, word: &str) -> Markup {
    html! { span class={ "badge " (kind) } { (word) } }
}

pub(crate) fn stock(visitor: &Visitor, product: &ProductView) -> Markup {
    let words = &visitor.texts().product;
    match (product.status, product.available_quantity) {
        (ProductStatus::Discontinued, _) => badge("off", words.discontinued),
        (ProductStatus::SoldOut, _) | (ProductStatus::OnSale, ..=0) => badge("off", words.sold_out),
        (ProductStatus::OnSale, left @ 1..=FEW) => badge("few", &(words.left)(left)),
        (ProductStatus::OnSale, _) => badge("good", words.plenty),
    }
}

pub(crate) fn can_be_bought(product: &ProductView) -> bool {
    product.status == ProductStatus::OnSale && product.available_quantity > 0
}

/// A product in a list; the whole card leads to its page.
pub(crate) fn card(visitor: &Visitor, product: &ProductView, rank: Option<u32>) -> Markup {
    html! {
        li.card {
            div.picture {
                (picture(product, 320))
                @if let Some(rank) = rank { span.rank { (rank) } }
            }
            p.card-category { (category(visitor, &product.category)) }
            h3 { a href={ "/products/" (product.id) } { (product.name) } }
            p.card-price { (won(visitor, product.price)) }
            (stock(visitor, product))
        }
    }
}

/// A category by its name; the shop names them in Korean, and some are known in English.
pub(crate) fn category(visitor: &Visitor, name: &str) -> Markup {
    html! {
        @match (visitor.texts().products.category)(name) {
            Some(word) => (word),
            None => { span lang="ko" { (name) } },
        }
    }
}

pub(crate) fn picture(product: &ProductView, size: u32) -> Markup {
    let address = art::address(&product.category, product.id);
    html! {
        img src=(address) alt="" width=(size) height=(size) loading="lazy" decoding="async";
    }
}

/// The link to the next piece of a list; nothing at its end.
pub(crate) fn more(visitor: &Visitor, cursor: Option<&str>, at: impl Fn(&str) -> String) -> Markup {
    let Some(cursor) = cursor else {
        return html! {};
    };
    html! {
        p.more { a.button.quiet href=(at(cursor)) rel="next" { (visitor.texts().frame.more) } }
    }
}

/// Links that choose what a list shows: label, address, whether it is the present one.
pub(crate) fn tabs(label: &str, links: &[(String, String, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for (word, address, here) in links {
                    li { a href=(address) aria-current=[here.then_some("page")] { (word) } }
                }
            }
        }
    }
}

/// What the API refused about a form as a whole, at its top.
pub(crate) fn refusal(problem: Option<&Document>) -> Markup {
    let Some(problem) = problem else {
        return html! {};
    };
    let said = problem.detail.as_deref().unwrap_or(&problem.title);
    html! { p.said.bad role="alert" { (said) } }
}

/// One field of a form with its label, and what is wrong with it.
pub(crate) struct Field<'a> {
    pub(crate) name: &'static str,
    pub(crate) label: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) value: &'a str,
    /// The word browsers fill it by; `off` for none.
    pub(crate) autocomplete: &'static str,
    pub(crate) required: bool,
    pub(crate) hint: Option<&'a str>,
}

impl Field<'_> {
    pub(crate) fn show(&self, problem: Option<&Document>) -> Markup {
        let pointer = format!("/{}", self.name);
        let mut errors = problem.iter().flat_map(|problem| &problem.errors);
        let error = errors.find(|error| error.pointer == pointer);
        let told = format!("{}-told", self.name);
        let described = error.is_some() || self.hint.is_some();
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete=(self.autocomplete) required[self.required]
                    aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[described.then_some(&told)];
                @if let Some(error) = error {
                    p.fine.bad id=(told) { (error.message) }
                } @else if let Some(hint) = self.hint {
                    p.fine id=(told) { (hint) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_never_leaves_the_site() {
        for (address, stays) in [
            ("/cart?a=b", "/cart?a=b"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nSet-Cookie: b=c", "/"),
            ("", "/"),
        ] {
            assert_eq!(own(address), stays, "{address:?}");
        }
    }

    #[test]
    fn an_address_has_the_parameters_with_a_value() {
        let made = address(
            "/products",
            &[("q", "머그 컵&"), ("sort", ""), ("category", "a")],
        );
        assert_eq!(
            made,
            "/products?q=%EB%A8%B8%EA%B7%B8%20%EC%BB%B5%26&category=a"
        );
        assert_eq!(address("/products", &[("q", "")]), "/products");
    }

    #[test]
    fn no_key_is_made_twice() {
        assert_ne!(fresh_key(), fresh_key());
        assert_eq!(fresh_key().len(), 36);
    }
}
