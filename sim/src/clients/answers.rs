//! What clients are answered, and what they complain about at once: a repeat answered otherwise,
//! another body answered at all, somebody else's order cancelled or given back.

use order::input::Requester;

use super::{Clients, OTHER_BODY, Wish};
use crate::shop::Shop;

/// What a client was told of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stands, under this id.
    Accepted(i64),
    /// Nothing of it stands. Asked again, it is decided anew.
    Refused,
}

/// Something a client must never see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub invariant: &'static str,
    pub witness: String,
}

/// What one reply says of its command.
enum Said {
    Accepted {
        id: i64,
        replayed: bool,
    },
    Refused {
        key_reused: bool,
    },
    /// The reply was lost.
    Nothing,
}

impl Clients {
    /// Takes what the services answered.
    pub fn collect(&mut self, shop: &mut Shop) {
        for (ticket, reply) in std::mem::take(&mut shop.order.answers) {
            self.hear(ticket, reply.map_or(Said::Nothing, of_order));
        }
        for (ticket, reply) in std::mem::take(&mut shop.payment.answers) {
            self.hear(ticket, reply.map_or(Said::Nothing, of_payment));
        }
        for (ticket, reply) in std::mem::take(&mut shop.promotion.answers) {
            self.hear(ticket, reply.map_or(Said::Nothing, of_promotion));
        }
        for (ticket, reply) in std::mem::take(&mut shop.product.answers) {
            let said = Self::of_product(ticket, reply);
            self.hear(ticket, said);
        }
        for (ticket, reply) in std::mem::take(&mut shop.user.answers) {
            self.hear(ticket, reply.map_or(Said::Nothing, of_user));
        }
    }

    fn of_product(ticket: usize, reply: Option<product::decide::Reply>) -> Said {
        use product::decide::Reply;
        use product::domain::refusal::Refusal;
        let index = ticket & !OTHER_BODY;
        match reply {
            None => Said::Nothing,
            Some(Reply::Created {
                product, replayed, ..
            }) => Said::Accepted {
                id: product.product_id.get(),
                replayed,
            },
            // Its answer does not say which: the wish's own number stands for it.
            Some(Reply::Adjusted { replayed, .. }) => Said::Accepted {
                id: i64::try_from(index).expect("a schedule has few wishes"),
                replayed,
            },
            Some(Reply::Updated { .. }) => Said::Accepted {
                id: i64::try_from(index).expect("a schedule has few wishes"),
                replayed: true,
            },
            Some(Reply::Refused(refusal)) => Said::Refused {
                key_reused: matches!(refusal, Refusal::KeyReused),
            },
        }
    }

    fn hear(&mut self, ticket: usize, said: Said) {
        let (index, other) = (ticket & !OTHER_BODY, ticket & OTHER_BODY != 0);
        if other {
            return self.hear_other(index, &said);
        }
        let asked = &mut self.asked[index];
        asked.waiting = false;
        match said {
            Said::Nothing => {}
            Said::Refused { .. } => match asked.answer {
                Some(Answer::Accepted(id)) if !may_be_refused_later(&asked.wish) => {
                    let witness =
                        format!("wish {index}, accepted as {id}, was refused when asked again");
                    self.complain("I11", witness);
                }
                Some(Answer::Accepted(_)) => {}
                Some(Answer::Refused) | None => asked.answer = Some(Answer::Refused),
            },
            Said::Accepted { id, replayed } => {
                let before = asked.answer.replace(Answer::Accepted(id));
                match before {
                    Some(Answer::Accepted(first)) if first != id => {
                        let witness = format!("wish {index} was answered {first} and then {id}");
                        self.complain("I11", witness);
                    }
                    Some(Answer::Accepted(_)) if !replayed => {
                        let witness = format!("wish {index} was carried out again as {id}");
                        self.complain("I11", witness);
                    }
                    Some(_) | None => {}
                }
                self.mind_the_owner(index);
            }
        }
    }

    /// The key was answered, and this was another request.
    fn hear_other(&mut self, index: usize, said: &Said) {
        match said {
            Said::Nothing | Said::Refused { key_reused: true } => {}
            Said::Refused { key_reused: false } | Said::Accepted { .. } => {
                let witness = format!(
                    "wish {index}: its key was used for another request, and that was answered"
                );
                self.complain("I11", witness);
            }
        }
    }

    fn mind_the_owner(&mut self, index: usize) {
        let (Wish::Cancel { wish, by } | Wish::Refund { wish, by, .. }) = self.asked[index].wish
        else {
            return;
        };
        if let Requester::Customer(by) = by
            && let Wish::Place { user, .. } = self.asked[wish].wish
            && user != by
        {
            let witness = format!("wish {index}: {by} ended or gave back an order of {user}");
            self.complain("I21", witness);
        }
    }

    fn complain(&mut self, invariant: &'static str, witness: String) {
        self.complaints.push(Complaint { invariant, witness });
    }
}

/// A cancellation remembers its key only when it changed something, and the user's state is not
/// keyed at all.
pub(super) fn may_be_refused_later(wish: &Wish) -> bool {
    match wish {
        Wish::Cancel { .. } | Wish::Deactivate { .. } | Wish::Change { .. } => true,
        Wish::Place { .. }
        | Wish::Refund { .. }
        | Wish::Charge { .. }
        | Wish::Issue { .. }
        | Wish::Adjust { .. } => false,
    }
}

fn of_order(reply: order::decide::Reply) -> Said {
    use order::decide::Reply;
    match reply {
        Reply::Placed { order_id, replayed } => Said::Accepted {
            id: order_id.get(),
            replayed,
        },
        // Asked again under another key it is shown again; so both count as a replay.
        Reply::Cancelled { order, .. } => Said::Accepted {
            id: order.order_id.get(),
            replayed: true,
        },
        Reply::RefundAccepted {
            refund_id,
            replayed,
            ..
        } => Said::Accepted {
            id: refund_id.get(),
            replayed,
        },
        // Nobody here resolves a saga.
        Reply::Resolved(_) => Said::Nothing,
        Reply::Refused(refusal) => Said::Refused {
            key_reused: refusal == order::domain::Refusal::IdempotencyKeyReused,
        },
    }
}

fn of_payment(reply: payment::decide::Reply) -> Said {
    use payment::decide::Reply;
    match reply {
        Reply::Charged(charged) => Said::Accepted {
            id: charged.transaction_id.saga.get(),
            replayed: charged.replayed,
        },
        Reply::Refused(refusal) => Said::Refused {
            key_reused: refusal == payment::domain::Refusal::IdempotencyKeyReused,
        },
    }
}

fn of_promotion(reply: promotion::decide::Reply) -> Said {
    use promotion::decide::Reply;
    match reply {
        Reply::Created { coupon, replayed } => Said::Accepted {
            id: coupon.coupon_id.get(),
            replayed,
        },
        Reply::Changed(coupon) => Said::Accepted {
            id: coupon.coupon_id.get(),
            replayed: true,
        },
        Reply::Issued { issued, replayed } => Said::Accepted {
            id: issued.user_coupon_id.get(),
            replayed,
        },
        Reply::Refused(refusal) => Said::Refused {
            key_reused: refusal == promotion::domain::refusal::Refusal::KeyReused,
        },
    }
}

fn of_user(reply: user::decide::Reply) -> Said {
    use user::decide::Reply;
    match reply {
        Reply::Account(account) => Said::Accepted {
            id: account.user_id.get(),
            replayed: true,
        },
        // Nobody logs in here.
        Reply::Refreshed { .. } | Reply::LoggedOut => Said::Nothing,
        Reply::Refused(_) => Said::Refused { key_reused: false },
    }
}
