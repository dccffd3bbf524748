//! `jangteo verify`: proves that stock, points, coupons and sagas add up, on a running shop or on
//! the files of one that does not run.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use contracts::http::invariants::InvariantsView;
use contracts::problem::Language;
use invariants::LIVENESS;

use super::client::Client;
use super::language::{language, print, say};
use super::table::Tone;
use super::{Ended, Output, Target, folder, json, progress};
use crate::check;

/// How long `--at-rest` waits for the last saga to end.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A check reads every row.
const LONGEST_CHECK: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

#[derive(Args)]
pub(super) struct Flags {
    /// Wait until nothing is under way, then check what must hold only then as well.
    #[arg(long)]
    at_rest: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(flags: Flags, output: Output) -> Result<(), Ended> {
    let found = match folder::runs(&flags.target) {
        true => ask(&flags).await?,
        false => read(&flags.target.data, flags.at_rest).await?,
    };
    match output {
        Output::Json => json(&found)?,
        Output::Table => tell(&found),
    }
    let flag = flags.target.flag();
    if !found.violations.is_empty() {
        let count = found.violations.len();
        return Err(Ended::failed(
            &format!(
                "{count}건의 불변식 위반이 있어요 → jangteo db backup{flag} 로 지금 상태를 남기고 \
                 docs/runbook.md 를 보세요"
            ),
            &format!(
                "{count} violations of invariants → keep what there is with \
                 jangteo db backup{flag}, and see docs/runbook.md"
            ),
        ));
    }
    if !found.unrest.is_empty() {
        return Err(Ended::failed(
            &format!("아직 진행 중인 것이 있어 다 검사하지 못했어요 → jangteo saga list{flag}"),
            &format!(
                "something is still under way, so not all was checked → jangteo saga list{flag}"
            ),
        ));
    }
    Ok(())
}

async fn ask(flags: &Flags) -> Result<InvariantsView, Ended> {
    let client = Client::operator(&flags.target).await?;
    let path = format!("/api/v1/invariants?atRest={}", flags.at_rest);
    let checked = async {
        let mut waited = Duration::ZERO;
        loop {
            let found: InvariantsView = client.get_within(&path, LONGEST_CHECK).await?;
            if !flags.at_rest || found.unrest.is_empty() || waited >= LONGEST_WAIT {
                return Ok(found);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
        }
    };
    progress::step("불변식 검사", "checking the invariants", checked).await
}

async fn read(path: &Path, at_rest: bool) -> Result<InvariantsView, Ended> {
    let found = folder::found(path)?;
    let _locks = folder::locked(&found).map_err(anyhow::Error::from)?;
    let folder = path.display();
    say(
        &format!("상점이 돌고 있지 않아요. {folder} 의 파일을 검사해요."),
        &format!("no shop is running; checking the files in {folder}"),
    );
    let files = path.to_owned();
    let checked = progress::blocking("불변식 검사", "checking the invariants", move || {
        check::files(&files, at_rest)
    });
    let checked = checked.await?.map_err(|failed| {
        Ended::failed(
            &format!("{folder} 의 파일을 읽지 못했어요: {failed} → jangteo db check {folder}"),
            &format!("could not read the files in {folder}: {failed} → jangteo db check {folder}"),
        )
    })?;
    Ok(crate::operations::shown(checked))
}

fn tell(found: &InvariantsView) {
    for checked in found
        .checked
        .chunk_by(|one, next| one.invariant == next.invariant)
    {
        let name = &checked[0].invariant;
        let broken = found
            .violations
            .iter()
            .any(|violation| violation.invariant == *name);
        let waits = name.as_str() == LIVENESS.0 && !found.unrest.is_empty();
        let mark = match (broken, waits) {
            (true, _) => Tone::Bad.paint("✗"),
            (false, true) => Tone::Open.paint("…"),
            (false, false) => Tone::Good.paint("✓"),
        };
        let mut meanings: Vec<&str> = checked.iter().map(|one| one.meaning.as_str()).collect();
        if let (Language::Ko, Some(korean)) = (language(), in_korean(name)) {
            meanings = vec![korean];
        }
        print(&format!("{mark} {name:<4} {}", meanings.join("\n       ")));
    }
    for violation in &found.violations {
        print(&format!(
            "{} {} {}: {}",
            Tone::Bad.paint("✗"),
            violation.invariant,
            violation.subject,
            violation.witness
        ));
    }
    for unrest in &found.unrest {
        print(&format!("… {unrest}"));
    }
    for exception in &found.exceptions {
        print(&format!("! {exception}"));
    }
}

/// What an invariant says, all its checks together.
fn in_korean(invariant: &str) -> Option<&'static str> {
    Some(match invariant {
        "I1" => "접수한 주문은 모두 남아 있고, 키 하나는 주문 하나만 만들어요",
        "I2" => "주문은 한 번만 끝나고, 감사 기록도 같은 끝을 말해요",
        "I3" => "재고는 재고 원장의 합과 같아요",
        "I4" => "재고는 어느 순간에도 0 아래로 내려가지 않아요",
        "I5" => "포인트 잔액은 포인트 원장의 합과 같고, 주문 하나는 한 번만 결제돼요",
        "I6" => "쿠폰은 한도 안에서 번호순으로 발급되고, 주문 하나에만 쓰여요",
        "I7" => "사가는 모두 이루어지거나 모두 되돌려져요",
        "I8" => "사가의 한 단계는 한 번만 효과를 내요",
        "I9" => "커밋된 변화는 빠짐없이 한 번씩 이벤트로 나가요",
        "I10" => "커밋되지 않은 일에서 나온 것은 없어요",
        "I11" => "멱등키는 그 사람의 명령이 만든 것만 가리켜요",
        "I12" => "주문의 감사 기록에는 빠진 번호가 없어요",
        "I13" => "조회 모델은 그 바탕이 되는 행과 같아요",
        "I16" => "더 들어오는 일이 없으면 사가는 모두 끝나고 이벤트는 모두 읽혀요",
        "I17" => "잊힌 기한은 없고, 결제를 들은 주문은 취소되지 않아요",
        "I18" => "주문 금액은 상품 줄에서, 결제 금액은 주문 금액에서 나와요",
        _ => return None,
    })
}
