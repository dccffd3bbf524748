//! The hard cases of the domain that only show between services. Each service's own part of one
//! is tested beside its `decide`.

use contracts::envelope::ServiceName;
use contracts::time::Timestamp;

mod clocks;
mod contention;
mod crashes;
mod members;
mod races;

/// The real time.
fn now() -> Timestamp {
    boot::now()
}

/// Everything is sold in won; so many of each product are on the shelf.
const PRICE: i64 = 1_000;
const STOCK: u32 = 1_000;

/// The number under which a service writes, as the host gives it.
fn writer_of(places: &jangteo::shop::Places, service: ServiceName) -> i64 {
    let rows = places.readers(service).with(|reader| {
        use db::Store;
        reader.all::<db::Writer>()
    });
    rows.expect("the writer can be read")[0].id
}
