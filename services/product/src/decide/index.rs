//! What is written of a product so that it is found: the grams of its names, and the count of its
//! category. Both follow the product's row in the same transaction.

use std::collections::BTreeSet;

use contracts::ids::ProductId;
use runtime::Decision;

use super::Reply;
use crate::domain::name;
use crate::store::{Category, Gram, Product, Rows, Status};

pub fn created(rows: &mut Rows, product: &Product) {
    for gram in grams(product) {
        let product_id = product.product_id;
        rows.gram.add(Gram { gram, product_id });
    }
    count(rows, &product.category, counted(product));
}

pub fn updated(rows: &mut Rows, before: &Product, after: &Product) {
    let product_id = after.product_id;
    if (&before.name, &before.name_en) != (&after.name, &after.name_en) {
        let (gone, now) = (grams(before), grams(after));
        for gram in gone.difference(&now) {
            rows.gram.remove(&(gram.clone(), product_id));
        }
        for gram in now.difference(&gone).cloned() {
            rows.gram.put(Gram { gram, product_id });
        }
    }
    count(rows, &after.category, counted(after) - counted(before));
}

/// The whole name at once, for a product that was created before there were grams.
pub fn index_name(rows: &mut Rows, product_id: ProductId) -> Decision<Reply> {
    if let Some(product) = rows.product(product_id).cloned() {
        for gram in grams(&product) {
            rows.gram.put(Gram { gram, product_id });
        }
    }
    rows.unindexed.remove(&product_id);
    Decision::quiet()
}

fn grams(product: &Product) -> BTreeSet<String> {
    let mut grams = name::grams(&product.name);
    grams.append(&mut name::grams(&product.name_en));
    grams
}

/// What a product counts for in its category.
const fn counted(product: &Product) -> i64 {
    match product.status {
        Status::OnSale => 1,
        Status::Discontinued => 0,
    }
}

fn count(rows: &mut Rows, category: &str, more: i64) {
    if more == 0 {
        return;
    }
    let category = category.to_owned();
    let before = rows.category.get(&category).map_or(0, |row| row.products);
    match before + more {
        products @ 1.. => rows.category.put(Category { category, products }),
        _ => rows.category.remove(&category),
    }
}
