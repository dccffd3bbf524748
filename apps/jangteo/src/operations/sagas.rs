//! What an operator can do for a saga that does not end: have its events heard once more, cancel
//! its order, or settle what it waits for by their own word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use contracts::envelope::{Event, ServiceName};
use contracts::events::Kind;
use contracts::http::dead_letter::WithReason;
use contracts::http::order::OrderView as OrderShown;
use contracts::http::saga::{HandedView, ResolvedView, RetriedView};
use contracts::http::{NoBody, Role};
use contracts::ids::{self, OrderId, SagaId};
use contracts::problem::Code;
use contracts::saga;
use order::decide::Reply;
use order::input::{Cancel, Input, Requester, Resolve};
use order::view;
use platform_http::{Caller, Context, Failure, Json, Keyed, PathId, Reply as Answer, Routes};
use runtime::Unanswered;
use runtime::idempotency::KeyUse;

use super::dead_letters::{Consumer, LONGEST, Letter};
use super::{CLOCK_SKEW, Operations, docs};
use crate::shop::Places;

pub(super) fn routes() -> Routes<Operations> {
    Routes::of(docs::TAG)
        .post("/api/v1/sagas/{id}/retry", retry, docs::RETRY)
        .post("/api/v1/sagas/{id}/cancel", cancel, docs::CANCEL)
        .post("/api/v1/sagas/{id}/resolve", resolve, docs::RESOLVE)
}

/// Hands every event of the saga that the log still has to whoever hears it. A service that has
/// heard it says nothing twice; one that lost it goes on. Where the key is parked, the events
/// stand in its queue already, in order: that is taken up.
async fn retry(
    State(operations): State<Operations>,
    caller: Caller,
    PathId(id): PathId<ids::Order>,
) -> Result<Json<RetriedView>, Failure> {
    caller.require(Role::Operator)?;
    let saga_id: SagaId = id.cast();
    let places = &operations.places;
    let events = places.of_saga(saga_id)?;
    let mut services = Vec::new();
    for service in ServiceName::ALL {
        let hears = saga::hears(*service);
        let heard = events.iter().filter(|event| hears.contains(event.kind()));
        let heard: Vec<_> = heard.cloned().collect();
        if !heard.is_empty() {
            services.push(places.hand(*service, heard).await?);
        }
    }
    let handed = services.iter().map(|handed| handed.events).sum();
    tracing::warn!(saga = %saga_id, by = %caller.actor(), events = events.len(), handed, "retried");
    Ok(Json(RetriedView {
        events: events.len(),
        handed,
        whole: events.iter().any(|event| begins(event.kind())),
        services,
    }))
}

async fn cancel(
    State(operations): State<Operations>,
    context: Context,
    PathId(order_id): PathId<ids::Order>,
    keyed: Keyed<NoBody>,
) -> Result<Answer<OrderShown>, Failure> {
    keyed.caller.require(Role::Operator)?;
    let scope = keyed.scope.into_string();
    let key = KeyUse {
        scope: scope.clone(),
        fingerprint: keyed.fingerprint.0.to_vec(),
    };
    let by = Requester::Operator;
    let input = Input::Cancel(Cancel { order_id, by, key });
    let actor = keyed.caller.actor();
    let handle = &operations.places.order.handle;
    let sent = handle.send_keyed(&scope, input, actor, context.trace).await;
    match sent.map_err(boot::unanswered)? {
        Reply::Cancelled { order, replayed } => {
            let reply = Answer::ok(view::shown(*order, context.language));
            Ok(if replayed { reply.replayed() } else { reply })
        }
        Reply::Refused(refusal) => Err(refusal.code().into()),
        Reply::Placed { .. } | Reply::RefundAccepted { .. } | Reply::Resolved(_) => {
            Err(unexpected())
        }
    }
}

async fn resolve(
    State(operations): State<Operations>,
    caller: Caller,
    context: Context,
    PathId(id): PathId<ids::Order>,
    Json(body): Json<WithReason>,
) -> Result<Json<ResolvedView>, Failure> {
    caller.require(Role::Operator)?;
    let reason = body.validate()?;
    let saga_id: SagaId = id.cast();
    let order_id = operations.places.order_of(saga_id)?;
    let input = Input::Resolve(Resolve {
        order_id,
        saga_id,
        reason,
    });
    let handle = &operations.places.order.handle;
    let sent = handle.send(input, caller.actor(), context.trace).await;
    match sent.map_err(boot::unanswered)? {
        Reply::Resolved(steps) => Ok(Json(ResolvedView { steps })),
        Reply::Refused(refusal) => Err(refusal.code().into()),
        Reply::Placed { .. } | Reply::RefundAccepted { .. } | Reply::Cancelled { .. } => {
            Err(unexpected())
        }
    }
}

const fn begins(kind: Kind) -> bool {
    matches!(kind, Kind::OrderCreated | Kind::RefundRequested)
}

/// `decide` answers each command in its own kind.
fn unexpected() -> Failure {
    Failure::internal(anyhow::anyhow!(
        "a command was answered as another one would be"
    ))
}

impl Places {
    /// Hands events to a service once more; or takes the keys up that it has parked of them.
    async fn hand(
        &self,
        service: ServiceName,
        events: Vec<Arc<Event>>,
    ) -> Result<HandedView, Failure> {
        let mut parked = BTreeMap::new();
        let mut handed = 0;
        for event in events {
            let (publisher, key) = (event.kind().publisher(), event.key());
            let letter = Letter {
                consumer: Consumer::Service(service),
                publisher,
                key,
            };
            let is_parked = match parked.get(&(publisher.topic(), key)) {
                Some(known) => *known,
                None => {
                    let rows = self.parked(letter);
                    let rows = rows.context("could not read what is parked")?;
                    if !rows.is_empty() {
                        self.once_taken_up(letter, self.redrive(letter)).await?;
                    }
                    parked.insert((publisher.topic(), key), !rows.is_empty());
                    !rows.is_empty()
                }
            };
            if !is_parked {
                match self.hear_again(service, event).await {
                    Ok(()) => handed += 1,
                    // The loop has said why in its log; the others are handed over all the same.
                    Err(Unanswered::Broken) => {}
                    Err(why) => return Err(boot::unanswered(why)),
                }
            }
        }
        Ok(HandedView {
            service: service.to_string(),
            events: handed,
            redriven: parked.values().any(|parked| *parked),
        })
    }

    /// The events of a saga that the log still has, each once; none is 404 or 409.
    fn of_saga(&self, saga_id: SagaId) -> Result<Vec<Arc<Event>>, Failure> {
        let from = saga_id.at().minus(CLOCK_SKEW);
        let mut events = Vec::new();
        for topic in self.topics.iter() {
            let found = topic.of_saga(saga_id, from);
            events.extend(found.with_context(|| format!("could not read saga {saga_id}"))?);
        }
        if events.is_empty() {
            self.order_of(saga_id)?;
            return Err(Code::EventsPruned.into());
        }
        events.sort_by_key(|event| event.at);
        let mut seen = BTreeSet::new();
        events.retain(|event| seen.insert(event.id().to_string()));
        Ok(events.into_iter().map(Arc::new).collect())
    }

    /// The order that a saga is of: itself, or the one whose refund it is.
    fn order_of(&self, saga_id: SagaId) -> Result<OrderId, Failure> {
        let read = self
            .order
            .readers
            .with(|reader| view::saga(reader, saga_id));
        let found = read.with_context(|| format!("could not read saga {saga_id}"))?;
        Ok(found.ok_or(Code::OrderNotFound)?.saga.order_id)
    }

    /// Nobody waits longer for an event than for a key that is taken up.
    async fn hear_again(&self, service: ServiceName, event: Arc<Event>) -> Result<(), Unanswered> {
        let heard = async {
            match service {
                ServiceName::User => self.user.handle.hear_again(event).await,
                ServiceName::Product => self.product.handle.hear_again(event).await,
                ServiceName::Order => self.order.handle.hear_again(event).await,
                ServiceName::Payment => self.payment.handle.hear_again(event).await,
                ServiceName::Promotion => self.promotion.handle.hear_again(event).await,
            }
        };
        let heard = tokio::time::timeout(LONGEST, heard).await;
        heard.unwrap_or(Err(Unanswered::Lost))
    }
}
