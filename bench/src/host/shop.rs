//! The shop under test: the loops, the router and the server of `jangteo dev`, without the goods
//! and members of a demonstration.

use std::path::Path;

use anyhow::bail;
use jangteo::shop::{Places, Shop};

use super::{crash, data, goods, people};
use crate::population::{Buyer, Population, Spec};

pub(super) async fn serve(folder: &Path, crash_once_in: Option<u64>) -> anyhow::Result<()> {
    // Loops that are killed on purpose warn of it.
    boot::telemetry(if crash_once_in.is_some() {
        "error"
    } else {
        "warn"
    });
    let mut shop = Shop::start(&data(folder)).await?;
    let (router, places) = (shop.router(), shop.places.clone());
    let crashes = async {
        match crash_once_in {
            Some(every) => crash::once_in(every, &places).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = crashes => {}
        served = super::serve(router) => served?,
        ended = shop.ended() => bail!("a loop ended: {ended:?}"),
    }
    shop.stop().await
}

/// Fills a new shop by the commands of its services.
pub(super) async fn seed(folder: &Path, spec: &Spec) -> anyhow::Result<()> {
    let shop = Shop::start(&data(folder)).await?;
    let population = fill(&shop.places, spec).await?;
    population.write(folder)?;
    shop.stop().await
}

async fn fill(places: &Places, spec: &Spec) -> anyhow::Result<Population> {
    let members = people::register(places, spec.members).await?;
    let buyers: Vec<_> = spec.buyers().map(|place| members[place]).collect();
    people::charge(places, spec, &members, &buyers).await?;
    let products = goods::create_products(places, spec).await?;
    let mut held: Vec<Vec<String>> = vec![Vec::new(); buyers.len()];
    for _ in 0..spec.coupons {
        let cap = i64::try_from(spec.buyers)?;
        let coupon = goods::create_coupon(places, cap).await?;
        let issued = goods::issue(places, coupon, &buyers).await?;
        for (held, issued) in held.iter_mut().zip(issued) {
            held.push(issued.to_string());
        }
    }
    let rush = goods::create_coupon(places, spec.rush).await?.to_string();
    let buyers = buyers.iter().zip(held).map(|(buyer, coupons)| Buyer {
        token: people::token(places, *buyer),
        coupons,
    });
    Ok(Population {
        buyers: buyers.collect(),
        products: products.iter().map(ToString::to_string).collect(),
        rush,
    })
}
