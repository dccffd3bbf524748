//! The monolith under test.

use std::fs;
use std::path::Path;

use monolith::{Pool, Seed};

use super::data;
use crate::population::{Buyer, DISCOUNT, POINTS, PRICE, Population, Spec};

pub(super) async fn serve(folder: &Path) -> anyhow::Result<()> {
    super::serve(monolith::router(Pool::open(&data(folder))?)).await
}

/// The same members, products and coupons as the shop's, under numbers of its own.
pub(super) async fn fill(folder: &Path, spec: &Spec) -> anyhow::Result<()> {
    fs::create_dir_all(data(folder))?;
    let mut points = vec![POINTS; spec.members];
    let buyers: Vec<usize> = spec.buyers().collect();
    for (buyer, place) in buyers.iter().enumerate() {
        points[*place] = spec.points(buyer);
    }
    let product = |place| (PRICE, i64::from(spec.stock(place)));
    let number = |place: usize| i64::try_from(place + 1).expect("small numbers");
    let mut coupons = vec![(DISCOUNT, number(spec.buyers)); spec.coupons];
    coupons.push((DISCOUNT, spec.rush));
    let of_all = (0..spec.coupons).flat_map(|coupon| {
        let to = buyers.iter();
        to.map(move |member| (number(coupon), number(*member)))
    });
    let seed = Seed {
        points,
        products: (0..spec.products).map(product).collect(),
        coupons,
        held: of_all.collect(),
    };
    monolith::seed(&Pool::open(&data(folder))?, seed).await?;
    let buyer = |(nth, member): (usize, &usize)| Buyer {
        token: number(*member).to_string(),
        coupons: (0..spec.coupons)
            .map(|coupon| number(coupon * spec.buyers + nth).to_string())
            .collect(),
    };
    let population = Population {
        buyers: buyers.iter().enumerate().map(buyer).collect(),
        products: (1..=spec.products).map(|id| id.to_string()).collect(),
        rush: number(spec.coupons).to_string(),
    };
    population.write(folder)
}
