//! Giving back a completed order, whole or by item.

use axum::extract::State;
use contracts::http::Role;
use contracts::http::order::{RefundAcceptedView, RequestRefund, WantedRefund};
use contracts::ids;
use platform_http::{Context, Failure, Keyed, PathId, Reply};
use runtime::idempotency::KeyUse;

use super::{Api, LOOK_AGAIN_SECONDS, unexpected};
use crate::decide;
use crate::input::{Input, Refund, Requester};

pub(super) async fn request(
    State(api): State<Api>,
    context: Context,
    PathId(order_id): PathId<ids::Order>,
    keyed: Keyed<RequestRefund>,
) -> Result<Reply<RefundAcceptedView>, Failure> {
    let WantedRefund { lines, reason } = keyed.body.validate(order_id)?;
    let by = match keyed.caller.role {
        Role::Shopper => Requester::Customer(keyed.caller.user),
        Role::Operator | Role::Admin => Requester::Operator,
    };
    let scope = keyed.scope.into_string();
    let input = Input::Refund(Refund {
        refund_id: api.handle.next_id(),
        order_id,
        by,
        lines,
        reason,
        key: KeyUse {
            scope: scope.clone(),
            fingerprint: keyed.fingerprint.0.to_vec(),
        },
    });
    let actor = keyed.caller.actor();
    let sent = api
        .handle
        .send_keyed(&scope, input, actor, context.trace)
        .await;
    match sent.map_err(boot::unanswered)? {
        decide::Reply::RefundAccepted {
            refund_id,
            amount,
            replayed,
        } => {
            let view = RefundAcceptedView::new(order_id, refund_id, amount);
            let path = view.links.order.clone();
            let reply = Reply::accepted(view)
                .location(&path)
                .retry_after(LOOK_AGAIN_SECONDS);
            Ok(if replayed { reply.replayed() } else { reply })
        }
        decide::Reply::Refused(refusal) => Err(refusal.code().into()),
        decide::Reply::Placed { .. }
        | decide::Reply::Cancelled { .. }
        | decide::Reply::Resolved(_) => Err(unexpected()),
    }
}
