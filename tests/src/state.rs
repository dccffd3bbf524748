//! What the databases hold, to tell whether a request changed anything.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::SagaId;
use db::{Digest, Failed, Outbox, Reader, Readers, Store, Table, rows};
use order::Order;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use runtime::Service;
use user::User;

use crate::TestShop;

rows! {
    /// What a service said.
    struct Said {
        outbox: Table<Outbox>,
    }
}

impl TestShop {
    /// A hash over every row that the five services keep, idempotency included, and over all
    /// they said. Positions and writers are left out: they move while nothing happens.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        for service in ServiceName::ALL {
            let readers = self.places.readers(*service);
            let read = readers.with(|reader| match service {
                ServiceName::User => rows_digest::<User>(reader, &mut digest),
                ServiceName::Product => rows_digest::<Product>(reader, &mut digest),
                ServiceName::Order => rows_digest::<Order>(reader, &mut digest),
                ServiceName::Payment => rows_digest::<Payment>(reader, &mut digest),
                ServiceName::Promotion => rows_digest::<Promotion>(reader, &mut digest),
            });
            read.expect("the rows can be read");
        }
        digest.value()
    }
}

/// Adds a service's rows and what it said.
pub fn rows_digest<S: Service>(reader: &Reader, digest: &mut Digest) -> Result<(), Failed> {
    reader.digest(&mut S::Rows::default(), digest)?;
    reader.digest(&mut Said::default(), digest)
}

/// How many of these sagas a service has said such an event of.
pub fn has_said(readers: &Readers, kind: Kind, sagas: &[SagaId]) -> usize {
    let said = readers.with(|reader| reader.all::<Outbox>());
    let said = said.expect("the outbox can be read");
    let of_kind = said.iter().filter(|row| row.kind == kind.name());
    let of_sagas = of_kind.filter(|row| row.saga_id.is_some_and(|id| sagas.contains(&id)));
    of_sagas.count()
}
