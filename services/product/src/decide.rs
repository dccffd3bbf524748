//! What Product does with each input, over the rows that the inputs before it left. Total: an
//! order's refusal is an event, a command's is a reply, and a repeat says nothing.

use contracts::events::product::ProductChanged;
use runtime::{Decision, Moment};

use crate::domain::refusal::Refusal;
use crate::domain::stock::Level;
use crate::input::Input;
use crate::store::{Product, Rows};

/// The shop's staff: new products, corrected stock.
mod catalogue;

/// The order's step: every line is taken, or none.
mod deduct;

/// Sales by the hour, and by the day.
mod rank;

/// What is written of a product so that it is found.
mod index;

/// Goods that come back: the undo of an order's step, and a refund's.
mod restock;

/// What the sender of a command gets back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The product with its first stock.
    Created {
        product: Box<Product>,
        level: Level,
        replayed: bool,
    },
    /// The product as the change left it.
    Updated {
        product: Box<Product>,
        level: Level,
    },
    /// The stock as the adjustment left it.
    Adjusted {
        level: Level,
        replayed: bool,
    },
    Refused(Refusal),
}

pub fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
    match input {
        Input::DeductStock(order) => deduct::deduct_stock(rows, order, at),
        Input::RestoreStock(order_id) => restock::restore_stock(rows, *order_id, at),
        Input::ReturnStock(refund) => restock::return_stock(rows, refund, at),
        Input::Rank(sales) => rank::rank(rows, sales, at),
        Input::CreateProduct(command) => catalogue::create_product(rows, command, at),
        Input::UpdateProduct(command) => catalogue::update_product(rows, command),
        Input::AdjustStock(command) => catalogue::adjust_stock(rows, command, at),
        Input::IndexName(product_id) => index::index_name(rows, *product_id),
        Input::FoldRanking => rank::fold(rows, at),
    }
}

/// Product keeps no version of an order: it numbers what it says of one in the only order in
/// which it can come true. Nothing is restored after a return, nor returned after a restore.
mod sequence {
    pub const DEDUCTED: i64 = 1;
    pub const RESTOCKED: i64 = 2;
}

/// The whole product as a reader sees it. Its version grows with each change of either row, so
/// that none of them has to be written for the other's sake.
fn changed(product: &Product, level: Level) -> ProductChanged {
    ProductChanged {
        product_id: product.product_id,
        name: product.name.as_str().into(),
        category: product.category.as_str().into(),
        price: product.price,
        status: product.status.into(),
        created_at: product.created_at,
        version: product.version_with(level),
        left: level.quantity,
        stock_version: level.version,
    }
}

#[cfg(test)]
mod tests;
