//! A parked key by its name, where its rows are, and the way to the loop that owns them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::http::dead_letter::DeadLetterView;
use contracts::ids::{Id, OrderId};
use contracts::problem::Code;
use contracts::saga::{self, Direction};
use db::{Discarded, Failed, Parked, Readers, Store};
use event_log::PART;
use order::OrderView;
use platform_http::Failure;
use runtime::{Discard, ParkedKey, Redrive, Service, Unanswered};

use crate::shop::Places;

/// How long an answer waits for the loop to have taken a key up.
pub(in crate::operations) const LONGEST: Duration = Duration::from_secs(2);

/// Who reads topics, and so can set a key aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operations) enum Consumer {
    Service(ServiceName),
    OrderView,
}

/// One parked key: who set it aside, and whose events they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operations) struct Letter {
    pub consumer: Consumer,
    pub publisher: ServiceName,
    pub key: i64,
}

impl Consumer {
    pub fn all() -> impl Iterator<Item = Self> {
        let services = ServiceName::ALL.iter().copied().map(Self::Service);
        services.chain([Self::OrderView])
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Service(service) => service.as_str(),
            Self::OrderView => OrderView::CONSUMER,
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|consumer| consumer.name() == name)
    }
}

impl Letter {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let consumer = Consumer::named(parts.next()?)?;
        let publisher = parts.next()?;
        let mut publishers = ServiceName::ALL.iter();
        let publisher = publishers.find(|name| name.as_str() == publisher)?;
        let key: Id<()> = parts.next()?.parse().ok()?;
        parts.next().is_none().then(|| Self {
            consumer,
            publisher: *publisher,
            key: key.get(),
        })
    }

    pub fn parked_key(self) -> ParkedKey {
        ParkedKey {
            topic: self.publisher.topic().to_owned(),
            part: PART,
            key: self.key,
        }
    }

    /// Whether an event of this kind makes the consumer take something back.
    pub fn undoes(self, kind: &str) -> bool {
        let Consumer::Service(service) = self.consumer else {
            return false;
        };
        let step = Kind::from_name(kind).and_then(|kind| saga::step_on(service, kind));
        matches!(step, Some((_, Direction::Undo)))
    }

    /// As the list shows it; none without a row.
    pub fn view(self, rows: &[Parked]) -> Option<DeadLetterView> {
        let first = rows.first()?;
        Some(DeadLetterView {
            events: rows.len(),
            event: first.kind.clone(),
            why: first.why.clone(),
            attempts: first.attempts,
            retry_at: first.waits.then_some(first.retry_at),
            event_at: first.event_at,
            undo: self.undoes(&first.kind),
            ..self.empty()
        })
    }

    /// A key that flows again, after this event of it was given up.
    pub fn flowing(self, last: &Discarded) -> DeadLetterView {
        DeadLetterView {
            event: last.kind.clone(),
            why: last.why.clone(),
            event_at: last.event_at,
            ..self.empty()
        }
    }

    fn empty(self) -> DeadLetterView {
        let (consumer, publisher) = (self.consumer.name(), self.publisher);
        let key = Id::<()>::new(self.key);
        DeadLetterView {
            id: format!("{consumer}.{publisher}.{key}"),
            service: consumer.to_owned(),
            publisher: publisher.to_string(),
            key: key.to_string(),
            events: 0,
            event: String::new(),
            why: String::new(),
            attempts: 0,
            retry_at: None,
            event_at: contracts::time::Timestamp::from_micros(0),
            undo: false,
        }
    }

    fn prefix(self) -> (String, i64, i64) {
        (self.publisher.topic().to_owned(), PART, self.key)
    }
}

impl Places {
    /// Parked keys in the order of consumers, publishers and keys.
    pub(super) fn letters(
        &self,
        consumer: Option<Consumer>,
        after: Option<Letter>,
        limit: usize,
    ) -> Result<Vec<DeadLetterView>, Failed> {
        let lanes = Consumer::all().flat_map(|consumer| {
            let publishers = ServiceName::ALL.iter();
            publishers.map(move |publisher| (consumer, *publisher))
        });
        let begun = |lane: &(Consumer, ServiceName)| {
            after.is_none_or(|after| (after.consumer, after.publisher) == *lane)
        };
        let lanes = lanes.skip_while(|lane| !begun(lane));
        let wanted = lanes.filter(|(of, _)| consumer.is_none_or(|wanted| wanted == *of));
        let mut letters = Vec::new();
        for (consumer, publisher) in wanted {
            let in_lane =
                after.filter(|after| (after.consumer, after.publisher) == (consumer, publisher));
            let mut next = in_lane.map_or(Some(i64::MIN), |after| after.key.checked_add(1));
            while let Some(from) = next.filter(|_| letters.len() < limit) {
                let from = (publisher.topic().to_owned(), PART, from, 0);
                let readers = self.readers_of(consumer);
                let rows = readers.with(|reader| reader.page_from::<Parked>(&from, 1))?;
                // Its other events may be a thousand: the next key is looked for past it.
                next = rows.first().and_then(|row| row.key.checked_add(1));
                if let Some(row) = rows.first() {
                    let letter = Letter {
                        consumer,
                        publisher,
                        key: row.key,
                    };
                    letters.extend(letter.view(&self.parked(letter)?));
                }
            }
        }
        Ok(letters)
    }

    /// A parked key with its events.
    pub(super) fn letter(&self, id: &str) -> Result<(Letter, Vec<Parked>), Failure> {
        let letter = Letter::parse(id).ok_or(Code::DeadLetterNotFound)?;
        let rows = self
            .parked(letter)
            .context("could not read what is parked")?;
        match rows.is_empty() {
            true => Err(Code::DeadLetterNotFound.into()),
            false => Ok((letter, rows)),
        }
    }

    /// The events of a key, the first first.
    pub(in crate::operations) fn parked(&self, letter: Letter) -> Result<Vec<Parked>, Failed> {
        self.readers_of(letter.consumer)
            .with(|reader| reader.under::<Parked, _>(letter.prefix()))
    }

    /// Whether a service has set events of this order aside: its sagas do not go on there. Most
    /// of the time nobody has set anything aside, and no row is looked for.
    pub(in crate::operations) fn sets_aside(&self, order_id: OrderId) -> Result<bool, Failed> {
        let loops = crate::metrics::loops(self).into_iter();
        let parking = loops.filter(|(_, status)| status.parked_keys.load(Ordering::Relaxed) > 0);
        let services = parking.filter_map(|(name, _)| match Consumer::named(name)? {
            consumer @ Consumer::Service(_) => Some(consumer),
            Consumer::OrderView => None,
        });
        for consumer in services {
            for publisher in ServiceName::ALL {
                let letter = Letter {
                    consumer,
                    publisher: *publisher,
                    key: order_id.get(),
                };
                if !self.parked(letter)?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// What was given up of a key, the first first.
    pub(super) fn discarded(&self, letter: Letter) -> Result<Vec<Discarded>, Failed> {
        self.readers_of(letter.consumer)
            .with(|reader| reader.under::<Discarded, _>(letter.prefix()))
    }

    fn readers_of(&self, consumer: Consumer) -> &Readers {
        match consumer {
            Consumer::Service(service) => self.readers(service),
            Consumer::OrderView => &self.order_view.readers,
        }
    }

    /// Takes the key up again, as far as it goes.
    pub(in crate::operations) async fn redrive(&self, letter: Letter) -> Result<(), Unanswered> {
        let redrive = Redrive {
            key: letter.parked_key(),
        };
        match letter.consumer {
            Consumer::Service(service) => match service {
                ServiceName::User => self.user.handle.redrive(redrive).await,
                ServiceName::Product => self.product.handle.redrive(redrive).await,
                ServiceName::Order => self.order.handle.redrive(redrive).await,
                ServiceName::Payment => self.payment.handle.redrive(redrive).await,
                ServiceName::Promotion => self.promotion.handle.redrive(redrive).await,
            },
            Consumer::OrderView => self.order_view.handle.redrive(redrive).await,
        }
    }

    pub(super) async fn discard(&self, letter: Letter, discard: Discard) -> Result<(), Unanswered> {
        match letter.consumer {
            Consumer::Service(service) => match service {
                ServiceName::User => self.user.handle.discard(discard).await,
                ServiceName::Product => self.product.handle.discard(discard).await,
                ServiceName::Order => self.order.handle.discard(discard).await,
                ServiceName::Payment => self.payment.handle.discard(discard).await,
                ServiceName::Promotion => self.promotion.handle.discard(discard).await,
            },
            Consumer::OrderView => self.order_view.handle.discard(discard).await,
        }
    }

    /// How many events the key still has once the loop has gone as far as it goes, or after a
    /// while: whoever has a long queue asks again.
    pub(in crate::operations) async fn once_taken_up(
        &self,
        letter: Letter,
        asked: impl Future<Output = Result<(), Unanswered>>,
    ) -> Result<usize, Failure> {
        if let Ok(told) = tokio::time::timeout(LONGEST, asked).await {
            told.map_err(boot::unanswered)?;
        }
        let left = self.parked(letter);
        Ok(left.context("could not read what is parked")?.len())
    }
}
