//! Drawings in place of photographs: one still life a product, made of a motif of its category
//! and of colours and a composition that follow from its id. The same product is always drawn
//! the same.

use std::fmt::Write;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contracts::ids::ProductId;

use crate::assets::FOR_EVER;
use crate::site::Shared;

mod motifs;

use motifs::{MOTIFS, Motif};

/// Drawings change when this does: their addresses are kept for ever.
const EDITION: u32 = 1;

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/art/{edition}/{motif}/{file}", get(serve))
}

/// Where the drawing of a product is.
pub(crate) fn address(category: &str, product: ProductId) -> String {
    format!("/art/{EDITION}/{}/{product}.svg", motif(category).name)
}

async fn serve(Path((_, motif, file)): Path<(u32, String, String)>) -> Response {
    let motif = MOTIFS.iter().find(|known| known.name == motif);
    let id = file
        .strip_suffix(".svg")
        .and_then(|id| id.parse::<ProductId>().ok());
    match motif.zip(id) {
        Some((motif, id)) => {
            let headers = [(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FOR_EVER)];
            (headers, draw(motif, id)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The motif of a category; of one that has none, always the same other.
fn motif(category: &str) -> &'static Motif {
    let known = MOTIFS.iter().find(|motif| motif.category == category);
    known.unwrap_or_else(|| {
        let sum: usize = category.bytes().map(usize::from).sum();
        &MOTIFS[sum % MOTIFS.len()]
    })
}

fn draw(motif: &Motif, id: ProductId) -> String {
    let mut chance = Chance::of(id);
    let thing = motif.things[chance.below(motif.things.len())];
    let (mut a, mut b, c) = motif.colours[chance.below(motif.colours.len())];
    if chance.below(2) == 1 {
        std::mem::swap(&mut a, &mut b);
    }
    let sun_x = 80 + 20 * chance.below(13);
    let sun_y = 90 + 10 * chance.below(9);
    let sun = 60 + 10 * chance.below(7);
    let rise = 10 + 6 * chance.below(9);
    let lean = ["-4", "-2", "0", "0", "2", "4"][chance.below(6)];
    let size = ["0.88", "0.91", "0.94", "0.97", "1", "1.03"][chance.below(6)];
    let mut svg = String::with_capacity(1_600);
    let put = write!(
        svg,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400'>\
         <rect width='400' height='400' fill='{wall}'/>\
         <circle cx='{sun_x}' cy='{sun_y}' r='{sun}' fill='{light}'/>\
         <path d='M0 300q200-{rise} 400 0v100H0z' fill='{table}'/>\
         <ellipse cx='200' cy='318' rx='104' ry='14' fill='#1a1a1a' opacity='.13'/>\
         <g transform='translate(200 316) scale({size}) rotate({lean}) translate(-200 -316)'>",
        wall = motif.wall,
        light = motif.sun,
        table = motif.table,
    );
    put.expect("a string takes it");
    svg.push_str(&thing.replace("$a", a).replace("$b", b).replace("$c", c));
    svg.push_str("</g></svg>");
    svg
}

/// A little generator over an id's digits: the same id draws the same.
struct Chance(u64);

impl Chance {
    fn of(id: ProductId) -> Self {
        Self(id.get().unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, bound: usize) -> usize {
        // xorshift64*: neighbouring ids must not look alike.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap_or(0) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_always_drawn_the_same_and_neighbours_differ() {
        for motif in &MOTIFS {
            let (one, two) = (ProductId::new(1 << 22), ProductId::new(2 << 22));
            assert_eq!(draw(motif, one), draw(motif, one));
            assert_ne!(draw(motif, one), draw(motif, two));
            assert!(!draw(motif, one).contains('$'), "a colour was left out");
        }
    }

    #[test]
    fn every_category_has_a_motif() {
        assert_eq!(motif("주방").name, "kitchen");
        assert_eq!(motif("없는 것").name, motif("없는 것").name);
    }
}
