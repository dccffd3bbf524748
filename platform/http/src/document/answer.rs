//! What a handler's return type says of its answer.

use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;

use super::Told;
use crate::{Failure, Json, Reply};

/// Something that handlers return.
pub trait Answer {
    fn tell(told: &mut Told<'_>);
}

impl<T: JsonSchema> Answer for Json<T> {
    fn tell(told: &mut Told<'_>) {
        told.answer::<T>();
    }
}

impl<T: JsonSchema> Answer for Reply<T> {
    fn tell(told: &mut Told<'_>) {
        told.answer::<T>();
    }
}

/// No body.
impl Answer for StatusCode {
    fn tell(_: &mut Told<'_>) {}
}

/// Anything: its `Doc` says what.
impl Answer for Response {
    fn tell(_: &mut Told<'_>) {}
}

impl<A: Answer> Answer for Result<A, Failure> {
    fn tell(told: &mut Told<'_>) {
        A::tell(told);
    }
}
