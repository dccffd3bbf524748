//! Every text, once in Korean and once in English: a text that one language lacks does not
//! compile. The shop speaks 해요체, the console 합니다체. What has a number or a name in it is a
//! function, so that each language builds its own sentence.

use contracts::events::Kind;
use contracts::problem::Language;

mod console;
mod english;
mod korean;
mod particles;
mod shop;

pub(crate) use console::Console;
pub(crate) use shop::{
    Cart, Checkout, Coupons, Frame, Home, Login, NoticeTexts, Order, Orders, Points, Product,
    Products, TroubleTexts,
};

/// A text without anything to fill in.
type Words = &'static str;
/// A text about something that has a name, or an amount as it is written.
type About = fn(&str) -> String;
/// A text with a count.
type Count = fn(i64) -> String;

pub(crate) struct Texts {
    pub(crate) frame: Frame,
    pub(crate) notice: NoticeTexts,
    pub(crate) trouble: TroubleTexts,
    pub(crate) home: Home,
    pub(crate) products: Products,
    pub(crate) product: Product,
    pub(crate) cart: Cart,
    pub(crate) checkout: Checkout,
    pub(crate) order: Order,
    pub(crate) orders: Orders,
    pub(crate) coupons: Coupons,
    pub(crate) points: Points,
    pub(crate) login: Login,
    /// What an event means to a person; none for an operator's word.
    pub(crate) event: fn(Option<Kind>) -> Words,
    pub(crate) console: Console,
}

pub(crate) const fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Ko => &korean::TEXTS,
        Language::En => &english::TEXTS,
    }
}
