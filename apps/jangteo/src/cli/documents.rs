//! `jangteo openapi` and `jangteo asyncapi`: the documents, without a shop.

use contracts::asyncapi;
use platform_http::text;

use super::Ended;
use super::language::print;
use crate::documents;

pub(super) fn openapi() -> Result<(), Ended> {
    print(text(&documents::openapi()).trim_end());
    Ok(())
}

pub(super) fn asyncapi() -> Result<(), Ended> {
    print(text(&asyncapi::document()).trim_end());
    Ok(())
}
