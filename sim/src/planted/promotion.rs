//! What could be wrong in Promotion.

use contracts::events::Fact;
use contracts::ids::{OrderId, SagaId};
use contracts::saga::Step;
use promotion::Promotion;
use promotion::decide::Reply;
use promotion::domain::refusal::Refusal;
use promotion::input::{Input, IssueCoupon, Use};
use promotion::store::{Rows, State};
use runtime::{Decision, Moment, Service};

use super::{Bug, Plant, PromotionBug};

impl Plant for Promotion {
    fn spoil(bug: Bug, rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
        let Bug::Promotion(bug) = bug else {
            return Self::decide(rows, input, at);
        };
        if let (PromotionBug::SharesCoupon, Input::ApplyCoupon(order)) = (bug, input)
            && let Some(coupon) = order.user_coupon_id
            && let Some(held) = rows.user_coupon.get_mut(&(order.user_id, coupon))
            && held.order_id != Some(order.order_id)
        {
            held.state = State::Available;
            held.order_id = None;
        }
        if let (PromotionBug::ForgetsClosed, Input::CloseUser(_)) = (bug, input) {
            return Decision::quiet();
        }
        let decision = Self::decide(rows, input, at);
        match (bug, input) {
            (PromotionBug::KeepsCoupon, Input::RestoreCoupon(undo)) => {
                keep(rows, &decision, undo.used, at);
            }
            (PromotionBug::ForgetsVoid, Input::RestoreCoupon(undo)) => {
                if let Some(Fact::CouponRestored(restored)) = fact(&decision)
                    && restored.coupon.is_none()
                {
                    rows.fence.remove(&fence_key(undo.used.order_id));
                }
            }
            (PromotionBug::IssuesPastCap, Input::IssueCoupon(command)) => {
                return issue_past_cap(rows, command, decision, at);
            }
            (PromotionBug::CountsRefused, Input::IssueCoupon(command)) => {
                if let Some(Reply::Refused(Refusal::AlreadyIssued)) = decision.reply
                    && let Some(coupon) = rows.coupon.get_mut(&command.coupon_id)
                {
                    coupon.issued += 1;
                }
            }
            (PromotionBug::RetakesReturned, Input::ReturnCoupon(refund)) => {
                if let Some(Fact::CouponReturned(returned)) = fact(&decision)
                    && returned.coupon.is_some()
                {
                    rows.fence.remove(&fence_key(refund.used.order_id));
                }
            }
            (PromotionBug::RevivesExpired, Input::RestoreCoupon(undo)) => {
                revive(rows, undo.used);
            }
            (_, _) => {}
        }
        decision
    }
}

fn fact(decision: &Decision<Reply>) -> Option<&Fact> {
    decision.says.first().map(|said| &said.fact)
}

fn fence_key(order_id: OrderId) -> (SagaId, i64) {
    (order_id.into(), i64::from(Step::ApplyCoupon.code()))
}

fn keep(rows: &mut Rows, decision: &Decision<Reply>, used: Use, at: &Moment) {
    let Some(Fact::CouponRestored(restored)) = fact(decision) else {
        return;
    };
    let freed = restored.coupon.as_ref();
    if let Some(freed) = freed
        && let Some(held) = rows
            .user_coupon
            .get_mut(&(used.user_id, freed.user_coupon_id))
    {
        held.state = State::Used;
        held.order_id = Some(used.order_id);
        held.used_at = Some(at.now);
    }
}

fn revive(rows: &mut Rows, used: Use) {
    if let Some(user_coupon_id) = used.user_coupon_id
        && let Some(held) = rows.user_coupon.get_mut(&(used.user_id, user_coupon_id))
        && held.state == State::Expired
    {
        held.state = State::Available;
    }
}

fn issue_past_cap(
    rows: &mut Rows,
    command: &IssueCoupon,
    decision: Decision<Reply>,
    at: &Moment,
) -> Decision<Reply> {
    if !matches!(decision.reply, Some(Reply::Refused(Refusal::SoldOut))) {
        return decision;
    }
    let widen = |rows: &mut Rows, by: i64| {
        if let Some(coupon) = rows.coupon.get_mut(&command.coupon_id) {
            coupon.total_quantity += by;
        }
    };
    widen(rows, 1);
    let issued = Promotion::decide(rows, &Input::IssueCoupon(command.clone()), at);
    widen(rows, -1);
    issued
}
