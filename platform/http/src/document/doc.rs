//! What no signature says of a route: what it is for, what it may answer, and an example.

use contracts::http::Role;
use contracts::problem::Code;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The documentation of one route, written as a constant beside its handler.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    pub(super) id: &'static str,
    pub(super) korean: &'static str,
    pub(super) english: &'static str,
    pub(super) says: &'static str,
    pub(super) role: Option<Role>,
    pub(super) status: Option<u16>,
    pub(super) media: Option<&'static str>,
    pub(super) codes: &'static [Code],
    pub(super) outcomes: &'static [Code],
    pub(super) headers: &'static [&'static str],
    pub(super) takes: &'static [&'static str],
    pub(super) at: Option<&'static str>,
    pub(super) examples: &'static [Example],
    pub(super) answers: &'static [Answered],
}

/// A body that can be sent as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub name: &'static str,
    /// JSON.
    pub body: &'static str,
}

/// An answer that the handler's type does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    pub status: u16,
    pub says: &'static str,
    pub media: &'static str,
    /// None where there is no body.
    pub schema: Option<fn(&mut SchemaGenerator) -> Schema>,
}

/// The schema of a `T`, for an `Answered`.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Doc {
    /// A name for programs, and what the route does in a few words of both languages.
    pub const fn new(id: &'static str, korean: &'static str, english: &'static str) -> Doc {
        Doc {
            id,
            korean,
            english,
            says: "",
            role: None,
            status: None,
            media: None,
            codes: &[],
            outcomes: &[],
            headers: &[],
            takes: &[],
            at: None,
            examples: &[],
            answers: &[],
        }
    }

    /// What a client must know besides.
    pub const fn says(self, says: &'static str) -> Doc {
        Doc { says, ..self }
    }

    /// The least that a caller must be.
    pub const fn role(self, role: Role) -> Doc {
        Doc {
            role: Some(role),
            ..self
        }
    }

    /// The status of its answer, where that is not 200, or 204 for one without a body.
    pub const fn status(self, status: u16) -> Doc {
        Doc {
            status: Some(status),
            ..self
        }
    }

    /// The media type of its answer, where that is not JSON.
    pub const fn media(self, media: &'static str) -> Doc {
        Doc {
            media: Some(media),
            ..self
        }
    }

    /// The codes it refuses with, besides those that follow from its arguments.
    pub const fn codes(self, codes: &'static [Code]) -> Doc {
        Doc { codes, ..self }
    }

    /// The codes of something that the caller waited for: what is absent is a conflict there.
    pub const fn outcomes(self, outcomes: &'static [Code]) -> Doc {
        Doc { outcomes, ..self }
    }

    /// Headers of its answer, by their names in the document.
    pub const fn headers(self, headers: &'static [&'static str]) -> Doc {
        Doc { headers, ..self }
    }

    /// Headers it reads, besides those of its arguments, by their names in the document.
    pub const fn takes(self, takes: &'static [&'static str]) -> Doc {
        Doc { takes, ..self }
    }

    /// What stands in its path in examples, where it is not the one its type shows.
    pub const fn at(self, at: &'static str) -> Doc {
        Doc {
            at: Some(at),
            ..self
        }
    }

    pub const fn examples(self, examples: &'static [Example]) -> Doc {
        Doc { examples, ..self }
    }

    /// Answers that the handler's type does not tell.
    pub const fn answers(self, answers: &'static [Answered]) -> Doc {
        Doc { answers, ..self }
    }
}
