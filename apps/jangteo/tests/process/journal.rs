//! What a crowd of clients asked for and was answered, kept by the clients.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinSet;

use super::load::Crowd;
use crate::caller::{Answer, Caller, Request};

/// A shop that was just started may be busy with what it finds.
const LONGEST_BUSY: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

#[derive(Clone, Debug)]
pub enum What {
    Place {
        coupon: Option<String>,
    },
    Charge {
        amount: i64,
    },
    Cancel {
        order: String,
    },
    Adjust {
        product: String,
        delta: i64,
    },
    Issue {
        coupon: String,
    },
    /// The whole of what is left, or a piece of the first line.
    Refund {
        order: String,
    },
}

/// One thing asked for under one key.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose it is, as the crowd counts them.
    pub who: usize,
    pub what: What,
    pub request: Request,
    /// None while the outcome is unknown.
    pub answer: Option<Answer>,
    /// The order it made, once that is known.
    pub order: Option<String>,
}

#[derive(Default)]
pub struct Journal {
    pub asked: Vec<Asked>,
}

impl Journal {
    pub fn append(&mut self, other: Journal) {
        self.asked.extend(other.asked);
    }

    pub fn unknown(&self) -> usize {
        self.asked
            .iter()
            .filter(|asked| asked.answer.is_none())
            .count()
    }

    /// Asks for everything once more under its key: what was answered is answered the same, and
    /// what was not is answered now, for good.
    pub async fn resolve(self, crowd: &Crowd) -> Journal {
        let mut clients = JoinSet::new();
        for (who, caller) in crowd.callers().enumerate() {
            let own: Vec<_> = self
                .asked
                .iter()
                .filter(|asked| asked.who == who)
                .cloned()
                .collect();
            let caller = caller.clone();
            clients.spawn(async move {
                let mut resolved = Vec::with_capacity(own.len());
                for asked in own {
                    resolved.push(asked.resolve(&caller).await);
                }
                resolved
            });
        }
        let asked = clients.join_all().await.concat();
        assert_eq!(asked.len(), self.asked.len());
        Journal { asked }
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.asked.len())
    }
}

impl Asked {
    /// Whether the answer says that something was changed. A refusal stores nothing, so asking
    /// again would be asking anew.
    fn changed(&self) -> Option<bool> {
        let answer = self.answer.as_ref()?;
        let waited = self.request.wait && !answer.body["advisory"].as_bool().unwrap_or(false);
        Some(answer.status.is_success() || waited)
    }

    async fn resolve(mut self, caller: &Caller) -> Self {
        match self.changed() {
            Some(true) => {}
            Some(false) => return self,
            None => {
                let settled = settle(caller, &self.request).await;
                self.answer = Some(settled);
                if self.changed() == Some(false) {
                    return self;
                }
            }
        }
        let first = self.answer.clone().expect("it is known by now");
        let again = settle(caller, &self.request).await;
        // To cancel what is cancelled changes nothing, so nothing is kept of it.
        let kept = again.replayed || matches!(self.what, What::Cancel { .. });
        assert!(kept, "the key was used before: {self:#?} {again:#?}");
        match (first.status, again.status) {
            // It was still open when the first wait was over.
            (StatusCode::ACCEPTED, ended) if ended != StatusCode::ACCEPTED => {}
            _ => assert_eq!(told(&first), told(&again), "{self:#?}"),
        }
        if matches!(self.what, What::Place { .. }) {
            // A problem names no order; the acceptance does.
            let request = Request {
                wait: false,
                ..self.request.clone()
            };
            let accepted = settle(caller, &request).await;
            assert_eq!(
                (accepted.status, accepted.replayed),
                (StatusCode::ACCEPTED, true)
            );
            let order = accepted.body["orderId"].as_str().expect("an order");
            if first.status.is_success() {
                assert_eq!(
                    first.body["orderId"], order,
                    "one key, one order: {self:#?}"
                );
            }
            self.order = Some(order.to_owned());
        }
        self
    }
}

/// Sends until there is an answer that is not "come again".
async fn settle(caller: &Caller, request: &Request) -> Answer {
    let mut look = tokio::time::interval(LOOK_AGAIN);
    let settled = async {
        loop {
            look.tick().await;
            let answer = caller.send(request).await.expect("the shop runs");
            if !answer.is_open() && answer.code() != "REQUEST_IN_PROGRESS" {
                assert!(!answer.status.is_server_error(), "{request:?}: {answer:?}");
                return answer;
            }
        }
    };
    let settled = tokio::time::timeout(LONGEST_BUSY, settled).await;
    settled.unwrap_or_else(|_| panic!("no answer to {request:?}"))
}

/// What of an answer is the same however often it is given.
fn told(answer: &Answer) -> (StatusCode, Option<&str>, Value) {
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("traceId");
    }
    (answer.status, answer.location.as_deref(), body)
}
