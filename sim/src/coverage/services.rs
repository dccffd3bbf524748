//! What comes to each service, and what it stands on: the words of the cells.

use contracts::ids::SagaId;
use contracts::saga::Step;
use db::{Fence, Standing, Table};
use order::store::Status;

use super::{Seen, fence, known};

fn remembered(table: &Table<Fence>, saga: SagaId, step: Step) -> Option<Standing> {
    let row = table.peek(&(saga, i64::from(step.code())));
    row.map(|fence| fence.state)
}

impl Seen for user::User {
    fn came(input: &Self::Input) -> &'static str {
        use user::input::Input;
        match input {
            Input::Register(_) => "Register",
            Input::UpdateProfile(_) => "UpdateProfile",
            Input::Deactivate(_) => "Deactivate",
            Input::Administer(_) => "Administer",
            Input::LogIn(_) => "LogIn",
            Input::Refresh(_) => "Refresh",
            Input::LogOut(_) => "LogOut",
        }
    }

    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str {
        use user::input::Input;
        use user::store::Status;
        let user_id = match input {
            Input::Register(command) => command.id,
            Input::UpdateProfile(command) => command.user_id,
            Input::Deactivate(command) => command.user_id,
            Input::Administer(command) => command.user_id,
            Input::LogIn(command) => command.user_id,
            Input::Refresh(_) | Input::LogOut(_) => return "-",
        };
        match rows.user.peek(&user_id).map(|user| user.status) {
            None => "NONE",
            Some(Status::Active) => "ACTIVE",
            Some(Status::Deactivated) => "DEACTIVATED",
        }
    }
}

impl Seen for product::Product {
    fn came(input: &Self::Input) -> &'static str {
        use product::input::Input;
        match input {
            Input::DeductStock(_) => "DeductStock",
            Input::RestoreStock(_) => "RestoreStock",
            Input::ReturnStock(_) => "ReturnStock",
            Input::Rank(_) => "Rank",
            Input::CreateProduct(_) => "CreateProduct",
            Input::AdjustStock(_) => "AdjustStock",
            Input::UpdateProduct(_) => "UpdateProduct",
            Input::IndexName(_) => "IndexName",
            Input::FoldRanking => "FoldRanking",
        }
    }

    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str {
        use product::input::Input;
        use product::store::Direction;
        let moved = |saga: SagaId, direction: Direction| {
            let mut ledger = rows.ledger.peek_under(saga);
            ledger.any(|entry| entry.direction == direction)
        };
        let deducted = |saga: SagaId| {
            if moved(saga, Direction::Restore) {
                Some(Standing::Undone)
            } else if moved(saga, Direction::Deduct) {
                Some(Standing::Applied)
            } else {
                remembered(&rows.fence, saga, Step::DeductStock)
            }
        };
        match input {
            Input::DeductStock(order) => fence(deducted(order.order_id.into())),
            Input::RestoreStock(order_id) => fence(deducted((*order_id).into())),
            Input::ReturnStock(refund) => known(moved(refund.refund_id.into(), Direction::Return)),
            Input::Rank(sales) => fence(remembered(&rows.fence, sales.saga, Step::Rank)),
            Input::CreateProduct(command) => {
                known(rows.idempotency.peek(&command.key.scope).is_some())
            }
            Input::AdjustStock(command) => {
                known(rows.idempotency.peek(&command.key.scope).is_some())
            }
            Input::UpdateProduct(command) => {
                known(rows.product.peek_under(command.product_id).next().is_some())
            }
            Input::IndexName(_) | Input::FoldRanking => "-",
        }
    }
}

impl Seen for promotion::Promotion {
    fn came(input: &Self::Input) -> &'static str {
        use promotion::input::Input;
        match input {
            Input::ApplyCoupon(_) => "ApplyCoupon",
            Input::RestoreCoupon(_) => "RestoreCoupon",
            Input::ReturnCoupon(_) => "ReturnCoupon",
            Input::CloseUser(_) => "CloseUser",
            Input::CreateCoupon(_) => "CreateCoupon",
            Input::IssueCoupon(_) => "IssueCoupon",
            Input::UpdateCoupon(_) => "UpdateCoupon",
        }
    }

    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str {
        use promotion::input::{Input, Use};
        let applied = |used: Use| {
            let key = used.user_coupon_id.map(|id| (used.user_id, id));
            let held = key.and_then(|key| rows.user_coupon.peek(&key));
            match held.is_some_and(|held| held.order_id == Some(used.order_id)) {
                true => Some(Standing::Applied),
                false => remembered(&rows.fence, used.order_id.into(), Step::ApplyCoupon),
            }
        };
        match input {
            Input::ApplyCoupon(order) => fence(applied(Use {
                order_id: order.order_id,
                user_id: order.user_id,
                user_coupon_id: order.user_coupon_id,
            })),
            Input::RestoreCoupon(undo) => fence(applied(undo.used)),
            Input::ReturnCoupon(refund) => {
                let (saga, step) = (refund.refund_id.into(), Step::ReturnCoupon);
                fence(remembered(&rows.fence, saga, step))
            }
            Input::CloseUser(closed) => known(rows.closed_user.peek(&closed.user_id).is_some()),
            Input::CreateCoupon(command) => {
                known(rows.idempotency.peek(&command.key.scope).is_some())
            }
            Input::IssueCoupon(command) => {
                known(rows.idempotency.peek(&command.key.scope).is_some())
            }
            Input::UpdateCoupon(_) => "-",
        }
    }
}

impl Seen for payment::Payment {
    fn came(input: &Self::Input) -> &'static str {
        use payment::input::Input;
        match input {
            Input::Pay(_) => "Pay",
            Input::RefundPayment(_) => "RefundPayment",
            Input::ReturnPoints(_) => "ReturnPoints",
            Input::CloseUser(_) => "CloseUser",
            Input::Charge(_) => "Charge",
        }
    }

    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str {
        use payment::input::Input;
        use payment::store::Direction;
        let moved = |saga: SagaId, direction| rows.ledger.peek(&(saga, direction)).is_some();
        let paid = |saga: SagaId| {
            if moved(saga, Direction::Refund) {
                Some(Standing::Undone)
            } else if moved(saga, Direction::Use) {
                Some(Standing::Applied)
            } else {
                remembered(&rows.fence, saga, Step::PayPoints)
            }
        };
        match input {
            Input::Pay(order) => fence(paid(order.order_id.into())),
            Input::RefundPayment(undo) => fence(paid(undo.order_id.into())),
            Input::ReturnPoints(refund) => {
                let saga = refund.refund_id.into();
                known(moved(saga, Direction::Refund))
            }
            Input::CloseUser(closed) => known(rows.closed_user.peek(&closed.user_id).is_some()),
            Input::Charge(command) => known(rows.idempotency.peek(&command.key.scope).is_some()),
        }
    }
}

impl Seen for order::Order {
    fn came(input: &Self::Input) -> &'static str {
        use order::input::Input;
        match input {
            Input::PlaceOrder(_) => "PlaceOrder",
            Input::Cancel(_) => "Cancel",
            Input::Refund(_) => "Refund",
            Input::Resolve(_) => "Resolve",
            Input::Expire(_) => "Expire",
            Input::Heard(heard) => heard.kind.name(),
            Input::CloseUser(_) => "CloseUser",
        }
    }

    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str {
        use order::input::Input;
        let order_id = match input {
            Input::PlaceOrder(command) => {
                return known(rows.idempotency.peek(&command.key.scope).is_some());
            }
            Input::CloseUser(closed) => {
                return known(rows.closed_user.peek(&closed.user_id).is_some());
            }
            Input::Cancel(command) => command.order_id,
            Input::Refund(command) => command.order_id,
            Input::Resolve(command) => command.order_id,
            Input::Expire(order_id) => *order_id,
            Input::Heard(heard) => heard.order_id,
        };
        let Some(order) = rows.orders.peek(&order_id) else {
            return "NONE";
        };
        match (order.status, order.compensated_at, order.refunded_price) {
            (Status::Pending, ..) => "PENDING",
            (Status::Completed, _, None) => "COMPLETED",
            (Status::Completed, _, Some(_)) => "REFUNDED",
            (Status::Cancelled, None, _) => "CANCELLED",
            (Status::Cancelled, Some(_), _) => "COMPENSATED",
        }
    }
}
