//! What Order serves: placing, looking at, listing, following and cancelling orders; and for
//! operators, where sagas stand. A shopper reaches only what is theirs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use boot::Place;
use contracts::envelope::Event;
use contracts::events::order::{OrderDocument, OrderLine, OrderStatus};
use contracts::events::{Fact, Kind};
use contracts::http::order::{
    AcceptedView, Cart, ListOrders, OrderSummaryView, OrderView as OrderShown, PlaceOrder,
    RefundView,
};
use contracts::http::{NoBody, Page, Role};
use contracts::ids::{self, OrderId};
use contracts::problem::{Code, Problem};
use contracts::saga::Kinds;
use db::{Idempotency, Readers, Store};
use platform_http::{
    Caller, Context, Failure, Json, Keyed, Operation, Paging, PathId, Query, Reply, Routes, Wait,
};
use runtime::idempotency::KeyUse;
use runtime::{Handle, NextSaid, Service};
use tokio::time::Instant;

use crate::input::{self, Cancel, Input, Requester};
use crate::sold_out::Shelves;
use crate::view::{self, OrderView, Wanted};
use crate::{Order, decide};

mod batch;
mod docs;
mod events;
mod refund;
mod sagas;

pub use sagas::saga_page;

/// How long an order may stay open before it is given up.
const DEADLINE: Duration = Duration::from_secs(60);
/// When to look at an accepted order again: a saga takes milliseconds.
const LOOK_AGAIN_SECONDS: u32 = 1;
/// As `Reply` says it; here it may stand beside a problem.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// What Order says when an order ends.
const ENDS: Kinds = Kinds::NONE
    .with(Kind::OrderConfirmed)
    .with(Kind::OrderCancelled);
/// Goes into the cursors of the list.
const ORDERS: &str = "orders";

/// What the handlers work with.
#[derive(Clone)]
struct Api {
    handle: Handle<Order>,
    readers: Arc<Readers>,
    /// Of the read model, which another loop writes.
    lists: Arc<Readers>,
    shelves: Arc<Shelves>,
}

/// An order to be placed.
struct Asked<'c> {
    order_id: OrderId,
    cart: &'c Cart,
    key: KeyUse,
}

pub fn router(place: Place<Order>) -> Router {
    let lists = place.folder.join(format!("{}.db", OrderView::CONSUMER));
    let shelves = Arc::new(Shelves::default());
    let (heard, clock) = (Arc::clone(&shelves), place.handle.clone());
    place
        .handle
        .observe(Box::new(move |event| heard.hear(event, clock.now())));
    let api = Api {
        shelves,
        handle: place.handle,
        readers: place.readers,
        lists: Arc::new(Readers::new(&lists)),
    };
    routes().with_state(api)
}

/// What is served, each with its documentation.
pub fn operations() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Api> {
    Routes::of(docs::TAG)
        .get("/api/v1/orders", list, docs::LIST)
        .post("/api/v1/orders", place, docs::PLACE)
        .post("/api/v1/orders:batch", batch::place_all, docs::BATCH)
        .get("/api/v1/orders/{id}", show, docs::SHOW)
        .get("/api/v1/orders/{id}/events", events::events, docs::EVENTS)
        .post("/api/v1/orders/{id}/cancel", cancel, docs::CANCEL)
        .post("/api/v1/orders/{id}/refunds", refund::request, docs::REFUND)
        .merge(sagas())
}

fn sagas() -> Routes<Api> {
    Routes::of(docs::SAGAS)
        .get("/admin/v1/sagas", sagas::list, docs::LIST_SAGAS)
        .get("/admin/v1/sagas/{id}", sagas::show, docs::SHOW_SAGA)
}

async fn place(
    State(api): State<Api>,
    context: Context,
    Wait(wait): Wait,
    keyed: Keyed<PlaceOrder>,
) -> Result<Response, Failure> {
    let cart = keyed.body.validate()?;
    let key = KeyUse {
        scope: keyed.scope.into_string(),
        fingerprint: keyed.fingerprint.0.to_vec(),
    };
    let order_id = api.handle.next_id();
    // The wait begins before the order is placed, so that its end is not missed.
    let end = wait.map(|wait| (wait, api.handle.next_said(order_id.get(), ENDS)));
    let asked = Asked {
        order_id,
        cart: &cart,
        key,
    };
    let (order_id, replayed) = match api.place(keyed.caller, asked, &context).await? {
        decide::Reply::Placed { order_id, replayed } => (order_id, replayed),
        decide::Reply::Refused(refusal) => return Err(refusal.code().into()),
        decide::Reply::Cancelled { .. }
        | decide::Reply::RefundAccepted { .. }
        | decide::Reply::Resolved(_) => return Err(unexpected()),
    };
    let ended = match end {
        None => None,
        Some((wait, end)) if !replayed => api.ended(order_id, end, wait).await?,
        Some((wait, _)) => api.ended_before(order_id, wait).await?,
    };
    Ok(match ended {
        Some(order) => outcome(order, &context, replayed),
        None => accepted(order_id, replayed).into_response(),
    })
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    context: Context,
    PathId(order_id): PathId<ids::Order>,
) -> Result<Reply<OrderShown>, Failure> {
    let order = api.visible(order_id, caller)?;
    let (status, version) = (order.status, order.version);
    let refunds = match order.refunded_price {
        Some(_) => api.refunds(order_id)?,
        None => Vec::new(),
    };
    let reply = Reply::ok(OrderShown {
        refunds,
        ..view::shown(order, context.language)
    });
    Ok(match status {
        // Its steps price an open order without a new version, so no tag stands for its view.
        OrderStatus::Pending => reply,
        OrderStatus::Completed | OrderStatus::Cancelled => reply.etag(version),
    })
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(filter): Query<ListOrders>,
    paging: Paging,
) -> Result<Json<Page<OrderSummaryView>>, Failure> {
    let after = paging.after(ORDERS)?;
    let wanted = Wanted {
        user: caller.user,
        filter,
        after,
        rows: paging.rows(),
    };
    let read = api.lists.with(|reader| view::list(reader, &wanted));
    let views = read.context("could not list orders")?;
    Ok(Json(paging.page(ORDERS, views, |view| view.order_id)))
}

async fn cancel(
    State(api): State<Api>,
    context: Context,
    PathId(order_id): PathId<ids::Order>,
    keyed: Keyed<NoBody>,
) -> Result<Reply<OrderShown>, Failure> {
    let by = match keyed.caller.role {
        Role::Shopper => Requester::Customer(keyed.caller.user),
        Role::Operator | Role::Admin => Requester::Operator,
    };
    let scope = keyed.scope.into_string();
    let key = KeyUse {
        scope: scope.clone(),
        fingerprint: keyed.fingerprint.0.to_vec(),
    };
    let input = Input::Cancel(Cancel { order_id, by, key });
    let actor = keyed.caller.actor();
    let sent = api
        .handle
        .send_keyed(&scope, input, actor, context.trace)
        .await;
    match sent.map_err(boot::unanswered)? {
        decide::Reply::Cancelled { order, replayed } => {
            let reply = Reply::ok(view::shown(*order, context.language));
            Ok(if replayed { reply.replayed() } else { reply })
        }
        decide::Reply::Refused(refusal) => Err(refusal.code().into()),
        decide::Reply::Placed { .. }
        | decide::Reply::RefundAccepted { .. }
        | decide::Reply::Resolved(_) => Err(unexpected()),
    }
}

impl Api {
    fn order(&self, order_id: OrderId) -> Result<Option<OrderDocument>, Failure> {
        let read = self.readers.with(|reader| view::order(reader, order_id));
        Ok(read.with_context(|| format!("could not read order {order_id}"))?)
    }

    /// Has an order placed under a key.
    async fn place(
        &self,
        caller: Caller,
        asked: Asked<'_>,
        context: &Context,
    ) -> Result<decide::Reply, Failure> {
        let Asked {
            order_id,
            cart,
            key,
        } = asked;
        let lines = lines(cart);
        let scope = key.scope.clone();
        self.refuse_sold_out(&lines, &scope)?;
        let input = Input::PlaceOrder(input::PlaceOrder {
            order_id,
            user_id: caller.user,
            lines,
            user_coupon_id: cart.user_coupon_id,
            key,
            deadline: DEADLINE,
        });
        let (actor, trace) = (caller.actor(), context.trace.clone());
        let sent = self.handle.send_keyed(&scope, input, actor, trace).await;
        sent.map_err(boot::unanswered)
    }

    /// Refuses what is known to be sold out, without a write. A key that was answered, or is
    /// being answered now, goes the way that its first request went.
    fn refuse_sold_out(&self, lines: &[OrderLine], scope: &str) -> Result<(), Failure> {
        let items = self.shelves.sold_out(lines, self.handle.now());
        if items.is_empty() || self.handle.is_in_flight(scope) {
            return Ok(());
        }
        let key = scope.to_owned();
        let read = self.readers.with(|reader| reader.get::<Idempotency>(&key));
        if read.context("could not look for a key")?.is_some() {
            return Ok(());
        }
        Err(Problem::new(Code::OutOfStock)
            .items(items)
            .advisory()
            .into())
    }

    fn refunds(&self, order_id: OrderId) -> Result<Vec<RefundView>, Failure> {
        let read = self.readers.with(|reader| view::refunds(reader, order_id));
        Ok(read.with_context(|| format!("could not read the refunds of {order_id}"))?)
    }

    /// Somebody else's order is as absent as one that nobody has.
    fn visible(&self, order_id: OrderId, caller: Caller) -> Result<OrderDocument, Failure> {
        let order = self.order(order_id)?;
        let visible =
            order.filter(|order| order.user_id == caller.user || caller.role >= Role::Operator);
        Ok(visible.ok_or(Code::OrderNotFound)?)
    }

    /// The order once it has ended; none when the wait is over first.
    async fn ended(
        &self,
        order_id: OrderId,
        mut end: NextSaid,
        wait: Duration,
    ) -> Result<Option<OrderDocument>, Failure> {
        let until = Instant::now() + wait;
        loop {
            match tokio::time::timeout_at(until, end.event()).await {
                Ok(Some(event)) => return Ok(document(&event)),
                Err(_elapsed) => return Ok(self.order(order_id)?.filter(has_ended)),
                // The loop was killed, perhaps between its commit and its word.
                Ok(None) => end = self.handle.next_said(order_id.get(), ENDS),
            }
            if let Some(order) = self.order(order_id)?.filter(has_ended) {
                return Ok(Some(order));
            }
        }
    }

    /// As `ended`, of an order that was placed some time ago under the same key.
    async fn ended_before(
        &self,
        order_id: OrderId,
        wait: Duration,
    ) -> Result<Option<OrderDocument>, Failure> {
        let end = self.handle.next_said(order_id.get(), ENDS);
        match self.order(order_id)?.filter(has_ended) {
            Some(order) => Ok(Some(order)),
            None => self.ended(order_id, end, wait).await,
        }
    }
}

fn has_ended(order: &OrderDocument) -> bool {
    order.status != OrderStatus::Pending
}

/// The whole order, as the event that ended it carries it.
fn document(end: &Event) -> Option<OrderDocument> {
    match &end.fact {
        Fact::OrderConfirmed(said) => Some(said.order.clone()),
        Fact::OrderCancelled(said) => Some(said.order.clone()),
        // The wait is for these two kinds.
        _ => None,
    }
}

/// The lines of a cart, numbered from 1.
fn lines(cart: &Cart) -> Vec<OrderLine> {
    let numbered = (1..).zip(&cart.lines);
    let line = |(line, asked): (u16, &contracts::http::order::CartLine)| OrderLine {
        line,
        product_id: asked.product_id,
        quantity: asked.quantity,
        expected_unit_price: asked.expected_unit_price,
    };
    numbered.map(line).collect()
}

fn accepted(order_id: OrderId, replayed: bool) -> Reply<AcceptedView> {
    let view = AcceptedView::new(order_id);
    let path = view.links.order.clone();
    let reply = Reply::accepted(view)
        .location(&path)
        .retry_after(LOOK_AGAIN_SECONDS);
    if replayed { reply.replayed() } else { reply }
}

/// How the order ended that the caller waited for.
fn outcome(order: OrderDocument, context: &Context, replayed: bool) -> Response {
    let mut response = match &order.failure {
        Some(failure) => Failure::from(Problem::outcome(failure)).into_response(),
        None => {
            let path = AcceptedView::new(order.order_id).links.order;
            Reply::created(view::shown(order, context.language))
                .location(&path)
                .into_response()
        }
    };
    if replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// `decide` answers each command in its own kind.
fn unexpected() -> Failure {
    Failure::internal(anyhow::anyhow!(
        "a command was answered as another one would be"
    ))
}

#[cfg(test)]
mod tests;
