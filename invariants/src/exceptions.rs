//! What the checks pass over because an operator said so. It is told with every check, so that
//! nobody takes a shop with exceptions for one without.

use crate::facts::Facts;

/// A line each, with the steps and the reason as the audit keeps them.
pub fn exceptions(facts: &Facts) -> Vec<String> {
    let resolved = facts.order.resolved.iter();
    let told = resolved.map(|resolved| {
        let (order, saga) = (resolved.order_id, resolved.saga_id);
        let content = &resolved.content;
        match saga == order.into() {
            true => format!("order {order} was resolved: {content}"),
            false => format!("refund {saga} of order {order} was resolved: {content}"),
        }
    });
    told.collect()
}
