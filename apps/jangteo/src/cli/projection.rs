//! `jangteo projection`: how the read models stand, whether they agree with the write side, and
//! rebuilding them while the shop runs.

use std::time::Duration;

use clap::{Args, Subcommand};
use contracts::http::projection::{ProjectionCheckView, ProjectionRebuildView, ProjectionView};
use contracts::http::{NoBody, Page};

use super::client::Client;
use super::language::{in_language, print, say};
use super::table::{Cell, Table, Tone, numbers, words};
use super::{Ended, Output, Target, json, progress};

/// A million orders are read twice in less.
const LONGEST: Duration = Duration::from_secs(600);

#[derive(Subcommand)]
pub(super) enum Projection {
    /// The read models, with their lag.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Fill new rows from the write side and the events, compare them, then let lists read them.
    Rebuild(Named),
    /// Compare what lists read with the write side, row by row.
    Check(Named),
}

#[derive(Args)]
pub(super) struct Named {
    /// Which read model.
    #[arg(default_value = "order_view")]
    name: String,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(projection: Projection, output: Output) -> Result<(), Ended> {
    match projection {
        Projection::List { target } => list(&target, output).await,
        Projection::Rebuild(named) => rebuild(&named, output).await,
        Projection::Check(named) => check(&named, output).await,
    }
}

async fn list(target: &Target, output: Output) -> Result<(), Ended> {
    let client = Client::operator(target).await?;
    let page: Page<ProjectionView> = client.get("/api/v1/projections").await?;
    if output == Output::Json {
        return json(&page);
    }
    let mut table = Table::new([
        words("조회 모델", "view"),
        numbers("세대", "generation"),
        numbers("만드는 중", "building"),
        numbers("안 읽은 이벤트", "unread events"),
        words("재구축", "rebuilt"),
    ]);
    for view in page.items {
        let tone = match view.unread {
            0 => Tone::Plain,
            _ => Tone::Open,
        };
        let building = view.building.map(|generation| generation.to_string());
        let rebuilt = view.rebuilt_at.map(|at| at.to_string());
        table.row([
            view.name.into(),
            view.generation.into(),
            building.unwrap_or_default().into(),
            Cell::new(view.unread, tone),
            rebuilt.unwrap_or("-".to_owned()).into(),
        ]);
    }
    table.print();
    Ok(())
}

async fn rebuild(named: &Named, output: Output) -> Result<(), Ended> {
    say(
        "쓰기 쪽 주문으로 새 세대를 채우고 있어요. 상점은 계속 열려 있어요.",
        "filling a new generation from the write side; the shop stays open",
    );
    let path = format!("/api/v1/projections/{}/rebuild", named.name);
    let client = Client::operator(&named.target).await?;
    let rebuilt = client.act(&path, &NoBody {}, LONGEST);
    let rebuilt: ProjectionRebuildView =
        progress::step("조회 모델 재구축", "rebuilding the view", rebuilt).await?;
    match output {
        Output::Json => json(&rebuilt)?,
        Output::Table => {
            tell(&rebuilt.check);
            let (generation, mended) = (rebuilt.generation, rebuilt.mended);
            let korean = format!("세대 {generation} · 고친 행 {mended}");
            let english = format!("generation {generation} · {mended} rows mended");
            print(in_language(&korean, &english));
        }
    }
    match rebuilt.switched {
        true => Ok(()),
        false => Err(differs(&rebuilt.check, &named.target)),
    }
}

async fn check(named: &Named, output: Output) -> Result<(), Ended> {
    let path = format!("/api/v1/projections/{}/check", named.name);
    let client = Client::operator(&named.target).await?;
    let checked = client.act(&path, &NoBody {}, LONGEST);
    let checked: ProjectionCheckView =
        progress::step("조회 모델 대조", "comparing the view", checked).await?;
    match output {
        Output::Json => json(&checked)?,
        Output::Table => tell(&checked),
    }
    match checked.differing {
        0 => Ok(()),
        1.. => Err(differs(&checked, &named.target)),
    }
}

fn tell(checked: &ProjectionCheckView) {
    let (rows, differing) = (checked.rows, checked.differing);
    let korean = format!("주문 {rows} · 다른 것 {differing}");
    let english = format!("{rows} orders · {differing} differ");
    print(in_language(&korean, &english));
    print(&format!(
        "{} {}  {} {}",
        in_language("쓰기 쪽", "write side"),
        checked.checksum,
        in_language("조회 쪽", "view"),
        checked.view_checksum
    ));
}

fn differs(checked: &ProjectionCheckView, target: &Target) -> Ended {
    let orders: Vec<String> = checked.orders.iter().map(ToString::to_string).collect();
    let (orders, flag) = (orders.join(", "), target.flag());
    Ended::failed(
        &format!("조회 모델이 쓰기 쪽과 달라요: {orders} → jangteo projection rebuild{flag}"),
        &format!(
            "the view differs from the write side: {orders} → jangteo projection rebuild{flag}"
        ),
    )
}
