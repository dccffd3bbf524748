//! What every backend keeps, checked by one suite: a backend joins by its constructor in
//! `backend.rs`. What only files do is in `tests/files`.

mod backend;
mod forget;
mod kept;
mod keys;
mod parity;
mod rounds;
mod values;
