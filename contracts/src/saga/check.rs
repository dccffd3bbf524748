//! What must hold of the table for the choreography to work: nothing said into the void, nothing
//! waited for in vain, nothing done that cannot be undone. It judges the wiring, not the services.

use std::fmt;

use super::table::heard_by;
use super::{Command, Kinds, Row, Saga, Step, Table};
use crate::envelope::ServiceName;
use crate::events::Kind;

mod follows;

/// One rule of the table, broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// A service says what another one publishes.
    NotItsOwn { service: ServiceName, says: Kind },
    /// A kind that no row says.
    NeverSaid(Kind),
    /// A kind that several rows say, so that an answer cannot be told from another.
    SaidTwice(Kind),
    /// A kind said within a saga that neither goes on nor ends it.
    NeverHeard(Kind),
    /// A kind that no command can lead to.
    Unreached(Kind),
    /// A command that enters nowhere, or at several places.
    Entered { command: Command, times: usize },
    /// A command that does not say exactly one event: its saga's first or an early end.
    Answers { command: Command },
    /// A step that no row takes, or that several do.
    Taken { step: Step, times: usize },
    /// A saga that is not begun by exactly one command.
    Openings { saga: &'static str, times: usize },
    /// A step that waits for something else than the saga's first event or all the answers that
    /// nobody acted on yet.
    OutOfTurn { step: Step },
    /// A saga that does not end with one event of the service that began it.
    EndsOpen { saga: &'static str },
    /// Failures that are not all heard by one row of the service that began the saga, which then
    /// says one event.
    NotGivenUp { saga: &'static str },
    /// A step that stands although this was said after it.
    NotUndone { step: Step, after: Kind },
    /// An undo without its do, of another service, said twice or said in no single event.
    StrayUndo { step: Step },
    /// An event of its saga that the service that began it hears in none or several of its rows.
    NotRecorded { kind: Kind, times: usize },
    /// A row that only writes down, of a service that does not keep the saga, or of answers and
    /// undos mixed.
    StrayRecord { step: Step },
    /// A follower that misses news of its subject, or hears what is none.
    WrongNews { step: Step },
    /// A follower that should not follow, or one that should and does not.
    WrongFollower { step: Step, service: ServiceName },
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotItsOwn { service, says } => write!(f, "{service} says {says}, not its own"),
            Self::NeverSaid(kind) => write!(f, "nobody says {kind}"),
            Self::SaidTwice(kind) => write!(f, "several rows say {kind}"),
            Self::NeverHeard(kind) => write!(f, "{kind} is neither heard nor an end"),
            Self::Unreached(kind) => write!(f, "no command leads to {kind}"),
            Self::Entered { command, times } => {
                write!(f, "command {} enters {times} times", command.words())
            }
            Self::Answers { command } => {
                write!(
                    f,
                    "command {} neither begins nor ends a saga",
                    command.words()
                )
            }
            Self::Taken { step, times } => write!(f, "{times} rows take step {step}"),
            Self::Openings { saga, times } => write!(f, "{times} commands begin saga {saga}"),
            Self::OutOfTurn { step } => write!(f, "{step} does not follow the step before it"),
            Self::EndsOpen { saga } => write!(f, "saga {saga} does not end where it began"),
            Self::NotGivenUp { saga } => write!(f, "saga {saga} does not give up on each failure"),
            Self::NotUndone { step, after } => write!(f, "{step} is not undone after {after}"),
            Self::StrayUndo { step } => write!(f, "the undo of {step} does not match its do"),
            Self::NotRecorded { kind, times } => write!(f, "{kind} is recorded {times} times"),
            Self::StrayRecord { step } => write!(f, "{step} records what is not its own"),
            Self::WrongNews { step } => write!(f, "{step} does not follow all and only its news"),
            Self::WrongFollower { step, service } => write!(f, "{service} and {step} do not fit"),
        }
    }
}

/// Every defect of the table; none is what a table must have.
pub fn check(table: &Table) -> Vec<Defect> {
    let mut defects = Vec::new();
    said(table, &mut defects);
    counted(table, &mut defects);
    reached(table, &mut defects);
    for saga in &table.sagas {
        begun_and_ended(saga, &mut defects);
        in_turn(saga, &mut defects);
        given_up(saga, &mut defects);
        undone(saga, &mut defects);
        recorded(saga, &mut defects);
    }
    follows::follow_their_news(table, &mut defects);
    defects
}

/// Every kind is said by its publisher, in one row; an end in its commands' rows besides.
fn said(table: &Table, defects: &mut Vec<Defect>) {
    let mut sayers = [0_usize; 64];
    for (saga, row) in table.rows() {
        let ends = row.command().is_some() && row.success() == saga.early_end();
        for &kind in &row.says {
            sayers[kind.index()] += usize::from(!ends);
            if kind.publisher() != row.service {
                defects.push(Defect::NotItsOwn {
                    service: row.service,
                    says: kind,
                });
            }
        }
    }
    for announcement in &table.announcements {
        for &kind in &announcement.says {
            sayers[kind.index()] += 1;
            if kind.publisher() != announcement.service {
                defects.push(Defect::NotItsOwn {
                    service: announcement.service,
                    says: kind,
                });
            }
        }
    }
    for &kind in Kind::ALL {
        match sayers[kind.index()] {
            0 => defects.push(Defect::NeverSaid(kind)),
            1 => {}
            2.. => defects.push(Defect::SaidTwice(kind)),
        }
    }
}

/// Every command enters once; every step is one row's.
fn counted(table: &Table, defects: &mut Vec<Defect>) {
    for &command in Command::ALL {
        let times = table
            .rows()
            .filter(|(_, row)| row.command() == Some(command))
            .count();
        if times != 1 {
            defects.push(Defect::Entered { command, times });
        }
    }
    for &step in Step::ALL {
        let rows = table
            .rows()
            .filter(|(_, row)| row.step() == Some(step))
            .count();
        let times = rows
            + table
                .follows
                .iter()
                .filter(|follow| follow.step == step)
                .count();
        if times != 1 {
            defects.push(Defect::Taken { step, times });
        }
    }
}

/// From the commands on, what is heard leads to what is said until nothing new is; every event of
/// a saga must come up, and must be heard by someone or be an end.
fn reached(table: &Table, defects: &mut Vec<Defect>) {
    let mut reached: Kinds = table
        .rows()
        .filter(|(_, row)| row.command().is_some())
        .flat_map(|(_, row)| &row.says)
        .collect();
    // A row can only add to the set, so as many rounds as there are rows are enough.
    for _ in table.rows() {
        for (saga, row) in table.rows() {
            let heard = heard_by(saga, row);
            if heard.minus(reached) != heard {
                reached = reached.union(row.says.iter().collect());
            }
        }
    }
    // A follower's hearing does not carry a saga on.
    let heard = table.rows().map(|(saga, row)| heard_by(saga, row));
    let heard = heard.fold(table.ends(), Kinds::union);
    let said: Kinds = table.rows().flat_map(|(_, row)| &row.says).collect();
    defects.extend(said.minus(reached).iter().map(Defect::Unreached));
    defects.extend(said.minus(heard).iter().map(Defect::NeverHeard));
}

/// One command begins the saga, the others end it early, and the service that decides them says
/// both of its ends.
fn begun_and_ended(saga: &Saga, defects: &mut Vec<Defect>) {
    let commands = || saga.rows.iter().filter(|row| row.command().is_some());
    for row in commands() {
        if let (Some(command), false) = (row.command(), row.says.len() == 1) {
            defects.push(Defect::Answers { command });
        }
    }
    let openings = commands()
        .filter(|row| row.success() != saga.early_end())
        .count();
    if openings != 1 {
        defects.push(Defect::Openings {
            saga: saga.name,
            times: openings,
        });
    }
    let decider = saga.opening().map(|row| row.service);
    let last = saga.acting().last();
    let ended = last.is_some_and(|row| Some(row.service) == decider && row.says.len() == 1);
    if !ended || commands().any(|row| Some(row.service) != decider) {
        defects.push(Defect::EndsOpen { saga: saga.name });
    }
}

/// A step waits for the saga's first event, or for all the answers that nobody acted on yet.
fn in_turn(saga: &Saga, defects: &mut Vec<Defect>) {
    let opening: Kinds = saga.opening().and_then(Row::success).into_iter().collect();
    let mut waiting = Kinds::NONE;
    for row in saga.acting() {
        let heard: Kinds = row.hears().iter().collect();
        if heard == waiting && !heard.is_empty() {
            waiting = Kinds::NONE;
        } else if heard != opening || heard.is_empty() {
            defects.extend(row.step().map(|step| Defect::OutOfTurn { step }));
        }
        waiting = row.success().map_or(waiting, |said| waiting.with(said));
    }
    if saga
        .good_end()
        .is_none_or(|end| waiting != Kinds::NONE.with(end))
    {
        defects.push(Defect::EndsOpen { saga: saga.name });
    }
}

/// One row of the deciding service hears all failures and nothing else, and says one event.
fn given_up(saga: &Saga, defects: &mut Vec<Defect>) {
    let failures = saga.failures();
    let decider = saga.opening().map(|row| row.service);
    let mut rows = saga.cancelling_rows();
    let whole = match (rows.next(), rows.next()) {
        (None, None) => failures.is_empty(),
        (Some(row), None) => {
            Some(row.service) == decider
                && row.says.len() == 1
                && row.hears().iter().collect::<Kinds>() == failures
        }
        (_, Some(_)) => false,
    };
    if !whole {
        defects.push(Defect::NotGivenUp { saga: saga.name });
    }
}

/// Whatever another service did can be taken back by it: after every failure of a later step, and
/// after the cancellation. The deciding service takes nothing back: its word ends the saga.
fn undone(saga: &Saga, defects: &mut Vec<Defect>) {
    let decider = saga.opening().map(|row| row.service);
    let steps = || saga.acting().filter(|row| Some(row.service) != decider);
    for row in steps() {
        let Some(step) = row.step() else { continue };
        let undos = saga
            .undoing()
            .filter(|undo| undo.undoes() == Some(step))
            .count();
        if undos == 0 {
            let causes = saga.undo_causes(step).iter();
            defects.extend(causes.map(|after| Defect::NotUndone { step, after }));
        }
    }
    for undo in saga.undoing() {
        let Some(step) = undo.undoes() else { continue };
        let matches = |row: &Row| row.step() == Some(step) && row.service == undo.service;
        let twice = saga
            .undoing()
            .filter(|other| other.undoes() == Some(step))
            .count()
            > 1;
        let caused = !saga.undo_causes(step).is_empty();
        if twice || !caused || undo.says.len() != 1 || !steps().any(matches) {
            defects.push(Defect::StrayUndo { step });
        }
    }
}

/// The deciding service hears every answer of the others, each in one of its rows, and rows that
/// only write down hold either answers or undos.
fn recorded(saga: &Saga, defects: &mut Vec<Defect>) {
    let decider = saga.opening().map(|row| row.service);
    let others: Kinds = saga
        .rows
        .iter()
        .filter(|row| Some(row.service) != decider)
        .flat_map(|row| &row.says)
        .collect();
    let own_rows = || saga.rows.iter().filter(|row| Some(row.service) == decider);
    for &kind in Kind::ALL {
        let times = own_rows().filter(|row| row.hears().contains(&kind)).count();
        if times != usize::from(others.contains(kind)) {
            defects.push(Defect::NotRecorded { kind, times });
        }
    }
    let undos: Kinds = saga.undoing().flat_map(|row| &row.says).collect();
    for row in saga.recording() {
        let heard: Kinds = row.hears().iter().collect();
        let mixed = !heard.minus(undos).is_empty() && heard.minus(undos) != heard;
        if let (Some(step), true) = (row.step(), mixed || Some(row.service) != decider) {
            defects.push(Defect::StrayRecord { step });
        }
    }
}
