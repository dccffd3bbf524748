//! What a visitor means to buy: products and how many, in the order they were put in. It lives in
//! a cookie of some 900 bytes at most, holds no price, and decides nothing.

use std::fmt;
use std::str::FromStr;

use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use contracts::http::order::LINES_MAX;
use contracts::ids::ProductId;
use contracts::money::Quantity;

use crate::cookies::{clear, cookie, set};

const CART: &str = "jangteo_cart";
const SECONDS: u32 = 30 * 86_400;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cart {
    lines: Vec<(ProductId, u32)>,
}

/// There is no room for another product.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Cart {
    /// The cart of the cookie; an empty one when it is none of ours.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let text = cookie(headers, CART).unwrap_or_default();
        text.parse().unwrap_or_default()
    }

    pub(crate) fn of(product: ProductId, quantity: u32) -> Self {
        let mut cart = Self::default();
        cart.put(product, quantity);
        cart
    }

    pub(crate) fn cookie(&self) -> HeaderValue {
        if self.is_empty() {
            clear(CART)
        } else {
            set(CART, &self.to_string(), SECONDS)
        }
    }

    pub(crate) fn lines(&self) -> &[(ProductId, u32)] {
        &self.lines
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many products; pieces of one count once.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// So many more of a product, up to what a line may have.
    pub(crate) fn add(&mut self, product: ProductId, quantity: u32) -> Result<(), Full> {
        let known = self.lines.iter().find(|(id, _)| *id == product);
        let before = known.map_or(0, |(_, quantity)| *quantity);
        if known.is_none() && self.lines.len() >= LINES_MAX {
            return Err(Full);
        }
        self.put(product, before.saturating_add(quantity));
        Ok(())
    }

    /// Exactly so many of a product; with 0 it is taken out.
    pub(crate) fn put(&mut self, product: ProductId, quantity: u32) {
        let quantity = quantity.min(Quantity::MAX_PER_LINE);
        let at = self.lines.iter().position(|(id, _)| *id == product);
        match (at, quantity) {
            (Some(at), 0) => drop(self.lines.remove(at)),
            (Some(at), quantity) => self.lines[at].1 = quantity,
            (None, 0) => {}
            (None, quantity) => self.lines.push((product, quantity)),
        }
    }
}

/// `<id>.<quantity>`, with hyphens between.
impl fmt::Display for Cart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (product, quantity)) in self.lines.iter().enumerate() {
            let between = if at == 0 { "" } else { "-" };
            write!(f, "{between}{product}.{quantity}")?;
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoCart;

impl FromStr for Cart {
    type Err = NoCart;

    fn from_str(text: &str) -> Result<Self, NoCart> {
        let mut cart = Self::default();
        for line in text.split('-').filter(|line| !line.is_empty()) {
            let (product, quantity) = line.split_once('.').ok_or(NoCart)?;
            let product = product.parse().map_err(|_| NoCart)?;
            let quantity = quantity.parse().map_err(|_| NoCart)?;
            cart.add(product, quantity).map_err(|_| NoCart)?;
        }
        Ok(cart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUG: ProductId = ProductId::new(7);
    const BAG: ProductId = ProductId::new(8);

    #[test]
    fn a_cart_comes_back_as_it_was() {
        let mut cart = Cart::default();
        assert_eq!(cart.to_string(), "");
        cart.add(MUG, 2).unwrap();
        cart.add(BAG, 1).unwrap();
        cart.add(MUG, 3).unwrap();
        assert_eq!(cart.lines(), [(MUG, 5), (BAG, 1)]);
        assert_eq!(cart.to_string().parse(), Ok(cart.clone()));
        cart.put(MUG, 0);
        assert_eq!(cart, Cart::of(BAG, 1));
    }

    #[test]
    fn the_fullest_cart_fits_in_a_cookie() {
        let mut cart = Cart::default();
        for id in 0..50 {
            cart.add(ProductId::new(i64::MAX - id), u32::MAX).unwrap();
        }
        assert_eq!(cart.add(MUG, 1), Err(Full));
        assert_eq!(cart.add(ProductId::new(i64::MAX), 1), Ok(()));
        assert!(cart.lines().iter().all(|(_, quantity)| *quantity == 999));
        assert!(cart.cookie().len() <= 4_096, "{}", cart.cookie().len());
    }

    #[test]
    fn what_is_no_cart_is_none() {
        for text in ["x", "0000000000007", "0000000000007.x", "0000000000007.-1"] {
            assert_eq!(text.parse::<Cart>(), Err(NoCart), "{text}");
        }
        assert_eq!("0000000000007.0".parse(), Ok(Cart::default()));
    }
}
