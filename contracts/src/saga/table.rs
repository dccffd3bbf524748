//! The table's rows as values, and what follows from them saga by saga. Whether they make sense
//! is judged in `check`.

use super::{Kinds, Step};
use crate::envelope::ServiceName;
use crate::events::Kind;

/// Everything that services hear from and say to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub sagas: Vec<Saga>,
    pub follows: Vec<Follow>,
    pub announcements: Vec<Announcement>,
}

/// One saga; its steps stand in the order in which they are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saga {
    pub name: &'static str,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub service: ServiceName,
    pub form: Form,
    /// One of these is said; the first means done, the others refused.
    pub says: Vec<Kind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    Command(Command),
    On { hears: Vec<Kind>, step: Step },
    Undo(Step),
}

/// An effect outside the sagas: it says nothing and owes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    pub services: Vec<ServiceName>,
    pub hears: Vec<Kind>,
    pub step: Step,
}

/// What a service says on a command outside any saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub service: ServiceName,
    pub says: Vec<Kind>,
}

/// What may enter a saga from outside: a request, or the deadline's timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    Place,
    Cancel,
    Deadline,
    OperatorCancel,
    Refund,
    Resolve,
}

impl Command {
    pub const ALL: &[Self] = &[
        Self::Place,
        Self::Cancel,
        Self::Deadline,
        Self::OperatorCancel,
        Self::Refund,
        Self::Resolve,
    ];

    pub const fn words(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Cancel => "cancel",
            Self::Deadline => "deadline",
            Self::OperatorCancel => "operator cancel",
            Self::Refund => "refund",
            Self::Resolve => "resolve",
        }
    }

    pub(super) fn named(words: &str) -> Self {
        *Self::ALL
            .iter()
            .find(|command| command.words() == words)
            .unwrap_or_else(|| panic!("the table names an unknown command: {words}"))
    }
}

impl Row {
    pub fn hears(&self) -> &[Kind] {
        match &self.form {
            Form::On { hears, .. } => hears,
            Form::Command(_) | Form::Undo(_) => &[],
        }
    }

    /// The step that the row takes; none for a command and for an undo.
    pub const fn step(&self) -> Option<Step> {
        match &self.form {
            Form::On { step, .. } => Some(*step),
            Form::Command(_) | Form::Undo(_) => None,
        }
    }

    pub const fn command(&self) -> Option<Command> {
        match &self.form {
            Form::Command(command) => Some(*command),
            Form::On { .. } | Form::Undo(_) => None,
        }
    }

    pub const fn undoes(&self) -> Option<Step> {
        match &self.form {
            Form::Undo(step) => Some(*step),
            Form::Command(_) | Form::On { .. } => None,
        }
    }

    /// What it says when its step is done.
    pub fn success(&self) -> Option<Kind> {
        self.says.first().copied()
    }

    fn refusals(&self) -> &[Kind] {
        self.says.get(1..).unwrap_or(&[])
    }
}

impl Saga {
    /// What the steps say when they are refused.
    pub fn failures(&self) -> Kinds {
        self.rows
            .iter()
            .filter(|row| row.step().is_some())
            .flat_map(Row::refusals)
            .collect()
    }

    /// The row that hears the failures and gives the saga up.
    pub fn cancelling(&self) -> Option<&Row> {
        self.cancelling_rows().next()
    }

    pub(super) fn cancelling_rows(&self) -> impl Iterator<Item = &Row> {
        let failures = self.failures();
        self.rows
            .iter()
            .filter(move |row| row.hears().iter().any(|&kind| failures.contains(kind)))
    }

    /// The rows that carry the saga on: they answer what they hear, and it is no failure.
    pub fn acting(&self) -> impl Iterator<Item = &Row> {
        let failures = self.failures();
        self.rows.iter().filter(move |row| {
            row.step().is_some()
                && !row.says.is_empty()
                && !row.hears().iter().any(|&kind| failures.contains(kind))
        })
    }

    /// The rows that only write down what they hear.
    pub fn recording(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| row.step().is_some() && row.says.is_empty())
    }

    pub fn undoing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.undoes().is_some())
    }

    /// The event that begins it: said on a command, and by no step.
    pub fn opening(&self) -> Option<&Row> {
        self.rows.iter().find(|row| {
            row.command().is_some() && row.success().is_some() && row.success() != self.early_end()
        })
    }

    /// What the last step says.
    pub fn good_end(&self) -> Option<Kind> {
        self.acting().last().and_then(Row::success)
    }

    /// What is said when the saga is given up; none if it cannot be.
    pub fn bad_end(&self) -> Option<Kind> {
        self.cancelling().and_then(Row::success)
    }

    /// What a command may end it with: the giving up, or the last word of one that never is.
    pub fn early_end(&self) -> Option<Kind> {
        self.bad_end().or_else(|| self.good_end())
    }

    pub fn ends(&self) -> Kinds {
        self.good_end().into_iter().chain(self.bad_end()).collect()
    }

    /// The failures of every later step, and the end that may come at any moment.
    pub fn undo_causes(&self, step: Step) -> Kinds {
        let later = self
            .acting()
            .skip_while(|row| row.step() != Some(step))
            .skip(1);
        let failures: Kinds = later.flat_map(Row::refusals).collect();
        self.bad_end()
            .map_or(failures, |cancelled| failures.with(cancelled))
    }
}

impl Table {
    pub fn rows(&self) -> impl Iterator<Item = (&Saga, &Row)> {
        self.sagas
            .iter()
            .flat_map(|saga| saga.rows.iter().map(move |row| (saga, row)))
    }

    pub fn ends(&self) -> Kinds {
        self.sagas
            .iter()
            .map(Saga::ends)
            .fold(Kinds::NONE, Kinds::union)
    }

    /// What a service hears: its rows', what makes it undo, and what it follows.
    pub fn hears(&self, service: ServiceName) -> Kinds {
        let steps = self
            .rows()
            .filter(|(_, row)| row.service == service)
            .map(|(saga, row)| heard_by(saga, row));
        let follows = self
            .follows
            .iter()
            .filter(|follow| follow.services.contains(&service))
            .map(|follow| follow.hears.iter().collect());
        steps.chain(follows).fold(Kinds::NONE, Kinds::union)
    }

    pub fn says(&self, service: ServiceName) -> Kinds {
        let steps = self.rows().filter(|(_, row)| row.service == service);
        let said = steps.flat_map(|(_, row)| &row.says);
        said.chain(self.announced(service)).collect()
    }

    pub fn announced(&self, service: ServiceName) -> impl Iterator<Item = &Kind> {
        self.announcements
            .iter()
            .filter(move |announcement| announcement.service == service)
            .flat_map(|announcement| &announcement.says)
    }
}

/// What makes a row act.
pub(super) fn heard_by(saga: &Saga, row: &Row) -> Kinds {
    match &row.form {
        Form::Command(_) => Kinds::NONE,
        Form::On { hears, .. } => hears.iter().collect(),
        Form::Undo(step) => saga.undo_causes(*step),
    }
}
