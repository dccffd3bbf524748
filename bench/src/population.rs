//! How much a contestant holds before it is measured, and how a client names it.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// What every product costs, in won.
pub const PRICE: i64 = 100;
/// What a coupon takes off.
pub const DISCOUNT: i64 = 10;
/// Enough for every order of a run.
pub const POINTS: i64 = 1_000_000;
/// No workload sells as many of one product.
pub const PLENTY: u32 = 10_000_000;
/// The products that are not like the others, by their place.
pub const HOT: usize = 0;
pub const FLASH: usize = 1;
pub const SOLD_OUT: usize = 2;

/// The numbers of everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    pub members: usize,
    /// Those of them who order, spread evenly. As many tokens are checked once and remembered.
    pub buyers: usize,
    /// The last of the buyers, who have no points.
    pub poor: usize,
    pub products: usize,
    /// The stock of the flash sale.
    pub flash: u32,
    /// Coupons that every buyer holds one of.
    pub coupons: usize,
    /// The cap of the coupon that nobody holds yet.
    pub rush: i64,
}

impl Spec {
    pub fn full() -> Self {
        Self {
            members: 100_000,
            buyers: 4_000,
            poor: 200,
            products: 10_000,
            flash: 1_000,
            coupons: 64,
            rush: 2_000,
        }
    }

    pub fn quick() -> Self {
        Self {
            members: 1_000,
            buyers: 200,
            poor: 20,
            products: 200,
            flash: 100,
            coupons: 10,
            rush: 100,
        }
    }

    /// The places of the buyers among the members.
    pub fn buyers(&self) -> impl Iterator<Item = usize> + '_ {
        let apart = self.members / self.buyers;
        (0..self.buyers).map(move |buyer| buyer * apart)
    }

    pub fn points(&self, buyer: usize) -> i64 {
        match buyer + self.poor >= self.buyers {
            true => 0,
            false => POINTS,
        }
    }

    pub fn stock(&self, product: usize) -> u32 {
        match product {
            FLASH => self.flash,
            SOLD_OUT => 0,
            _ => PLENTY,
        }
    }
}

/// What a client must know to shop.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Population {
    pub buyers: Vec<Buyer>,
    pub products: Vec<String>,
    /// The coupon that nobody holds yet.
    pub rush: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Buyer {
    pub token: String,
    pub coupons: Vec<String>,
}

const FILE: &str = "population.json";

impl Population {
    pub fn write(&self, beside: &Path) -> anyhow::Result<()> {
        Ok(fs::write(beside.join(FILE), serde_json::to_vec(self)?)?)
    }

    pub fn read(beside: &Path) -> anyhow::Result<Self> {
        let file = beside.join(FILE);
        let text = fs::read(&file).with_context(|| file.display().to_string())?;
        Ok(serde_json::from_slice(&text)?)
    }
}
