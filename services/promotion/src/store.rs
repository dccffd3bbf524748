//! What Promotion remembers: row shapes, the rows of one batch, and which rows an input needs.
//! No SQL: it is made from the shapes.

use contracts::http::promotion::{
    CouponChange, CouponStatus, CouponTerms, Discount, ScopeView, Validity,
};
use contracts::ids::{CouponId, OrderId, UserCouponId, UserId};
use contracts::money::Money;
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::{Fence, Idempotency, Json, Table, coded, row, rows};
use runtime::{fence, idempotency};

use crate::domain::discount::Offer;
use crate::domain::held::Held;
use crate::domain::refusal::Refusal;
use crate::input::Input;

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

coded! {
    /// How `Coupon::value` is read: as won or as percent.
    pub enum Kind {
        Fixed = 1,
        Rate = 2,
    }
}

coded! {
    /// Disabling ends the issue only.
    pub enum Status {
        Active = 1,
        Disabled = 2,
    }
}

row! {
    /// A coupon as the shop offers it. Kept are those in use: every order that has one asks for its
    /// terms.
    pub struct Coupon in "coupon" keeps 256 {
        key { pub coupon_id: CouponId }
        pub name: String,
        pub discount: Kind,
        pub value: i64,
        pub max_discount: Option<Money>,
        pub min_order_amount: Money,
        pub scope: Json<ScopeView>,
        pub total_quantity: i64,
        /// How many were issued, and the last sequence number given out.
        pub issued: i64,
        pub issue_from: Timestamp,
        pub issue_to: Timestamp,
        pub valid_from: Option<Timestamp>,
        /// Either this or `valid_days`.
        pub valid_to: Option<Timestamp>,
        pub valid_days: Option<i64>,
        pub status: Status,
        pub version: i64,
        pub created_at: Timestamp,
        /// This and the next two: as it was created, where it was changed since.
        pub created_name: Option<String>,
        pub created_total: Option<i64>,
        pub created_issue_to: Option<Timestamp>,
    }
}

row! {
    /// That a user was issued a coupon, and as which one in the row of all.
    pub struct CouponIssue in "coupon_issue" {
        key { pub coupon_id: CouponId, pub user_id: UserId }
        pub user_coupon_id: UserCouponId,
        pub sequence_no: i64,
        pub at: Timestamp,
    }
}

coded! {
    /// A coupon past its last day stays `Available` until somebody looks; see `Held::shown`.
    pub enum State {
        Available = 1,
        Used = 2,
        Expired = 3,
    }
}

row! {
    /// A coupon in a user's hands. While an order uses it the row is also that order's fence.
    pub struct UserCoupon in "user_coupon" {
        key { pub user_id: UserId, pub user_coupon_id: UserCouponId }
        pub coupon_id: CouponId,
        pub state: State,
        pub order_id: Option<OrderId>,
        pub valid_from: Option<Timestamp>,
        pub valid_to: Timestamp,
        pub issued_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub version: i64,
    }
}

row! {
    /// A member who left.
    pub struct ClosedUser in "closed_user" {
        key { pub user_id: UserId }
        pub at: Timestamp,
    }
}

rows! {
    /// Promotion's tables in lock order.
    pub struct Rows {
        pub idempotency: Table<Idempotency>,
        pub closed_user: Table<ClosedUser>,
        pub fence: Table<Fence>,
        pub coupon: Table<Coupon>,
        pub coupon_issue: Table<CouponIssue>,
        pub user_coupon: Table<UserCoupon>,
    }
}

/// Names the rows that `decide` needs for an input.
pub fn ask(rows: &mut Rows, input: &Input) {
    match input {
        Input::ApplyCoupon(order) => {
            fence::ask(&mut rows.fence, order.order_id.into(), Step::ApplyCoupon);
            if let Some(user_coupon_id) = order.user_coupon_id {
                let key = (order.user_id, user_coupon_id);
                rows.user_coupon.ask(key);
                // The terms are needed once the user's coupon says which coupon it is.
                if let Some(held) = rows.user_coupon.peek(&key) {
                    rows.coupon.ask(held.coupon_id);
                }
            }
        }
        Input::RestoreCoupon(undo) => {
            fence::ask(
                &mut rows.fence,
                undo.used.order_id.into(),
                Step::ApplyCoupon,
            );
            ask_held(rows, undo.used.user_id, undo.used.user_coupon_id);
        }
        Input::ReturnCoupon(refund) => {
            fence::ask(&mut rows.fence, refund.refund_id.into(), Step::ReturnCoupon);
            fence::ask(
                &mut rows.fence,
                refund.used.order_id.into(),
                Step::ApplyCoupon,
            );
            ask_held(rows, refund.used.user_id, refund.used.user_coupon_id);
        }
        Input::CloseUser(closed) => rows.closed_user.ask(closed.user_id),
        Input::CreateCoupon(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            // Under a key used before, the answer is rebuilt from what it made.
            if let Some(used) = rows.idempotency.peek(&command.key.scope) {
                rows.coupon.ask(CouponId::new(used.reference));
            }
        }
        Input::UpdateCoupon(command) => rows.coupon.ask(command.coupon_id),
        Input::IssueCoupon(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            rows.closed_user.ask(command.user_id);
            rows.coupon.ask(command.coupon_id);
            rows.coupon_issue.ask((command.coupon_id, command.user_id));
            if let Some(used) = rows.idempotency.peek(&command.key.scope) {
                let made = UserCouponId::new(used.reference);
                rows.user_coupon.ask((command.user_id, made));
            }
        }
    }
}

fn ask_held(rows: &mut Rows, user_id: UserId, user_coupon_id: Option<UserCouponId>) {
    if let Some(user_coupon_id) = user_coupon_id {
        rows.user_coupon.ask((user_id, user_coupon_id));
    }
}

impl Coupon {
    /// A new offer, of which nothing is issued yet.
    pub fn new(coupon_id: CouponId, terms: &CouponTerms, now: Timestamp) -> Self {
        let (discount, value, max_discount) = match terms.discount {
            Discount::Fixed(amount) => (Kind::Fixed, amount.won(), None),
            Discount::Rate { percent, max } => (Kind::Rate, percent, max),
        };
        let (valid_from, valid_to, valid_days) = match terms.validity {
            Validity::Between { from, to } => (from, Some(to), None),
            Validity::Days(days) => (None, None, Some(i64::from(days))),
        };
        Self {
            coupon_id,
            name: terms.name.clone(),
            discount,
            value,
            max_discount,
            min_order_amount: terms.min_order_amount,
            scope: Json(terms.scope.clone()),
            total_quantity: terms.total_quantity,
            issued: 0,
            issue_from: terms.issue_from,
            issue_to: terms.issue_to,
            valid_from,
            valid_to,
            valid_days,
            status: Status::Active,
            version: 1,
            created_at: now,
            created_name: None,
            created_total: None,
            created_issue_to: None,
        }
    }

    /// The row as `new` made it, so that a replay can show the first answer.
    pub fn as_created(&self) -> Self {
        let name = self.created_name.as_ref().unwrap_or(&self.name);
        Self {
            name: name.clone(),
            total_quantity: self.created_total.unwrap_or(self.total_quantity),
            issued: 0,
            issue_to: self.created_issue_to.unwrap_or(self.issue_to),
            status: Status::Active,
            version: 1,
            created_name: None,
            created_total: None,
            created_issue_to: None,
            ..self.clone()
        }
    }

    /// The offer with a change that it allows; the same again is no change.
    pub fn changed(&self, change: &CouponChange) -> Result<Self, Refusal> {
        let total_quantity = change.total_quantity.unwrap_or(self.total_quantity);
        if total_quantity < self.issued {
            let issued = self.issued;
            return Err(Refusal::FewerThanIssued { issued });
        }
        let issue_to = change.issue_to.unwrap_or(self.issue_to);
        if issue_to < self.issue_from {
            return Err(Refusal::IssueEndsTooEarly);
        }
        if self.valid_to.is_some_and(|valid_to| valid_to < issue_to) {
            return Err(Refusal::IssueEndsTooLate);
        }
        let name = change.name.as_ref().unwrap_or(&self.name);
        let status = change.status.map(|status| match status {
            CouponStatus::Active => Status::Active,
            CouponStatus::Disabled => Status::Disabled,
        });
        let first = self.as_created();
        let after = Self {
            name: name.clone(),
            total_quantity,
            issue_to,
            status: status.unwrap_or(self.status),
            created_name: (*name != first.name).then_some(first.name),
            created_total: (total_quantity != first.total_quantity).then_some(first.total_quantity),
            created_issue_to: (issue_to != first.issue_to).then_some(first.issue_to),
            ..self.clone()
        };
        let version = self.version + i64::from(after != *self);
        Ok(Self { version, ..after })
    }

    pub fn offer(&self) -> Offer<'_> {
        let discount = match self.discount {
            Kind::Fixed => Discount::Fixed(Money::new(self.value)),
            Kind::Rate => Discount::Rate {
                percent: self.value,
                max: self.max_discount,
            },
        };
        Offer {
            discount,
            min_order_amount: self.min_order_amount,
            scope: &self.scope.0,
        }
    }

    /// Until when a coupon issued now is good.
    pub fn good_until(&self, now: Timestamp) -> Timestamp {
        let days = self.valid_days.unwrap_or(0).saturating_mul(DAY_MICROS);
        let from_now = Timestamp::from_micros(now.micros().saturating_add(days));
        self.valid_to.unwrap_or(from_now)
    }
}

impl UserCoupon {
    pub fn held(&self) -> Held {
        match (self.state, self.order_id) {
            (State::Used, Some(order)) => Held::UsedBy(order),
            (State::Available, _) => Held::Available,
            // The table's check lets no used coupon be without its order; as expired it would
            // give nothing away.
            (State::Expired, _) | (State::Used, None) => Held::Expired,
        }
    }

    /// Goes over to another state, as the next version of the row.
    pub fn become_held(&mut self, held: Held, now: Timestamp) {
        let (state, order_id) = match held {
            Held::Available => (State::Available, None),
            Held::UsedBy(order) => (State::Used, Some(order)),
            Held::Expired => (State::Expired, None),
        };
        self.state = state;
        self.used_at = order_id.map(|_| now);
        self.order_id = order_id;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
