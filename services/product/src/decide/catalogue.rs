//! What the shop's staff does: new products and stock corrected by hand. A key used again gets
//! the answer that it got, made anew from what the command wrote.

use contracts::http::product::ProductChange;
use contracts::ids::{ProductId, SagaId};
use contracts::time::Timestamp;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::{Reply, changed, index};
use crate::domain::refusal::Refusal;
use crate::domain::stock::Level;
use crate::input::{AdjustStock, CreateProduct, UpdateProduct};
use crate::store::{Direction, Entry, Ledger, Product, Rows, Status, adjustment, first_entry};

/// What the answer to a command that made something says.
const CREATED: u16 = 201;

pub fn create_product(rows: &mut Rows, command: &CreateProduct, at: &Moment) -> Decision<Reply> {
    match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::Before(key) => return created_before(rows, command, key.reference),
        Seen::OtherRequest => return refused(Refusal::KeyReused),
        Seen::New => {}
    }
    let product = made(command, command.id, at.now);
    let level = Level::NEW.put_back(command.stock);
    let first = Entry {
        saga_id: command.id.cast(),
        product_id: command.id,
        direction: Direction::Adjust,
        reason: None,
    };
    rows.product.add(product.clone());
    index::created(rows, &product);
    rows.move_stock(first, level, at.now);
    let reference = command.id.get();
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        reference,
        CREATED,
        at.now,
    );
    let said = changed(&product, level);
    Decision::say(said.version, said.into()).and_reply(Reply::Created {
        product: Box::new(product),
        level,
        replayed: false,
    })
}

pub fn adjust_stock(rows: &mut Rows, command: &AdjustStock, at: &Moment) -> Decision<Reply> {
    let product_id = command.product_id;
    match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::Before(key) => return adjusted_before(rows, command, key.reference),
        Seen::OtherRequest => return refused(Refusal::KeyReused),
        Seen::New => {}
    }
    let Some(product) = rows.product(product_id).cloned() else {
        return refused(Refusal::NoSuchProduct(product_id));
    };
    let level = match rows.level(product_id).adjust(command.delta) {
        Ok(level) => level,
        Err(refusal) => return refused(refusal),
    };
    let entry = Entry {
        saga_id: command.id,
        product_id,
        direction: Direction::Adjust,
        reason: Some(command.reason.clone()),
    };
    rows.move_stock(entry, level, at.now);
    let reference = command.id.get();
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        reference,
        CREATED,
        at.now,
    );
    let said = changed(&product, level);
    Decision::say(said.version, said.into()).and_reply(Reply::Adjusted {
        level,
        replayed: false,
    })
}

/// Open orders keep the price that was frozen for them; the next one is sold at the new one, or
/// not at all.
pub fn update_product(rows: &mut Rows, command: &UpdateProduct) -> Decision<Reply> {
    let product_id = command.product_id;
    let Some(before) = rows.product(product_id).cloned() else {
        return refused(Refusal::NoSuchProduct(product_id));
    };
    let ProductChange {
        name,
        name_en,
        price,
        discontinued,
    } = command.change.clone();
    let status = discontinued.map(|discontinued| match discontinued {
        true => Status::Discontinued,
        false => Status::OnSale,
    });
    let after = Product {
        name: name.unwrap_or_else(|| before.name.clone()),
        name_en: name_en.unwrap_or_else(|| before.name_en.clone()),
        price: price.unwrap_or(before.price),
        status: status.unwrap_or(before.status),
        ..before.clone()
    };
    let level = rows.level(product_id);
    if after == before {
        return Decision::reply(Reply::Updated {
            product: Box::new(before),
            level,
        });
    }
    let after = Product {
        version: before.version + 1,
        ..after
    };
    rows.product.put(after.clone());
    index::updated(rows, &before, &after);
    let said = changed(&after, level);
    Decision::say(said.version, said.into()).and_reply(Reply::Updated {
        product: Box::new(after),
        level,
    })
}

fn made(command: &CreateProduct, product_id: ProductId, created_at: Timestamp) -> Product {
    Product {
        product_id,
        category: command.category.clone(),
        name: command.name.clone(),
        name_en: command.name_en.clone(),
        price: command.price,
        status: Status::OnSale,
        version: 1,
        created_at,
    }
}

fn created_before(rows: &Rows, command: &CreateProduct, reference: i64) -> Decision<Reply> {
    let id = ProductId::new(reference);
    let product = rows.product.get(&(id, command.category.clone()));
    let stands = product.expect("a product stands as long as the key that made it");
    // As it was made: whoever uses the key again asks for the same, and it may have changed since.
    let product = made(command, id, stands.created_at);
    let first = rows.ledger.get(&first_entry(id));
    Decision::reply(Reply::Created {
        product: Box::new(product),
        level: first.map_or(Level::NEW, Ledger::level),
        replayed: true,
    })
}

fn adjusted_before(rows: &Rows, command: &AdjustStock, reference: i64) -> Decision<Reply> {
    let id = SagaId::new(reference);
    let entry = rows.ledger.get(&adjustment(id, command.product_id));
    let entry = entry.expect("the ledger is never pruned");
    Decision::reply(Reply::Adjusted {
        level: entry.level(),
        replayed: true,
    })
}

fn refused(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}
