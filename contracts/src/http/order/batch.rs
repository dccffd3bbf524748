//! Many orders in one request, each answered for itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AcceptedView, PlaceOrder};
use crate::http::faults::Faults;
use crate::problem::{Document, Fault, Problem, Text};

/// The most orders of one request.
pub const BATCH_MAX: usize = 100;

/// POST /orders:batch
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceOrders {
    #[schemars(length(min = 1, max = BATCH_MAX))]
    pub orders: Vec<PlaceOrder>,
}

impl PlaceOrders {
    /// How many there are. What is wrong with one of them is its own answer.
    pub fn validate(&self) -> Result<(), Problem> {
        let mut faults = Faults::default();
        if !(1..=BATCH_MAX).contains(&self.orders.len()) {
            let message = Text::new(
                format!("주문을 1개부터 {BATCH_MAX}개까지 보낼 수 있어요"),
                format!("must have from 1 to {BATCH_MAX} orders"),
            );
            faults.add("/orders", Fault::Length, message);
        }
        faults.finish(Some(()))
    }
}

/// The answers, in the order of the request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchOrdersView {
    pub items: Vec<BatchItemView>,
}

/// What POST /orders would have answered to this one alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemView {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<AcceptedView>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Document>,
}

impl BatchItemView {
    const ACCEPTED: u16 = 202;

    pub fn accepted(order: AcceptedView, replayed: bool) -> BatchItemView {
        BatchItemView {
            status: Self::ACCEPTED,
            order: Some(order),
            replayed,
            problem: None,
        }
    }

    pub fn refused(problem: Document) -> BatchItemView {
        BatchItemView {
            status: problem.status,
            order: None,
            replayed: false,
            problem: Some(problem),
        }
    }
}
