//! Routes that cannot be registered without their documentation, and the OpenAPI 3.1 document made
//! of them. What a handler's signature says (parameters, bodies, answers, who may call) is read off
//! it; the rest is a `Doc`. All of it happens when a document is asked for: a request pays nothing.

mod answer;
mod argument;
mod doc;
mod handler;
mod openapi;
mod routes;
mod schemas;
mod serve;
mod told;

pub use answer::Answer;
pub use argument::Argument;
pub use doc::{Answered, Doc, Example, schema_of};
pub use handler::Documented;
pub use openapi::{About, openapi};
pub use routes::{Operation, Routes, Tag};
pub use serve::{document, text};
pub use told::Told;

#[cfg(test)]
mod tests;
