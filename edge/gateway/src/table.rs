//! Which route a method and a path are: the routes of `routes.toml`, compiled once. A path is
//! matched as the services' own routers match it, by the same library.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::Method;

use crate::meters::Meter;
use crate::settings::{BadRoutes, Route, Settings};

const METHODS: [(&str, Method); 5] = [
    ("GET", Method::GET),
    ("POST", Method::POST),
    ("PUT", Method::PUT),
    ("PATCH", Method::PATCH),
    ("DELETE", Method::DELETE),
];

/// What OpenTelemetry calls a method that is none of a route's.
const OTHER_METHOD: &str = "_OTHER";

/// All routes.
pub(crate) struct Table {
    /// By template, the place among `templates`.
    paths: matchit::Router<usize>,
    templates: Vec<Template>,
    /// Of addresses that are no route.
    nowhere: Meter,
    /// The names of the services, in the order of `Entry::service`.
    pub(crate) services: Vec<String>,
}

/// One path, and what each method of it is.
struct Template {
    methods: Vec<(Method, Entry)>,
    other: Meter,
}

/// One method of one path.
pub(crate) struct Entry {
    /// The place of its service among the table's.
    pub(crate) service: usize,
    pub(crate) public: bool,
    pub(crate) key: bool,
    pub(crate) stream: bool,
    pub(crate) first_byte: Duration,
    pub(crate) body_bytes: usize,
    meter: Meter,
}

/// One method of one path, as it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told<'t> {
    pub method: &'t Method,
    pub path: &'t str,
    pub service: &'t str,
    pub public: bool,
    pub key: bool,
}

/// What a request asks for.
pub(crate) enum Found<'t> {
    Route(&'t Entry),
    /// A path of this entry's service, which says what it allows.
    OtherMethod(&'t Entry, &'t Meter),
    Nothing(&'t Meter),
}

impl Found<'_> {
    pub(crate) fn meter(&self) -> &Meter {
        match self {
            Found::Route(entry) => &entry.meter,
            Found::OtherMethod(_, meter) | Found::Nothing(meter) => meter,
        }
    }
}

impl Table {
    pub(crate) fn new(settings: &Settings) -> Result<Table, BadRoutes> {
        let mut draft = Draft {
            table: Table {
                paths: matchit::Router::new(),
                templates: Vec::new(),
                nowhere: Meter::new(OTHER_METHOD, ""),
                services: Vec::new(),
            },
            places: BTreeMap::new(),
            owners: BTreeMap::new(),
        };
        for (name, route) in &settings.routes {
            for text in &route.matches {
                draft.add(settings, (name, route), text)?;
            }
        }
        Ok(draft.table)
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let Ok(matched) = self.paths.at(path) else {
            return Found::Nothing(&self.nowhere);
        };
        let template = &self.templates[*matched.value];
        // Whoever asks for the head alone asks for the same thing.
        let wanted = match *method {
            Method::HEAD => &Method::GET,
            _ => method,
        };
        let mut methods = template.methods.iter();
        match methods.find(|(method, _)| method == wanted) {
            Some((_, entry)) => Found::Route(entry),
            None => Found::OtherMethod(&template.methods[0].1, &template.other),
        }
    }

    pub(crate) fn told(&self) -> impl Iterator<Item = Told<'_>> {
        let templates = self.templates.iter();
        let methods = templates.flat_map(|template| &template.methods);
        methods.map(|(method, entry)| Told {
            method,
            path: entry.meter.route(),
            service: &self.services[entry.service],
            public: entry.public,
            key: entry.key,
        })
    }

    pub(crate) fn meters(&self) -> impl Iterator<Item = &Meter> {
        let templates = self.templates.iter().flat_map(|template| {
            let methods = template.methods.iter().map(|(_, entry)| &entry.meter);
            methods.chain([&template.other])
        });
        templates.chain([&self.nowhere])
    }
}

/// A table while it is being put together.
struct Draft<'s> {
    table: Table,
    places: BTreeMap<&'s str, usize>,
    /// Who has said a match already.
    owners: BTreeMap<(&'static str, &'s str), &'s str>,
}

impl<'s> Draft<'s> {
    fn add(
        &mut self,
        settings: &Settings,
        (name, route): (&'s String, &'s Route),
        text: &'s str,
    ) -> Result<(), BadRoutes> {
        let bad = |why: String| BadRoutes::Match {
            route: name.clone(),
            text: text.to_owned(),
            why,
        };
        let (method, path) = text
            .split_once(' ')
            .ok_or_else(|| bad("a method and a path belong to it".to_owned()))?;
        let known = METHODS.iter().find(|(known, _)| *known == method);
        let (word, method) = known.ok_or_else(|| bad(format!("`{method}` is no method")))?;
        if !path.starts_with('/') {
            return Err(bad("a path begins with `/`".to_owned()));
        }
        // It is a label of metrics as it stands, and no other path is ever asked for.
        if !path
            .bytes()
            .all(|c| c.is_ascii_graphic() && !b"\"\\".contains(&c))
        {
            return Err(bad("a path is visible ASCII without quotes".to_owned()));
        }
        if let Some(other) = self.owners.insert((word, path), name) {
            return Err(BadRoutes::Twice {
                route: name.clone(),
                other: other.to_owned(),
                text: text.to_owned(),
            });
        }
        let entry = Entry {
            service: self.service(&route.service),
            public: route.public,
            key: route.key,
            stream: route.stream,
            first_byte: Duration::from_millis(
                route.first_byte_ms.unwrap_or(settings.limits.first_byte_ms),
            ),
            body_bytes: route.body_bytes.unwrap_or(settings.limits.body_bytes),
            meter: Meter::new(word, path),
        };
        let place = match self.places.get(path) {
            Some(place) => *place,
            None => self.place(path).map_err(|error| match error {
                matchit::InsertError::Conflict { with } => BadRoutes::Crossed {
                    route: name.clone(),
                    text: text.to_owned(),
                    other: with,
                },
                other => bad(other.to_string()),
            })?,
        };
        let methods = &mut self.table.templates[place].methods;
        methods.push((method.clone(), entry));
        Ok(())
    }

    fn place(&mut self, path: &'s str) -> Result<usize, matchit::InsertError> {
        let place = self.table.templates.len();
        self.table.paths.insert(path, place)?;
        self.table.templates.push(Template {
            methods: Vec::new(),
            other: Meter::new(OTHER_METHOD, path),
        });
        self.places.insert(path, place);
        Ok(place)
    }

    fn service(&mut self, name: &str) -> usize {
        let services = &mut self.table.services;
        match services.iter().position(|known| known == name) {
            Some(place) => place,
            None => {
                services.push(name.to_owned());
                services.len() - 1
            }
        }
    }
}

#[cfg(test)]
mod tests;
