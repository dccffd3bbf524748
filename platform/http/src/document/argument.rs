//! What each extractor says of a route that uses it: the parameters it reads, and the codes it
//! refuses with before the handler runs.

use axum::extract::State;
use axum::http::HeaderMap;
use contracts::ids::{Id, Named};
use contracts::problem::{Code, Resource};
use schemars::JsonSchema;

use super::Told;
use crate::{Caller, Context, Json, Keyed, Paging, PathId, PathName, Query, Wait};

/// Something that handlers take.
pub trait Argument {
    fn tell(told: &mut Told<'_>);
}

impl<S> Argument for State<S> {
    fn tell(_: &mut Told<'_>) {}
}

/// Every route has one, whether its handler looks at it or not.
impl Argument for Context {
    fn tell(_: &mut Told<'_>) {}
}

/// Which of them are read is the `Doc`'s to say.
impl Argument for HeaderMap {
    fn tell(_: &mut Told<'_>) {}
}

impl Argument for Caller {
    fn tell(told: &mut Told<'_>) {
        told.secured();
    }
}

impl<Of: Resource + Named> Argument for PathId<Of> {
    fn tell(told: &mut Told<'_>) {
        told.path::<Id<Of>>();
        told.refuses(&[Of::NOT_FOUND]);
    }
}

impl Argument for PathName {
    fn tell(told: &mut Told<'_>) {
        told.path::<String>();
    }
}

impl Argument for Wait {
    fn tell(told: &mut Told<'_>) {
        told.shared("Prefer");
    }
}

impl Argument for Paging {
    fn tell(told: &mut Told<'_>) {
        told.shared("limit");
        told.shared("cursor");
        told.refuses(&[Code::ValidationFailed, Code::InvalidCursor]);
    }
}

impl<T: JsonSchema> Argument for Query<T> {
    fn tell(told: &mut Told<'_>) {
        told.query::<T>();
        told.refuses(&[Code::ValidationFailed]);
    }
}

impl<T: JsonSchema> Argument for Json<T> {
    fn tell(told: &mut Told<'_>) {
        told.body::<T>();
        told.refuses(BODY);
    }
}

impl<T: JsonSchema> Argument for Keyed<T> {
    fn tell(told: &mut Told<'_>) {
        told.secured();
        told.shared("IdempotencyKey");
        told.header("Idempotent-Replayed");
        told.body::<T>();
        told.refuses(BODY);
        told.refuses(&[
            Code::IdempotencyKeyRequired,
            Code::IdempotencyKeyReused,
            Code::RequestInProgress,
        ]);
    }
}

const BODY: &[Code] = &[
    Code::ValidationFailed,
    Code::BodyTooLarge,
    Code::UnsupportedMediaType,
];
