//! The frame of a page: head, header, navigation, footer; one for the storefront and one for the
//! console.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use crate::assets::{ICON, SCRIPT, STYLE};
use crate::pieces::address;
use crate::visit::{Theme, Visitor, Who};

/// The awning of a stall.
const ROOF: &str = "M4 5h24l2 8a4 4 0 0 1-7 2 4 4 0 0 1-7 0 4 4 0 0 1-7 0 4 4 0 0 1-7-2z";

/// What a page puts into its frame.
pub(crate) struct Page<'a> {
    title: &'a str,
    body: Markup,
    head: Markup,
    /// Which entry of the navigation it is under.
    under: &'a str,
    /// What was searched for.
    search: &'a str,
}

impl<'a> Page<'a> {
    pub(crate) fn new(title: &'a str) -> Self {
        Self {
            title,
            body: html! {},
            head: html! {},
            under: "",
            search: "",
        }
    }

    #[must_use]
    pub(crate) fn body(self, body: Markup) -> Self {
        Self { body, ..self }
    }

    #[must_use]
    pub(crate) fn under(self, under: &'a str) -> Self {
        Self { under, ..self }
    }

    #[must_use]
    pub(crate) fn of_search(self, search: &'a str) -> Self {
        Self { search, ..self }
    }

    /// Has a browser without scripts look again every so many seconds.
    #[must_use]
    pub(crate) fn look_again(self, seconds: u32) -> Self {
        let head = html! {
            noscript { meta http-equiv="refresh" content=(seconds); }
        };
        Self { head, ..self }
    }
}

pub(crate) fn shop(visitor: &Visitor, page: Page<'_>) -> Html<String> {
    let words = &visitor.texts().frame;
    let body = html! {
        header.top {
            div.wide {
                (brand(words.shop, "/"))
                (search(visitor, page.search))
                (shop_navigation(visitor, page.under))
            }
        }
        main id="main" tabindex="-1" {
            div.wide { (said(visitor)) (page.body) }
        }
        (footer(visitor))
    };
    frame(
        visitor,
        "shop",
        &format!("{} · {}", page.title, words.shop),
        &page.head,
        &body,
    )
}

pub(crate) fn console(visitor: &Visitor, page: Page<'_>) -> Html<String> {
    let words = &visitor.texts().console.frame;
    let entries = [
        ("overview", "/console", words.overview),
        ("sagas", "/console/sagas", words.sagas),
        ("parked", "/console/parked", words.parked),
        ("loops", "/console/loops", words.loops),
        ("invariants", "/console/invariants", words.invariants),
    ];
    let body = html! {
        header.top {
            div.wide {
                (brand(words.name, "/console"))
                nav.menu aria-label=(words.navigation) {
                    ul {
                        @for (under, address, word) in entries {
                            li {
                                a href=(address) aria-current=[current(under, page.under)] {
                                    (word)
                                }
                            }
                        }
                        li { a href="/" { (words.to_shop) } }
                    }
                }
            }
        }
        main id="main" tabindex="-1" {
            div.wide { (said(visitor)) (page.body) }
        }
        footer.foot { div.wide { (keys(visitor)) (switches(visitor)) } }
    };
    frame(
        visitor,
        "console",
        &format!("{} · {}", page.title, words.name),
        &page.head,
        &body,
    )
}

fn frame(visitor: &Visitor, kind: &str, title: &str, head: &Markup, body: &Markup) -> Html<String> {
    let words = &visitor.texts().frame;
    let theme = match visitor.theme {
        Theme::System => None,
        Theme::Light | Theme::Dark => Some(visitor.theme.word()),
    };
    let page = html! {
        (DOCTYPE)
        html lang=(visitor.language.tag()) data-theme=[theme] {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(ICON.address) type="image/svg+xml";
                link rel="stylesheet" href=(STYLE.address);
                script src=(SCRIPT.address) defer {}
                (head)
            }
            body class=(kind) data-keys[kind == "console" && visitor.keys] {
                a.skip href="#main" { (words.skip) }
                (body)
            }
        }
    };
    Html(page.into_string())
}

fn brand(word: &str, home: &str) -> Markup {
    html! {
        a.brand href=(home) {
            svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" {
                path.brand-roof d=(ROOF) {}
                path.brand-wall d="M6 18h20v9H6z" {}
            }
            span { (word) }
        }
    }
}

fn search(visitor: &Visitor, q: &str) -> Markup {
    let words = &visitor.texts().frame;
    html! {
        form.search action="/products" role="search" {
            label.unseen for="q" { (words.search) }
            input id="q" name="q" type="search" value=(q) placeholder=(words.search_hint)
                maxlength="100" autocomplete="off";
            button.quiet { (words.search_button) }
        }
    }
}

fn shop_navigation(visitor: &Visitor, under: &str) -> Markup {
    let words = &visitor.texts().frame;
    let cart = visitor.cart.len();
    let entries = [
        ("orders", "/orders", words.orders),
        ("coupons", "/coupons", words.coupons),
        ("points", "/points", words.points),
    ];
    html! {
        nav.menu aria-label=(words.navigation) {
            ul {
                li {
                    a href="/cart" aria-current=[current("cart", under)] {
                        (words.cart)
                        @if cart > 0 {
                            " " span.count aria-hidden="true" { (cart) }
                            span.unseen { ((words.in_cart)(cart)) }
                        }
                    }
                }
                @for (name, address, word) in entries {
                    li { a href=(address) aria-current=[current(name, under)] { (word) } }
                }
                @match &visitor.who {
                    Who::Member(member) => {
                        li {
                            a href="/account" aria-current=[current("account", under)] {
                                (member.name)
                            }
                        }
                    }
                    Who::Anybody | Who::Unknown(_) => {
                        li {
                            a href=(to_login(visitor, under))
                                aria-current=[current("login", under)] { (words.log_in) }
                        }
                    }
                }
                @if visitor.is_operator() {
                    li { a href="/console" { (words.console) } }
                }
            }
        }
    }
}

/// Logging in leads back to the page that one was on.
fn to_login(visitor: &Visitor, under: &str) -> String {
    let back = if under == "login" {
        ""
    } else {
        &visitor.address
    };
    address("/login", &[("back", back)])
}

fn current(entry: &str, under: &str) -> Option<&'static str> {
    (entry == under).then_some("page")
}

fn said(visitor: &Visitor) -> Markup {
    let Some(notice) = visitor.notice else {
        return html! {};
    };
    let kind = if notice.is_bad() { "said bad" } else { "said" };
    html! { p class=(kind) role="status" { (notice.text(visitor)) } }
}

fn footer(visitor: &Visitor) -> Markup {
    let words = &visitor.texts().frame;
    html! {
        footer.foot {
            div.wide {
                p { strong { (words.shop) } " " (words.about) }
                p.links { a href="/docs" { (words.api) } }
                (switches(visitor))
            }
        }
    }
}

/// Single keys get in the way of some who speak to their computer: they can be turned off.
fn keys(visitor: &Visitor) -> Markup {
    let words = &visitor.texts().console.frame;
    let (word, value) = match visitor.keys {
        true => (words.keys_off, "off"),
        false => (words.keys_on, "on"),
    };
    html! {
        form.keys method="post" action="/preferences" {
            input type="hidden" name="back" value=(visitor.address);
            @if visitor.keys { span { (words.keys) } }
            button.link name="keys" value=(value) { (word) }
        }
    }
}

/// Language and colours, each a form that works without scripts.
fn switches(visitor: &Visitor) -> Markup {
    let words = &visitor.texts().frame;
    let themes = [
        (Theme::System, words.theme_system),
        (Theme::Light, words.theme_light),
        (Theme::Dark, words.theme_dark),
    ];
    let languages = [("ko", "한국어"), ("en", "English")];
    html! {
        form.switches method="post" action="/preferences" {
            input type="hidden" name="back" value=(visitor.address);
            fieldset {
                legend.unseen { (words.language) }
                @for (tag, word) in languages {
                    button.link name="language" value=(tag) lang=(tag)
                        aria-pressed=(pressed(visitor.language.tag() == tag)) { (word) }
                }
            }
            fieldset {
                legend.unseen { (words.theme) }
                @for (theme, word) in themes {
                    button.link name="theme" value=(theme.word())
                        aria-pressed=(pressed(visitor.theme == theme)) { (word) }
                }
            }
        }
    }
}

const fn pressed(here: bool) -> &'static str {
    if here { "true" } else { "false" }
}
