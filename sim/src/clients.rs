//! The clients: what they ask for, under which key, what they were answered, and so what must
//! have become of it. A client that learns nothing asks again under the same key.

use std::time::Duration;

use contracts::events::order::OrderLine;
use contracts::ids::{CouponId, OrderId, ProductId, UserCouponId, UserId};
use contracts::money::Money;
use contracts::time::Timestamp;
use order::input::Requester;
use runtime::idempotency::KeyUse;

use crate::rng::Rng;
use crate::shop::Shop;

mod answers;
mod sending;

use answers::may_be_refused_later;
pub use answers::{Answer, Complaint};
use sending::Sending;

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
        by: Requester,
    },
    /// Of the order that this wish asked for: pieces by line, or all that is left.
    Refund {
        wish: usize,
        by: Requester,
        lines: Option<Vec<(u16, u32)>>,
        /// Whether the client asks before the order has ended.
        hasty: bool,
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
    /// Of what is sold, by the shop's staff.
    Change {
        product: ProductId,
        price: Option<Money>,
        discontinued: Option<bool>,
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

/// How a wish is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// With another body than before, where that must be refused.
    pub other: bool,
    /// To an instance that was taken over from, where one runs.
    pub late: bool,
}

impl Way {
    pub const PLAIN: Self = Self {
        other: false,
        late: false,
    };
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

    /// Sends a wish, for the first time or once more. False when it cannot be sent now.
    pub fn send(&mut self, shop: &mut Shop, index: usize, way: Way, now: Timestamp) -> bool {
        let Way { other, late } = way;
        let accepted = matches!(self.asked[index].answer, Some(Answer::Accepted(_)));
        let keyed = !may_be_refused_later(&self.asked[index].wish);
        let other = other && accepted && keyed;
        let ticket = if other { index | OTHER_BODY } else { index };
        let key = KeyUse {
            scope: format!("wish {index}"),
            fingerprint: vec![1 + u8::from(other)],
        };
        let order = match self.asked[index].wish {
            Wish::Cancel { wish, .. } => match self.asked[wish].answer {
                Some(Answer::Accepted(order)) => Some(OrderId::new(order)),
                Some(Answer::Refused) | None => return false,
            },
            Wish::Refund { wish, hasty, .. } => match self.asked[wish].answer {
                Some(Answer::Accepted(order)) if hasty || shop.is_completed(order) => {
                    Some(OrderId::new(order))
                }
                Some(Answer::Accepted(_) | Answer::Refused) | None => return false,
            },
            Wish::Place { .. }
            | Wish::Charge { .. }
            | Wish::Issue { .. }
            | Wish::Adjust { .. }
            | Wish::Deactivate { .. }
            | Wish::Change { .. } => None,
        };
        let sending = Sending {
            ticket,
            key,
            order,
            now,
        };
        let late_before = shop.late_commands();
        shop.face_deposed(late);
        let offered = sending.send(shop, self.asked[index].wish.clone());
        shop.face_deposed(false);
        let reached_late = shop.late_commands() > late_before;
        let Some(offered) = offered else {
            return false;
        };
        if !other {
            let asked = &mut self.asked[index];
            asked.waiting = true;
            // A refusal binds nobody: what becomes of this try is not known yet.
            asked.answer = asked.answer.filter(|answer| *answer != Answer::Refused);
            // Nothing stands under an id that came from an instance which may not write; the one
            // that may can make the same one.
            if !reached_late {
                self.offer(index, offered);
            }
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

    /// A backup is restored that was taken when the wishes were at `then`. What was answered
    /// before it must stand; what was answered after it may be lost, and is asked for again.
    pub fn void_after(&mut self, then: &[Asked]) {
        for (asked, then) in self.asked.iter_mut().zip(then) {
            asked.offered.clone_from(&then.offered);
            if asked.answer != then.answer {
                asked.answer = None;
            }
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

/// One of those that match, or none.
pub fn any(rng: &mut Rng, from: impl Iterator<Item = usize>) -> Option<usize> {
    let all: Vec<usize> = from.collect();
    (!all.is_empty()).then(|| rng.pick(&all))
}
