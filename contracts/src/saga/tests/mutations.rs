//! The table broken in every way that one slip of the pen can break it: `check` must see each.

use super::*;

/// A broken copy and what was done to it.
type Mutant = (String, Table);

#[test]
fn every_mutation_of_the_table_is_a_defect() {
    let table = table();
    let mut mutants = Vec::new();
    break_sagas(&table, &mut mutants);
    break_rows(&table, &mut mutants);
    break_follows(&table, &mut mutants);
    break_announcements(&table, &mut mutants);

    let harmless: Vec<_> = mutants
        .iter()
        .filter(|(_, mutant)| check(mutant).is_empty())
        .map(|(what, _)| what.as_str())
        .collect();
    assert_eq!(harmless, Vec::<&str>::new(), "of {} mutants", mutants.len());
    assert!(mutants.len() > 1_000, "only {} mutants", mutants.len());
    assert!(mutants.iter().all(|(_, mutant)| *mutant != table));
}

fn break_sagas(table: &Table, mutants: &mut Vec<Mutant>) {
    for at in 0..table.sagas.len() {
        let mut mutant = table.clone();
        let saga = mutant.sagas.remove(at);
        mutants.push((format!("without saga {}", saga.name), mutant));
    }
}

/// Each row dropped and doubled, each of its events dropped, each foreign one added, its answers
/// swapped, its service changed. A command and an undo hear nothing that is written in the table.
fn break_rows(table: &Table, mutants: &mut Vec<Mutant>) {
    for (saga, row) in (0..table.sagas.len())
        .flat_map(|saga| (0..table.sagas[saga].rows.len()).map(move |row| (saga, row)))
    {
        let sound = &table.sagas[saga].rows[row];
        let mut push = |what: String, change: &dyn Fn(&mut Vec<Row>)| {
            let mut mutant = table.clone();
            change(&mut mutant.sagas[saga].rows);
            mutants.push((format!("{sound:?}: {what}"), mutant));
        };
        push("dropped".into(), &|rows| drop(rows.remove(row)));
        push("doubled".into(), &|rows| rows.insert(row, sound.clone()));
        for &service in ServiceName::ALL {
            if service != sound.service {
                push(format!("of {service}"), &|rows| rows[row].service = service);
            }
        }
        for (what, says) in variants(&sound.says) {
            push(format!("says {what}"), &|rows| {
                rows[row].says.clone_from(&says)
            });
        }
        if sound.says.len() > 1 {
            push("answers swapped".into(), &|rows| rows[row].says.reverse());
        }
        for step in Step::ALL
            .iter()
            .copied()
            .filter(|&step| Some(step) != sound.undoes())
        {
            if sound.undoes().is_some() {
                push(format!("undoes {step}"), &|rows| {
                    rows[row].form = Form::Undo(step)
                });
            }
        }
        if let Form::On { hears, step } = &sound.form {
            for (what, hears) in variants(hears) {
                push(format!("hears {what}"), &|rows| {
                    rows[row].form = Form::On {
                        hears: hears.clone(),
                        step: *step,
                    };
                });
            }
        }
    }
}

fn break_follows(table: &Table, mutants: &mut Vec<Mutant>) {
    for (at, sound) in table.follows.iter().enumerate() {
        let mut push = |what: String, change: &dyn Fn(&mut Vec<Follow>)| {
            let mut mutant = table.clone();
            change(&mut mutant.follows);
            mutants.push((format!("{sound:?}: {what}"), mutant));
        };
        push("dropped".into(), &|follows| drop(follows.remove(at)));
        push("doubled".into(), &|follows| {
            follows.insert(at, sound.clone())
        });
        for (what, hears) in variants(&sound.hears) {
            push(format!("hears {what}"), &|follows| {
                follows[at].hears.clone_from(&hears)
            });
        }
        for &service in ServiceName::ALL {
            push(format!("{service} joins or leaves"), &|follows| {
                let services = &mut follows[at].services;
                match services.iter().position(|&known| known == service) {
                    Some(known) => drop(services.remove(known)),
                    None => services.push(service),
                }
            });
        }
    }
}

fn break_announcements(table: &Table, mutants: &mut Vec<Mutant>) {
    for (at, sound) in table.announcements.iter().enumerate() {
        let mut push = |what: String, change: &dyn Fn(&mut Vec<Announcement>)| {
            let mut mutant = table.clone();
            change(&mut mutant.announcements);
            mutants.push((format!("{sound:?}: {what}"), mutant));
        };
        push("dropped".into(), &|announcements| {
            drop(announcements.remove(at))
        });
        push("doubled".into(), &|announcements| {
            announcements.insert(at, sound.clone())
        });
        for (what, says) in variants(&sound.says) {
            push(format!("says {what}"), &|announcements| {
                announcements[at].says.clone_from(&says)
            });
        }
        for &service in ServiceName::ALL
            .iter()
            .filter(|&&service| service != sound.service)
        {
            push(format!("of {service}"), &|announcements| {
                announcements[at].service = service
            });
        }
    }
}

/// The list without each of its kinds, and with each foreign one before and after the others.
fn variants(kinds: &[Kind]) -> Vec<(String, Vec<Kind>)> {
    let mut variants = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        let mut fewer = kinds.to_vec();
        fewer.remove(at);
        variants.push((format!("no {kind}"), fewer));
    }
    for &foreign in Kind::ALL.iter().filter(|kind| !kinds.contains(kind)) {
        variants.push((format!("{foreign} first"), [&[foreign], kinds].concat()));
        if !kinds.is_empty() {
            variants.push((format!("{foreign} last"), [kinds, &[foreign]].concat()));
        }
    }
    variants
}
