//! The clients: what they ask for, under which key, what they were answered, and so what must
//! have become of it. A client that learns nothing asks again under the same key.

use std::time::Duration;

use contracts::envelope::{Actor, ServiceName};
use contracts::events::order::OrderLine;
use contracts::ids::{CouponId, OrderId, ProductId, UserCouponId, UserId};
use contracts::money::Money;
use contracts::time::Timestamp;
use order::input::Canceller;
use runtime::idempotency::KeyUse;

use crate::rng::Rng;
use crate::shop::Shop;

mod answers;

use answers::may_be_refused_later;
pub use answers::{Answer, Complaint};

/// What a client wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Place {
        user: UserId,
        lines: Vec<OrderLine>,
        coupon: Option<UserCouponId>,
        deadline: Duration,
    },
    /// Of the order that this wish asked for.
    Cancel {
        wish: usize,
        by: Canceller,
    },
    Charge {
        user: UserId,
        amount: Money,
    },
    Issue {
        user: UserId,
        coupon: CouponId,
    },
    Adjust {
        product: ProductId,
        delta: i64,
    },
    Deactivate {
        user: UserId,
    },
}

/// One wish and its story.
#[derive(Clone, Debug)]
pub struct Asked {
    pub wish: Wish,
    /// Ids offered with each try: at most one of them may stand in the end.
    pub offered: Vec<i64>,
    pub answer: Option<Answer>,
    /// Whether the last try is on its way.
    pub waiting: bool,
}

#[derive(Debug, Default)]
pub struct Clients {
    pub asked: Vec<Asked>,
    pub complaints: Vec<Complaint>,
}

/// A ticket says whose answer it is, and whether the body was another one than the key's.
const OTHER_BODY: usize = 1 << 32;

impl Clients {
    pub fn new(wishes: Vec<Wish>) -> Self {
        let asked = wishes.into_iter().map(|wish| Asked {
            wish,
            offered: Vec::new(),
            answer: None,
            waiting: false,
        });
        Self {
            asked: asked.collect(),
            complaints: Vec::new(),
        }
    }

    /// Sends a wish, for the first time or once more; with another body when that must be
    /// refused. False when it cannot be sent now.
    pub fn send(&mut self, shop: &mut Shop, index: usize, other: bool, now: Timestamp) -> bool {
        let accepted = matches!(self.asked[index].answer, Some(Answer::Accepted(_)));
        let keyed = !may_be_refused_later(&self.asked[index].wish);
        let other = other && accepted && keyed;
        let ticket = if other { index | OTHER_BODY } else { index };
        let key = KeyUse {
            scope: format!("wish {index}"),
            fingerprint: vec![1 + u8::from(other)],
        };
        let offered = match self.asked[index].wish.clone() {
            Wish::Place {
                user,
                lines,
                coupon,
                deadline,
            } => {
                let Some(order_id) = shop.order.next_id(now) else {
                    return false;
                };
                let command = order::input::PlaceOrder {
                    order_id,
                    user_id: user,
                    lines,
                    user_coupon_id: coupon,
                    key,
                    deadline,
                };
                let input = order::input::Input::PlaceOrder(command);
                shop.order.send(ticket, Actor::User(user), input);
                order_id.get()
            }
            Wish::Cancel { wish, by } => {
                let Some(Answer::Accepted(order)) = self.asked[wish].answer else {
                    return false;
                };
                let order_id = OrderId::new(order);
                let actor = match by {
                    Canceller::Customer(user) => Actor::User(user),
                    Canceller::Operator => Actor::Operator(UserId::new(1)),
                };
                let input = order::input::Input::Cancel(order::input::Cancel { order_id, by, key });
                if !shop.order.send(ticket, actor, input) {
                    return false;
                }
                order
            }
            Wish::Charge { user, amount } => {
                let Some(id) = shop.payment.next_id(now) else {
                    return false;
                };
                let command = payment::input::Charge {
                    id,
                    user_id: user,
                    amount,
                    key,
                };
                let input = payment::input::Input::Charge(command);
                shop.payment.send(ticket, Actor::User(user), input);
                id.get()
            }
            Wish::Issue { user, coupon } => {
                let Some(id) = shop.promotion.next_id(now) else {
                    return false;
                };
                let command = promotion::input::IssueCoupon {
                    user_coupon_id: id,
                    coupon_id: coupon,
                    user_id: user,
                    key,
                };
                let input = promotion::input::Input::IssueCoupon(command);
                shop.promotion.send(ticket, Actor::User(user), input);
                id.get()
            }
            Wish::Adjust { product, delta } => {
                let Some(id) = shop.product.next_id(now) else {
                    return false;
                };
                let command = product::input::AdjustStock {
                    id,
                    product_id: product,
                    delta,
                    reason: "count".to_owned(),
                    key,
                };
                let input = product::input::Input::AdjustStock(command);
                shop.product
                    .send(ticket, Actor::Operator(UserId::new(1)), input);
                id.get()
            }
            Wish::Deactivate { user } => {
                let command = user::input::Deactivate { user_id: user };
                let input = user::input::Input::Deactivate(command);
                if other || !shop.user.send(ticket, Actor::User(user), input) {
                    return false;
                }
                user.get()
            }
        };
        self.asked[index].waiting |= !other;
        if !other {
            self.offer(index, offered);
        }
        true
    }

    /// An id that a crash took before any commit may be made again: then it was never the first
    /// wish's.
    fn offer(&mut self, index: usize, id: i64) {
        if !may_be_refused_later(&self.asked[index].wish) {
            let named = |asked: &&mut Asked| !may_be_refused_later(&asked.wish);
            for asked in self.asked.iter_mut().filter(named) {
                asked.offered.retain(|offered| *offered != id);
            }
        }
        let offered = &mut self.asked[index].offered;
        if !offered.contains(&id) {
            offered.push(id);
        }
    }

    /// Wishes that nobody has sent, or whose outcome is not known.
    pub fn open(&self) -> impl Iterator<Item = usize> + '_ {
        let open = |asked: &Asked| asked.answer.is_none() && !asked.waiting;
        let all = self.asked.iter().enumerate();
        all.filter(move |(_, asked)| open(asked))
            .map(|(index, _)| index)
    }

    /// Wishes that were answered: they may be asked for once more.
    pub fn answered(&self) -> impl Iterator<Item = usize> + '_ {
        let all = self.asked.iter().enumerate();
        let settled = |asked: &Asked| asked.answer.is_some() && !asked.waiting;
        all.filter(move |(_, asked)| settled(asked))
            .map(|(index, _)| index)
    }
}

/// Which service a wish goes to.
pub fn asked_of(wish: &Wish) -> ServiceName {
    match wish {
        Wish::Place { .. } | Wish::Cancel { .. } => ServiceName::Order,
        Wish::Charge { .. } => ServiceName::Payment,
        Wish::Issue { .. } => ServiceName::Promotion,
        Wish::Adjust { .. } => ServiceName::Product,
        Wish::Deactivate { .. } => ServiceName::User,
    }
}

/// One of those that match, or none.
pub fn any(rng: &mut Rng, from: impl Iterator<Item = usize>) -> Option<usize> {
    let all: Vec<usize> = from.collect();
    (!all.is_empty()).then(|| rng.pick(&all))
}
