//! A cart with the products of its lines, as they are now.

use contracts::http::product::{BatchGet, BatchView, ProductView};
use contracts::ids::ProductId;
use contracts::money::{Money, Quantity};
use maud::{Markup, html};

use crate::api::Refused;
use crate::cart::Cart;
use crate::pieces;
use crate::visit::Visitor;

pub(super) struct Basket {
    pub(super) lines: Vec<Line>,
    /// Products that the shop no longer has.
    pub(super) gone: Vec<ProductId>,
}

pub(super) struct Line {
    pub(super) product: ProductView,
    pub(super) quantity: u32,
}

impl Line {
    /// None past the range of money, which no order reaches.
    pub(super) fn total(&self) -> Option<Money> {
        self.product.price.checked_mul(Quantity::new(self.quantity))
    }

    /// Whether an order for it would go through as far as one can see now.
    pub(super) fn can_be_had(&self) -> bool {
        let left = self.product.available_quantity >= i64::from(self.quantity);
        pieces::can_be_bought(&self.product) && left
    }
}

impl Basket {
    pub(super) async fn read(visitor: &Visitor, cart: &Cart) -> Result<Self, Refused> {
        if cart.is_empty() {
            return Ok(Self {
                lines: Vec::new(),
                gone: Vec::new(),
            });
        }
        let ids = cart.lines().iter().map(|(product, _)| *product).collect();
        let path = "/api/v1/products:batchGet";
        let BatchView { found, missing } = visitor.api.post(path, &BatchGet { ids }).await?;
        let quantity_of = |product: &ProductView| {
            let line = cart.lines().iter().find(|(id, _)| *id == product.id);
            line.map_or(0, |(_, quantity)| *quantity)
        };
        let lines = found.into_iter().map(|product| Line {
            quantity: quantity_of(&product),
            product,
        });
        Ok(Self {
            lines: lines.collect(),
            gone: missing,
        })
    }

    pub(super) fn total(&self) -> Money {
        let totals: Option<Vec<Money>> = self.lines.iter().map(Line::total).collect();
        let total = totals.and_then(Money::checked_sum);
        total.unwrap_or(Money::new(i64::MAX))
    }

    pub(super) fn can_be_ordered(&self) -> bool {
        self.gone.is_empty() && !self.lines.is_empty() && self.lines.iter().all(Line::can_be_had)
    }

    /// The lines to read, without anything to change.
    pub(super) fn show(&self, visitor: &Visitor) -> Markup {
        let words = &visitor.texts().checkout;
        html! {
            table.lines {
                caption.unseen { (words.lines) }
                thead {
                    tr {
                        th scope="col" { (words.product) }
                        th.number scope="col" { (words.quantity) }
                        th.number scope="col" { (words.amount) }
                    }
                }
                tbody {
                    @for line in &self.lines {
                        tr {
                            th scope="row" {
                                a href={ "/products/" (line.product.id) } { (line.product.name) }
                                span.fine { (pieces::won(visitor, line.product.price)) }
                            }
                            td.number { (line.quantity) }
                            td.number {
                                (pieces::won(visitor, line.total().unwrap_or_default()))
                            }
                        }
                    }
                }
            }
        }
    }
}
