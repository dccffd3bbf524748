//! What people see: the storefront at `/` and the operations console at `/console`, rendered on
//! the server. It knows the shop through its public API alone, called in process with the
//! visitor's own token: what a page can do, anybody can.

/// What the program that serves the pages gives them, and their routes.
pub mod site;

/// The public API, called in process.
mod api;

/// One visit: who comes, in which language, with which cart. Every page is rendered for one.
mod visit;

/// Logging in, staying logged in, and logging out, by cookies.
mod session;

/// Cookies as they come and as they are set.
mod cookies;

/// Which requests may change something, and what browsers may do with our pages.
mod guard;

/// Why there is no page, and the page that says so.
mod trouble;

/// What is said once on the page after a redirect.
mod notice;

/// What a visitor means to buy, in a cookie.
mod cart;

/// The frame of a page.
mod layout;

/// Parts that several pages have.
mod pieces;

/// The style sheet, the script and the icon, under names that change with them.
mod assets;

/// Drawings in place of photographs.
mod art;

/// Every text, once in Korean and once in English.
mod text;

/// Money, counts and times as people write them.
mod format;

/// The storefront, one file a page.
mod shop;

/// The console, one file a page.
mod console;

pub use site::{DemoLogin, Site, router};
