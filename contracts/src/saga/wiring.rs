//! The table worked out once into arrays, so that the runtime's questions cost one load.

use super::table::heard_by;
use super::{Direction, Form, Kinds, Row, Saga, Step, Steps, Table};
use crate::envelope::ServiceName;
use crate::events::Kind;

const SERVICES: usize = ServiceName::ALL.len();
/// Codes index the arrays, with gaps.
const KINDS: usize = 64;
const STEPS: usize = 32;

type Taken = Option<(Step, Direction)>;

pub struct Wiring {
    pub hears: [Kinds; SERVICES],
    pub says: [Kinds; SERVICES],
    pub answers: [[Kinds; KINDS]; SERVICES],
    pub unprompted: [Kinds; SERVICES],
    pub taken: [[Taken; KINDS]; SERVICES],
    pub undo_causes: [Kinds; STEPS],
    pub owed: [Steps; KINDS],
    pub done_by: [Option<Kind>; STEPS],
    pub undone_by: [Option<Kind>; STEPS],
    pub fact_step: [Taken; KINDS],
    pub failures: Kinds,
    pub ends: Kinds,
    pub remaining: [Steps; KINDS],
}

impl Wiring {
    pub fn of(table: &Table) -> Self {
        let mut wiring = Self {
            hears: std::array::from_fn(|at| table.hears(ServiceName::ALL[at])),
            says: std::array::from_fn(|at| table.says(ServiceName::ALL[at])),
            answers: [[Kinds::NONE; KINDS]; SERVICES],
            unprompted: [Kinds::NONE; SERVICES],
            taken: [[None; KINDS]; SERVICES],
            undo_causes: [Kinds::NONE; STEPS],
            owed: [Steps::NONE; KINDS],
            done_by: [None; STEPS],
            undone_by: [None; STEPS],
            fact_step: [None; KINDS],
            failures: table
                .sagas
                .iter()
                .map(Saga::failures)
                .fold(Kinds::NONE, Kinds::union),
            ends: table.ends(),
            remaining: [Steps::NONE; KINDS],
        };
        for service in ServiceName::ALL {
            wiring.unprompted[service.index()] = table.announced(*service).collect();
        }
        for (saga, row) in table.rows() {
            wiring.add(saga, row);
        }
        for follow in &table.follows {
            for (service, kind) in follow
                .services
                .iter()
                .flat_map(|service| follow.hears.iter().map(move |kind| (service, kind)))
            {
                wiring.taken[service.index()][kind.index()]
                    .get_or_insert((follow.step, Direction::Do));
            }
        }
        for kind in Kind::ALL {
            wiring.remaining[kind.index()] = table
                .sagas
                .iter()
                .flat_map(|saga| ahead(saga, *kind))
                .collect();
        }
        wiring
    }

    fn add(&mut self, saga: &Saga, row: &Row) {
        let service = row.service.index();
        let said: Kinds = row.says.iter().collect();
        let taken = match &row.form {
            Form::Command(_) => {
                self.unprompted[service] = self.unprompted[service].union(said);
                return;
            }
            Form::On { step, .. } => {
                self.done_by[step.index()] = row.success();
                (*step, Direction::Do)
            }
            Form::Undo(step) => {
                self.undone_by[step.index()] = row.success();
                self.undo_causes[step.index()] = saga.undo_causes(*step);
                (*step, Direction::Undo)
            }
        };
        for kind in heard_by(saga, row).iter() {
            let answers = &mut self.answers[service][kind.index()];
            *answers = answers.union(said);
            self.taken[service][kind.index()] = Some(taken);
            if taken.1 == Direction::Undo {
                self.owed[kind.index()] = self.owed[kind.index()].with(taken.0);
            }
        }
        for kind in said.iter() {
            self.fact_step[kind.index()] = Some(taken);
        }
    }
}

/// The steps that follow an event, each acting on the success of the one before.
fn ahead(saga: &Saga, after: Kind) -> Vec<Step> {
    let acts = |row: &&Row| row.step().is_some() && !row.says.is_empty();
    let mut known = Kinds::NONE.with(after);
    let mut steps = Vec::new();
    for row in saga.rows.iter().filter(acts) {
        if row.hears().iter().any(|&kind| known.contains(kind)) {
            steps.extend(row.step());
            known = row.success().map_or(known, |said| known.with(said));
        }
    }
    steps
}
