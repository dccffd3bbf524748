//! A router and what it serves, added to together.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, patch, post};

use super::{Doc, Documented, Told};

/// What a group of routes is about.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    pub name: &'static str,
    pub says: &'static str,
}

/// Routes, each with its documentation.
pub struct Routes<S> {
    tag: Tag,
    router: Router<S>,
    operations: Vec<Operation>,
}

/// One route as the document tells it.
#[derive(Clone)]
pub struct Operation {
    pub(super) tag: Tag,
    pub(super) route: Route,
}

#[derive(Clone)]
pub(super) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub doc: Doc,
    /// Reads the handler's signature.
    pub tell: fn(&mut Told<'_>),
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Routes about one thing; none yet.
    pub fn of(tag: Tag) -> Routes<S> {
        Routes {
            tag,
            router: Router::new(),
            operations: Vec::new(),
        }
    }

    #[must_use]
    pub fn get<H, T, A>(self, path: &'static str, handler: H, doc: Doc) -> Routes<S>
    where
        H: Handler<T, S> + Documented<A>,
        T: 'static,
    {
        self.add(
            get(handler),
            Route {
                method: Method::GET,
                path,
                doc,
                tell: H::tell,
            },
        )
    }

    #[must_use]
    pub fn post<H, T, A>(self, path: &'static str, handler: H, doc: Doc) -> Routes<S>
    where
        H: Handler<T, S> + Documented<A>,
        T: 'static,
    {
        self.add(
            post(handler),
            Route {
                method: Method::POST,
                path,
                doc,
                tell: H::tell,
            },
        )
    }

    #[must_use]
    pub fn patch<H, T, A>(self, path: &'static str, handler: H, doc: Doc) -> Routes<S>
    where
        H: Handler<T, S> + Documented<A>,
        T: 'static,
    {
        self.add(
            patch(handler),
            Route {
                method: Method::PATCH,
                path,
                doc,
                tell: H::tell,
            },
        )
    }

    #[must_use]
    pub fn delete<H, T, A>(self, path: &'static str, handler: H, doc: Doc) -> Routes<S>
    where
        H: Handler<T, S> + Documented<A>,
        T: 'static,
    {
        self.add(
            delete(handler),
            Route {
                method: Method::DELETE,
                path,
                doc,
                tell: H::tell,
            },
        )
    }

    /// These and those of another group.
    #[must_use]
    pub fn merge(mut self, other: Routes<S>) -> Routes<S> {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self
    }

    /// The router alone.
    pub fn with_state(self, state: S) -> Router {
        self.router.with_state(state)
    }

    /// What is served, alone.
    pub fn operations(self) -> Vec<Operation> {
        self.operations
    }

    fn add(mut self, served: MethodRouter<S>, route: Route) -> Routes<S> {
        self.router = self.router.route(route.path, served);
        let tag = self.tag;
        self.operations.push(Operation { tag, route });
        self
    }
}
