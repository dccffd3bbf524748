//! `jangteo projection`: how the read models stand, whether they agree with the write side, and
//! rebuilding them while the shop runs.

use std::time::Duration;

use clap::{Args, Subcommand};
use contracts::http::projection::{ProjectionCheckView, ProjectionRebuildView, ProjectionView};
use contracts::http::{NoBody, Page};

use super::client::Client;
use super::language::{in_language, print, say};
use super::{Ended, Output, Target, json};

/// A million orders are read twice in less.
const LONGEST: Duration = Duration::from_secs(600);

#[derive(Subcommand)]
pub(super) enum Projection {
    /// The read models, with their lag.
    List(Flags),
    /// Fill new rows from the write side and the events, compare them, then let lists read them.
    Rebuild(Named),
    /// Compare what lists read with the write side, row by row.
    Check(Named),
}

#[derive(Args)]
pub(super) struct Flags {
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
    #[command(flatten)]
    target: Target,
}

#[derive(Args)]
pub(super) struct Named {
    /// Which read model.
    #[arg(default_value = "order_view")]
    name: String,
    #[command(flatten)]
    flags: Flags,
}

pub(super) async fn run(projection: Projection) -> Result<(), Ended> {
    match projection {
        Projection::List(flags) => list(&flags).await,
        Projection::Rebuild(named) => rebuild(&named).await,
        Projection::Check(named) => check(&named).await,
    }
}

async fn list(flags: &Flags) -> Result<(), Ended> {
    let page: Page<ProjectionView> = operator(&flags.target)
        .await?
        .get("/api/v1/projections")
        .await?;
    if flags.output == Output::Json {
        return json(&page);
    }
    for view in page.items {
        let building = view.building.map_or(String::new(), |generation| {
            format!("  {} {generation}", in_language("만드는 중", "building"))
        });
        let rebuilt = view
            .rebuilt_at
            .map_or(String::new(), |at| format!("  {at}"));
        print(&format!(
            "{}  {} {}  {} {}{building}{rebuilt}",
            view.name,
            in_language("세대", "generation"),
            view.generation,
            in_language("안 읽은 이벤트", "unread events"),
            view.unread,
        ));
    }
    Ok(())
}

async fn rebuild(named: &Named) -> Result<(), Ended> {
    say(
        "쓰기 쪽 주문으로 새 세대를 채우고 있어요. 상점은 계속 열려 있어요.",
        "filling a new generation from the write side; the shop stays open",
    );
    let path = format!("/api/v1/projections/{}/rebuild", named.name);
    let client = operator(&named.flags.target).await?;
    let rebuilt: ProjectionRebuildView = client.act(&path, &NoBody {}, LONGEST).await?;
    match named.flags.output {
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
        false => Err(differs(&rebuilt.check)),
    }
}

async fn check(named: &Named) -> Result<(), Ended> {
    let path = format!("/api/v1/projections/{}/check", named.name);
    let client = operator(&named.flags.target).await?;
    let checked: ProjectionCheckView = client.act(&path, &NoBody {}, LONGEST).await?;
    match named.flags.output {
        Output::Json => json(&checked)?,
        Output::Table => tell(&checked),
    }
    match checked.differing {
        0 => Ok(()),
        1.. => Err(differs(&checked)),
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

fn differs(checked: &ProjectionCheckView) -> Ended {
    let orders: Vec<String> = checked.orders.iter().map(ToString::to_string).collect();
    let orders = orders.join(", ");
    let korean = format!("조회 모델이 쓰기 쪽과 달라요: {orders} → jangteo projection rebuild");
    let english = format!("the view differs from the write side: {orders}; rebuild it");
    Ended::Failed(anyhow::anyhow!(in_language(&korean, &english).to_owned()))
}

async fn operator(target: &Target) -> Result<Client, Ended> {
    Client::new(target)?
        .login(&target.email, &target.password)
        .await
}
