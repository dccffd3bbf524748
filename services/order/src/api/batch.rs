//! Many orders in one request: HTTP costs more than an order does. Each stands or falls alone,
//! under a key of its own that is made from the batch's.

use axum::extract::State;
use contracts::http::order::{
    AcceptedView, BatchItemView, BatchOrdersView, PlaceOrder, PlaceOrders,
};
use futures::future::join_all;
use platform_http::{Caller, Context, Failure, Fingerprint, Json, Keyed, Scope};

use runtime::idempotency::KeyUse;

use super::{Api, Asked, unexpected};
use crate::decide;

pub(super) async fn place_all(
    State(api): State<Api>,
    context: Context,
    keyed: Keyed<PlaceOrders>,
) -> Result<Json<BatchOrdersView>, Failure> {
    keyed.body.validate()?;
    let Keyed {
        caller,
        scope,
        body,
        ..
    } = keyed;
    // All are sent before one is awaited, so that they share a transaction.
    let placed = body.orders.iter().enumerate().map(|(index, order)| {
        let scope = scope.item(index);
        place_one(&api, &context, caller, scope, order)
    });
    let placed = join_all(placed).await;
    let items = placed.into_iter().map(|placed| match placed {
        Ok((order, replayed)) => BatchItemView::accepted(order, replayed),
        Err(failure) => {
            let told = failure.problem().document(context.language, None, None);
            BatchItemView::refused(told)
        }
    });
    Ok(Json(BatchOrdersView {
        items: items.collect(),
    }))
}

async fn place_one(
    api: &Api,
    context: &Context,
    caller: Caller,
    scope: Scope,
    order: &PlaceOrder,
) -> Result<(AcceptedView, bool), Failure> {
    let cart = order.validate()?;
    // Within a batch an order is what it says, however the request was written.
    let text = serde_json::to_vec(order).map_err(|error| Failure::internal(error.into()))?;
    let fingerprint = Fingerprint::of("POST", "/api/v1/orders:batch", &text);
    let key = KeyUse {
        scope: scope.into_string(),
        fingerprint: fingerprint.0.to_vec(),
    };
    let asked = Asked {
        order_id: api.handle.next_id(),
        cart: &cart,
        key,
    };
    match api.place(caller, asked, context).await? {
        decide::Reply::Placed { order_id, replayed } => Ok((AcceptedView::new(order_id), replayed)),
        decide::Reply::Refused(refusal) => Err(refusal.code().into()),
        decide::Reply::Cancelled { .. }
        | decide::Reply::RefundAccepted { .. }
        | decide::Reply::Resolved(_) => Err(unexpected()),
    }
}
