//! A host over a data folder: services start, answer, stop, and find their rows again.

use anyhow::Context;
use axum::Router;
use boot::{Folder, Host, Hosted, Place, Refused, Running};
use contracts::envelope::{Actor, Event, ServiceName, Trace};
use contracts::saga::Kinds;
use db::{Migration, Migrations, Table};
use db::{row, rows};
use runtime::{Accept, Decision, Moment, Service, Stopped, Timer, TimerChange, Unanswered};

row! {
    struct Rung in "rung" {
        key { id: i64 }
        times: i64,
    }
}

rows! {
    struct Rows {
        rung: Table<Rung>,
    }
}

/// Rings, or sets a timer whose handling is a bug.
enum Input {
    Ring,
    Break,
}

struct Bell;

impl Service for Bell {
    const NAME: ServiceName = ServiceName::User;
    type Input = Input;
    type Rows = Rows;
    type Reply = i64;

    fn hears() -> Kinds {
        Kinds::NONE
    }

    fn accept(_event: &Event) -> Accept<Input> {
        Accept::Ignore
    }

    fn ask(rows: &mut Rows, _input: &Input) {
        rows.rung.ask(1);
    }

    fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<i64> {
        let times = rows.rung.get(&1).map_or(0, |rung| rung.times);
        match input {
            Input::Ring => {
                let times = times + 1;
                rows.rung.put(Rung { id: 1, times });
                Decision::reply(times)
            }
            Input::Break => {
                let (due, key) = (at.now, 1);
                Decision::reply(times).and_timer(TimerChange::Set(Timer { due, key }))
            }
        }
    }

    fn due(_timer: Timer) -> Option<Input> {
        panic!("a bug outside of any batch")
    }
}

impl Hosted for Bell {
    const MIGRATIONS: Migrations = &[Migration {
        name: "V1__bell",
        sql: "CREATE TABLE rung (id INTEGER NOT NULL PRIMARY KEY, times INTEGER NOT NULL) STRICT;",
    }];

    fn router(_place: Place<Self>) -> anyhow::Result<Router> {
        Ok(Router::new())
    }

    fn operations() -> Vec<platform_http::Operation> {
        Vec::new()
    }
}

async fn start(folder: &Folder) -> anyhow::Result<(Running, Place<Bell>)> {
    let mut host = Host::new(folder.clone(), boot::now)?;
    let opened = host.open::<Bell>(Bell::MIGRATIONS).await?;
    let place = host.place(opened).await?;
    Ok((host.run()?, place))
}

async fn send(place: &Place<Bell>, input: Input) -> Result<i64, Unanswered> {
    let sent = place.handle.send(input, Actor::System, Trace::NONE);
    let answered = tokio::time::timeout(std::time::Duration::from_secs(60), sent).await;
    answered.expect("an answer")
}

#[tokio::test]
async fn a_service_starts_stops_and_finds_its_rows_again() -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    let folder = Folder::open(place.path())?;
    for times in 1..=3 {
        let (mut running, place) = start(&folder).await?;
        assert_eq!(send(&place, Input::Ring).await, Ok(times));
        place.handle.stop();
        let ended = running.ended().await.context("the loop ends")?;
        assert_eq!(ended.consumer, "user");
        assert!(matches!(ended.why, Stopped::Asked), "{}", ended.why);
        assert!(running.ended().await.is_none(), "there is no other");
        running.stop().await?;
        assert_eq!(send(&place, Input::Ring).await, Err(Unanswered::Stopping));
    }
    Ok(())
}

#[tokio::test]
async fn a_second_host_on_a_folder_is_refused_until_the_first_is_gone() -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    let folder = Folder::open(place.path())?;
    let (running, first) = start(&folder).await?;
    let refused = start(&folder).await.err().context("in use")?;
    let refused = refused.downcast::<Refused>()?;
    assert!(matches!(refused, Refused::InUse { .. }), "{refused}");
    assert_eq!(send(&first, Input::Ring).await, Ok(1), "unharmed");
    running.stop().await?;
    let (running, second) = start(&folder).await?;
    assert_eq!(send(&second, Input::Ring).await, Ok(2));
    running.stop().await
}

#[tokio::test]
async fn a_loop_that_panics_is_told_of_and_leaves_nobody_waiting() -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    let folder = Folder::open(place.path())?;
    let (mut running, place) = start(&folder).await?;
    assert_eq!(send(&place, Input::Break).await, Ok(0));
    let ended = running.ended().await.context("the loop ends")?;
    assert!(matches!(ended.why, Stopped::Broken(_)), "{}", ended.why);
    let why = ended.why.to_string();
    assert!(why.contains("a bug outside of any batch"), "{why}");
    assert_eq!(send(&place, Input::Ring).await, Err(Unanswered::Stopping));
    running.stop().await
}

#[tokio::test]
async fn a_file_of_another_program_is_named_and_left_alone() -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    let folder = Folder::open(place.path())?;
    std::fs::write(folder.database("user"), "somebody's diary\n".repeat(99))?;
    let refused = start(&folder).await.err().context("foreign")?;
    let refused = refused.downcast::<Refused>()?;
    assert!(refused.to_string().contains("user.db"), "{refused}");
    let left = std::fs::read_to_string(folder.database("user"))?;
    assert!(left.starts_with("somebody's diary"));
    Ok(())
}
