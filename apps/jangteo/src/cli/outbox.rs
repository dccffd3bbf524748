//! `jangteo outbox`: how far the event log is, and who is behind it.

use clap::Subcommand;
use contracts::http::Page;
use contracts::http::outbox::OutboxView;

use super::client::Client;
use super::language::{in_language, print};
use super::{Ended, Output, Target, json};

#[derive(Subcommand)]
pub(super) enum Outbox {
    /// Each publisher's next event, and its consumers.
    Status {
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(outbox: Outbox) -> Result<(), Ended> {
    let Outbox::Status { output, target } = outbox;
    let client = Client::new(&target)?
        .login(&target.email, &target.password)
        .await?;
    let page: Page<OutboxView> = client.get("/api/v1/outbox").await?;
    if output == Output::Json {
        return json(&page);
    }
    for outbox in page.items {
        let (service, next) = (&outbox.service, outbox.next);
        let words = in_language("다음 번호", "next number");
        print(&format!("{service:<10} {words} {next}"));
        for consumer in outbox.consumers {
            let words = in_language("뒤처짐", "behind");
            print(&format!(
                "  {:<12} {:>10}  {words} {}",
                consumer.consumer, consumer.next, consumer.behind
            ));
        }
    }
    Ok(())
}
