//! The id in a path. One that cannot be an id is as absent as one that nobody has.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use contracts::ids::Id;
use contracts::problem::{Problem, Resource};

use crate::Failure;

/// The first parameter of the path as the id of an `Of`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathId<Of>(pub Id<Of>);

impl<S: Send + Sync, Of: Resource> FromRequestParts<S> for PathId<Of> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PathId<Of>, Failure> {
        let absent = || Failure::from(Problem::missing::<Of>());
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| absent())?;
        let (_, text) = params.iter().next().ok_or_else(absent)?;
        text.parse().map(PathId).map_err(|_| absent())
    }
}

/// The first parameter of the path as it stands; what is no text is empty, and names nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathName(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathName {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PathName, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let first = params.as_ref().and_then(|params| params.iter().next());
        Ok(PathName(
            first.map_or(String::new(), |(_, text)| text.to_owned()),
        ))
    }
}
