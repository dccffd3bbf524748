//! The table for people: Mermaid drawings and lists in Markdown. Everything drawn is read off the
//! table; nothing here knows a step by name.

use std::fmt::Write as _;

use super::table::heard_by;
use super::{Direction, Follow, Form, Kinds, Row, Saga, Table, table};
use crate::envelope::ServiceName;
use crate::events::Kind;

/// The whole document: each saga drawn and listed, the followers, and what each service hears
/// and says.
pub fn mermaid(table: &Table) -> String {
    let mut text = String::from(
        "# Sagas\n\n\
         Generated from `contracts/src/saga.rs`; a change made here is lost.\n\n\
         A solid arrow carries a saga on, a dotted one gives it up, undoes or records.\n",
    );
    for saga in &table.sagas {
        line(&mut text, format_args!("\n## Saga {}\n", saga.name));
        draw(&mut text, saga);
        list_steps(&mut text, saga);
    }
    list_followers(&mut text, table);
    list_services(&mut text, table);
    text
}

/// What a service's README says it hears and says, two list items.
pub fn readme_lines(service: ServiceName) -> String {
    let table = table();
    let (hears, says) = (table.hears(service), table.says(service));
    if hears.is_empty() {
        format!("- **hears** nothing\n- **says** {says}\n")
    } else {
        format!("- **hears** {hears}\n- **says** {says}\n")
    }
}

fn draw(text: &mut String, saga: &Saga) {
    text.push_str("```mermaid\nflowchart TD\n");
    for row in saga.rows.iter().filter(|row| row.undoes().is_none()) {
        let (name, label) = (node(row), label(row));
        if row.command().is_some() {
            line(text, format_args!("    {name}([\"{label}\"])"));
        } else {
            line(text, format_args!("    {name}[\"{label}\"]"));
        }
    }
    if saga.undoing().next().is_some() {
        text.push_str("    subgraph undo\n");
        for row in saga.undoing() {
            let (name, label) = (node(row), label(row));
            line(text, format_args!("        {name}[\"{label}\"]"));
        }
        text.push_str("    end\n");
    }
    for end in saga.ends().iter() {
        line(text, format_args!("    {end}((\"{end}\"))"));
    }
    for row in &saga.rows {
        for &said in &row.says {
            if saga.ends().contains(said) {
                line(text, format_args!("    {} --> {said}", node(row)));
            } else {
                draw_heard(text, saga, &node(row), said);
            }
        }
    }
    for end in saga.ends().iter() {
        for undo in saga
            .rows
            .iter()
            .filter(|row| heard_by(saga, row).contains(end))
        {
            line(text, format_args!("    {end} -.-> {}", node(undo)));
        }
    }
    text.push_str("```\n");
}

fn draw_heard(text: &mut String, saga: &Saga, from: &str, said: Kind) {
    for hearer in saga
        .rows
        .iter()
        .filter(|row| heard_by(saga, row).contains(said))
    {
        let goes_on = saga.acting().any(|row| row == hearer);
        let to = node(hearer);
        if goes_on {
            line(text, format_args!("    {from} -- {said} --> {to}"));
        } else {
            line(text, format_args!("    {from} -. {said} .-> {to}"));
        }
    }
}

fn list_steps(text: &mut String, saga: &Saga) {
    text.push_str("\n| step | service | hears | says when done | or refused |\n");
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for row in &saga.rows {
        let (what, heard) = match &row.form {
            Form::Command(command) => (format!("command {}", command.words()), Kinds::NONE),
            Form::On { step, .. } => (step.words().to_owned(), heard_by(saga, row)),
            Form::Undo(step) => (format!("undo {step}"), heard_by(saga, row)),
        };
        let done: Kinds = row.success().into_iter().collect();
        let refused = row.says.iter().collect::<Kinds>().minus(done);
        let service = row.service;
        line(
            text,
            format_args!("| {what} | {service} | {heard} | {done} | {refused} |"),
        );
    }
}

fn list_followers(text: &mut String, table: &Table) {
    text.push_str("\n## Followers\n\nThey say nothing and owe nothing.\n\n");
    text.push_str("| step | services | hear |\n| --- | --- | --- |\n");
    for Follow {
        services,
        hears,
        step,
    } in &table.follows
    {
        let services: Vec<_> = services.iter().map(|service| service.as_str()).collect();
        let hears: Kinds = hears.iter().collect();
        line(
            text,
            format_args!("| {step} | {} | {hears} |", services.join(", ")),
        );
    }
}

fn list_services(text: &mut String, table: &Table) {
    text.push_str("\n## Services\n\n| service | hears | says |\n| --- | --- | --- |\n");
    for &service in ServiceName::ALL {
        let (hears, says) = (table.hears(service), table.says(service));
        line(text, format_args!("| {service} | {hears} | {says} |"));
    }
}

/// A name for the row that Mermaid takes as one.
fn node(row: &Row) -> String {
    match &row.form {
        Form::Command(command) => format!("command_{}", command.words().replace(' ', "_")),
        Form::On { step, .. } => step.slug().replace('-', "_"),
        Form::Undo(step) => format!("undo_{}", step.slug().replace('-', "_")),
    }
}

fn label(row: &Row) -> String {
    let service = row.service;
    match &row.form {
        Form::Command(command) => format!("{service}: {}", command.words()),
        Form::On { step, .. } => format!("{service}: {step}"),
        Form::Undo(step) => format!("{service}: {} {step}", Direction::Undo.as_str()),
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes every write");
}
