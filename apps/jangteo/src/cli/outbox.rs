//! `jangteo outbox`: how far the event log is, and who is behind it.

use clap::Subcommand;
use contracts::http::Page;
use contracts::http::outbox::OutboxView;

use super::client::Client;
use super::table::{Cell, Table, Tone, numbers, words};
use super::{Ended, Output, Target, json};

#[derive(Subcommand)]
pub(super) enum Outbox {
    /// Each publisher's next event, and its consumers.
    Status {
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(outbox: Outbox, output: Output) -> Result<(), Ended> {
    let Outbox::Status { target } = outbox;
    let client = Client::operator(&target).await?;
    let page: Page<OutboxView> = client.get("/api/v1/outbox").await?;
    if output == Output::Json {
        return json(&page);
    }
    let mut table = Table::new([
        words("보낸 쪽", "publisher"),
        words("읽는 쪽", "consumer"),
        numbers("다음 번호", "next number"),
        numbers("뒤처짐", "behind"),
    ]);
    for outbox in page.items {
        table.row([
            outbox.service.into(),
            "".into(),
            outbox.next.into(),
            "".into(),
        ]);
        for consumer in outbox.consumers {
            let tone = match consumer.behind {
                0 => Tone::Plain,
                _ => Tone::Open,
            };
            table.row([
                "".into(),
                consumer.consumer.into(),
                consumer.next.into(),
                Cell::new(consumer.behind, tone),
            ]);
        }
    }
    table.print();
    Ok(())
}
