//! Axum glue that every service's API shares: who calls, in which trace and language, with which
//! key, and how a refusal is told. It knows no business word: codes and texts are contracts'.

mod body;
mod caller;
mod context;
mod document;
mod failure;
mod keyed;
mod layers;
mod list;
mod path;
mod prefer;
mod reply;
mod token;

/// Everything around the handlers: applied once to the whole router, or by whoever calls it in
/// process.
pub use layers::{Dress, inner, layers, panicked};

/// Language, trace and correlation of a request.
pub use context::Context;

/// Who calls; what tokens are made of and checked with.
pub use caller::Caller;
pub use token::{BadKey, Realm, Refused, Signer, TokenKey, Verifier};

/// What a request carries, parsed.
pub use body::{BodyLimit, DEFAULT_BODY_BYTES, Json, read_whole};
pub use keyed::{Fingerprint, IdempotencyKey, Keyed, Scope};
pub use list::{Paging, Query};
pub use path::{PathId, PathName};
pub use prefer::{LONGEST_WAIT, Wait};

/// Routes with their documentation, and the OpenAPI document made of them.
pub use document::{About, Answer, Answered, Argument, Doc, Documented, Example};
pub use document::{Operation, Routes, Tag, Told, document, openapi, schema_of, text};

/// What goes back.
pub use failure::Failure;
pub use reply::Reply;
